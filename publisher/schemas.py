"""JSON Schemas (draft 2020-12) of settings files and lock files, for editors and for programs."""

from collections.abc import Mapping
from typing import Any, Final

from publisher.lock import FORMAT, STATES
from publisher.settings import SETTINGS

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def config_schema() -> dict[str, Any]:
    """Of `publisher.toml`, and of `[tool.publisher]` in `pyproject.toml`; days are texts."""
    properties: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        *tables, key = name.split(".")
        place = properties
        for table in tables:
            place = place.setdefault(table, _closed("", {}, ()))["properties"]
        default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
        place[key] = {**setting.kind.schema, "description": setting.help}
        if default is not None:
            place[key]["default"] = default
    properties["waivers"] = {
        "type": "array",
        "description": "findings that somebody answers for",
        "items": _WAIVER,
    }
    return {"$schema": _DRAFT, "title": "Settings of publisher", **_closed("", properties, ())}


def lock_schema() -> dict[str, Any]:
    """Of `offer.lock.json`."""
    return {"$schema": _DRAFT, "title": "Lock file of an offer", **_all("", **_LOCK)}


def _closed(description: str, properties: Mapping[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    """Fields, and no other."""
    named = {"description": description} if description else {}
    closed = {"type": "object", **named, "properties": dict(properties), "additionalProperties": False}
    return closed | ({"required": list(required)} if required else {})


def _all(description: str, **properties: Any) -> dict[str, Any]:
    """All these fields, and no other."""
    return _closed(description, properties, tuple(properties))


def _some(schema: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """A schema with fields that may be missing."""
    return {**schema, "properties": {**schema["properties"], **properties}}


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, "maxLength": 200, **more}


def _name(description: str) -> dict[str, Any]:
    return _text(description, minLength=1)


def _count(description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 0, "description": description}


def _flag(description: str) -> dict[str, Any]:
    return {"type": "boolean", "description": description}


def _list(description: str, items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "description": description, "items": items}


def _table(description: str, keys: str, items: Mapping[str, Any]) -> dict[str, Any]:
    """Any number of fields whose names match."""
    names = {"pattern": f"^{keys}$"}
    return {
        "type": "object",
        "description": description,
        "propertyNames": names,
        "additionalProperties": items,
    }


_WAIVER: Final = _closed(
    "One finding that does not block, until a day.",
    {
        "code": {"type": "string", "minLength": 1, "description": "code or name of the rule"},
        "offer": {"type": "string", "description": "offer ID, or publisher/offer; every offer without it"},
        "reason": {"type": "string", "minLength": 1, "description": "why the finding may stand"},
        "until": {"type": "string", "format": "date", "description": "last day on which the waiver holds"},
        "by": {"type": "string", "minLength": 1, "description": "who answers for it"},
    },
    ("code", "reason", "until", "by"),
)
_AMOUNT: Final = {
    "description": "amount per hour",
    "anyOf": [
        {"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,9})?$"},
        {"type": "number", "minimum": 0},
    ],
}
_LOCKED: Final = {
    "billing": _name("billing model"),
    "prices": _table(
        "prices by region",
        ".{1,20}",
        _some(
            _all(
                "prices in one region",
                currency=_name("ISO 4217 code"),
                per_hour_by_cores=_table("amounts by number of cores", "[0-9]{1,9}", _AMOUNT),
            ),
            flat_per_hour=_AMOUNT,
            per_core_per_hour=_AMOUNT,
            free=_flag("whether it costs nothing"),
        ),
    ),
    "regions": _list("where it is sold", _name("ISO 3166 alpha-2 code")),
    "ports": _list("what is open", _name("such as 443/tcp")),
    "hidden": _flag("whether the store hides it"),
    "data_vhds": _count("number of data disks"),
}
_TERMS: Final = _all(
    "how it is sold while it is live",
    visibility={"enum": ["public", "private"], "description": "who sees it"},
    clouds=_list("where it is; empty for the global cloud alone", _name("cloud")),
)
_SKU: Final = {
    **_some(
        _all(
            "A SKU that was staged.",
            id=_name("SKU ID, fixed"),
            state={"enum": list(STATES), "description": "where it stands"},
            versions=_list(
                "versions that were live, burned for ever",
                {"type": "string", "pattern": r"^[0-9]{1,20}(\.[0-9]{1,20}){2}$"},
            ),
            locked={"description": "what cannot change since it was live; empty before"},
        ),
        terms=_TERMS,
    ),
    "if": {"properties": {"state": {"const": "live"}}},
    "then": {"properties": {"locked": _all("", **_LOCKED)}},
    "else": {"properties": {"locked": {"anyOf": [_closed("", {}, ()), _all("", **_LOCKED)]}}},
}
_LIVE: Final = _some(
    _all(
        "The live revision.",
        revision=_count("its number"),
        digest=_text("sha256 of its content"),
        since=_text("since when, UTC", format="date-time"),
        hero=_flag("whether it has a banner"),
    ),
    standard_contract=_flag("whether customers accept the standard contract"),
)
_LOCK: Final = {
    "lock": {"const": FORMAT, "description": "format of this file"},
    "publisher": _name("publisher ID, fixed"),
    "offer": _name("offer ID, fixed"),
    "skus": _list("every SKU that was staged", _SKU),
    "live": {"anyOf": [{"type": "null"}, _LIVE], "description": "what customers see; null where nothing is"},
    "staged": _flag("whether the offer was ever staged"),
    "events": _count("length of the offer's history"),
    "head": _text("hash of its last event"),
}
