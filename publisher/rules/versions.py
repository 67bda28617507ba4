"""Versions of images: three numbers that only rise. They compare as numbers, never as text."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from publisher.baseline import Published, addresses, disks
from publisher.document.model import Image, Offer, Sku, version_key
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, Profile
from publisher.rules.registry import NO_BASELINE, Flaw, Unjudged, rule

Key = tuple[int, ...]

SAME_OFFER: Final = ("publisher-id-immutable", "offer-id-immutable")
_FORM: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_NEARLY: Final = re.compile(r"[ vV]{0,3}([0-9]{1,18}(?:\.[0-9]{1,18}){0,2}) ?")


def named(sku: Sku) -> str:
    """A SKU as messages name it: a malformed ID is cut and escaped."""
    return f"SKU {sku.id if _PLAIN.fullmatch(sku.id) else ascii(sku.id[:60])}"


def spelt(image: Image) -> str:
    """A version as messages name it: a malformed one is cut and escaped."""
    return f"version {image.version if version_key(image.version) else ascii(image.version[:40])}"


def burned(published: Published | None, sku_id: str) -> dict[Key, str]:
    """The versions of a SKU that were live once, as they were written, by number."""
    known = published.sku(sku_id) if published else None
    return {key: version for version in (known.versions if known else ()) if (key := version_key(version))}


def numbered(sku: Sku) -> dict[Key, Image]:
    """The images of a SKU by version number, in the author's order; the first of equal ones."""
    found: dict[Key, Image] = {}
    for image in sku.images:
        if key := version_key(image.version):
            found.setdefault(key, image)
    return found


def generation(sku: Sku, image: Image) -> str:
    """The generation of an image; "" where neither it nor its SKU names one."""
    return image.generation or (sku.generations[0].type if sku.generations else "")


def _all_readable(sku: Sku) -> bool:
    return all(version_key(image.version) for image in sku.images)


@rule("VER101", "version-format", waivable=False)
def version_format(
    image: Image, sku: Sku, limits: Profile, published: Published | None = None
) -> Iterator[Flaw]:
    """A version is three whole numbers with dots between, X.Y.Z, without leading zeros.

    Why: the marketplace takes nothing else, and 1.02.0 and 1.2.0 would be one version under two names.
    Published history may have leading zeros: such a version stays, written as it was published.
    Fix: write three numbers, such as 1.4.0.
    Source: row 87; guide for VM offers (2016), VM images; Partner Center documentation.
    """
    version, at = image.version, f"{image.at}/version"
    if not version.strip():
        return
    if not _FORM.fullmatch(version):
        yield Flaw(at=at, message=f"{version[:40]!a} is not of the form X.Y.Z", fix=_proper(version))
    elif len(version) > limits.lengths["version"]:
        message = (
            f"the version has {len(version)} characters; at most {limits.lengths['version']} are allowed"
        )
        yield Flaw(at=at, message=message)
    elif (known := burned(published, sku.id).get(version_key(version))) and known != version:
        message = f"{version} was published as {known}"
        yield Flaw(at=at, message=message, fix=f"write {known}", severity=Severity.WARNING)
    elif not known and _plain(version) != version:
        yield Flaw(
            at=at, message=f"the new version {version} has leading zeros", fix=f"write {_plain(version)}"
        )


def _plain(version: str) -> str:
    return ".".join(str(part) for part in version_key(version))


def _proper(version: str) -> str:
    """What was probably meant, as a cure; "" where that is not clear."""
    if not (found := _NEARLY.fullmatch(version)):
        return ""
    parts = [str(int(part)) for part in found[1].split(".")]
    return f"did you mean {'.'.join([*parts, '0', '0'][:3])}?"


@rule("VER106", "version-part-range", severity=Severity.WARNING, requires={"version-format"})
def version_part_range(image: Image, limits: Profile) -> Iterator[Flaw]:
    """Each number of a version fits into 32 bits.

    Why: tools of customers and of the marketplace read the numbers as 32-bit integers and fail on more.
    Fix: write smaller numbers; a date fits as 2026.9.1.
    Source: row 87; a rule of this tool.
    """
    if any(part > limits.counts["version_part_max"] for part in version_key(image.version)):
        message = f"a number of version {image.version} is above {limits.counts['version_part_max']}"
        yield Flaw(at=f"{image.at}/version", message=message)


@rule("VER102", "version-increment", gate=Gate.STAGE, requires=SAME_OFFER, waivable=False)
def version_increment(offer: Offer, published: Published | None = None) -> Iterator[Flaw | Unjudged]:
    """A new version is higher than every version of its SKU before it, and no version stands twice.

    Why: customers get the highest version; a lower one never appears, however it was meant. A number
    that was once live is spent for ever, even after that version was withdrawn. Versions compare number
    by number: 1.10.0 is higher than 1.9.0, and 01.2.0 is 1.2.0.
    Fix: give the new image a number above the highest one that was ever published for this SKU.
    Source: row 88; guide for VM offers (2016), updating an image; Partner Center documentation.
    """
    for sku in offer.skus:
        yield from _twice(sku)
        yield from _not_above(sku, burned(published, sku.id))
    if published is None:
        yield Unjudged(reason=NO_BASELINE)


def _twice(sku: Sku) -> Iterator[Flaw]:
    first: dict[tuple[Key, str], Image] = {}
    for image in sku.images:
        key = (version_key(image.version), generation(sku, image))
        if key[0] and first.setdefault(key, image) is not image:
            yield Flaw(
                at=f"{image.at}/version",
                message=f"version {image.version} of {named(sku)} stands twice: it equals "
                f"{first[key].version} of another image",
                fix="remove one of the two images, or raise the version of the newer one",
            )


def _not_above(sku: Sku, spent: Mapping[Key, str]) -> Iterator[Flaw]:
    images = numbered(sku)
    if not spent or not images:
        return
    top = max(spent)
    next_one = f"{top[0]}.{top[1]}.{top[2] + 1}"
    for key, image in images.items():
        if key not in spent and key < top:
            yield Flaw(
                at=f"{image.at}/version",
                message=f"version {image.version} of {named(sku)} is new, but not higher than {spent[top]}, "
                "which was published",
                fix=f"write {next_one} or higher",
            )
    current = max(images)
    if current in spent and current < top and _all_readable(sku):
        yield Flaw(
            at=f"{sku.at}/images",
            message=f"{named(sku)} offers {images[current].version} as its highest version, but {spent[top]} "
            "was published",
            fix=f"list {spent[top]} again, or add a new image as version {next_one} or higher",
        )


@rule(
    "VER103", "version-patch-only", gate=Gate.STAGE, severity=Severity.WARNING, profiles=[CLASSIC],
    requires=SAME_OFFER,
)  # fmt: skip
def version_patch_only(offer: Offer, published: Published | None = None) -> Iterator[Flaw | Unjudged]:
    """Within a SKU only the last number of the version rises.

    Why: customers expect small changes only from the SKU that they chose; a product of another kind
    is a SKU of its own.
    Fix: raise the last number, or offer the new major or minor release as a new SKU.
    Source: row 89; guide for VM offers (2016), VM images.
    """
    for sku in offer.skus:
        images, spent = numbered(sku), burned(published, sku.id)
        top = max(spent, default=())
        for before, key in pairwise(sorted({*images, *spent})):
            if key in images and key > top and key[:2] != before[:2]:
                old = spent.get(before) or images[before].version
                yield Flaw(
                    at=f"{images[key].at}/version",
                    message=f"{images[key].version} of {named(sku)} raises more than the last part of {old}",
                )
    if published is None:
        yield Unjudged(reason=NO_BASELINE)


@rule("VER104", "version-unchanged-image", gate=Gate.STAGE, requires=(*SAME_OFFER, "sas-url-form"))
def version_unchanged_image(offer: Offer, published: Published | None = None) -> Iterator[Flaw | Unjudged]:
    """A new version has a new image, and a published version keeps its own.

    Why: a version that was published is what customers already run; another disk under its number would
    be two products of one name (error). A new number for the same OS disk usually is a forgotten
    upload (warning).
    Fix: name the VHD of the new image under a new version, and leave published versions as they are.
    Source: row 90; Partner Center documentation, technical configuration.
    """
    unknown = NO_BASELINE if published is None else ""
    for sku in offer.skus:
        known = published.sku(sku.id) if published else None
        spent = burned(published, sku.id)
        places = {version_key(text): places for text, places in (known.vhds if known else {}).items()}
        yield from _reused(sku, spent, places)
        for key, image in numbered(sku).items():
            yield from _moved(image, places.get(key, ()))
            if key in spent and not places.get(key):
                unknown = "where published disks lie is not known: a lock file does not keep it"
    if unknown:
        yield Unjudged(reason=unknown)


def _reused(sku: Sku, spent: Mapping[Key, str], places: Mapping[Key, tuple[str, ...]]) -> Iterator[Flaw]:
    """New versions whose OS disk lies where that of a lower one lies."""
    images = numbered(sku)
    if len(images.keys() | places.keys()) < 2:
        return  # nothing to compare
    everywhere = {**places, **{key: addresses(image) for key, image in images.items()}}
    lower: dict[str, str] = {}
    for key in sorted(everywhere):
        image, place = images.get(key), "".join(everywhere[key][:1])
        if image and key not in spent and place in lower:
            yield Flaw(
                at=image.os_vhd.at,
                message=f"version {image.version} of {named(sku)} has the OS disk of {lower[place]}: {place}",
                severity=Severity.WARNING,
            )
        if place:
            lower[place] = image.version if image else spent.get(key, "an earlier version")


def _moved(image: Image, places: tuple[str, ...]) -> Iterator[Flaw]:
    """Disks of a published version that lie elsewhere now; how many they are is another rule's matter."""
    for vhd, old in zip(disks(image), places, strict=False):
        if vhd.address and old and vhd.address != old:
            yield Flaw(
                at=vhd.at,
                message=f"version {image.version} was published with {old}, and now names {vhd.address}",
                fix=f"put {old} back, or offer the new disk under a new version",
            )


@rule(
    "VER105", "version-dropped", requires=SAME_OFFER,
    severity={CLASSIC: Severity.INFO, "else": Severity.ERROR},
)  # fmt: skip
def version_dropped(offer: Offer, published: Published) -> Iterator[Flaw]:
    """Every published version below the current one stays in the document.

    Why: in Partner Center a published version is deprecated, never simply left out. The classic store
    shows the highest version only, so that there nothing is lost (an info).
    Fix: list the version again; to withdraw it there, `publisher image deprecate`.
    Source: row 92 and the offer format vm-offer/1; Partner Center documentation, deprecation.
    """
    for sku in offer.skus:
        known, images = published.sku(sku.id), numbered(sku)
        if not known or known.deleted or not images or not _all_readable(sku):
            continue
        spent = burned(published, sku.id)
        dropped = [spent[key] for key in sorted(spent) if key not in images and key < max(images)]
        if dropped:
            were = "was" if len(dropped) == 1 else "were"
            yield Flaw(
                at=f"{sku.at}/images",
                message=f"{named(sku)} no longer lists {', '.join(dropped)}, which {were} published",
            )
