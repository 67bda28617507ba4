"""SKUs and versions that leave the store of today: notice, alternative, and what may leave at all."""

from collections.abc import Iterator
from typing import Final

from publisher.baseline import OtherOffer, PublishedSku
from publisher.document.model import Deprecation, Image, Offer, Sku, version_key
from publisher.findings import Gate, Severity
from publisher.nearest import nearest
from publisher.profiles import PARTNER_CENTER, Profile
from publisher.rules.registry import Flaw, Unjudged, rule
from publisher.rules.versions import SAME_OFFER, named, spelt

_URGENT: Final = "critical-security-issue"


def _leaving(offer: Offer) -> Iterator[tuple[str, Sku, Sku | Image]]:
    """Every SKU and version that is deprecated: how it is called, its SKU, and itself."""
    for sku in offer.skus:
        if sku.deprecated:
            yield named(sku), sku, sku
        for image in sku.images:
            if image.deprecated:
                yield f"{spelt(image)} of {named(sku)}", sku, image


@rule(
    "LCY114", "deprecate-notice", gate=Gate.STAGE, severity=Severity.WARNING, profiles=[PARTNER_CENTER],
    requires={"deprecation-stated"},
)  # fmt: skip
def deprecate_notice(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """A deprecation is announced in time; trials and test drives have an end before.

    Why: customers count on a notice of 90 days when something is withdrawn. Trials end at once, machines
    that run go on, and a test drive must be moved or switched off before.
    Fix: write `in_days: 90` under `deprecation`, and say why and what replaces it; less is for a
    critical security issue. A whole offer is withdrawn by `publisher delete OFFER`, which asks for its ID.
    Source: row 141; Partner Center documentation, deprecation.
    """
    for name, _sku, what in _leaving(offer):
        days, least = what.deprecation.in_days, limits.days["deprecation"]
        if days is not None and days < least and what.deprecation.reason != _URGENT:
            message = f"{name} leaves {days} days after its publication; customers count on {least}"
            yield Flaw(at=f"{what.deprecation.at}/in_days", message=message)
    for sku in offer.skus:
        if sku.deprecated and sku.free_trial != "none":
            message = f"the free trials of {named(sku)} end as soon as this is published"
            yield Flaw(at=f"{sku.at}/deprecated", message=message, severity=Severity.INFO)
    if offer.test_drive.enabled and offer.skus and all(sku.deprecated for sku in offer.skus):
        message = "every SKU is deprecated, and the test drive is still offered"
        yield Flaw(
            at="/test_drive/enabled", message=message, fix="switch it off, or move it to another offer"
        )


@rule("VER205", "deprecation-stated", profiles=[PARTNER_CENTER])
def deprecation_stated(offer: Offer) -> Iterator[Flaw]:
    """When, why and what instead stand beside `deprecated: true`, and for a version as a whole.

    Why: without it, a `deprecation` says nothing, and its author believes that something leaves. The
    generations of a version leave together: the marketplace knows one state of it.
    Fix: write `deprecated: true` (`publisher sku deprecate` and `publisher image deprecate` write all of
    it), or delete the block.
    Source: the offer format vm-offer/1; Partner Center API schema.
    """
    for sku in offer.skus:
        parts: list[Sku | Image] = [sku, *sku.images]
        for what in parts:
            if _says_something(what.deprecation) and not what.deprecated:
                name = spelt(what) if isinstance(what, Image) else named(sku)
                message = f"{name} says when or why it is deprecated, and not that it is"
                yield Flaw(at=what.deprecation.at, message=message)
        yield from _halves(sku)


def _says_something(notice: Deprecation) -> bool:
    return bool(notice.at) and (notice.in_days is not None or bool(notice.reason or notice.alternative))


def _halves(sku: Sku) -> Iterator[Flaw]:
    """Versions of which one generation is deprecated and another is not."""
    leaving = {version_key(image.version) for image in sku.images if image.deprecated}
    for image in sku.images:
        if not image.deprecated and version_key(image.version) in leaving:
            message = f"{spelt(image)} of {named(sku)} is deprecated in another generation, and not here"
            yield Flaw(at=image.at, message=message, fix="write deprecated: true here as well")


@rule("VER206", "deprecation-alternative", profiles=[PARTNER_CENTER], requires={"deprecation-stated"})
def deprecation_alternative(
    offer: Offer, others: tuple[OtherOffer, ...] | None = None
) -> Iterator[Flaw | Unjudged]:
    """What customers are sent to is another SKU of the offer that stays, or another offer.

    Why: the notice that they get names it; what is not there, or leaves as well, helps nobody.
    Fix: write the ID of another SKU of this offer, or the ID of another offer of yours.
    Source: Partner Center API schema, deprecation schedule; Partner Center documentation, deprecation.
    """
    ids = [sku.id for sku in offer.skus]
    known = {other.offer for other in others or ()}
    for name, sku, what in _leaving(offer):
        wanted, at = what.deprecation.alternative, f"{what.deprecation.at}/alternative"
        if not wanted or (fault := _fault(offer, sku, what, wanted)) == "":
            continue
        if fault:
            yield Flaw(at=at, message=f"{name} {fault}")
        elif near := nearest(wanted[:60], ids, 0.8):
            message = f"{name} names {wanted[:60]!a} as alternative, which is no SKU of this offer"
            yield Flaw(at=at, message=message, fix=f"write {near}")
        elif others is None:
            yield Unjudged(reason="which other offers there are is known to the catalogue only")
        elif wanted not in known:
            message = f"{name} names {wanted[:60]!a} as alternative: no SKU here, and no offer that is known"
            yield Flaw(at=at, message=message, severity=Severity.WARNING)


def _fault(offer: Offer, sku: Sku, what: Sku | Image, wanted: str) -> str | None:
    """What is wrong with an alternative inside the offer; "" for nothing, None for one that is not inside."""
    if wanted == offer.offer:
        return "names its own offer as alternative"
    if (other := offer.sku(wanted)) is None:
        return None
    if other is sku and what is sku:
        return "names itself as alternative"
    return f"names {named(other)} as alternative, which is deprecated as well" if other.deprecated else ""


@rule(
    "VER207", "deprecation-published", severity=Severity.WARNING, profiles=[PARTNER_CENTER],
    requires=(*SAME_OFFER, "deprecation-stated"),
)  # fmt: skip
def deprecation_published(sku: Sku, published_sku: PublishedSku) -> Iterator[Flaw]:
    """Only what customers could get is deprecated.

    Why: what was never live leaves without any notice: a draft is deleted, not deprecated.
    Fix: take a version that was never live out of the document; for a SKU, `publisher delete OFFER --sku
    ID` says how.
    Source: row 13; Partner Center API schema, lifecycle states.
    """
    if sku.deprecated and published_sku.locked is None:
        yield Flaw(at=f"{sku.at}/deprecated", message=f"{named(sku)} was never live, and is deprecated")
    spent = {version_key(version) for version in published_sku.versions}
    for image in sku.images:
        if image.deprecated and version_key(image.version) not in spent:
            message = f"{spelt(image)} of {named(sku)} was never live, and is deprecated"
            yield Flaw(at=f"{image.at}/deprecated", message=message)


@rule("VER208", "sku-last-active", gate=Gate.STAGE, severity=Severity.WARNING, profiles=[PARTNER_CENTER])
def sku_last_active(offer: Offer) -> Iterator[Flaw]:
    """At least one SKU of an offer is not deprecated.

    Why: an offer without anything to buy stands in the store all the same; withdrawn as a whole, it
    leaves together with its SKUs.
    Fix: leave one SKU, or withdraw the offer with `publisher delete OFFER`.
    Source: row 93, for the SKUs of an offer; Partner Center documentation, deprecation.
    """
    if offer.skus and all(sku.deprecated for sku in offer.skus):
        yield Flaw(at="/skus", message="every SKU of the offer is deprecated")
