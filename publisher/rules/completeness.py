"""What must be filled in, and in which languages."""

import re
from collections.abc import Iterator
from typing import Final

from publisher.document.model import Image, Listing, Offer, Sku, SkuListing, VhdUrl
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, Profile
from publisher.rules.likeness import folded
from publisher.rules.registry import Flaw, rule

Missing = tuple[str, str]  # where, and what

# BCP 47 without the grandfathered tags; languages of four letters and more are all unassigned.
_TAG: Final = re.compile(
    r"(?i:[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+)"
)


@rule("TXT113", "field-required", gate=Gate.STAGE)
def field_required(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Every mandatory field is filled in.

    Why: the portal does not take an offer to staging while a field is empty.
    Fix: fill in the field that is named.
    Source: row 28; guide for VM offers, push to staging (every field, images included); Partner Center
    documentation, review and publish.
    """
    for at, what in _missing(offer, limits):
        yield Flaw(at=at, message=f"{what} is missing")


def _missing(offer: Offer, limits: Profile) -> Iterator[Missing]:
    if not offer.listing:
        yield "/listing", "the listing of the offer"
    for listing in offer.listing.values():
        yield from _texts_missing(listing, "the offer's", long_summary=listing.long_summary.value)
    for sku in offer.skus:
        yield from _sku_missing(sku)
        if not sku.reuses or limits.name == CLASSIC:  # one that is named has it for both
            yield from _configuration_missing(sku, limits)


def _named(sku: Sku) -> str:
    return f"the SKU {sku.id[:60]!a}" if sku.id.strip() else "a SKU without ID"


def _sku_missing(sku: Sku) -> Iterator[Missing]:
    name = _named(sku)
    if not sku.listing:
        yield f"{sku.at}/listing", f"the listing of {name}"
    for texts in sku.listing.values():
        yield from _texts_missing(texts, f"{name}'s")


def _configuration_missing(sku: Sku, limits: Profile) -> Iterator[Missing]:
    system, name = sku.operating_system, _named(sku)
    if not system.family.strip():
        yield f"{sku.at}/operating_system/family", f"the OS family of {name}"
    if not system.name.strip():
        yield f"{sku.at}/operating_system/name", f"the OS name of {name}"
    if len(sku.recommended_sizes) < limits.counts["recommended_sizes_min"]:
        yield f"{sku.at}/recommended_sizes", f"a recommended VM size of {name}"
    if not sku.images:
        yield f"{sku.at}/images", f"an image version of {name}"
    for image in sku.images:
        yield from _image_missing(image, name, by_vhd=not image.gallery or limits.name == CLASSIC)


def _texts_missing(texts: Listing | SkuListing, whose: str, **more: str) -> Iterator[Missing]:
    fields = {"title": texts.title, "summary": texts.summary, **more, "description": texts.description.value}
    for key, value in fields.items():
        if not folded(value):  # markup or invisible characters alone show nothing
            yield f"{texts.at}/{key}", f"{whose} {key.replace('_', ' ')}"


def _image_missing(image: Image, name: str, *, by_vhd: bool) -> Iterator[Missing]:
    if not image.version.strip():
        yield f"{image.at}/version", f"the version of an image of {name}"
    if by_vhd and _unset(image.os_vhd):
        yield f"{image.at}/os_vhd", f"the OS VHD of {name}, version {image.version[:40] or '?'},"
    for disk in image.data_vhds:
        if _unset(disk.url):
            yield f"{disk.at}/url", f"the URL of a data VHD of {name}, version {image.version[:40] or '?'},"


def _unset(vhd: VhdUrl) -> bool:
    return not vhd.secret and not (vhd.url and vhd.url.reveal().strip())


@rule("TXT114", "language-supported")
def language_supported(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Listings are keyed by language tags, and in the classic profile one of them is en-us.

    Why: the store looks a listing up by the customer's language; the classic store speaks English, and
    shows nothing where English is missing (a warning, because listings in other languages may be kept).
    Fix: write a language tag such as en-us, fr-fr or zh-hans-cn.
    Source: row 29; guide for VM offers, marketing texts; BCP 47.
    """
    yield from _tags(offer.listing)
    for sku in offer.skus:
        yield from _tags(sku.listing)
    if limits.name == CLASSIC and offer.listing and limits.language not in _languages(offer.listing):
        message = f"there is no listing in {limits.language}; found: {', '.join(offer.listing)[:80]}"
        fix = f"add a listing in {limits.language}"
        yield Flaw(at="/listing", message=message, fix=fix, severity=Severity.WARNING)


def _tags(listings: dict[str, Listing] | dict[str, SkuListing]) -> Iterator[Flaw]:
    first: dict[str, str] = {}
    for tag, listing in listings.items():
        earlier = first.setdefault(tag.lower(), tag)
        if not _TAG.fullmatch(tag[:256]) or len(tag) > 256:
            near = re.sub(r"[_\s]+", "-", tag[:40].strip()).lower()
            fix = f"write {near}" if _TAG.fullmatch(near) else ""
            yield Flaw(at=listing.at, message=f"{tag[:60]!a} is no language tag", fix=fix)
        elif earlier != tag:
            message = f"the language {tag} stands twice, the first time as {earlier}"
            yield Flaw(at=listing.at, message=message, fix="keep one of the two listings")


@rule("TXT115", "language-parity", gate=Gate.STAGE, severity=Severity.WARNING)
def language_parity(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Every language offers the same: links, sample images, and the texts of every SKU.

    Why: customers in the poorer language see a lesser product, and nobody tells them.
    Fix: add what is missing in that language, or drop the language.
    Source: row 31; our design.
    """
    languages = _languages(offer.listing)
    if languages:
        model = languages.get(limits.language) or next(iter(languages.values()))
        yield from _uneven(offer, model)
    for sku in offer.skus:
        yield from _partly_translated(sku, set(languages), set(_languages(sku.listing)))


def _uneven(offer: Offer, model: str) -> Iterator[Flaw]:
    for language, listing in offer.listing.items():
        for key, what in (("links", "links"), ("sample_images", "sample images")):
            count, wanted = len(getattr(listing, key)), len(getattr(offer.listing[model], key))
            if count != wanted:
                message = f"{language[:40]} has {count} {what}, {model[:40]} has {wanted}"
                yield Flaw(at=f"{listing.at}/{key}", message=message)


def _partly_translated(sku: Sku, wanted: set[str], found: set[str]) -> Iterator[Flaw]:
    if not wanted or not found:
        return  # nothing at all: that is a missing field, not a missing translation
    name = _named(sku)
    if missing := sorted(wanted - found):
        message = f"{name} has no texts in {', '.join(missing)[:80]}, in which the offer has"
        yield Flaw(at=f"{sku.at}/listing", message=message)
    if surplus := sorted(found - wanted):
        message = f"{name} has texts in {', '.join(surplus)[:80]}, in which the offer has none"
        yield Flaw(at=f"{sku.at}/listing", message=message)


def _languages(listings: dict[str, Listing] | dict[str, SkuListing]) -> dict[str, str]:
    """The languages as the author wrote them, by their tags in lower case."""
    return {tag.lower(): tag for tag in listings}
