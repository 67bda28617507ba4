"""A small part of JSON Schema: enough to describe the marketplace's resources, and to check them."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Schema = dict[str, Any]
Problem = tuple[str, str]  # a place such as `skus/0/skuId`, and what is wrong there

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def text(pattern: str = "", *, least: int = 0, most: int = 0) -> Schema:
    """A string; lengths in characters, 0 for no limit."""
    limits = {"pattern": pattern, "minLength": least, "maxLength": most}
    return {"type": "string"} | {name: value for name, value in limits.items() if value}


def choice(*values: str) -> Schema:
    """One of these texts."""
    return {"type": "string", "enum": list(values)}


def number(least: float | None = None, most: float | None = None, *, whole: bool = False) -> Schema:
    """A number, or with `whole` an integer."""
    limits = {"minimum": least, "maximum": most}
    kind: Schema = {"type": "integer" if whole else "number"}
    return kind | {name: value for name, value in limits.items() if value is not None}


def flag() -> Schema:
    """True or false."""
    return {"type": "boolean"}


def many(item: Schema, *, least: int = 0, most: int = 0, unique: bool = False) -> Schema:
    """A list of these; 0 for no limit."""
    limits: Schema = {"minItems": least, "maxItems": most, "uniqueItems": unique}
    return {"type": "array", "items": item} | {name: value for name, value in limits.items() if value}


def members(*, needed: Mapping[str, Schema], other: Mapping[str, Schema], closed: bool = True) -> Schema:
    """An object with these members; an open one may have others."""
    kind: Schema = {"type": "object", "properties": {**needed, **other}}
    if needed:
        kind["required"] = list(needed)
    return kind | ({"additionalProperties": False} if closed else {})


def table(value: Schema) -> Schema:
    """An object whose members are named by its author."""
    return {"type": "object", "additionalProperties": value}


def either(*kinds: Schema) -> Schema:
    """One of several kinds."""
    return {"anyOf": list(kinds)}


def problems(value: Any, schema: Schema, place: str = "") -> Iterator[Problem]:
    """Everything in which a value differs from its schema."""
    if kinds := schema.get("anyOf"):
        if all(any(problems(value, kind, place)) for kind in kinds):
            yield place, "fits none of the kinds that are allowed here"
        return
    if not _is_of_type(value, schema["type"]):
        yield place, f"{schema['type']} is expected"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield place, f"one of {', '.join(schema['enum'])} is expected"
    yield from _CHECKS[schema["type"]](value, schema, place)


def _is_of_type(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (isinstance(value, bool) == (name == "boolean"))


def _text_problems(value: str, schema: Schema, place: str) -> Iterator[Problem]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield place, f"between {schema.get('minLength', 0)} and {schema.get('maxLength')} characters"
    elif "pattern" in schema and not re.search(schema["pattern"].replace("$", r"\Z"), value):
        yield place, f"does not match {schema['pattern']}"


def _number_problems(value: float, schema: Schema, place: str) -> Iterator[Problem]:
    if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield place, f"between {schema.get('minimum')} and {schema.get('maximum')}"


def _list_problems(value: list[Any], schema: Schema, place: str) -> Iterator[Problem]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield place, f"between {schema.get('minItems', 0)} and {schema.get('maxItems')} items"
    if schema.get("uniqueItems") and len({repr(item) for item in value}) < len(value):
        yield place, "has equal items"
    for index, item in enumerate(value):
        yield from problems(item, schema["items"], _under(place, index))


def _object_problems(value: dict[str, Any], schema: Schema, place: str) -> Iterator[Problem]:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield _under(place, name), "is required"
    for name, item in value.items():
        kind = known.get(name, schema.get("additionalProperties", True))
        if kind is False:
            yield _under(place, name[:60]), "is not allowed"
        elif kind is not True:
            yield from problems(item, kind, _under(place, name[:60]))


def _under(place: str, name: str | int) -> str:
    return f"{place}/{name}" if place else str(name)


_Check = Callable[[Any, Schema, str], Iterator[Problem]]
_CHECKS: Final[dict[str, _Check]] = {
    "string": _text_problems,
    "number": _number_problems,
    "integer": _number_problems,
    "boolean": lambda value, schema, place: iter(()),
    "object": _object_problems,
    "array": _list_problems,
}
