"""How SKUs are charged: billing model, free trial, prices, and what the account needs for them."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from publisher.document.model import Offer, Price, Sku
from publisher.document.nodes import step
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, PARTNER_CENTER, Profile
from publisher.rules.currencies import CURRENCIES
from publisher.rules.regions import CODES, canonical
from publisher.rules.registry import Flaw, rule
from publisher.rules.runner import Account

HOURLY: Final = "hourly"
BYOL: Final = "byol"
NO_TRIAL: Final = "none"
_CORES: Final = re.compile(r"[1-9][0-9]{0,3}")


@rule("BIL101", "billing-model", waivable=False)
def billing_model(sku: Sku) -> Iterator[Flaw]:
    """A SKU is billed either hourly or byol.

    Why: the marketplace charges by the hour, or leaves the licence to the publisher; the choice decides
    about prices and trials, and can never be changed once the SKU is live.
    Fix: write `billing: hourly` or `billing: byol`, in lower case.
    Source: row 65; guide for VM offers, SKUs; Partner Center API schema.
    """
    if sku.billing not in (HOURLY, BYOL):
        message = f"the billing model {sku.billing[:40]!a} is neither hourly nor byol"
        yield Flaw(at=f"{sku.at}/billing", message=message)


@rule("BIL102", "trial-hourly-only", requires={"billing-model-immutable"})
def trial_hourly_only(sku: Sku) -> Iterator[Flaw]:
    """Only hourly SKUs have a free trial.

    Why: a trial suspends the hourly charge, and a byol SKU has none that could be suspended.
    Fix: write `free_trial: none`, or make the SKU hourly.
    Source: row 67; guide for VM offers, SKUs.
    """
    if sku.billing == BYOL and sku.free_trial not in (NO_TRIAL, ""):
        message = f"the byol SKU {sku.id[:60]!a} has a free trial ({sku.free_trial[:40]!a})"
        yield Flaw(at=f"{sku.at}/free_trial", message=message)


@rule("BIL103", "trial-duration", requires={"trial-hourly-only"})
def trial_duration(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """A free trial lasts as long as the marketplace allows.

    Why: the portal offers a short list of durations and takes no other.
    Fix: choose one of the durations that the message lists.
    Source: row 68; guide for VM offers, SKUs; Partner Center documentation, pricing and availability.
    """
    if sku.free_trial not in (*limits.free_trials, ""):
        known = ", ".join(limits.free_trials)
        message = f"the free trial {sku.free_trial[:40]!a} is not offered; known: {known}"
        yield Flaw(at=f"{sku.at}/free_trial", message=message)


@rule("BIL104", "price-required", gate=Gate.STAGE, requires={"billing-model-immutable", "price-immutable"})
def price_required(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """An hourly SKU has a price in each of its regions.

    Why: a SKU without a price cannot be bought in that region, and nobody is told.
    Fix: give the price per hour for at least one number of cores, or leave the region out.
    Source: row 69; guide for VM offers, pricing.
    """
    if sku.billing != HOURLY or not sku.regions:
        return
    if not sku.prices:
        yield Flaw(at=f"{sku.at}/prices", message=f"the hourly SKU {sku.id[:60]!a} has no prices")
        return
    prices = {canonical(region): price for region, price in sku.prices.items()}
    for region in dict.fromkeys(sku.regions):
        price = prices.get(canonical(region))
        if canonical(region) not in CODES:
            continue  # region-code says so
        if price is None:
            message = f"the hourly SKU {sku.id[:60]!a} has no price in {region[:40]!a}"
            yield Flaw(at=step(f"{sku.at}/prices", region), message=message)
        elif not _free(price, limits) and not any(_amounts(price, limits)):
            message = f"the price in {region[:40]!a} names no number of cores"
            yield Flaw(at=f"{price.at}/per_hour_by_cores", message=message)


@rule("BIL105", "price-byol-none", requires={"billing-model-immutable"})
def price_byol_none(sku: Sku) -> Iterator[Flaw]:
    """A byol SKU has no prices.

    Why: its licence is sold elsewhere; prices here would never be charged, and hint that somebody
    expects them to be.
    Fix: delete `prices`, or make the SKU hourly.
    Source: row 70; Partner Center API schema.
    """
    if sku.billing == BYOL and sku.prices:
        yield Flaw(at=f"{sku.at}/prices", message=f"the byol SKU {sku.id[:60]!a} has prices")


@rule("BIL106", "price-byol-and-hourly", gate=Gate.STAGE, profiles=[CLASSIC])
def price_byol_and_hourly(offer: Offer) -> Iterator[Flaw]:
    """Beside hourly SKUs, a byol SKU names its regions too.

    Why: the portal keeps a box for byol beside the prices of each region; where prices are filled in,
    an empty box is easily overlooked, and that half of the offer is sold nowhere. The hourly half is
    judged by `price-required`, offers of one kind by `region-min`.
    Fix: list the regions of the byol SKU under `regions`.
    Source: row 72; guide for VM offers, pricing.
    """
    if any(sku.billing == HOURLY for sku in offer.skus):
        for sku in offer.skus:
            if sku.billing == BYOL and not sku.regions:
                message = f"the byol SKU {sku.id[:60]!a} names no region, beside hourly SKUs"
                yield Flaw(at=f"{sku.at}/regions", message=message)


@rule("BIL107", "price-region", requires={"region-code"})
def price_region(sku: Sku) -> Iterator[Flaw]:
    """Prices stand only for regions in which the SKU is sold.

    Why: a price elsewhere is a region that was forgotten, or one that was dropped by half.
    Fix: add the region to `regions`, or delete its price.
    Source: our design; guide for VM offers, pricing.
    """
    for region, price in _prices(sku):
        if sku.regions and region not in sku.regions:
            meant = canonical(region)
            slip = meant in sku.regions and meant not in sku.prices
            message = f"there is a price for {region[:40]!a}, which is not among the regions"
            yield Flaw(at=price.at, message=message, fix=f"write {meant}" if slip else "")


@rule("BIL108", "price-core-size")
def price_core_size(sku: Sku) -> Iterator[Flaw]:
    """Prices are given by number of cores.

    Why: a price is found by the number of cores of the customer's machine; under any other word it is
    never found.
    Fix: write the number of cores as a whole number from 1, without leading zeros.
    Source: our design; guide for VM offers, pricing (a price for each core size).
    """
    for _, price in _prices(sku):
        for cores in price.per_hour_by_cores:
            if not _CORES.fullmatch(cores):
                message = f"{cores[:40]!a} is no number of cores"
                yield Flaw(at=step(f"{price.at}/per_hour_by_cores", cores), message=message)


@rule("BIL109", "price-currency")
def price_currency(sku: Sku, gate: Gate, limits: Profile) -> Iterator[Flaw]:
    """A price names its currency by its ISO 4217 code.

    Why: without the currency a price is a number; it is never guessed from the region.
    Fix: write the ISO 4217 code, such as USD. From the stage gate on it must be there.
    Source: row 79; Partner Center documentation, geographic availability (currencies); ISO 4217.
    """
    for region, price in _prices(sku):
        at, code = f"{price.at}/currency", price.currency.strip()
        if not code and gate >= Gate.STAGE and not _free(price, limits):
            yield Flaw(at=at, message=f"the price in {region[:40]!a} names no currency")
        elif code and price.currency not in CURRENCIES:
            fix = f"write {code.upper()}" if code.upper() in CURRENCIES else ""
            yield Flaw(at=at, message=f"{price.currency[:40]!a} is no ISO 4217 currency code", fix=fix)


@rule("BIL110", "price-range", severity=Severity.WARNING)
def price_range(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """Prices per hour are neither zero nor absurdly high.

    Why: a price can never be corrected once it is live, and both are mostly slips of the keyboard.
    Fix: correct the price; to charge nothing by the hour is what byol is for.
    Source: our design.
    """
    for _, price in _prices(sku):
        most = limits.prices.get(price.currency, limits.prices["else"])
        for at, amount in _amounts(price, limits):
            if amount == 0 or amount > most:
                shown = f"{amount:,f} {price.currency[:3]}".strip()
                message = f"{shown} per hour is more than {most:,}" if amount else "the price is zero"
                yield Flaw(at=at, message=message)


@rule("BIL114", "isv-remit", gate=Gate.STAGE, severity=Severity.WARNING)
def isv_remit(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Hourly SKUs are sold where the marketplace remits the sales tax.

    Why: elsewhere the publisher itself must collect the tax from customers and pay it to the state.
    Fix: make sure that you can collect and pay the tax there, or leave the region out. Which regions
    those are is not documented: `tax_remitted` in the profile is a list to be kept, the portal's counts.
    Source: row 80; guide for VM offers, sell-to countries; Partner Center documentation.
    """
    settled = set(limits.tax_remitted)
    for sku in offer.skus:
        own = [code for code in dict.fromkeys(sku.regions) if code in CODES and code not in settled]
        if own and sku.billing == HOURLY:
            settled.update(own)
            message = f"sales tax is for the publisher to collect and pay in {', '.join(own)}"
            yield Flaw(at=f"{sku.at}/regions", message=message)


@rule("BIL115", "account-tax-bank", gate=Gate.PRODUCTION)
def account_tax_bank(offer: Offer, account: Account) -> Iterator[Flaw]:
    """The account has a tax profile and a bank account before hourly SKUs go live.

    Why: Microsoft refuses commercial offers of an account that it can neither tax nor pay.
    Fix: complete both in the portal, then state `account.tax_profile = true` and
    `account.bank_account = true` in publisher.toml.
    Source: row 81; guide for VM offers, account registration.
    """
    hourly = next((sku for sku in offer.skus if sku.billing == HOURLY), None)
    if hourly is None:
        return
    facts = {"tax profile": account.tax_profile, "bank account": account.bank_account}
    missing = [what for what, there in facts.items() if there is False]
    unknown = [what for what, there in facts.items() if there is None]
    if missing:
        message = f"hourly SKUs cannot go live: the account has no {' and no '.join(missing)}"
        yield Flaw(at=f"{hourly.at}/billing", message=message)
    elif unknown:
        message = f"nothing is stated about the account's {' and '.join(unknown)}"
        yield Flaw(at=f"{hourly.at}/billing", message=message, severity=Severity.INFO)


@rule("BIL116", "visibility-hide", gate=Gate.STAGE, profiles=[CLASSIC], requires={"visibility-immutable"})
def visibility_hide(sku: Sku, account: Account) -> Iterator[Flaw]:
    """Only accounts approved for solution templates hide SKUs.

    Why: a hidden SKU can be deployed by a solution template alone; without one nobody finds it, and the
    flag can never be changed once the SKU is live.
    Fix: write `hidden: false`; with the approval, set `solution_template_approved = true` in
    publisher.toml.
    Source: row 82; guide for VM offers, SKUs and production checklist.
    """
    if sku.hidden and not account.solution_template_approved:
        message = f"the SKU {sku.id[:60]!a} is hidden, but no approval for solution templates is stated"
        yield Flaw(at=f"{sku.at}/hidden", message=message)


def _prices(sku: Sku) -> Iterator[tuple[str, Price]]:
    """Region and price, where prices count: other rules tell why they do not elsewhere."""
    if sku.billing == HOURLY:
        yield from sku.prices.items()


def _amounts(price: Price, limits: Profile) -> Iterator[tuple[str, Decimal]]:
    """Place and amount of what is asked per hour; the classic portal knows prices by cores alone."""
    for cores, amount in price.per_hour_by_cores.items():
        yield step(f"{price.at}/per_hour_by_cores", cores), amount
    if limits.name == PARTNER_CENTER:
        for key in ("flat_per_hour", "per_core_per_hour"):
            if (flat := getattr(price, key)) is not None:
                yield f"{price.at}/{key}", flat


def _free(price: Price, limits: Profile) -> bool:
    return price.free and limits.name == PARTNER_CENTER
