"""What may not change: IDs once staged; billing, prices, regions, ports and more once live."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from publisher.baseline import Locked, LockedPrice, Published
from publisher.document.model import Offer, Price, Sku
from publisher.document.nodes import step
from publisher.findings import Gate, Severity
from publisher.nearest import nearest
from publisher.profiles import CLASSIC, PARTNER_CENTER
from publisher.rules.images import span
from publisher.rules.regions import canonical
from publisher.rules.registry import NO_BASELINE, Flaw, Unjudged, rule
from publisher.rules.versions import SAME_OFFER, named, numbered, spelt

MOST_COMPARED: Final = 1000  # new SKUs, in search of a likely new name


def _locked(offer: Offer, published: Published | None) -> Iterator[tuple[Sku, Locked]]:
    """The SKUs that were live, each with what that locked."""
    for sku in offer.skus:
        known = published.sku(sku.id) if published else None
        if known and known.locked:
            yield sku, known.locked


@rule("IDN201", "offer-id-immutable", waivable=False)
def offer_id_immutable(offer: Offer, published: Published) -> Iterator[Flaw]:
    """The offer ID stays as it was when the offer was first staged.

    Why: the ID stands in the address of the offer and in every deployment; another ID is another offer.
    The same finding appears when offer.lock.json was copied from another offer.
    Fix: put the ID back. A new offer begins in a folder of its own, without a lock file.
    Source: row 5; guide for VM offers (2016), after publishing; Partner Center documentation.
    """
    if offer.offer and offer.offer != published.offer:
        yield Flaw(
            at="/offer",
            message=f"the offer ID is {offer.offer[:60]!a}, but {published.offer!a} was staged",
            fix=f"write offer: {published.offer}; for a new offer, begin a folder without offer.lock.json",
        )


@rule("IDN203", "publisher-id-immutable", waivable=False)
def publisher_id_immutable(offer: Offer, published: Published) -> Iterator[Flaw]:
    """The publisher ID stays as it was when the offer was first staged.

    Why: an offer cannot move to another publisher. The same finding appears when offer.lock.json was
    copied from another publisher's offer.
    Fix: put the ID back. Under another publisher the offer begins anew, without a lock file.
    Source: row 7; guide for VM offers (2016), after publishing; Partner Center documentation.
    """
    if offer.publisher and offer.publisher != published.publisher:
        yield Flaw(
            at="/publisher",
            message=f"the publisher ID is {offer.publisher[:60]!a}, but {published.publisher!a} was staged",
            fix=f"write publisher: {published.publisher}; under another ID, begin without offer.lock.json",
        )


@rule("IDN202", "sku-id-immutable", requires=SAME_OFFER, waivable=False)
def sku_id_immutable(offer: Offer, published: Published) -> Iterator[Flaw]:
    """A SKU that was staged keeps its ID, and stays in the document until its deletion is done.

    Why: the ID stands in every deployment of the SKU; a renamed SKU is a new one, and the old one would
    vanish under customers who run it. Once deleted, an ID is spent: it never comes back.
    Fix: put the ID back; to remove the SKU, ask for its deletion first (`publisher delete`). A SKU that
    replaces a deleted one has another ID.
    Source: row 6; guide for VM offers (2016), after publishing; Partner Center documentation.
    """
    if any(not sku.id for sku in offer.skus):
        return  # the missing ID is another rule's finding, and may be the one that is missed here
    yield from _come_back(offer, published)
    there, known = {sku.id for sku in offer.skus}, {sku.id for sku in published.skus}
    new = sorted(sku_id for sku_id in there - known if len(sku_id) <= 60)[:MOST_COMPARED]
    for missing in published.skus:
        if missing.deleted or missing.id in there:
            continue
        message = f"SKU {missing.id} ({missing.state.replace('_', ' ')}) is missing"
        fix = f"put SKU {missing.id} back, or ask for its deletion and wait until that is marked done"
        if near := nearest(missing.id, new, 0.5):
            message += f"; {near!a} is new: a SKU that was staged cannot be renamed"
            fix = f"write {missing.id} again in place of {near!a}"
        yield Flaw(at="/skus", message=message, fix=fix)


def _come_back(offer: Offer, published: Published) -> Iterator[Flaw]:
    for sku in offer.skus:
        if (known := published.sku(sku.id)) and known.deleted:
            message = f"{named(sku)} was deleted: its ID cannot come back"
            yield Flaw(at=f"{sku.at}/id", message=message, fix="take the SKU out, or give it another ID")


@rule("LGL201", "terms-standard-lock", profiles=[PARTNER_CENTER], requires=SAME_OFFER, waivable=False)
def terms_standard_lock(offer: Offer, published: Published) -> Iterator[Flaw | Unjudged]:
    """An offer that is live with the standard contract keeps it.

    Why: customers accepted the standard contract; Partner Center takes no terms of your own in its place
    once the offer is published. The other way is open.
    Fix: write `standard_contract: true` again; what you want to change stands in amendments.
    Source: row 56; Partner Center documentation, properties.
    """
    if not published.live or offer.legal.standard_contract:
        return
    if published.standard_contract is None:
        yield Unjudged(reason="whether the live offer has the standard contract was not recorded")
    elif published.standard_contract:
        at = "/legal/standard_contract"
        yield Flaw(at=at, message="the offer is live with the standard contract, and now has other terms")


@rule("BIL201", "billing-model-immutable", requires=SAME_OFFER, waivable=False)
def billing_model_immutable(offer: Offer, published: Published) -> Iterator[Flaw]:
    """A SKU that was live keeps its billing model.

    Why: customers agreed to be charged in this way; the marketplace refuses the change.
    Fix: put the billing model back, and offer the other one as a new SKU.
    Source: row 66; guide for VM offers (2016), after publishing; Partner Center documentation.
    """
    for sku, locked in _locked(offer, published):
        if sku.billing in {"hourly", "byol"} and sku.billing != locked.billing:
            yield Flaw(
                at=f"{sku.at}/billing",
                message=f"{named(sku)} was live with billing {locked.billing}, and now has {sku.billing}",
                fix=f"write billing: {locked.billing}, and add a new SKU for {sku.billing}",
            )


@rule("BIL202", "price-immutable", profiles=[CLASSIC], requires=SAME_OFFER, waivable=False)
def price_immutable(offer: Offer, published: Published) -> Iterator[Flaw]:
    """The prices of a SKU that was live stay as they were, in every region where it was sold.

    Why: the classic portal knows no change of price. Any changed, added or removed core size counts, and
    so does the currency; 0.50 and 0.5 are one price. A whole new region may be added at any time.
    Fix: put the price back; sell under other prices as a new SKU.
    Source: row 73; guide for VM offers (2016), after publishing.
    """
    for sku, locked in _locked(offer, published):
        if sku.billing != locked.billing:
            continue  # the billing model is the cause
        prices = {canonical(region): price for region, price in sku.prices.items()}
        here = {canonical(region) for region in sku.regions}
        for region in sorted({*locked.regions, *locked.prices} & {*here, *prices}):
            yield from _price_flaws(sku, region, locked.prices.get(region), prices.get(region))


def _price_flaws(sku: Sku, region: str, old: LockedPrice | None, new: Price | None) -> Iterator[Flaw]:
    where, at = f"{named(sku)} in {region}", f"{sku.at}/prices"
    if old and not new:
        message = f"{where} was live with {_written(old)}, and has no price now"
        yield Flaw(at=at, message=message, fix=f"put the price of {region} back: {_written(old)}")
    elif new and not old:
        message = f"{where} was live without a price, and has one now"
        yield Flaw(at=new.at, message=message, fix=f"remove the price of {region}")
    elif new and old and len(new.currency) == 3 and new.currency.upper() != old.currency:
        message = f"{where} was live in {old.currency}, and is priced in {new.currency[:20]!a} now"
        yield Flaw(at=f"{new.at}/currency", message=message, fix=f"write {_written(old)} as before")
    elif new and old:
        yield from _amount_flaws(where, old, new)


def _amount_flaws(where: str, old: LockedPrice, new: Price) -> Iterator[Flaw]:
    if not all(cores.isascii() and cores.isdigit() for cores in new.per_hour_by_cores):
        return  # what cannot be read is another rule's finding
    before, now = _by_cores(old.per_hour_by_cores), _by_cores(new.per_hour_by_cores)
    for cores in sorted(before.keys() | now.keys(), key=lambda text: (len(text), text)):
        (_, was), (written, amount) = before.get(cores, ("", None)), now.get(cores, ("", None))
        if was == amount:
            continue
        at, shown = f"{new.at}/per_hour_by_cores", f"{cores[:20]} core{'' if cores == '1' else 's'}"
        yield Flaw(
            at=step(at, written) if written else at,
            message=f"{where}, {shown}: the published price is {_amount(was)}, and now {_amount(amount)}",
            fix=f"remove {shown} again" if was is None else f"write {cores}: {_amount(was)}",
        )


def _by_cores(prices: Mapping[str, Decimal]) -> dict[str, tuple[str, Decimal]]:
    """Keys as they are written, and amounts, by number of cores without leading zeros."""
    return {cores.lstrip("0"): (cores, amount) for cores, amount in prices.items()}


def _amount(amount: Decimal | None) -> str:
    return "none" if amount is None else f"{amount:f}"


def _written(price: LockedPrice) -> str:
    amounts = (f"{cores}: {_amount(amount)}" for cores, amount in price.per_hour_by_cores.items())
    return f"{price.currency} {', '.join(amounts)}"


@rule(
    "BIL203", "region-remove", requires=SAME_OFFER,
    severity={PARTNER_CENTER: Severity.WARNING, "else": Severity.ERROR},
)  # fmt: skip
def region_remove(offer: Offer, published: Published, gate: Gate) -> Iterator[Flaw]:
    """A SKU that was live stays on sale in every region where it was sold.

    Why: the classic portal refuses to remove a region. Partner Center allows it (a warning), but
    customers there can no longer deploy or scale.
    Fix: put the region back; offer a new SKU for fewer regions.
    Source: row 75; guide for VM offers (2016), after publishing; Partner Center documentation.
    """
    for sku, locked in _locked(offer, published):
        if sku.markets != "listed" or (not sku.regions and gate >= Gate.STAGE):
            continue  # sold wherever it can be; or having none is another rule's finding from here on
        here = {canonical(region) for region in sku.regions}
        if gone := ", ".join(sorted(set(locked.regions) - here)):
            message = f"{named(sku)} was live in {', '.join(locked.regions)}, and no longer lists {gone}"
            yield Flaw(at=f"{sku.at}/regions", message=message, fix=f"add {gone} again")


@rule("BIL204", "visibility-immutable", profiles=[CLASSIC], requires=SAME_OFFER, waivable=False)
def visibility_immutable(offer: Offer, published: Published) -> Iterator[Flaw]:
    """A SKU that was live stays hidden, or stays visible.

    Why: the classic portal forbids to change this once a SKU is listed.
    Fix: put `hidden` back, and offer a new SKU for the other visibility.
    Source: row 83; guide for VM offers (2016), production checklist.
    """
    for sku, locked in _locked(offer, published):
        if sku.hidden != locked.hidden:
            was, now = ("true", "false") if locked.hidden else ("false", "true")
            yield Flaw(
                at=f"{sku.at}/hidden",
                message=f"{named(sku)} was live with hidden: {was}, and now has hidden: {now}",
                fix=f"write hidden: {was}",
            )


@rule("IMG201", "port-immutable", profiles=[CLASSIC], requires=SAME_OFFER, waivable=False)
def port_immutable(offer: Offer, published: Published) -> Iterator[Flaw]:
    """A SKU that was live keeps its open ports; their labels may change.

    Why: customers built their firewalls on these ports, and the classic portal refuses the change.
    Fix: put the ports back as they were, and offer other ports with a new SKU.
    Source: row 119; guide for VM offers (2016), after publishing.
    """
    for sku, locked in _locked(offer, published):
        if not all(span(port) for port in sku.ports):
            continue  # what cannot be read is another rule's finding
        was, now = set(locked.ports), {port.opening for port in sku.ports}
        if was != now:
            closed, opened = ", ".join(sorted(was - now)), ", ".join(sorted(now - was))
            changes = [f"closes {closed}" if closed else "", f"opens {opened}" if opened else ""]
            yield Flaw(
                at=f"{sku.at}/ports",
                message=f"{named(sku)} was live with {', '.join(sorted(was)) or 'no open ports'}; "
                f"the document {' and '.join(filter(None, changes))}",
            )


@rule("IMG202", "disk-count-change", requires=SAME_OFFER, waivable=False)
def disk_count_change(offer: Offer, published: Published | None = None) -> Iterator[Flaw | Unjudged]:
    """Every version of a SKU has the same number of data disks.

    Why: a customer who updates would lose a disk, or miss one; the marketplace refuses the version.
    Fix: keep the number of data disks; an image with another number is a new SKU.
    Source: row 109; guide for VM offers (2016), VM images; Partner Center documentation, certification.
    """
    locks = {sku.at: locked.data_vhds for sku, locked in _locked(offer, published)}
    for sku in offer.skus:
        images = {key: image for key, image in numbered(sku).items() if not image.gallery}
        if not images:
            continue  # a gallery image brings its own disks
        oldest = images[min(images)]
        count = locks.get(sku.at, len(oldest.data_vhds))
        before = "was live" if sku.at in locks else f"has {spelt(oldest)}"
        for image in sku.images:
            if (now := len(image.data_vhds)) != count and not image.gallery:
                message = f"{named(sku)} {before} with {_disks(count)}; {spelt(image)} has {_disks(now)}"
                yield Flaw(at=f"{image.at}/data_vhds", message=message)
    if published is None:
        yield Unjudged(reason=NO_BASELINE)


def _disks(count: int) -> str:
    return f"{count or 'no'} data disk{'' if count == 1 else 's'}"
