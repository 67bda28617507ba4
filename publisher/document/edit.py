"""Edits of an offer by command: a SKU more, an image version more, another number for a version."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from publisher.document import Document
from publisher.document.blanks import blanks
from publisher.document.change import Append, Change, Copy, Replace, Value, at, plain, steps
from publisher.document.model import Image, Offer, Sku, version_key
from publisher.document.save import save
from publisher.document.secrets import NAME
from publisher.errors import Refused, UsageError

Part = Literal["major", "minor", "patch"]
Burned = Mapping[str, Sequence[str]]  # by SKU, the versions that were live

_COPIED: Final = ("regions", "prices", "operating_system", "recommended_sizes", "ports")
_SKU_ID: Final = re.compile("[a-z0-9_][a-z0-9_-]{0,49}")
_SKU_ID_CURE: Final = "give at most 50 lower-case letters, digits, '-' and '_', with no '-' first"
_NO_OS: Final = {"family": None, "name": None}


@dataclass(frozen=True, kw_only=True)
class Edited:
    """A document after an edit: `done` says what was done, `left` what its author has to do now."""

    document: Document
    done: tuple[str, ...]
    left: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Disks:
    """Names of the secrets that hold the SAS URLs of a new version; empty: as in the version before."""

    os: str = ""
    data: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in filter(None, (self.os, *self.data)):
            if not NAME.fullmatch(name):
                raise UsageError(
                    "a disk is given by the name of a secret, never by its URL",
                    hint="use letters, digits and '_', such as OS_VHD",
                )


def add_sku(document: Document, sku_id: str, *, billing: str = "", like: str = "") -> Edited:
    """Append a SKU with empty texts; regions, prices, OS, sizes and ports are those of the SKU `like`.

    Raises Refused for an ID that is malformed or taken.
    """
    offer = offer_of(document)
    if not _SKU_ID.fullmatch(sku_id):
        raise Refused(f"{sku_id[:60]!a} is no SKU ID", hint=_SKU_ID_CURE)
    if taken := next((sku.id for sku in offer.skus if sku.id.casefold() == sku_id.casefold()), None):
        raise Refused(f"the SKU {taken!r} is already there", hint="give the new SKU an ID of its own")
    model = sku_of(offer, like) if like else Sku()
    item = {
        "id": sku_id,
        "billing": billing or model.billing,
        "listing": {
            language: dict.fromkeys(("title", "summary", "description"))
            for language in model.listing or offer.listing or ("en-us",)
        },
        **dict(_terms(document, model, billing or model.billing)),
        "images": None,
    }
    after = save(document, [Append(pointer="/skus", item=item, airy=True)])
    left = tuple(f"fill in {blank.words}" for blank in blanks(after, f"/skus/{len(offer.skus)}"))
    return Edited(document=after, done=(f"SKU {sku_id} added",), left=left)


def _terms(document: Document, model: Sku, billing: str) -> Iterator[tuple[str, Value]]:
    """What a new SKU has in common with its model, and empty fields for what the model lacks."""
    written = at(plain(document.root), steps(model.at)) if model.at and document.root else {}
    for name in _COPIED:
        if name == "prices" and billing != "hourly":
            continue
        if written.get(name) is not None:
            yield name, Copy(pointer=f"{model.at}/{name}")
        elif name != "ports":
            yield name, _NO_OS if name == "operating_system" else None


def add_image(
    document: Document,
    skus: Sequence[str],
    version: str,
    *,
    disks: Disks = Disks(),
    like: str = "",
    burned: Burned | None = None,
) -> Edited:
    """Append a version to SKUs (none named: to all), made from their current version or the version `like`.

    Raises Refused with a reason for each SKU where the version is not the highest, or the disks differ.
    """
    _check_version(version)

    def add(sku: Sku) -> Step:
        _check_highest(sku, version, (burned or {}).get(sku.id, ()))
        base = image_of(sku, like) if like else sku.current
        item = _copied(base, version, disks) if base else _first(version, disks)
        left = _unchanged(base, disks) if base else ""
        return Step(
            [Append(pointer=f"{sku.at}/images", item=item)],
            f"SKU {sku.id}: version {version} added",
            f"SKU {sku.id}: version {version} {left}" if left else "",
        )

    return each(document, skus, add, f"version {version} cannot be added")


def bump_image(
    document: Document, skus: Sequence[str], part: Part, *, burned: Burned | None = None
) -> Edited:
    """Give the current version of SKUs (none named: of all) the next number.

    Raises Refused with a reason for each SKU whose current version was live.
    """

    def bump(sku: Sku) -> Step:
        live = (burned or {}).get(sku.id, ())
        if not (current := sku.current):
            raise Refused("has no version yet", hint="`publisher image add` appends one")
        version = _next(current.version, part)
        if version_key(current.version) in map(version_key, live):
            raise Refused(
                f"version {current.version} was live, its number is burned",
                hint="`publisher image add` appends a version",
            )
        _check_highest(Sku(), version, live)
        change = Replace(pointer=f"{current.at}/version", word=version)
        return Step([change], f"SKU {sku.id}: version {current.version} is now {version}")

    return each(document, skus, bump, "the version number cannot be replaced")


@dataclass(frozen=True)
class Step:
    """What is done to one SKU, and what its author has to do then."""

    changes: Sequence[Change]
    done: str
    left: str = ""


def each(document: Document, names: Sequence[str], make: Callable[[Sku], Step], refusal: str) -> Edited:
    """One step for each SKU, all in one save; every reason is gathered before anything is refused."""
    offer, made, reasons = offer_of(document), list[Step](), list[Refused]()
    skus = [sku_of(offer, name) for name in dict.fromkeys(names)] if names else list(offer.skus)
    for sku in skus:
        try:
            made.append(make(sku))
        except Refused as error:
            error.reasons = (f"SKU {sku.id}: {error.message}",)
            reasons.append(error)
    if reasons or not made:
        said = tuple(reason for error in reasons for reason in error.reasons)
        raise Refused(
            refusal, reasons=said or ("the offer has no SKU",), hint=reasons[0].hint if reasons else ""
        )
    after = save(document, [change for step in made for change in step.changes])
    left = tuple(step.left for step in made if step.left)
    return Edited(document=after, done=tuple(step.done for step in made), left=left)


def offer_of(document: Document) -> Offer:
    """The offer of a document. Raises Refused where there is none to read."""
    if document.offer is None:
        raise Refused(f"{document.display()} cannot be read")
    return document.offer


def sku_of(offer: Offer, sku_id: str) -> Sku:
    """The SKU with this ID. Raises UsageError, naming the nearest one."""
    if sku := offer.sku(sku_id):
        return sku
    known = [sku.id for sku in offer.skus]
    near = get_close_matches(sku_id, known, 1)
    raise UsageError(
        f"no SKU is called {sku_id[:60]!a}",
        hint=f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known) or 'none'}",
    )


def image_of(sku: Sku, version: str) -> Image:
    """The image of a version. Raises Refused, naming those that there are."""
    for image in sku.images:
        if version_key(image.version) == version_key(version):
            return image
    known = ", ".join(image.version for image in sku.images) or "none"
    raise Refused(f"has no version {version[:60]!a}", hint=f"there are: {known}")


def _check_version(version: str) -> None:
    if not (key := version_key(version)):
        raise Refused(f"{version[:60]!a} is not a version", hint="write three numbers, such as 1.2.0")
    if version != (plain_form := ".".join(map(str, key))):
        raise Refused(f"{version} has leading zeros", hint=f"write {plain_form}")


def _check_highest(sku: Sku, version: str, live: Sequence[str]) -> None:
    """A version is compared with every one of the SKU in the document, and every one that was live."""
    others = [image.version for image in sku.images] + list(live)
    highest = max(others, key=version_key, default="")
    if version_key(version) <= version_key(highest):
        known = "was live" if highest in live else "is already there"
        raise Refused(f"{version} is not higher than {highest}, which {known}", hint="give a higher version")


def _next(version: str, part: Part) -> str:
    from semver import Version

    if not (key := version_key(version)):
        raise Refused(f"{version[:60]!a} is not a version", hint="correct it by hand: three numbers")
    major, minor, patch = key
    return str(Version(major, minor, patch).next_version(part))


def _first(version: str, disks: Disks) -> Value:
    """The first version of a SKU, from nothing."""
    if not disks.os:
        raise Refused("has no version yet to take the disks from", hint="name them: --os-vhd-secret NAME")
    data = [{"lun": lun, "url": {"secret": name}} for lun, name in enumerate(disks.data)]
    return {"version": version, "os_vhd": {"secret": disks.os}, **({"data_vhds": data} if data else {})}


def _copied(base: Image, version: str, disks: Disks) -> Copy:
    if disks.data and len(disks.data) != (count := len(base.data_vhds)):
        raise Refused(
            f"version {base.version} has {count} data disks, not {len(disks.data)}",
            hint="the number of data disks of a SKU never changes: give as many --data-vhd-secret",
        )
    changes: dict[str, Value] = {"/version": version}
    if disks.os:
        changes["/os_vhd"] = {"secret": disks.os}
    for place, name in enumerate(disks.data):
        changes[f"/data_vhds/{place}/url"] = {"secret": name}
    return Copy(pointer=base.at, changes=changes)


def _unchanged(base: Image, disks: Disks) -> str:
    """Which disks a new version still shares with the version that it was made from."""
    shared = [] if disks.os else [base.os_vhd]
    shared += [] if disks.data else [disk.url for disk in base.data_vhds]
    names = dict.fromkeys(vhd.secret or "a written-out SAS URL" for vhd in shared)
    return f"still names the disks of {base.version} ({', '.join(names)}): change them" if names else ""
