"""Durable ids: what resources are called, and which one a reference means."""

import re
from collections.abc import Mapping
from sqlite3 import Connection
from typing import Any, Final
from uuid import uuid4

from publisher.marketplaces.emulator import tables
from publisher.marketplaces.emulator.answers import Json, business
from publisher.marketplaces.emulator.types import TYPES

Names = Mapping[str, str]

_SINGLE: Final = frozenset(f"azureLogo{size}" for size in ("Small", "Medium", "Large", "Wide", "Hero"))


def kind_of(durable_id: str) -> str:
    """The type that a durable id names."""
    return durable_id.partition("/")[0]


def product_of(durable_id: str) -> str:
    """The GUID of the product that a resource belongs to."""
    return durable_id.split("/")[1]


def plain_path(path: str) -> str:
    """A durable id from a path; some clients hang whole ids behind each other."""
    parts = [part for part in path.split("/") if part]
    last = max((index for index, part in enumerate(parts) if part in TYPES), default=0)
    return "/".join(parts[last:])


def resolved(db: Connection, reference: Any, kind: str, names: Names, *, product: str = "") -> str:
    """The durable id of the resource that a reference means; `product` is where to look for plans.

    Raises JobFailed (resourceNotFound) where there is none.
    """
    found = reference if isinstance(reference, str) else _looked_up(db, reference, kind, names, product)
    if not found or kind_of(found) != kind or tables.resource(db, found) is None:
        raise business(f"The {kind} {_told(reference)} was not found.", code="resourceNotFound")
    return found


def _looked_up(db: Connection, reference: Json, kind: str, names: Names, product: str) -> str:
    if "resourceName" in reference:
        return names.get(reference["resourceName"], "")
    return by_external_id(db, kind, reference["externalId"], product) or ""


def by_external_id(db: Connection, kind: str, external_id: str, product: str = "") -> str | None:
    """The durable id of a product, or of a product's plan, by the name its publisher gave it."""
    for body in tables.of_kind(db, kind, product):
        if body["identity"].get("externalId") == external_id:
            return str(body["id"])
    return None


def durable_id(db: Connection, body: Json) -> str:
    """The id of a resource whose references are resolved: that of its place, existing or new."""
    kind = body["$schema"].split("/")[-2]
    if kind == "product":
        return by_external_id(db, kind, body["identity"]["externalId"]) or f"product/{uuid4()}"
    product = product_of(body["product"])
    if kind == "plan":
        known = by_external_id(db, kind, body["identity"]["externalId"], product)
        return known or f"plan/{product}/{uuid4()}"
    return f"{kind}/{_place(db, kind, product, body)}"


def _place(db: Connection, kind: str, product: str, body: Json) -> str:
    language = body.get("languageId", "").lower()
    plan = body.get("plan", "").split("/")[-1]
    match kind:
        case "property":
            return f"{product}/public/main"
        case "listing":
            return f"{product}/public/main/default/{language}"
        case "listing-asset":
            asset = f"{product}/public/main/default/{language}/{body['type'].lower()}"
            return f"{asset}/{_ordinal(db, f'{kind}/{asset}', body, 'fileName')}"
        case "listing-trailer":
            trailer = f"{product}/public/main/default"
            return f"{trailer}/{_ordinal(db, f'{kind}/{trailer}', body, 'streamingUrl')}"
        case "plan-listing":
            return f"{product}/public/main/{plan}/{language}"
    return f"{product}/{plan}" if plan else product


def _ordinal(db: Connection, prefix: str, body: Json, tell: str) -> int:
    """1 where there can be one only; else that of what has the same file or address, or the next."""
    if body.get("type") in _SINGLE:
        return 1
    taken = {}
    for other in tables.of_kind(db, kind_of(prefix), product_of(prefix)):
        if found := re.fullmatch(re.escape(prefix) + r"/([0-9]+)", other["id"]):
            taken[int(found[1])] = other
    same = (number for number, other in taken.items() if tell in body and other.get(tell) == body[tell])
    return next(same, max(taken, default=0) + 1)


def _told(reference: Any) -> str:
    return reference if isinstance(reference, str) else ", ".join(f"{k} {v}" for k, v in reference.items())
