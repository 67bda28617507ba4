"""Puts a change into YAML text; every character that is not part of the change stays as it was."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from publisher.document.change import Change, Copy, Merge, Remove, Replace, Value, steps

_TAG: Final = "tag:yaml.org,2002:"
_LINE: Final = re.compile(r"[^\r\n]*")
_BREAK: Final = re.compile(r"\r\n|\n|\r")
_BLANK_LINE: Final = re.compile(r"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)")


def spliced(text: str, change: Change) -> str:
    """The text with one change made.

    Raises ruamel's YAMLError or LookupError for a text that ruamel reads differently, or not at all.
    """
    root = YAML(typ="safe", pure=True).compose(text)
    *above, key = steps(change.pointer)
    parent = _at(root, above)
    page = Page(text, root)
    if isinstance(change, Merge):
        from publisher.document.merge import merged

        return merged(page, parent, key, change.value)
    if isinstance(change, Remove):
        from publisher.document.merge import without

        return without(page, parent, key)
    if isinstance(change, Replace):
        return page.reword(_at(parent, [key]), change.word)
    item = node_of(change.item, root)
    if isinstance(change.item, dict):
        item.flow_style = False
    return page.append(parent, key, item, airy=change.airy)


@dataclass(frozen=True)
class Page:
    text: str
    root: Node

    @cached_property
    def line_end(self) -> str:
        found = _BREAK.search(self.text)
        return found.group() if found else "\n"

    @cached_property
    def habits(self) -> tuple[int, int, int]:
        """How the author indents: fields below their key, dashes below their key, content after a dash."""
        fields, dashes, content = 2, 2, 2
        for parent, child in reversed(list(_blocks(self.root))):
            if isinstance(child, MappingNode):
                fields = child.start_mark.column - parent.start_mark.column
            else:
                dashes = child.start_mark.column - parent.start_mark.column
                content = _content(child, child.value[0])
        return fields, dashes, content

    def reword(self, node: ScalarNode, word: str) -> str:
        """Another word for a single value, in the quotes that it had."""
        return self._put(self.worded(node, word), node.start_mark.index, node.end_mark.index)

    def worded(self, node: ScalarNode, word: str) -> str:
        """What then stands in place of the value."""
        old = self.text[node.start_mark.index : node.end_mark.index]
        quote = node.style if node.style in ("'", '"') else ""
        rest = old[len(old.rstrip()) :]  # a block text ends below itself
        return f"{quote}{word}{quote}{rest}"

    def append(self, parent: MappingNode, key: str, item: Node, *, airy: bool) -> str:
        """One more item of the list under a key."""
        found = next((pair for pair in parent.value if pair[0].value == key), None)
        if found is None:
            return self._new_key(parent, key, item)
        name, value = found
        if isinstance(value, SequenceNode) and value.value:
            if value.flow_style:
                return self._after_comma(value.value[-1], self.inline(item))
            return self._below(value, item, airy=airy)
        own = self.own(name, value)
        if parent.flow_style or len(_BREAK.split(self.text[slice(*own)])) > 1:
            return self._in_brackets(own, self.inline(item))
        return self._first(name, own, self._dashed(item, *self._new_list(parent)))

    def _put(self, new: str, start: int, end: int | None = None) -> str:
        return self.text[:start] + new + self.text[start if end is None else end :]

    def _new_key(self, parent: MappingNode, key: str, item: Node) -> str:
        if parent.flow_style:
            member = f"{key}: [{self.inline(item)}]"
            if not parent.value:
                return self._put(member, parent.start_mark.index + 1)
            return self._put(f", {member}", self.end(parent.value[-1][1]))
        column = parent.start_mark.column
        lines = [" " * column + f"{key}:", *self._dashed(item, *self._new_list(parent))]
        return self._lines_below(self.tail(self.end(parent), column), lines)

    def _after_comma(self, last: Node, item: str) -> str:
        before = self.text[: last.start_mark.index]
        gap = before[len(before.rstrip()) :]
        return self._put(f",{gap or ' '}{item}", last.end_mark.index)

    def _below(self, sequence: SequenceNode, item: Node, *, airy: bool) -> str:
        last, dash = sequence.value[-1], sequence.start_mark.column
        if len(sequence.value) > 1:
            between = self.text[self.end(sequence.value[-2]) : last.start_mark.index]
            airy = bool(_BLANK_LINE.search(between))
        lines = self._dashed(item, dash, _content(sequence, last))
        return self._lines_below(self.tail(self.end(last), dash + 1), ["", *lines] if airy else lines)

    def own(self, name: Node, value: Node) -> tuple[int, int]:
        """Where the text of a value stands; for nothing at all, behind the colon."""
        if value.start_mark.index == value.end_mark.index:
            colon = self.text.find(":", name.end_mark.index) + 1
            return colon, colon
        return value.start_mark.index, value.end_mark.index

    def _in_brackets(self, own: tuple[int, int], item: str) -> str:
        start, end = own
        if self.text[start:end].startswith("["):
            return self._put(item, start + 1)
        return self._put(f" [{item}]" if self.text[start - 1] == ":" else f"[{item}]", start, end)

    def _first(self, name: Node, own: tuple[int, int], lines: list[str]) -> str:
        """The first item, below a key that had `[]`, a null or nothing."""
        kept = self.text[name.end_mark.index : own[0]]
        kept = kept if "#" in kept else kept.rstrip(" ")
        head = self.text[: name.end_mark.index] + kept
        return Page(head + self.text[own[1] :], self.root)._lines_below(len(head), lines)

    def _lines_below(self, place: int, lines: list[str]) -> str:
        """Lines below the one that holds a place."""
        return self._put("".join(self.line_end + line for line in lines), self.line_after(place))

    def line_after(self, place: int) -> int:
        """Where the line ends that holds a place."""
        return _matched(_LINE, self.text, place)

    def end(self, node: Any) -> int:
        """Where the last word of a node ends."""
        if isinstance(node, ScalarNode) or node.flow_style:
            end = int(node.end_mark.index)
            return len(self.text[:end].rstrip()) if isinstance(node, ScalarNode) else end
        if isinstance(node, SequenceNode):
            return self.end(node.value[-1])
        name, value = node.value[-1]
        empty = value.start_mark.index == value.end_mark.index
        return self.own(name, value)[1] if empty else self.end(value)

    def tail(self, end: int, column: int) -> int:
        """The end of comment lines that follow and are indented at least so far: they belong to it."""
        comments = re.compile(rf"(?:(?:[ \t]*(?:\r\n|\n|\r))+ {{{column},}}#[^\r\n]*)*")
        return _matched(comments, self.text, _matched(_LINE, self.text, end))

    def _new_list(self, parent: Node) -> tuple[int, int]:
        _, dashes, content = self.habits
        return parent.start_mark.column + dashes, content

    def _dashed(self, item: Node, dash: int, content: int) -> list[str]:
        """The lines of a list's item; `content` counts from the dash."""
        first, *others = self.written(item)
        start = " " * dash + "-" + " " * (content - 1)
        return [start + first, *(" " * (dash + content) + line if line else "" for line in others)]

    def inline(self, item: Node) -> str:
        for node in _every(item):
            if not isinstance(node, ScalarNode):
                node.flow_style = True
            elif node.style in ("|", ">"):
                node.style = '"'
        return " ".join(self.written(item))

    def written(self, node: Node) -> list[str]:
        fields, dashes, content = self.habits
        yaml = YAML()
        yaml.indent(mapping=fields, sequence=dashes + content, offset=dashes)
        yaml.width = 1 << 30
        stream = StringIO()
        yaml.serialize(node, stream)
        return stream.getvalue().rstrip("\n").split("\n")


def _matched(pattern: re.Pattern[str], text: str, place: int) -> int:
    """Where a pattern that matches everywhere ends its match."""
    found = pattern.match(text, place)
    return found.end() if found else place


def _content(sequence: Node, item: Node) -> int:
    """How far behind its dash an item begins; an empty one has no place to go by."""
    gap = int(item.start_mark.column - sequence.start_mark.column)
    return gap if 2 <= gap <= 8 else 2


def _blocks(node: Node) -> Iterator[tuple[MappingNode, Any]]:
    """Every mapping with each of its values that is a collection written in lines."""
    for parent in _every(node):
        if isinstance(parent, MappingNode) and not parent.flow_style:
            for _, child in parent.value:
                if not isinstance(child, ScalarNode) and not child.flow_style and child.value:
                    yield parent, child


def _every(node: Node) -> Iterator[Any]:
    yield node
    if isinstance(node, SequenceNode):
        for child in node.value:
            yield from _every(child)
    elif isinstance(node, MappingNode):
        for name, child in node.value:
            yield name
            yield from _every(child)


def _at(node: Node, path: list[str]) -> Any:
    for key in path:
        if isinstance(node, SequenceNode):
            node = node.value[int(key)]
        else:
            node = {name.value: value for name, value in node.value}[key]
    return node


def node_of(value: Value, root: Node) -> Any:
    """A node that is written as house style has it: short collections in line, others in lines."""
    match value:
        case Copy():
            copied = deepcopy(_at(root, steps(value.pointer)))
            for pointer, new in value.changes.items():
                *above, key = steps(pointer)
                _set(_at(copied, above), key, node_of(new, root))
            return copied
        case dict():
            pairs = [(_key(key), node_of(item, root)) for key, item in value.items()]
            return MappingNode(f"{_TAG}map", pairs, flow_style=all(map(_short, value.values())))
        case list():
            items = [node_of(item, root) for item in value]
            return SequenceNode(f"{_TAG}seq", items, flow_style=not items)
        case bool():
            return _scalar("bool", str(value).lower())
        case Decimal():
            text = f"{value:f}"
            return _scalar("float" if "." in text else "int", text)
    kind = "null" if value is None else "int" if isinstance(value, int) else "str"
    return _scalar(kind, "" if value is None else str(value))


def _key(name: str) -> ScalarNode:
    return _scalar("int" if name.isdecimal() else "str", name)


def _scalar(kind: str, text: str) -> ScalarNode:
    return ScalarNode(f"{_TAG}{kind}", text)


def _short(value: Value) -> bool:
    """Whether a value can stand in a line with others: a single one, or fields of single ones."""
    items = value.values() if isinstance(value, dict) else (value,)
    return all(isinstance(item, str | int | Decimal) for item in items)


def _set(parent: MappingNode, key: str, new: Node) -> None:
    """Put a value under a key, in the style of the value that it replaces."""
    for place, (name, old) in enumerate(parent.value):
        if name.value == key:
            if isinstance(old, ScalarNode) and isinstance(new, ScalarNode):
                new.style = old.style
            elif isinstance(old, MappingNode) and isinstance(new, MappingNode):
                new.flow_style = old.flow_style
            parent.value[place] = (name, new)
            return
    parent.value.append((_scalar("str", key), new))
