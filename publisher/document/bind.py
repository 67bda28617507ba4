"""Turns a document's tree into the model, collecting every problem on the way."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import field as dataclass_field
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from publisher.document import guard
from publisher.document.files import FileRefused, read_inside
from publisher.document.model import Asset, Text, VhdUrl
from publisher.document.nodes import Mapping, Mark, Node, Problem, Scalar, Sequence, Unreadable, step
from publisher.document.secrets import NAME, Secrets
from publisher.frozen import dataclass
from publisher.nearest import nearest
from publisher.redact import Secret

_DECIMAL: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_INTEGER: Final = re.compile(r"[0-9]{1,9}")
_BOOLEANS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

Parser = Callable[["Binder", Node, str], Any]
MAX_PROBLEMS: Final = 100  # of one kind in one document


@dataclass
class Binder:
    """Reads values out of nodes; what cannot be read becomes a problem and the field's default."""

    root: Path
    secrets: Secrets
    problems: list[Problem] = dataclass_field(default_factory=list)
    texts: dict[str, str] = dataclass_field(default_factory=dict)
    numbers: Counter[str] = dataclass_field(default_factory=Counter)

    def bind(self, cls: Any, node: Node, at: str) -> Any:
        """An instance of a model class."""
        if not isinstance(node, Mapping):
            self.expected("fields (key: value)", node, at)
            return cls(at=at)
        parsers, values = _parsers(cls), {}
        for key, child in node.items.items():
            here = step(at, key)
            if key not in parsers:
                self._unknown(key, parsers, here, node.keys[key])
            elif not (isinstance(child, Scalar) and child.null):
                value = parsers[key](self, child, here)
                if value is not None:
                    values[key] = value
        return cls(at=at, **values)

    def expected(self, what: str, node: Node, at: str) -> None:
        """Record that a value has another shape than the model's."""
        kind = {Scalar: "a single value", Sequence: "a list", Mapping: "fields"}[type(node)]
        self.problem("document-type", f"{what} expected, found {kind}", at)

    def problem(self, rule: str, message: str, at: str, fix: str = "") -> None:
        """Record what is wrong at a pointer."""
        if self._counts(rule):
            self.problems.append(Problem(rule=rule, message=message, fix=fix, pointer=at))

    def _counts(self, rule: str) -> bool:
        """Whether one more problem of this kind is worth a search for its cure, and a line."""
        self.numbers[rule] += 1
        return self.numbers[rule] <= MAX_PROBLEMS

    def _unknown(self, key: str, known: dict[str, Parser], at: str, mark: Mark) -> None:
        if not self._counts("document-unknown-key"):
            return
        near = nearest(key, known)
        fix = f"did you mean {near!r}?" if near else f"known here: {', '.join(known)}"
        message = f"the key {key[:80]!r} is not known"
        self.problems.append(
            Problem(rule="document-unknown-key", message=message, fix=fix, pointer=at, mark=mark)
        )

    def scalar(self, node: Node, at: str) -> str | None:
        """The text of a single value."""
        if not isinstance(node, Scalar):
            self.expected("a single value", node, at)
            return None
        return node.text

    def file(self, name: str, at: str) -> bytes | None:
        """The bytes of a file inside the folder."""
        try:
            return read_inside(self.root, name)
        except FileRefused as error:
            self.problem(
                "document-file", f"{name[:120]!a}: {error}", at, "name a file inside the offer folder"
            )
            return None


@cache
def _parsers(cls: Any) -> dict[str, Parser]:
    hints = get_type_hints(cls)
    return {f.name: parser_for(hints[f.name]) for f in fields(cls) if f.name != "at"}


def parser_for(hint: Any) -> Parser:
    """The parser of a field's type."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return parser_for(next(arg for arg in args if arg is not type(None)))
    if origin is tuple:
        return _sequence(parser_for(args[0]))
    if origin is dict:
        return _mapping(parser_for(args[1]))
    if is_dataclass(hint):
        return lambda binder, node, at: binder.bind(hint, node, at)
    raise TypeError(f"the model has no parser for {hint}")


def _sequence(item: Parser) -> Parser:
    def parse(binder: Binder, node: Node, at: str) -> tuple[Any, ...] | None:
        if not isinstance(node, Sequence):
            binder.expected("a list (lines that begin with '- ')", node, at)
            return None
        values = (item(binder, child, step(at, index)) for index, child in enumerate(node.items))
        return tuple(value for value in values if value is not None)

    return parse


def _mapping(item: Parser) -> Parser:
    def parse(binder: Binder, node: Node, at: str) -> dict[str, Any] | None:
        if not isinstance(node, Mapping):
            binder.expected("fields (key: value)", node, at)
            return None
        values = {key: item(binder, child, step(at, key)) for key, child in node.items.items()}
        return {key: value for key, value in values.items() if value is not None}

    return parse


def _str(binder: Binder, node: Node, at: str) -> str | None:
    return binder.scalar(node, at)


def _bool(binder: Binder, node: Node, at: str) -> bool | None:
    text = binder.scalar(node, at)
    if text is None or text in _BOOLEANS:
        return _BOOLEANS.get(text or "")
    binder.problem("document-type", f"{text[:40]!a} is neither true nor false", at, "write true or false")
    return None


def _int(binder: Binder, node: Node, at: str) -> int | None:
    text = binder.scalar(node, at)
    if text is None or _INTEGER.fullmatch(text):
        return None if text is None else int(text)
    binder.problem("document-type", f"{text[:40]!a} is not a whole number", at, "write digits only")
    return None


def _decimal(binder: Binder, node: Node, at: str) -> Decimal | None:
    text = binder.scalar(node, at)
    if text is None or _DECIMAL.fullmatch(text):
        return None if text is None else Decimal(text)
    binder.problem(
        "document-type",
        f"{text[:40]!a} is not a decimal number",
        at,
        "write digits with at most one '.', such as 0.05",
    )
    return None


def _text(binder: Binder, node: Node, at: str) -> Text | None:
    if not isinstance(node, Mapping):
        value = binder.scalar(node, at)
        return None if value is None else Text(at=at, value=value)
    name = _only(binder, node, at, "file")
    data = None if name is None else binder.file(name, at)
    if name is None or data is None:
        return None
    try:
        value = binder.texts[name] = guard.decode(data, name)
    except Unreadable as error:
        binder.problems.append(replace(error.problem, pointer=at))
        return None
    return Text(at=at, value=value.removesuffix("\n"), file=name)


def _asset(binder: Binder, node: Node, at: str) -> Asset | None:
    name = _only(binder, node, at, "file") if isinstance(node, Mapping) else binder.scalar(node, at)
    data = None if name is None else binder.file(name, at)
    return None if name is None or data is None else Asset(at=at, file=name, data=data)


def _vhd(binder: Binder, node: Node, at: str) -> VhdUrl | None:
    if not isinstance(node, Mapping):
        text = binder.scalar(node, at)
        return None if text is None else VhdUrl(at=at, url=Secret(text))
    name = _only(binder, node, at, "secret")
    if name is None:
        return None
    if not NAME.fullmatch(name):
        binder.problem(
            "document-type", "this is no name of a secret", step(at, "secret"), "use letters, digits and '_'"
        )
        return None
    return VhdUrl(at=at, secret=name, url=binder.secrets.get(name))


def _only(binder: Binder, node: Mapping, at: str, key: str) -> str | None:
    """The value of the single key that a reference may have."""
    for other in node.items:
        if other != key:
            binder.problem(
                "document-unknown-key",
                f"the key {other[:80]!r} is not known",
                step(at, other),
                f"write {{{key}: …}}",
            )
    if key not in node.items:
        binder.problem("document-type", f"a text or {{{key}: …}} expected", at)
        return None
    return binder.scalar(node.items[key], step(at, key))


_PLAIN: Final[dict[Any, Parser]] = {
    str: _str,
    bool: _bool,
    int: _int,
    Decimal: _decimal,
    Text: _text,
    Asset: _asset,
    VhdUrl: _vhd,
}
