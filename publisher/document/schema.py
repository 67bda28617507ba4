"""The JSON Schema of the offer format, built from the model: for editors, which complete and explain.

The reader keeps its own judgement, since its messages are better; the schema says no more than it:
a number may stand as text and a text as a number, and everything may be left empty.
"""

from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from publisher.document.model import FORMAT, Asset, Offer, Text, VhdUrl

Schema = dict[str, Any]

_WORD: Final = {"type": ["string", "number", "boolean", "null"]}  # what YAML makes of an unquoted text


def _number(kind: str, pattern: str) -> Schema:
    return {"anyOf": [{"type": [kind, "null"], "minimum": 0}, {"type": "string", "pattern": pattern}]}


def _or_reference(key: str, help_text: str) -> Schema:
    reference = {
        "type": "object",
        "properties": {key: {"type": "string", "description": help_text}},
        "required": [key],
        "additionalProperties": False,
    }
    return {"anyOf": [_WORD, reference]}


_PLAIN: Final[dict[Any, Schema]] = {
    str: _WORD,
    bool: {"enum": [True, False, "true", "True", "TRUE", "false", "False", "FALSE", None]},
    int: _number("integer", "^[0-9]{1,9}$"),
    Decimal: _number("number", r"^[0-9]{1,9}(\.[0-9]{1,9})?$"),
    Text: _or_reference("file", "text file, relative to the offer folder"),
    Asset: _or_reference("file", "PNG file, relative to the offer folder"),
    VhdUrl: _or_reference("secret", "name of the secret that holds the SAS URL"),
}


def offer_schema() -> Schema:
    """JSON Schema, draft 2020-12, of an offer document."""
    known: dict[str, Schema] = {}
    root = _object(Offer, known)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"VM offer ({FORMAT})",
        **root,
        "$defs": dict(sorted(known.items())),
    }


def _object(cls: Any, known: dict[str, Schema]) -> Schema:
    hints = get_type_hints(cls)
    properties = {f.name: _property(f, hints[f.name], known) for f in fields(cls) if f.name != "at"}
    return {
        "description": cls.__doc__.splitlines()[0],
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _property(field: Field[Any], hint: Any, known: dict[str, Schema]) -> Schema:
    choices = field.metadata["choices"]
    shape = _words(choices, hint) if choices else _shape(hint, known)
    default = field.default
    written = {"default": default} if default is not MISSING and default in (*choices, True, False) else {}
    return {"description": field.metadata["help"], **shape, **written}


def _words(choices: tuple[str, ...], hint: Any) -> Schema:
    words = {"enum": [*choices, None]}
    return {"type": ["array", "null"], "items": words} if get_origin(hint) is tuple else words


def _shape(hint: Any, known: dict[str, Schema]) -> Schema:
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return _shape(next(arg for arg in args if arg is not type(None)), known)
    if origin is tuple:
        return {"type": ["array", "null"], "items": _shape(args[0], known)}
    if origin is dict:
        return {"type": ["object", "null"], "additionalProperties": _shape(args[1], known)}
    if not is_dataclass(hint):
        raise TypeError(f"the schema has no shape for {hint}")
    return _reference(hint, known)


def _reference(cls: Any, known: dict[str, Schema]) -> Schema:
    if cls.__name__ not in known:
        known[cls.__name__] = {}  # a class that holds itself refers to what is being built
        known[cls.__name__] = {**_object(cls, known), "type": ["object", "null"]}
    return {"$ref": f"#/$defs/{cls.__name__}"}
