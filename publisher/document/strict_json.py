"""Reads JSON with a place for every value; the standard decoder keeps none and accepts duplicate keys."""

import re
import unicodedata
from bisect import bisect_right
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # the decoder's own C scanner
from typing import Final, NoReturn

from publisher.document.guard import FORBIDDEN, MAX_DEPTH, MAX_EVENTS, control_character
from publisher.document.nodes import Mapping, Mark, Node, Problem, Scalar, Sequence, Unreadable

_SPACE: Final = re.compile(r"[ \t\n]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD: Final = re.compile(r"true|false|null")
_MAX_DIGITS: Final = 64


def read_json(text: str, file: str = "", *, any_character: bool = False) -> Node:
    """The document's tree. Raises Unreadable with the first problem.

    `any_character` lets escapes stand for what no text of an offer may hold: for documents of others.
    """
    return _Reader(text, file, any_character).document()


class _Reader:
    def __init__(self, text: str, file: str, any_character: bool = False) -> None:
        self.text, self.file, self.at, self.read = text, file, 0, 0
        self.any_character = any_character
        self.lines = [0] + [match.end() for match in re.finditer("\n", text)]

    def document(self) -> Node:
        if not self.text.strip():
            self._fail("the document is empty", rule="document-empty", fix="see `publisher init`")
        node = self._value(1)
        if self._peek():
            self._fail("text after the end of the document")
        return node

    def _mark(self, at: int | None = None) -> Mark:
        at = self.at if at is None else at
        line = bisect_right(self.lines, at)
        return Mark(line, at - self.lines[line - 1] + 1)

    def _fail(self, message: str, *, rule: str = "document-syntax", fix: str = "") -> NoReturn:
        raise Unreadable(Problem(rule=rule, message=message, fix=fix, mark=self._mark(), file=self.file))

    def _peek(self) -> str:
        if space := _SPACE.match(self.text, self.at):
            self.at = space.end()
        return self.text[self.at : self.at + 1]

    def _value(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self._fail(f"nested deeper than {MAX_DEPTH} levels", rule="document-too-deep")
        self._count()
        match self._peek():
            case "{":
                return self._mapping(depth)
            case "[":
                return self._sequence(depth)
            case '"':
                return self._string()
            case _:
                return self._literal()

    def _count(self) -> None:
        self.read += 1
        if self.read > MAX_EVENTS:
            self._fail(f"more than {MAX_EVENTS:,} values", rule="document-too-large")

    def _literal(self) -> Scalar:
        mark = self._mark()
        found = _WORD.match(self.text, self.at) or _NUMBER.match(self.text, self.at)
        if not found:
            self._fail(
                "no JSON value here",
                fix="JSON has no comments, no trailing commas, no NaN; or name the file offer.yaml",
            )
        if len(found.group()) > _MAX_DIGITS:
            self._fail(f"a number of {len(found.group()):,} digits")
        self.at = found.end()
        return Scalar(found.group(), True, mark)

    def _string(self) -> Scalar:
        mark = self._mark()
        try:
            value, self.at = scanstring(self.text, self.at + 1, True)
        except JSONDecodeError as error:
            self.at = error.pos
            self._fail(error.msg.lower())
        if not self.any_character and (found := FORBIDDEN.search(value)):
            raise Unreadable(control_character(found.group(), mark=mark, file=self.file))
        return Scalar(value, False, mark)

    def _sequence(self, depth: int) -> Sequence:
        sequence = Sequence(self._mark())
        self.at += 1
        while self._more("]", first=not sequence.items):
            sequence.items.append(self._value(depth + 1))
        return sequence

    def _mapping(self, depth: int) -> Mapping:
        mapping, seen = Mapping(self._mark()), set[str]()
        self.at += 1
        while self._more("}", first=not mapping.items):
            key = self._member_key(seen)
            mapping.keys[key.text] = key.mark
            mapping.items[key.text] = self._value(depth + 1)
        return mapping

    def _member_key(self, seen: set[str]) -> Scalar:
        if self._peek() != '"':
            self._fail(
                "a key in double quotes is missing here", fix="JSON has no trailing commas and no comments"
            )
        self._count()
        key = self._string()
        if (folded := unicodedata.normalize("NFC", key.text)) in seen:
            self.at = self.lines[key.mark.line - 1] + key.mark.column - 1
            self._fail(
                f"the key {key.text[:80]!r} stands twice",
                rule="document-duplicate-key",
                fix="keep one of them",
            )
        seen.add(folded)
        if self._peek() != ":":
            self._fail("a ':' is missing here")
        self.at += 1
        return key

    def _more(self, end: str, *, first: bool) -> bool:
        """Whether another member follows; consumes the comma, or the closing bracket."""
        if (here := self._peek()) == end:
            self.at += 1
            return False
        if first:
            return True
        if here != ",":
            self._fail(f"a ',' or '{end}' is missing here")
        self.at += 1
        if self._peek() == end:
            self._fail("a trailing comma", fix="JSON has no trailing commas: delete it")
        return True
