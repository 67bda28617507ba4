"""Edits of an offer by command: a SKU or a version leaves the store, or stays after all."""

from collections.abc import Iterator, Sequence
from typing import Final

from publisher.document import Document
from publisher.document.change import Change, Merge, Remove, at, plain, steps
from publisher.document.edit import Edited, Step, each, image_of, offer_of
from publisher.document.model import Deprecation, Image, Sku, version_key
from publisher.errors import Refused
from publisher.profiles import CLASSIC

_FIELDS: Final = ("deprecated", "deprecation")


def deprecate_sku(document: Document, sku_id: str, notice: Deprecation) -> Edited:
    """Write that a SKU leaves. Raises Refused for an alternative that is the SKU itself."""
    _check_profile(document)

    def step(sku: Sku) -> Step:
        if notice.alternative == sku.id:
            raise Refused("cannot be its own alternative", hint="name another SKU, or another offer")
        return Step(_deprecated(sku.at, notice), f"SKU {sku.id} is deprecated {_when(notice)}")

    return each(document, [sku_id], step, f"SKU {sku_id} cannot be deprecated")


def restore_sku(document: Document, sku_id: str) -> Edited:
    """Write that a SKU stays. Raises Refused for one that is not deprecated."""

    def step(sku: Sku) -> Step:
        return Step(_restored(document, [sku]), f"SKU {sku.id} is not deprecated any more")

    return each(document, [sku_id], step, f"SKU {sku_id} cannot be restored")


def deprecate_image(document: Document, skus: Sequence[str], version: str, notice: Deprecation) -> Edited:
    """Write that a version of SKUs (none named: of all) leaves, in every generation that it has."""
    _check_profile(document)

    def step(sku: Sku) -> Step:
        images = _of_version(sku, version)
        left = [image for image in sku.images if not image.deprecated and image not in images]
        if not left:
            raise Refused(
                f"would be left without an active version after {version}",
                hint=f"add a version first, or `publisher sku deprecate PATH --sku {sku.id}`",
            )
        changes = [change for image in images for change in _deprecated(image.at, notice)]
        return Step(changes, f"SKU {sku.id}: version {version} is deprecated {_when(notice)}")

    return each(document, skus, step, f"version {version} cannot be deprecated")


def restore_image(document: Document, skus: Sequence[str], version: str) -> Edited:
    """Write that a version of SKUs (none named: of all) stays. Raises Refused where it is not deprecated."""

    def step(sku: Sku) -> Step:
        changes = _restored(document, _of_version(sku, version))
        return Step(changes, f"SKU {sku.id}: version {version} is not deprecated any more")

    return each(document, skus, step, f"version {version} cannot be restored")


def _check_profile(document: Document) -> None:
    if offer_of(document).profile == CLASSIC:
        raise Refused(
            "the classic portal knows no deprecation",
            hint="`publisher delete` drafts the ticket that it wants; today's marketplace has "
            "profile: partner-center",
        )


def _of_version(sku: Sku, version: str) -> list[Image]:
    wanted = version_key(image_of(sku, version).version)
    return [image for image in sku.images if version_key(image.version) == wanted]


def _deprecated(place: str, notice: Deprecation) -> list[Change]:
    return [
        Merge(pointer=f"{place}/deprecated", value=True),
        Merge(pointer=f"{place}/deprecation", value=notice.told()),
    ]


def _restored(document: Document, parts: Sequence[Sku | Image]) -> list[Change]:
    if not any(part.deprecated for part in parts):
        raise Refused("is not deprecated", hint="there is nothing to restore")
    return [Remove(pointer=pointer) for part in parts for pointer in _written(document, part.at)]


def _written(document: Document, place: str) -> Iterator[str]:
    """The fields of a deprecation that stand there."""
    fields = at(plain(document.root), steps(place)) if document.root else {}
    return (f"{place}/{name}" for name in _FIELDS if name in fields)


def _when(notice: Deprecation) -> str:
    return f"{notice.in_days} days after its publication" if notice.in_days else "once it is published"
