"""How Partner Center sells a SKU: ways of pricing, changes of price, clouds, and who sees it."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from publisher.baseline import Locked, LockedPrice, PublishedSku
from publisher.document.model import AudienceEntry, Price, Sku
from publisher.document.nodes import step
from publisher.findings import Gate, Severity
from publisher.nearest import nearest
from publisher.profiles import PARTNER_CENTER, Profile
from publisher.rules.billing import HOURLY
from publisher.rules.regions import canonical
from publisher.rules.registry import Flaw, Unjudged, add, rule
from publisher.rules.texts import length
from publisher.rules.versions import SAME_OFFER, named

GLOBAL: Final = "global"
NOT_RECORDED: Final = "how a SKU is sold was not recorded: the lock file or catalogue is from before that"
_GUID: Final = re.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_WAYS: Final = {
    "per_hour_by_cores": "by number of cores",
    "flat_per_hour": "flat",
    "per_core_per_hour": "for each core",
    "free": "free",
}

_OTHER_RULES: Final = frozenset({"billing", "free_trial", "family", "protocol"})
_TERMS: Final = ("one-year", "three-years")

Move = tuple[str, Decimal, Decimal]  # where, the published price, and the new one
Word = tuple[str, str, tuple[str, ...]]  # where, what is written, and what may be


def ways(price: Price) -> list[str]:
    """The fields in which a price is given."""
    given = {
        "per_hour_by_cores": bool(price.per_hour_by_cores),
        "flat_per_hour": price.flat_per_hour is not None,
        "per_core_per_hour": price.per_core_per_hour is not None,
        "free": price.free,
    }
    return [way for way, there in given.items() if there]


@rule("BIL301", "price-option-shape", profiles=[PARTNER_CENTER])
def price_option_shape(sku: Sku) -> Iterator[Flaw]:
    """A price is given in one way, the same in every region of a SKU.

    Why: Partner Center asks first how a SKU is priced (by number of cores, flat, for each core, or free),
    and takes no amount of another kind.
    Fix: keep one of per_hour_by_cores, flat_per_hour, per_core_per_hour and free.
    Source: row 71; Partner Center API schema.
    """
    if sku.billing != HOURLY:
        return
    single: dict[str, str] = {}
    for region, price in sku.prices.items():
        given = ways(price)
        if len(given) > 1:
            message = f"the price in {region[:40]!a} is given in {len(given)} ways: {', '.join(given)}"
            yield Flaw(at=price.at, message=message)
        elif given:
            single.setdefault(given[0], region)
    if len(single) > 1:
        shown = ", ".join(f"{_WAYS[way]} in {region[:40]!a}" for way, region in single.items())
        yield Flaw(at=f"{sku.at}/prices", message=f"{named(sku)} is priced {shown}")


@rule(
    "BIL302", "price-change-schedule", profiles=[PARTNER_CENTER],
    requires=(*SAME_OFFER, "billing-model-immutable", "price-option-shape"),
)  # fmt: skip
def price_change_schedule(
    sku: Sku, published_sku: PublishedSku, limits: Profile, now: datetime
) -> Iterator[Flaw | Unjudged]:
    """A change of price goes one way, for a SKU that may change its price, and takes its time.

    Why: a lower price counts from the next month on, a higher one from the first of a month at least
    three months ahead; customers are told (warnings). Hidden SKUs and those in the government cloud
    keep their prices, what is free stays so, and raising and lowering at once is refused (errors).
    Fix: lower prices first and raise others later, with nothing else in the submission. A change can be
    taken back within two days, and later by a support ticket.
    Source: row 74; Partner Center documentation, price changes.
    """
    locked = published_sku.locked
    if locked is None or not sku.billing == locked.billing == HOURLY:
        return
    moves, comparable = _moves(sku, locked)
    if not comparable:
        yield Unjudged(reason="a price in another currency, or given in another way, cannot be compared")
    if paid := _no_longer_free(sku, locked):
        message = f"{named(sku)} was live for nothing in {paid[:40]}, and costs something now"
        yield Flaw(at=f"{sku.prices[paid].at}", message=message, fix="write `free: true` again")
    up, down = [m for m in moves if m[2] > m[1]], [m for m in moves if m[2] < m[1]]
    if not up and not down:
        return
    said = f"{named(sku)}, {_said((up or down)[0])}"
    if reason := _fixed(sku):
        yield Flaw(at=f"{sku.at}/prices", message=f"{said}: {reason} keeps its prices")
    elif up and down:
        yield Flaw(at=f"{sku.at}/prices", message=f"{said}, and lower for {down[0][0]}: only one way at once")
    else:
        day = _raised(now.date(), limits) if up else _lowered(now.date(), limits)
        message = f"{said}: from {day} on, if published today"
        yield Flaw(at=f"{sku.at}/prices", message=message, severity=Severity.WARNING)


def _fixed(sku: Sku) -> str:
    if sku.hidden:
        return "a hidden SKU"
    return "a SKU in the government cloud" if "government" in sku.clouds else ""


def _said(move: Move) -> str:
    where, old, new = move
    return f"{where}: the price {'rises' if new > old else 'falls'} from {old:f} to {new:f}"


def _no_longer_free(sku: Sku, locked: Locked) -> str:
    """The first region where customers pay now for what cost nothing; "" where there is none."""
    free = {region for region, old in locked.prices.items() if old.free}
    paid = (region for region, new in sku.prices.items() if canonical(region) in free and not new.free)
    return next(paid, "")


def _moves(sku: Sku, locked: Locked) -> tuple[list[Move], bool]:
    """The prices that are published and given now, and whether all of them could be compared."""
    moves: list[Move] = []
    comparable = True
    for region, price in sku.prices.items():
        old = locked.prices.get(canonical(region))
        if old is None or old.free:
            continue
        before, now = _amounts(old), _amounts(price)
        comparable &= bool(before) and old.currency == price.currency and before.keys() & now.keys() != set()
        if old.currency == price.currency:
            both = (how for how in now if how in before)
            moves += ((f"{region[:10]}{how}", before[how], now[how]) for how in both)
    return moves, comparable


def _amounts(price: LockedPrice | Price) -> dict[str, Decimal]:
    """The amounts of a price by what they are for."""
    amounts = {f" with {cores[:10]} cores": amount for cores, amount in price.per_hour_by_cores.items()}
    others = {"": price.flat_per_hour, " for each core": price.per_core_per_hour}
    return amounts | {how: amount for how, amount in others.items() if amount is not None}


def _raised(today: date, limits: Profile) -> date:
    """When a higher price counts: on the first of a month, a number of days ahead."""
    ahead = today + timedelta(days=limits.days["price_increase"])
    return ahead if ahead.day == 1 else _next_month(ahead)


def _lowered(today: date, limits: Profile) -> date:
    """When a lower price counts: next month, or one later when the month is nearly over."""
    first = _next_month(today)
    late = (first - timedelta(days=1) - today).days < limits.days["price_cutoff"]
    return _next_month(first) if late else first


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


@rule("BIL303", "cloud-remove", profiles=[PARTNER_CENTER], requires=SAME_OFFER, waivable=False)
def cloud_remove(sku: Sku, published_sku: PublishedSku) -> Iterator[Flaw | Unjudged]:
    """A SKU stays in every cloud in which it was live.

    Why: Partner Center refuses to take a cloud away.
    Fix: add the cloud again; an empty list of clouds means the global one.
    Source: row 77; Partner Center documentation, plan setup.
    """
    if published_sku.locked is None:
        return
    if published_sku.terms is None:
        yield Unjudged(reason=NOT_RECORDED)
    elif gone := sorted({*(published_sku.terms.clouds or (GLOBAL,))} - {*(sku.clouds or (GLOBAL,))}):
        message = f"{named(sku)} was live in the cloud {', '.join(gone)}, and no longer lists it"
        yield Flaw(at=f"{sku.at}/clouds", message=message, fix=f"add {', '.join(gone)} again")


@rule("BIL304", "market-china", profiles=[PARTNER_CENTER], requires={"region-code"})
def market_china(sku: Sku) -> Iterator[Flaw]:
    """In China a SKU is free, or brings its own licence.

    Why: Partner Center charges nobody in this market.
    Fix: take CN out of the regions, write `free: true` for it, or offer a byol SKU there.
    Source: row 78; Partner Center documentation, geographic availability.
    """
    price = sku.prices.get("CN")
    if "CN" in sku.regions and sku.billing == HOURLY and not (price and price.free):
        at = f"{sku.at}/regions/{sku.regions.index('CN')}"
        yield Flaw(at=at, message=f"the hourly {named(sku)} is sold in China (CN), and is not free there")


@rule(
    "BIL305", "visibility-public-to-private", profiles=[PARTNER_CENTER], requires=SAME_OFFER, waivable=False
)
def visibility_public_to_private(sku: Sku, published_sku: PublishedSku) -> Iterator[Flaw | Unjudged]:
    """A SKU that was live for everybody never becomes private.

    Why: Partner Center refuses it; only the other way is open.
    Fix: write `visibility: public`, and add a private SKU beside it.
    Source: row 84; Partner Center documentation, pricing and availability.
    """
    if published_sku.locked is None:
        return
    if published_sku.terms is None:
        if sku.visibility == "private":
            yield Unjudged(reason=NOT_RECORDED)
    elif sku.visibility == "private" and published_sku.terms.visibility == "public":
        yield Flaw(at=f"{sku.at}/visibility", message=f"{named(sku)} was live as a public SKU")


@rule("BIL306", "private-audience", profiles=[PARTNER_CENTER], requires={"sku-choice-known"})
def private_audience(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """A private SKU has an audience: tenants or subscriptions, each by its GUID in lower case, each once.

    Why: without one nobody can buy it, and an ID of another form matches nobody. Subscriptions of
    resellers (CSP) never see a private SKU.
    Fix: list the IDs under `audience`, or write `visibility: public`.
    Source: row 85; Partner Center documentation, private offers and pricing and availability.
    """
    at, count = f"{sku.at}/audience", len(sku.audience)
    if sku.visibility == "private" and not count:
        yield Flaw(at=at, message=f"the private {named(sku)} has no audience")
    if sku.visibility == "public" and count:
        message = f"{named(sku)} is public; its audience does not count"
        yield Flaw(at=at, message=message, severity=Severity.WARNING)
    elif count > limits.counts["audience"]:
        most = limits.counts["audience"]
        yield Flaw(at=at, message=f"the audience has {count:,} entries; at most {most:,} are allowed")
    else:
        yield from _entry_flaws(sku.audience, limits)


def _entry_flaws(audience: tuple[AudienceEntry, ...], limits: Profile) -> Iterator[Flaw]:
    seen: set[str] = set()
    for entry in audience:
        at, shown = f"{entry.at}/id", f"{entry.id[:60]!a}"
        if not _GUID.fullmatch(entry.id):
            yield Flaw(at=at, message=f"{shown} is no ID of a tenant or subscription (a GUID)")
        elif entry.id != entry.id.lower():
            yield Flaw(at=at, message=f"the ID {shown} is not in lower case", fix=f"write {entry.id.lower()}")
        elif entry.id in seen:
            yield Flaw(at=at, message=f"the ID {shown} stands twice", severity=Severity.WARNING)
        seen.add(entry.id)
        if (size := length(entry.label)) > limits.lengths["audience_label"]:
            most = limits.lengths["audience_label"]
            message = f"a label has {size:,} UTF-16 code units; at most {most:,} are allowed"
            yield Flaw(at=f"{entry.at}/label", message=message)


@rule(
    "BIL307", "core-size-review", gate=Gate.PRODUCTION, severity=Severity.WARNING, profiles=[PARTNER_CENTER],
    requires={"price-core-size"},
)  # fmt: skip
def core_size_review(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """A SKU that is priced by number of cores has a price for every size of machine.

    Why: for sizes without a price, the portal computes one, and customers pay it.
    Fix: give a price for the numbers of cores that are named, or review in the portal what it computed.
    Source: row 86; Partner Center documentation, core sizes.
    """
    if sku.billing != HOURLY:
        return
    tables = [set(price.per_hour_by_cores) for price in sku.prices.values() if price.per_hour_by_cores]
    missing = [str(size) for size in limits.core_sizes if any(str(size) not in table for table in tables)]
    if missing:
        message = f"{named(sku)} has no price for machines of {', '.join(missing)} cores in some region"
        yield Flaw(at=f"{sku.at}/prices", message=message)


@rule("BIL308", "sku-choice-known", profiles=[PARTNER_CENTER])
def sku_choice_known(sku: Sku) -> Iterator[Flaw]:
    """Where the format has words for a SKU to choose from, one of them is written.

    Why: a word that is not known means nothing, and the SKU would go out with another choice.
    Fix: write one of the words that the message lists.
    Source: the offer format vm-offer/1; Partner Center API schema.
    """
    for at, word, choices in (*_words(sku), *_terms(sku)):
        if word and word not in choices:
            near = nearest(word[:40].lower(), choices)
            message = f"{word[:40]!a} is none of {', '.join(choices)}"
            yield Flaw(at=at, message=message, fix=f"write {near}" if near else "")


def _words(part: Any) -> Iterator[Word]:
    """Place, word and choices of each word of a SKU, or of a part of it, that no other rule looks at."""
    for field in fields(part):
        value, at = getattr(part, field.name), f"{part.at}/{field.name}"
        choices = field.metadata.get("choices", ())
        items = value if isinstance(value, tuple) else (value,)
        for index, item in enumerate(items):
            if is_dataclass(item):
                yield from _words(item)
            elif choices and field.name not in _OTHER_RULES:
                yield (f"{at}/{index}" if items is value else at), item, choices


def _terms(sku: Sku) -> Iterator[Word]:
    for term in sku.reservation:
        yield step(f"{sku.at}/reservation", term), term, _TERMS


add(
    "LCY113", "sku-delete-draft-only", """Only a SKU that was never published can be deleted.
        Why: customers may run what was published; Partner Center deletes drafts alone, and deprecates
        everything else.
        Fix: deprecate the SKU (`publisher sku deprecate`), release that, and leave it in the document.
        Source: row 13; Partner Center API schema, lifecycle states; Partner Center documentation, plans.""",
    kind="guard", gate=Gate.STAGE, waivable=False, profiles=frozenset({PARTNER_CENTER}),
)  # fmt: skip
