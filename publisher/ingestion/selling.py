"""How a SKU is sold: markets, prices, trial, reservation and who sees it, both ways."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from publisher.document.canonical import decimal_text
from publisher.ingestion import words as w

BASE: Final = "US"  # where a price stands that is one and the same in every market
CURRENCY: Final = "USD"  # of a price that the marketplace converts by itself
_MAGNITUDE: Final = 30  # digits before or behind the point, and more than any amount has
# Prices that the marketplace has no way to say; `outgoing` never lets them out.
UNSAYABLE: Final = "unsayable"

Price = Mapping[str, Any]


def selling_members(sku: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a price-and-availability-plan."""
    listed = sku.get("markets", "listed") == "listed"
    members: dict[str, Any] = {
        "visibility": "hidden" if sku.get("hidden") else "visible",
        "audience": sku.get("visibility", "public"),
        "privateAudiences": [_audience(entry) for entry in sku.get("audience", ())],
        "customerMarkets": w.theirs(w.MARKETS, sku.get("markets", "listed")),
        "trial": _trial(sku.get("free_trial", "none")),
        "softwareReservation": _reservation(sku.get("reservation", {})),
        "pricing": _pricing(sku, listed),
    }
    if listed:
        members["markets"] = [region.lower() for region in sku.get("regions", ())]
    return {key: value for key, value in members.items() if value not in (None, [])}


def selling_fields(members: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a SKU that a price-and-availability-plan holds; the inverse."""
    pricing = members.get("pricing") or {}
    regions = sorted({str(market).upper() for market in members.get("markets") or ()})
    markets = w.ours(w.MARKETS, members.get("customerMarkets") or "customMarkets")
    return {
        "billing": "byol" if pricing.get("licenseModel") == "byol" else "hourly",
        "free_trial": _trial_word(members.get("trial")),
        "hidden": members.get("visibility") == "hidden",
        "visibility": members.get("audience") if members.get("audience") == "private" else "",
        "audience": [_entry(audience) for audience in members.get("privateAudiences") or ()],
        "markets": "" if markets == "listed" else markets,
        "regions": regions,
        "prices": _prices(pricing, regions if markets == "listed" else [BASE]),
        "reservation": _percents(members.get("softwareReservation")),
    }


def _audience(entry: Mapping[str, Any]) -> dict[str, Any]:
    label = {"label": entry["label"]} if entry.get("label") else {}
    return {"type": entry.get("kind", "tenant"), "id": entry.get("id", ""), **label}


def _entry(audience: Mapping[str, Any]) -> dict[str, Any]:
    kind = audience.get("type", "tenant")
    return {
        "id": audience.get("id", ""),
        "label": audience.get("label") or "",
        "kind": "" if kind == "tenant" else kind,
    }


def _trial(word: str) -> dict[str, Any] | None:
    return {"type": "month", "value": w.TRIALS[word]} if word in w.TRIALS else None


def _trial_word(trial: Any) -> str:
    """The word for a trial; "none" for one that the offer format has no word for, too."""
    months = trial.get("value") if isinstance(trial, Mapping) and trial.get("type") == "month" else None
    return next((word for word, number in w.TRIALS.items() if number == months), "none")


def _reservation(percents: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"type": "year", "term": w.RESERVATIONS[term], "percentageSave": percent}
        for term, percent in percents.items()
        if term in w.RESERVATIONS
    ]


def _percents(reservations: Any) -> dict[str, Any]:
    found = {}
    for item in reservations or ():
        years = item.get("term") if item.get("type") == "year" else None
        term = next((term for term, number in w.RESERVATIONS.items() if number == years), None)
        if term and float(item.get("percentageSave", 0)).is_integer():
            found[term] = int(item["percentageSave"])
    return found


def _pricing(sku: Mapping[str, Any], listed: bool) -> dict[str, Any]:
    if sku.get("billing") == "byol":
        return {"licenseModel": "byol"}
    prices: Mapping[str, Price] = sku.get("prices", {})
    everywhere = not listed or set(prices) == set(sku.get("regions", ()))
    core = _core_pricing(prices, everywhere) if prices else None
    if core == UNSAYABLE:
        return {"licenseModel": "payAsYouGo", UNSAYABLE: dict(prices)}
    return {"licenseModel": "payAsYouGo", **({"corePricing": core} if core else {})}


def _core_pricing(prices: Mapping[str, Price], everywhere: bool) -> Any:
    values = list(prices.values())
    same = everywhere and all(price == values[0] for price in values)
    in_dollars = values[0].get("currency", CURRENCY).upper() == CURRENCY
    if all(price.get("free") for price in values):
        return {"priceInputOption": "free"}
    if same and in_dollars and (single := _single(values[0])):
        return single
    if all(price.get("per_hour_by_cores") and not price.get("free") for price in values):
        return {"priceInputOption": "perMarketAndCoreSize", "prices": list(_groups(prices))}
    return UNSAYABLE


def _single(price: Price) -> dict[str, Any] | None:
    """One price for every market; None where it is given in no way, or in several."""
    given = {
        "flat": ("price", price.get("flat_per_hour")),
        "perCore": ("pricePerCore", price.get("per_core_per_hour")),
        "perCoreSize": ("pricePerCoreSize", price.get("per_hour_by_cores")),
    }
    ways = [(option, name, value) for option, (name, value) in given.items() if value is not None]
    if len(ways) != 1:
        return None
    option, name, value = ways[0]
    return {
        "priceInputOption": option,
        name: _amounts(value) if isinstance(value, Mapping) else number(value),
    }


def _groups(prices: Mapping[str, Price]) -> Iterator[dict[str, Any]]:
    """Markets that have one price stand together."""
    groups: dict[str, dict[str, Any]] = {}
    for region, price in prices.items():
        amounts, currency = _amounts(price["per_hour_by_cores"]), price.get("currency", CURRENCY).lower()
        group = groups.setdefault(
            repr((currency, amounts)), {"markets": [], "currency": currency, "prices": amounts}
        )
        group["markets"].append(region.lower())
    yield from groups.values()


def _prices(pricing: Mapping[str, Any], everywhere: list[str]) -> dict[str, Any]:
    if UNSAYABLE in pricing:
        return dict(pricing[UNSAYABLE])
    core = pricing.get("corePricing") or {}
    if core.get("priceInputOption") == "perMarketAndCoreSize":
        return {
            str(market).upper(): {
                "currency": str(group.get("currency", "")).upper(),
                "per_hour_by_cores": _texts(group.get("prices") or {}),
            }
            for group in core.get("prices") or ()
            for market in group.get("markets") or ()
        }
    price = _price(core)
    return dict.fromkeys(everywhere, price) if price else {}


def _price(core: Mapping[str, Any]) -> dict[str, Any]:
    match core.get("priceInputOption"):
        case "free":
            return {"free": True}
        case "flat":
            return {"currency": CURRENCY, "flat_per_hour": text(core.get("price", 0))}
        case "perCore":
            return {"currency": CURRENCY, "per_core_per_hour": text(core.get("pricePerCore", 0))}
        case "perCoreSize":
            return {"currency": CURRENCY, "per_hour_by_cores": _texts(core.get("pricePerCoreSize") or {})}
    return {}


def _amounts(amounts: Mapping[str, str]) -> dict[str, float]:
    return {cores: number(amounts[cores]) for cores in sorted(amounts, key=_cores)}


def _texts(amounts: Mapping[str, Any]) -> dict[str, str]:
    return {cores: text(amounts[cores]) for cores in sorted(amounts, key=_cores)}


def _cores(cores: str) -> tuple[int, str]:
    return len(cores), cores


def number(amount: str) -> float:
    """An amount as JSON has it: a whole number where it is one."""
    value = Decimal(amount)
    return int(value) if value == value.to_integral_value() else float(value)


def text(amount: Any) -> str:
    """A JSON number as the offer format has it: the shortest decimal, never an exponent.

    Raises ValueError for what is no amount: a few characters such as 1e999999 would become a million.
    """
    value = Decimal(repr(amount) if isinstance(amount, float) else str(amount))
    if not value.is_finite() or abs(value.adjusted()) > _MAGNITUDE:
        raise ValueError("no amount")
    return decimal_text(value)
