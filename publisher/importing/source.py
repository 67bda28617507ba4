"""A foreign document: read with care, and asked value by value, so that what nobody asked for is known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from publisher.document.files import FileRefused, read_regular
from publisher.document.guard import FORBIDDEN, decode, read_yaml
from publisher.document.nodes import Mapping, Node, Scalar, Sequence, Unreadable
from publisher.document.strict_json import read_json
from publisher.document.writing import LeftOut
from publisher.errors import UsageError
from publisher.redact import MASK, public_url, redact

_CURE: Final = "give the file as another tool wrote it"
NO_FIELD: Final = "the offer format has no field for it"
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_SECRET_KEY: Final = re.compile(r"(?i)secret|passw|token|credential|connection|accesskey|apikey|account_?key")
_WORDS: Final = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file of another tool. `value` is dicts, lists, texts, truth values, Decimals and None.

    A number of another spelling than plain digits stays text; texts have LF line ends, and `left_out`
    tells where they lost characters that no text of an offer may hold.
    """

    path: Path
    text: str = field(repr=False)
    value: Any = field(repr=False)
    left_out: tuple[LeftOut, ...] = ()


def read_source(path: Path) -> Source:
    """A JSON or YAML file. Raises UsageError with the place of what cannot be read."""
    try:
        text = decode(read_regular(path.resolve()))
        in_json = path.suffix.lower() == ".json" or text.lstrip()[:1] in ("{", "[")
        node = read_json(text, any_character=True) if in_json else read_yaml(text)
    except FileRefused as error:
        raise UsageError(f"{path}: {error}", hint=_CURE) from None
    except Unreadable as error:
        mark = error.problem.mark
        place = f"{path}:{mark.line}:{mark.column}" if mark else str(path)
        hint = error.problem.fix.replace("; or name the file offer.yaml", "")
        raise UsageError(f"{place}: {error.problem.message}", hint=hint or _CURE) from None
    left_out: list[LeftOut] = []
    value = _Values(in_json, left_out).of(node, "$")
    return Source(path=path, text=text, value=value, left_out=tuple(left_out))


@dataclass(frozen=True)
class _Values:
    in_json: bool
    left_out: list[LeftOut]

    def of(self, node: Node, at: str) -> Any:
        match node:
            case Mapping():
                return {key: self.of(child, _step(at, key)) for key, child in node.items.items()}
            case Sequence():
                return [self.of(child, f"{at}[{index}]") for index, child in enumerate(node.items)]
            case Scalar(text=text, plain=True) if node.null or (self.in_json and text in _WORDS):
                return _WORDS.get(text)
            case Scalar(text=text, plain=True) if self.in_json and _NUMBER.fullmatch(text):
                return Decimal(text)
        return self._text(node.text, at)

    def _text(self, text: str, at: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if found := sorted({f"U+{ord(character):04X}" for character in FORBIDDEN.findall(text)}):
            reason = f"no text of an offer may hold {', '.join(found)}; the rest of the text is there"
            self.left_out.append(LeftOut(place=at, reason=reason))
        return FORBIDDEN.sub("", text)


@dataclass
class Fields:
    """The fields of one object at a JSON path; each is asked for once, by the type that it should have.

    A value of another type counts as missing, and is reported with its path.
    """

    at: str
    values: dict[str, Any]
    left_out: list[LeftOut] = field(repr=False)
    asked: set[str] = field(default_factory=set)
    below: list["Fields"] = field(default_factory=list, repr=False)

    def text(self, *keys: str) -> str:
        """The first text that is not empty under one of several keys."""
        for key in keys:
            value = self._ask(key, str)
            if isinstance(value, str) and value.strip():
                return value
        return ""

    def flag(self, key: str) -> bool:
        """A truth value; false where there is none."""
        return self._ask(key, bool) is True

    def amount(self, key: str) -> Decimal | None:
        """A number, also one that is written as text."""
        value = self.values.get(key)
        self.asked.add(key)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            value = Decimal(value)
        if isinstance(value, Decimal):
            return value
        self._wrong(key, value, "a number")
        return None

    def texts(self, key: str) -> list[str]:
        """The texts of a list; others in it are reported."""
        items = self._ask(key, list) or []
        for index, item in enumerate(items):
            if not isinstance(item, str):
                self.leave(f"{_step(self.at, key)}[{index}]", item, "a text was expected")
        return [item for item in items if isinstance(item, str) and item.strip()]

    def fields(self, key: str) -> "Fields":
        """An object; an empty one where there is none."""
        return self._below(_step(self.at, key), self._ask(key, dict) or {})

    def objects(self, key: str) -> Iterator["Fields"]:
        """The objects of a list; others in it are reported."""
        for index, item in enumerate(self._ask(key, list) or []):
            at = f"{_step(self.at, key)}[{index}]"
            if isinstance(item, dict):
                yield self._below(at, item)
            else:
                self.leave(at, item, "an object was expected")

    def named(self) -> Iterator[tuple[str, "Fields"]]:
        """Every object among the fields, by its key."""
        for key in self.values:
            if isinstance(self.values[key], dict):
                yield key, self.fields(key)

    def ignore(self, *keys: str) -> None:
        """What is known to say nothing about an offer."""
        self.asked.update(keys)

    def leave(self, place: str, value: Any, reason: str) -> None:
        """Report something that is not carried over; its value is shown unless it may be a secret."""
        shown = _shown(place, value)
        self.left_out.append(LeftOut(place=place, reason=f"{reason}: {shown}" if shown else reason))

    def leave_key(self, key: str, reason: str) -> None:
        """Report the value under a key, where there is one."""
        self.asked.add(key)
        if not _nothing(self.values.get(key)):
            self.leave(_step(self.at, key), self.values[key], reason)

    def rest(self, reason: str = NO_FIELD) -> None:
        """Report every value that nobody asked for, here and in what was asked for."""
        for key in self.values:
            if key not in self.asked:
                self.leave_key(key, reason)
        for fields in self.below:
            fields.rest(reason)

    def _below(self, at: str, values: dict[str, Any]) -> "Fields":
        fields = Fields(at, values, self.left_out)
        self.below.append(fields)
        return fields

    def _ask(self, key: str, kind: type) -> Any:
        value = self.values.get(key)
        self.asked.add(key)
        if isinstance(value, kind):
            return value
        self._wrong(key, value, _KINDS[kind])
        return None

    def _wrong(self, key: str, value: Any, kind: str) -> None:
        if not _nothing(value):
            self.leave(_step(self.at, key), value, f"{kind} was expected")


_KINDS: Final = {str: "a text", bool: "true or false", list: "a list", dict: "an object"}


def _nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _step(at: str, key: str) -> str:
    """A JSON path one step further down."""
    if _PLAIN_KEY.fullmatch(key):
        return f"{at}.{key}"
    return f"{at}[{key[:120]!r}]"


def _shown(place: str, value: Any) -> str:
    """A single value, short, and without anything that may be a secret; "" for objects and lists."""
    if isinstance(value, dict | list) or value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if _SECRET_KEY.search(place.rpartition(".")[2]):
        return MASK
    if "://" in text:
        text = public_url(text)
    return redact(" ".join(text.split()))[:120]
