"""Reads a tree of JSON nodes into plain values of one exact shape, or says which field is wrong.

A reader takes a node and the name of its field, and returns a value or raises Misshapen.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from publisher.document import nodes
from publisher.document.nodes import Mark, Node, Scalar, Sequence

Reader = Callable[[Node, str], Any]
_MAX_TEXT: Final = 200
_COUNT: Final = re.compile(r"[0-9]{1,18}")


class Misshapen(Exception):
    """A field of another shape; the message begins with its name."""

    def __init__(self, at: str, message: str, mark: Mark) -> None:
        super().__init__(f"{at or 'the file'}: {message}")
        self.mark = mark


def fields(node: Node, at: str) -> dict[str, Node]:
    """The nodes of a mapping by key."""
    if not isinstance(node, nodes.Mapping):
        raise Misshapen(at, "fields are expected", node.mark)
    return node.items


def record(readers: Mapping[str, Reader], optional: Mapping[str, Reader] | None = None) -> Reader:
    """All these fields, the optional ones that are there, and no other."""
    every = {**readers, **(optional or {})}

    def read(node: Node, at: str) -> dict[str, Any]:
        items, prefix = fields(node, at), f"{at}." if at else ""
        if unknown := [key for key in items if key not in every]:
            raise Misshapen(f"{prefix}{unknown[0][:80]}", "is not known", items[unknown[0]].mark)
        if missing := [key for key in readers if key not in items]:
            raise Misshapen(f"{prefix}{missing[0]}", "is missing", node.mark)
        return {key: reader(items[key], f"{prefix}{key}") for key, reader in every.items() if key in items}

    return read


def table(reader: Reader, keys: re.Pattern[str]) -> Reader:
    """Any number of fields whose names match."""

    def read(node: Node, at: str) -> dict[str, Any]:
        items = fields(node, at)
        if wrong := [key for key in items if not keys.fullmatch(key)]:
            raise Misshapen(at, f"{wrong[0][:80]!r} has no place here", items[wrong[0]].mark)
        return {key: reader(child, f"{at}.{key}") for key, child in items.items()}

    return read


def array(reader: Reader) -> Reader:
    """A list of items of one shape, as a tuple."""

    def read(node: Node, at: str) -> tuple[Any, ...]:
        if not isinstance(node, Sequence):
            raise Misshapen(at, "a list is expected", node.mark)
        return tuple(reader(item, f"{at}[{index}]") for index, item in enumerate(node.items))

    return read


def or_none(empty: Callable[[Node], bool], reader: Reader) -> Reader:
    """None for a node that stands for nothing."""
    return lambda node, at: None if empty(node) else reader(node, at)


def text(node: Node, at: str) -> str:
    """A text in quotes, of bounded length."""
    return _scalar(node, at, plain=False, what=f"a text of at most {_MAX_TEXT} characters")


def name(node: Node, at: str) -> str:
    """A text that is not empty."""
    if not (value := text(node, at)):
        raise Misshapen(at, "is empty", node.mark)
    return value


def matching(pattern: re.Pattern[str], what: str) -> Reader:
    """A text, or a number as it was written, that matches."""

    def read(node: Node, at: str) -> str:
        if not isinstance(node, Scalar) or not pattern.fullmatch(node.text):
            raise Misshapen(at, f"{what} is expected", node.mark)
        return node.text

    return read


def one_of(known: tuple[str, ...]) -> Reader:
    """One of these texts."""

    def read(node: Node, at: str) -> str:
        if (value := text(node, at)) not in known:
            raise Misshapen(at, f"{value!r} is not one of {', '.join(known)}", node.mark)
        return value

    return read


def flag(node: Node, at: str) -> bool:
    """A truth value."""
    value = _scalar(node, at, plain=True, what="true or false")
    if value not in ("true", "false"):
        raise Misshapen(at, "true or false is expected", node.mark)
    return value == "true"


def count(node: Node, at: str) -> int:
    """A whole number, 0 or more."""
    value = _scalar(node, at, plain=True, what="a whole number")
    if not _COUNT.fullmatch(value):
        raise Misshapen(at, "a whole number is expected", node.mark)
    return int(value)


def time(node: Node, at: str) -> datetime:
    """An ISO 8601 time or day; UTC where it names no zone."""
    try:
        value = datetime.fromisoformat(text(node, at))
    except ValueError:
        raise Misshapen(at, "a time such as 2026-09-01T12:00:00Z is expected", node.mark) from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _scalar(node: Node, at: str, *, plain: bool, what: str) -> str:
    if not isinstance(node, Scalar) or node.plain is not plain or len(node.text) > _MAX_TEXT:
        raise Misshapen(at, f"{what} is expected", node.mark)
    return node.text
