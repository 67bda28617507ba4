"""What stands in the marketplace, in the words of the offer format."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.document.built import offer_of
from publisher.document.canonical import canonical, digest
from publisher.errors import MarketplaceRefused
from publisher.ingestion.incoming import folder_of
from publisher.marketplaces import Content, Slot
from publisher.marketplaces.partner_center.answers import TARGETS, Entry, moment
from publisher.marketplaces.partner_center.ingestion import understood

if TYPE_CHECKING:
    from publisher.marketplaces.partner_center.market import PartnerCenter

Fetch = Callable[[str], bytes]


def content_of(
    market: "PartnerCenter", publisher: str, offer: str, slot: Slot, subscription: str | None
) -> Content | None:
    """What stands in preview or live; None where nothing does, or where preview only mirrors live.

    With `subscription`, only if the preview audience holds it: raises MarketplaceRefused otherwise.
    """
    target = TARGETS[slot]
    product = market.api.product(offer)
    entries = market.api.entries(product) if product else []
    if not any(entry.target == target for entry in entries):
        return None
    if (resources := market.api.resources(product, target)) is None:
        return None
    with understood(offer):
        found = offer_of(folder_of(resources, publisher=publisher, fetch=market.fetch))
    testers = tuple(tester.lower() for tester in found.staging.subscriptions)
    if subscription is not None and slot is Slot.STAGING and subscription.strip().lower() not in testers:
        raise MarketplaceRefused(
            f"subscription {subscription} may not see the preview of {publisher}/{offer}",
            hint="add it to the offer's testers, then stage again",
        )
    document = canonical(found)
    return Content(
        publisher=publisher,
        offer=offer,
        slot=slot,
        digest=digest(document),
        document=document,
        subscriptions=testers if slot is Slot.STAGING else (),
        since=since(entries, target),
    )


def since(entries: Iterable[Entry], target: str) -> datetime:
    """When what stands in preview or live was sent there; the year 1 where that is not told."""
    created = next((entry.created for entry in entries if entry.target == target), "")
    return moment(created, datetime.min.replace(tzinfo=UTC))
