"""Small changes of a document as values, and what they do to its tree and to JSON text."""

import re
from collections.abc import Mapping as Fields
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from publisher.document.nodes import Mapping, Node, Scalar, Sequence

# A value of a change: None, a text, a truth value, a whole number, a Decimal, a Copy, or dicts and
# lists of values.
Value = Any

_NUMBER: Final = re.compile(r'"\\u0000([^"]+)"')
_INDENT: Final = re.compile(r"\n([ \t]+)\S")


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What stands at `pointer`, with other values at pointers that start from there."""

    pointer: str
    changes: Fields[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Append:
    """One more item of the list at `pointer`, which may be empty or missing.

    `airy` asks for a blank line before it where the list does not show a habit of its own.
    """

    pointer: str
    item: Value
    airy: bool = False


@dataclass(frozen=True, kw_only=True)
class Replace:
    """Another word (letters, digits, dots) for the single value at `pointer`."""

    pointer: str
    word: str


@dataclass(frozen=True, kw_only=True)
class Merge:
    """The fields at `pointer` are those of `value`, a dict, and no others; what they share stays as it is.

    New fields come last. No dict in `value` is empty. A single value may stand for the dict.
    """

    pointer: str
    value: Value


@dataclass(frozen=True, kw_only=True)
class Remove:
    """The field at `pointer` is gone, with the comments that belong to it."""

    pointer: str


Change = Append | Merge | Remove | Replace


def steps(pointer: str) -> list[str]:
    """The keys of a JSON pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def plain(node: Node) -> Any:
    """The tree as dicts, lists and texts; None for what was left empty."""
    match node:
        case Mapping():
            return {key: plain(child) for key, child in node.items.items()}
        case Sequence():
            return [plain(child) for child in node.items]
        case Scalar():
            return None if node.null else node.text


def applied(tree: Any, change: Change) -> Any:
    """Another tree of dicts and lists, with the change made."""
    tree = deepcopy(tree)
    *above, key = steps(change.pointer)
    parent = at(tree, above)
    if isinstance(change, Replace):
        parent[key] = change.word
    elif isinstance(change, Merge):
        parent[key] = _joined(parent.get(key), change.value)
    elif isinstance(change, Remove):
        del parent[key]
    else:
        parent[key] = [*(parent.get(key) or ()), _value(change.item, tree)]
    return tree


def at(tree: Any, path: list[str]) -> Any:
    """What stands at the end of a path of keys."""
    for key in path:
        tree = tree[int(key)] if isinstance(tree, list) else tree[key]
    return tree


def spelled(tree: Any) -> Any:
    """The tree with numbers as texts, so that 0 and "0" are one value, as they are to the reader."""
    match tree:
        case dict():
            return {key: spelled(item) for key, item in tree.items()}
        case list():
            return [spelled(item) for item in tree]
        case bool():
            return str(tree).lower()
        case Decimal():
            return f"{tree:f}"
        case int():
            return str(tree)
    return tree


def changed_json(text: str, change: Change) -> str:
    """JSON text with the change made; order, indentation and the spelling of numbers stay."""
    import json

    # No text of a document holds U+0000, so it can mark the numbers on their way through.
    tree = json.loads(text, parse_float="\0{}".format, parse_int="\0{}".format)
    indent = found[1] if (found := _INDENT.search(text)) else None
    written = json.dumps(
        applied(tree, change), indent=indent, ensure_ascii=False, default=lambda number: f"\0{number:f}"
    )
    return _NUMBER.sub(r"\1", written) + text[len(text.rstrip()) :]


def _joined(old: Any, new: Value) -> Any:
    """The new value in the order, and where nothing changes in the spelling, of the old one."""
    if isinstance(old, dict) and isinstance(new, dict):
        kept = {key: _joined(item, new[key]) for key, item in old.items() if key in new}
        return kept | {key: item for key, item in new.items() if key not in kept}
    word = old.removeprefix("\0") if isinstance(old, str) else spelled(old)
    return old if word == spelled(new) else new


def _value(value: Value, tree: Any) -> Any:
    match value:
        case Copy():
            copied = deepcopy(at(tree, steps(value.pointer)))
            for pointer, new in value.changes.items():
                *above, key = steps(pointer)
                at(copied, above)[key] = _value(new, tree)
            return copied
        case dict():
            return {key: _value(item, tree) for key, item in value.items()}
        case list():
            return [_value(item, tree) for item in value]
    return value
