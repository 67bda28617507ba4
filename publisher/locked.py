"""What is locked of a published SKU, as plain JSON and back."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from publisher import shapes
from publisher.baseline import LiveTerms, Locked, LockedPrice
from publisher.document.canonical import decimal_text
from publisher.document.nodes import Node

_AMOUNTS: Final = ("flat_per_hour", "per_core_per_hour")


def facts(locked: Locked) -> dict[str, Any]:
    """What is locked of a SKU, as JSON: amounts as the shortest text, regions and cores in order."""
    return {
        "billing": locked.billing,
        "prices": {region: _price_facts(price) for region, price in sorted(locked.prices.items())},
        "regions": list(locked.regions),
        "ports": list(locked.ports),
        "hidden": locked.hidden,
        "data_vhds": locked.data_vhds,
    }


def _price_facts(price: LockedPrice) -> dict[str, Any]:
    by_cores = sorted(price.per_hour_by_cores.items(), key=lambda item: (len(item[0]), item[0]))
    amounts = {name: getattr(price, name) for name in _AMOUNTS}
    return {
        "currency": price.currency,
        "per_hour_by_cores": {cores: decimal_text(amount) for cores, amount in by_cores},
        **{name: decimal_text(amount) for name, amount in amounts.items() if amount is not None},
        **({"free": True} if price.free else {}),
    }


def locked_from(facts: Mapping[str, Any]) -> Locked:
    """The inverse of `facts`."""
    prices = {region: _price_from(price) for region, price in facts["prices"].items()}
    lists = {name: tuple(facts[name]) for name in ("regions", "ports")}
    return Locked(**{**facts, **lists, "prices": prices})


def _price_from(facts: Mapping[str, Any]) -> LockedPrice:
    by_cores = {cores: Decimal(amount) for cores, amount in facts["per_hour_by_cores"].items()}
    amounts = {name: Decimal(facts[name]) for name in _AMOUNTS if name in facts}
    return LockedPrice(
        currency=facts["currency"], per_hour_by_cores=by_cores, free=bool(facts.get("free")), **amounts
    )


def terms_facts(terms: LiveTerms) -> dict[str, Any]:
    """How a SKU is sold, as JSON."""
    return {"visibility": terms.visibility, "clouds": list(terms.clouds)}


def terms_from(facts: Mapping[str, Any]) -> LiveTerms:
    """The inverse of `terms_facts`."""
    return LiveTerms(visibility=facts["visibility"], clouds=tuple(facts["clouds"]))


def read_locked(node: Node, at: str) -> Locked:
    """What a lock file says is locked of a SKU. Raises Misshapen."""
    return locked_from(_LOCKED(node, at))


def read_terms(node: Node, at: str) -> LiveTerms:
    """How a lock file says that a SKU is sold. Raises Misshapen."""
    return terms_from(_TERMS(node, at))


_AMOUNT: Final = shapes.matching(re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?"), 'an amount such as "0.05"')
_PRICE: Final = shapes.record(
    {
        "currency": shapes.name,
        "per_hour_by_cores": shapes.table(_AMOUNT, re.compile(r"[0-9]{1,9}")),
    },
    optional={**dict.fromkeys(_AMOUNTS, _AMOUNT), "free": shapes.flag},
)
_LOCKED: Final = shapes.record(
    {
        "billing": shapes.name,
        "prices": shapes.table(_PRICE, re.compile(r".{1,20}")),
        "regions": shapes.array(shapes.name),
        "ports": shapes.array(shapes.name),
        "hidden": shapes.flag,
        "data_vhds": shapes.count,
    }
)
_TERMS: Final = shapes.record(
    {"visibility": shapes.one_of(("public", "private")), "clouds": shapes.array(shapes.name)}
)
