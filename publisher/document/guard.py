"""Reads YAML from parser events, refusing what a stranger's file may hide before anything is built of it."""

import re
import unicodedata
from itertools import islice
from typing import Any, Final

import yaml

from publisher.document.nodes import Mapping, Mark, Node, Problem, Scalar, Sequence, Unreadable

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 32
MAX_EVENTS: Final = 200_000
MAX_KEY: Final = 1024

# C0 without tab and line feed, DEL, C1, line and paragraph separators, surrogates, bidirectional
# overrides and isolates, the byte order mark inside a text, and its two neighbours that are no characters.
FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def decode(data: bytes, file: str = "") -> str:
    """UTF-8 text with LF line ends.

    Raises Unreadable for more than 8 MiB, another encoding, or a control character.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(
            Problem(
                rule="document-too-large",
                message=f"{len(data):,} bytes; at most {MAX_BYTES:,} are read",
                fix="move long texts into files of their own",
                file=file,
            )
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(_not_utf8(error, len(data) - len(error.object), file)) from None
    text = _lines(text)
    if text.replace("\n", "").isprintable():  # a fast way to see that nothing forbidden is there
        return text
    if found := FORBIDDEN.search(text):
        raise Unreadable(control_character(found.group(), mark=_place(text[: found.start()]), file=file))
    return text


def _not_utf8(error: UnicodeDecodeError, skipped: int, file: str) -> Problem:
    """The problem for a byte that is no text; so many bytes before, a mark of the encoding, are skipped."""
    offset, byte = error.start + skipped, error.object[error.start]
    return Problem(
        rule="document-encoding",
        message=f"not UTF-8 text: byte {byte:#04x} at offset {offset}",
        fix="save the file as UTF-8",
        mark=_place(_lines(error.object[: error.start].decode("utf-8", "replace"))),
        file=file,
    )


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def control_character(character: str, *, mark: Mark | None, file: str = "", pointer: str = "") -> Problem:
    """The problem for a character that no text of an offer may hold."""
    name = unicodedata.name(character, "a control character")
    return Problem(
        rule="document-control-character",
        message=f"U+{ord(character):04X} ({name.lower()}) is not allowed",
        fix="delete the invisible character",
        mark=mark,
        file=file,
        pointer=pointer,
    )


def read_yaml(text: str, file: str = "") -> Node:
    """The document's tree. Raises Unreadable with the first problem."""
    try:
        return _Composer(text, file).document()
    except yaml.MarkedYAMLError as error:
        raise Unreadable(
            Problem(
                rule="document-syntax",
                message=error.problem or "not YAML",
                fix=_cure(error.problem or "", text, error.problem_mark),
                mark=_mark(error.problem_mark, _place(text)) if error.problem_mark else None,
                file=file,
            )
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable(
            Problem(
                rule="document-syntax",
                message=f"not YAML: {type(error).__name__}",
                mark=Mark(1, 1),
                file=file,
            )
        ) from None


def _cure(problem: str, text: str, mark: Any) -> str:
    line = text.split("\n")[mark.line] if mark and mark.line < text.count("\n") + 1 else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, not with tabs"
    if "mapping values" in problem:
        return "put a value that contains ': ' in quotes"
    return "see the line above as well: an unclosed quote or bracket shows later than it stands"


def _place(before: str) -> Mark:
    return Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _mark(mark: Any, end: Mark) -> Mark:
    """A place of the parser's, or the end of the text: the parser ends a last line that has no line end."""
    return end if mark.line >= end.line else Mark(mark.line + 1, mark.column + 1)


class _Composer:
    """Builds nodes from events; one pass, bounded in depth and number."""

    def __init__(self, text: str, file: str) -> None:
        self.file, self.end = file, _place(text)
        self._read = _LOADER(text).get_event
        self._next = islice(iter(self._read, None), MAX_EVENTS).__next__

    def _refuse(self, rule: str, message: str, event: Any, fix: str = "") -> Unreadable:
        mark = _mark(event.start_mark, self.end)
        return Unreadable(Problem(rule=rule, message=message, fix=fix, mark=mark, file=self.file))

    def document(self) -> Node:
        try:
            return self._document()
        except StopIteration:
            message = f"more than {MAX_EVENTS:,} values"
            raise self._refuse("document-too-large", message, self._read()) from None

    def _document(self) -> Node:
        self._next()  # stream start
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            raise self._refuse("document-empty", "the document is empty", event, "see `publisher init`")
        node = self._node(self._next(), 1)
        self._next()  # document end
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._refuse(
                "document-syntax", "a second document begins here", event, "keep one offer in one file"
            )
        return node

    def _node(self, event: Any, depth: int) -> Node:
        if depth > MAX_DEPTH or event.anchor or event.tag:
            raise self._unsafe(event, depth)
        mark = _mark(event.start_mark, self.end)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(mark, depth)
        return self._mapping(mark, depth)

    def _unsafe(self, event: Any, depth: int) -> Unreadable:
        if depth > MAX_DEPTH:
            return self._refuse("document-too-deep", f"nested deeper than {MAX_DEPTH} levels", event)
        if event.anchor:  # of an alias as well
            return self._refuse(
                "document-alias", "anchors and aliases are not read", event, "write the value out"
            )
        return self._refuse("document-tag", f"the tag {event.tag} is not read", event, "delete the tag")

    def _scalar(self, event: Any, mark: Mark) -> Scalar:
        value, style = event.value, event.style
        # `decode` saw every character of the text; what it cannot see is an escape in double quotes.
        if style == '"' and (found := FORBIDDEN.search(value)):
            raise Unreadable(control_character(found.group(), mark=mark, file=self.file))
        return Scalar(value, not style, mark)  # the C parser says "" of a plain scalar

    def _sequence(self, mark: Mark, depth: int) -> Sequence:
        sequence = Sequence(mark)
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            sequence.items.append(self._node(event, depth + 1))
        return sequence

    def _mapping(self, mark: Mark, depth: int) -> Mapping:
        mapping, seen = Mapping(mark), set[str]()
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, depth)
            if (folded := unicodedata.normalize("NFC", key.text)) in seen:
                raise self._refuse(
                    "document-duplicate-key",
                    f"the key {key.text[:80]!r} stands twice",
                    event,
                    "keep one of them",
                )
            seen.add(folded)
            mapping.keys[key.text] = key.mark
            mapping.items[key.text] = self._node(self._next(), depth + 1)
        return mapping

    def _key(self, event: Any, depth: int) -> Scalar:
        if event.anchor or event.tag:
            raise self._unsafe(event, depth)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refuse("document-syntax", "a key must be a word", event)
        if len(event.value) > MAX_KEY:
            raise self._refuse("document-too-large", f"a key of {len(event.value):,} characters", event)
        return self._scalar(event, _mark(event.start_mark, self.end))
