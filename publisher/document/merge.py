"""Puts other fields in place of some in YAML text, or none; what stays keeps its place and comments."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from publisher.document.change import Value, spelled
from publisher.document.nodes import NULLS
from publisher.document.splice import Page, node_of


def merged(page: Page, parent: MappingNode, key: str, value: Value) -> str:
    """The text of the page with the fields below a key of `parent` merged with a value.

    Raises LookupError for a layout that cannot be kept.
    """
    text = page.text
    edits = list(_Merge(page).fields(parent, {key: value}, whole=False))
    edits.sort(key=lambda edit: (edit.start, edit.end))
    # Made from the end; of several at one place the outer one stands behind the inner, which came first.
    for edit in reversed(edits):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text


def without(page: Page, parent: MappingNode, key: str) -> str:
    """The text of the page without a field of `parent`.

    Raises LookupError for a layout that cannot be kept.
    """
    place = [name.value for name, _ in parent.value].index(key)
    edit = _cut(parent, place) if parent.flow_style else _Merge(page).without(*parent.value[place])
    return page.text[: edit.start] + edit.new + page.text[edit.end :]


def _cut(node: MappingNode, place: int) -> "_Edit":
    """A field inside braces taken out, with one of the commas around it."""
    name, value = node.value[place]
    if place:
        return _Edit(node.value[place - 1][1].end_mark.index, value.end_mark.index, "")
    end = node.value[1][0].start_mark if len(node.value) > 1 else value.end_mark
    return _Edit(name.start_mark.index, end.index, "")


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    new: str


@dataclass(frozen=True)
class _Merge:
    page: Page

    def fields(self, node: MappingNode, wanted: dict[str, Value], *, whole: bool) -> Iterator[_Edit]:
        """Edits after which a mapping says what is wanted, and if `whole` nothing else."""
        if node.flow_style:
            new = self._inline(node, wanted, whole=whole)
            yield _Edit(node.start_mark.index, node.end_mark.index, new)
            return
        for name, value in node.value:
            if name.value in wanted:
                yield from self._value(name, value, wanted[name.value])
            elif whole:
                yield self.without(name, value)
        if added := _added(node, wanted):
            column = node.start_mark.column
            end = self.page.tail(self.page.end(node), column)
            yield self._lines(end, column, added)

    def _value(self, name: Node, old: Node, new: Value) -> Iterator[_Edit]:
        if isinstance(new, dict) and isinstance(old, MappingNode) and old.value:
            yield from self.fields(old, new, whole=True)
        elif _says(old, new):
            return
        elif isinstance(old, ScalarNode) and not isinstance(new, dict) and not _empty(old):
            yield _Edit(old.start_mark.index, old.end_mark.index, self.page.worded(old, spelled(new)))
        else:
            yield from self._first(name, old, new)

    def _first(self, name: Node, old: Node, new: Value) -> Iterator[_Edit]:
        """A value where there was none: in place, or in lines below."""
        start, end = self.page.own(name, old)
        node = node_of(new, self.page.root)
        if not isinstance(node, MappingNode) or node.flow_style:
            yield _Edit(start, end, f"{'' if start < end else ' '}{self.page.inline(node)}")
            return
        if start < end:
            yield _Edit(start, end, "")
        fields, _, _ = self.page.habits
        yield self._lines(end, name.start_mark.column + fields, new)

    def _lines(self, place: int, column: int, added: dict[str, Value]) -> _Edit:
        """Fields in lines below the one that holds a place."""
        node = node_of(added, self.page.root)
        node.flow_style = False
        end = self.page.line_after(place)
        lines = (" " * column + line for line in self.page.written(node))
        return _Edit(end, end, "".join(self.page.line_end + line for line in lines))

    def without(self, name: Node, value: Node) -> _Edit:
        """A field taken out with its lines, and with the comments that belong to it."""
        text, column = self.page.text, name.start_mark.column
        start = name.start_mark.index - column
        if text[start : name.start_mark.index].strip(" ") or not start:
            raise LookupError("another word stands before the field")
        _, own_end = self.page.own(name, value)
        end = self.page.tail(own_end if _empty(value) else self.page.end(value), column + 1)
        return _Edit(start - len(self.page.line_end), end, "")

    def _inline(self, node: MappingNode, wanted: dict[str, Value], *, whole: bool) -> str:
        """The text of a mapping in braces after the merge."""
        text, written, spot = self.page.text, "", node.start_mark.index + 1
        opening, kept = text[node.start_mark.index : spot], False
        for name, value in node.value:
            gap, spot = text[spot : name.start_mark.index], value.end_mark.index
            if not whole or name.value in wanted:
                if not kept:
                    gap = self._first_gap(node)
                written, kept = written + gap + self._member(name, value, wanted), True
        for key, new in _added(node, wanted).items():
            item = self.page.inline(node_of({key: new}, self.page.root))
            written, kept = f"{written}{', ' if kept else self._first_gap(node)}{item[1:-1]}", True
        return opening + written + text[spot : node.end_mark.index]

    def _first_gap(self, node: MappingNode) -> str:
        """What stands between the brace and the first field."""
        end = node.value[0][0].start_mark.index if node.value else node.start_mark.index + 1
        return self.page.text[node.start_mark.index + 1 : end]

    def _member(self, name: Node, value: Any, wanted: dict[str, Value]) -> str:
        """A field inside braces; one that is not wanted otherwise stays as it is."""
        start, end = value.start_mark.index, value.end_mark.index
        new = wanted.get(name.value)
        if isinstance(new, dict) and isinstance(value, MappingNode) and value.value:
            written = self._inline(value, new, whole=True)
        elif name.value not in wanted or _says(value, new):
            written = self.page.text[start:end]
        elif start == end:
            raise LookupError("a field without a value has no place inside braces")
        elif isinstance(value, ScalarNode) and not isinstance(new, dict):
            written = self.page.worded(value, spelled(new))
        else:
            written = self.page.inline(node_of(new, self.page.root))
        return self.page.text[name.start_mark.index : start] + written


def _added(node: MappingNode, wanted: dict[str, Value]) -> dict[str, Value]:
    there = {name.value for name, _ in node.value}
    return {key: value for key, value in wanted.items() if key not in there}


def _says(node: Any, value: Value) -> bool:
    """Whether a value stands there already."""
    if isinstance(node, MappingNode):
        return not node.value and value == {}
    return _empty(node) if value is None else bool(node.value == spelled(value))


def _empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and not node.style and node.value in NULLS
