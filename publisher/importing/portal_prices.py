"""How a plan of the Cloud Partner Portal is sold: billing, free trial and prices."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from publisher.importing.source import Fields

_TRIALS: Final = {0: "", 1: "one-month", 3: "three-months", 6: "six-months"}  # by months
_CORES: Final = re.compile("([1-9][0-9]{0,3})cores?")
_AMOUNT: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_OLD, _NEW = "virtualMachinePricing", "virtualMachinePricingV2"
_CONVERTED: Final = (
    "this one price stands in every region now; the portal computed those in other currencies from it"
)


def pricing(plan: Fields, regions: list[str]) -> dict[str, Any]:
    """`billing`, `free_trial` and `prices` of a SKU that is sold in some regions."""
    given = _newest(plan)
    byol = given.flag("isByol")
    return {
        "billing": "byol" if byol else "hourly",
        "free_trial": _trial(given),
        "prices": {} if byol else _prices(given, regions),
    }


def _newest(plan: Fields) -> Fields:
    """The newer pricing where there are both; the older one is reported if it says something else."""
    if not plan.values.get(_NEW):
        return plan.fields(_OLD)
    if plan.values.get(_OLD) == plan.values[_NEW]:
        plan.ignore(_OLD)
    else:
        plan.leave_key(_OLD, f"{_NEW} stands beside it and was taken")
    return plan.fields(_NEW)


def _trial(given: Fields) -> str:
    key = "freeTrialDurationInMonths"
    months = given.amount(key)
    if months is None or months in _TRIALS:
        return _TRIALS[int(months or 0)]
    given.leave_key(key, "there is no free trial of so many months")
    return ""


def _prices(given: Fields, regions: list[str]) -> dict[str, Any]:
    multiplier = given.fields("coreMultiplier")
    everywhere = _price(multiplier) if multiplier.values else {}
    own = {region.upper(): _price(fields) for region, fields in given.fields("regionPrices").named()}
    prices = {region: own.get(region, everywhere) for region in dict.fromkeys((*regions, *own))}
    if everywhere and not everywhere.get("free") and len(regions) > 1:
        multiplier.leave(multiplier.at, None, _CONVERTED)
    return {region: price for region, price in prices.items() if price}


def _price(fields: Fields) -> dict[str, Any]:
    """A price in one currency: for each core, or by number of cores."""
    single = dict(_amounts(fields, ("single",)))
    sizes = fields.fields("individually")
    by_cores = {
        found[1]: amount
        for of in (fields, sizes)
        for key, amount in _amounts(of, tuple(key for key in of.values if _CORES.fullmatch(key)))
        if (found := _CORES.fullmatch(key))
    }
    amounts = [*single.values(), *by_cores.values()]
    currency = fields.text("currency").upper()
    if amounts and not any(Decimal(amount) for amount in amounts):
        return {"free": True}
    price = {"per_hour_by_cores": by_cores, "per_core_per_hour": single.get("single")}
    return {"currency": currency, **price} if amounts else {}


def _amounts(fields: Fields, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key in keys:
        amount = fields.amount(key)
        if amount is not None and _AMOUNT.fullmatch(text := f"{amount:f}"):
            yield key, text
        elif amount is not None:
            fields.leave_key(key, "this is no price")
