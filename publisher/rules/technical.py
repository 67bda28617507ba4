"""The technical configuration of Partner Center: where images come from, generations, reuse, flags."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from publisher.baseline import Published, PublishedSku
from publisher.document.model import GalleryImage, Image, Offer, Sku, version_key
from publisher.findings import Gate, Severity
from publisher.profiles import PARTNER_CENTER, Profile
from publisher.rules.images import span
from publisher.rules.registry import NO_BASELINE, Flaw, Unjudged, rule
from publisher.rules.texts import length
from publisher.rules.versions import SAME_OFFER, burned, generation, named, spelt

_GUID: Final = re.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_ID: Final = re.compile(r"[a-z0-9_-]+")
_DEFINITION: Final = (
    r"(?i:/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/\s]{1,90}/providers/Microsoft\.Compute"
    r"/galleries/[A-Za-z0-9._]{1,80}/images/[A-Za-z0-9._-]{1,80})"
)
_IN_GALLERY: Final = re.compile(_DEFINITION + r"(?i:/versions/[0-9]+\.[0-9]+\.[0-9]+)")
_WITHOUT_VERSION: Final = re.compile(_DEFINITION + "/?")
# Ports that are open anyway, by the family of the OS.
_OPEN_ANYWAY: Final = {"linux": (22,), "windows": (3389, 5986)}


@rule("VER201", "version-one-per-submission", gate=Gate.STAGE, profiles=[PARTNER_CENTER], requires=SAME_OFFER)
def version_one_per_submission(offer: Offer, published: Published | None = None) -> Iterator[Flaw | Unjudged]:
    """A submission brings one new version of a SKU at most.

    Why: Partner Center takes one new image for each generation at a time.
    Fix: publish the lower version first, and add the next one afterwards.
    Source: row 91; Partner Center documentation, technical configuration and certification.
    """
    for sku in offer.skus:
        spent = burned(published, sku.id)
        new: dict[str, dict[tuple[int, ...], str]] = defaultdict(dict)
        for image in sku.images:
            if (key := version_key(image.version)) and key not in spent:
                new[generation(sku, image)][key] = image.version
        several = max(new.values(), key=len, default={})
        if len(several) > 1 and published is None:
            yield Unjudged(reason=NO_BASELINE)
        elif len(several) > 1:
            versions = ", ".join(several[key] for key in sorted(several))
            yield Flaw(at=f"{sku.at}/images", message=f"{named(sku)} has several new versions: {versions}")


@rule(
    "VER202", "version-published-immutable", profiles=[PARTNER_CENTER],
    requires=(*SAME_OFFER, "image-source-xor"), waivable=False,
)  # fmt: skip
def version_published_immutable(sku: Sku, published_sku: PublishedSku) -> Iterator[Flaw | Unjudged]:
    """A published version keeps its source: a VHD stays a VHD, a gallery image a gallery image.

    Why: Partner Center refuses to edit a version that was published. Another VHD under its number is a
    finding of `version-unchanged-image`.
    Fix: put the source back, and offer the new image under a new version.
    Source: row 92; Partner Center documentation, technical configuration.
    """
    places = {version_key(version): found for version, found in published_sku.vhds.items()}
    spent = {version_key(version) for version in published_sku.versions}
    for image in sku.images:
        was = places.get(version_key(image.version), ())
        if version_key(image.version) not in spent or not image.version:
            continue
        if image.gallery and not was:
            yield Unjudged(reason="from which gallery a version was published is not known")
        elif image.gallery and any(was):
            message = f"{spelt(image)} of {named(sku)} was published from a VHD, and names a gallery now"
            yield Flaw(at=f"{image.at}/gallery", message=message)
        elif not image.gallery and was and not any(was) and image.os_vhd.address:
            message = f"{spelt(image)} of {named(sku)} was published from a gallery, and names a VHD now"
            yield Flaw(at=f"{image.at}/os_vhd", message=message)


@rule("VER203", "version-last-image", gate=Gate.STAGE, profiles=[PARTNER_CENTER])
def version_last_image(sku: Sku) -> Iterator[Flaw]:
    """Of every generation of a SKU, at least one image is not deprecated.

    Why: Partner Center refuses to take the last image away; what should go altogether is deprecated as
    a SKU.
    Fix: leave one image active, or take the SKU out of the store (`publisher sku deprecate`).
    Source: row 93; Partner Center documentation, deprecation; Partner Center API.
    """
    if not sku.images or sku.reuses:
        return
    active = {generation(sku, image) for image in sku.images if not image.deprecated}
    if not active:
        yield Flaw(at=f"{sku.at}/images", message=f"every image of {named(sku)} is deprecated")
        return
    for kind in sku.generations:
        if kind.type and kind.type not in active:
            yield Flaw(at=kind.at, message=f"{named(sku)} has no active image of the generation {kind.type}")


@rule("VER204", "version-count", severity=Severity.WARNING, profiles=[PARTNER_CENTER])
def version_count(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """A SKU offers no more versions than customers can oversee.

    Why: an earlier portal took no more than this; today's prints no limit. Old versions are old holes.
    Fix: deprecate versions that nobody should start any more.
    Source: row 94; Cloud Partner Portal, SKUs.
    """
    versions = {version_key(image.version) for image in sku.images if not image.deprecated}
    if len(versions) > limits.counts["versions_advised"]:
        message = (
            f"{named(sku)} offers {len(versions)} versions; {limits.counts['versions_advised']} are advised"
        )
        yield Flaw(at=f"{sku.at}/images", message=message)


@rule("IMG501", "image-source-xor", profiles=[PARTNER_CENTER])
def image_source_xor(image: Image) -> Iterator[Flaw]:
    """An image comes from VHDs or from a gallery, never from both.

    Why: Partner Center takes one source for each image, and a gallery image brings its own disks.
    Fix: keep `gallery`, or `os_vhd` with its `data_vhds`.
    Source: row 106; Partner Center API schema.
    """
    given = bool(image.os_vhd.secret or image.os_vhd.url)
    if image.gallery and (given or image.data_vhds):
        what = "an OS VHD" if given else "data VHDs"
        yield Flaw(at=f"{image.at}/gallery", message=f"{spelt(image)} names a gallery and {what}")


@rule("IMG502", "gallery-tenant", gate=Gate.STAGE, profiles=[PARTNER_CENTER], requires={"image-source-xor"})
def gallery_tenant(image: Image) -> Iterator[Flaw]:
    """A gallery image is named by its tenant and by the resource ID of an image version.

    Why: Partner Center looks the image up by both. It also must lie in a tenant of the publisher, with a
    role granted to the marketplace, which cannot be seen from here.
    Fix: copy both from the image version in the Azure portal; the resource ID ends in /versions/X.Y.Z.
    Source: row 107; Partner Center API schema; Partner Center documentation, approved bases.
    """
    if gallery := image.gallery:
        if not _GUID.fullmatch(gallery.tenant_id):
            message = f"{gallery.tenant_id[:60]!a} is no ID of a tenant (a GUID)"
            yield Flaw(at=f"{gallery.at}/tenant_id", message=message)
        if fault := _gallery_fault(gallery):
            yield Flaw(at=f"{gallery.at}/resource_id", message=fault)


def _gallery_fault(gallery: GalleryImage) -> str:
    if not gallery.resource_id.strip():
        return "the gallery image has no resource ID"
    if len(gallery.resource_id) > 1024 or not _IN_GALLERY.fullmatch(gallery.resource_id):
        if len(gallery.resource_id) <= 1024 and _WITHOUT_VERSION.fullmatch(gallery.resource_id):
            return "the resource ID names an image definition, not one of its versions"
        return f"{gallery.resource_id[:80]!a} is no resource ID of an image version in a gallery"
    return ""


@rule("IMG503", "os-name", profiles=[PARTNER_CENTER])
def os_name(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """The friendly name of the operating system keeps to its limit.

    Why: Partner Center refuses a longer one. An empty one is a finding of `field-required`.
    Fix: write family, type and version, such as Ubuntu Server 24.04 LTS.
    Source: row 116; Partner Center API schema.
    """
    size, most = length(sku.operating_system.name), limits.lengths["os_name"]
    if size > most:
        message = f"the OS name of {named(sku)} has {size} UTF-16 code units; at most {most} are allowed"
        yield Flaw(at=f"{sku.operating_system.at}/name", message=message)


@rule("IMG504", "port-default", severity=Severity.INFO, profiles=[PARTNER_CENTER])
def port_default(sku: Sku) -> Iterator[Flaw]:
    """Ports that are open anyway are not listed.

    Why: Partner Center opens 22 for Linux, 3389 and 5986 for Windows by itself.
    Fix: delete the entry, or leave it; it changes nothing.
    Source: row 120; Cloud Partner Portal, SKUs.
    """
    if not sku.properties.remote_connection:
        return
    for port in sku.ports:
        if port.protocol in {"tcp", "both"} and _single(span(port)) in _anyway(sku):
            message = f"{port.range}/tcp is open for {sku.operating_system.family} without being listed"
            yield Flaw(at=port.at, message=message)


def _anyway(sku: Sku) -> tuple[int, ...]:
    return _OPEN_ANYWAY.get(sku.operating_system.family, ())


def _single(ports: tuple[int, int] | None) -> int:
    return ports[0] if ports and ports[0] == ports[1] else 0


@rule("IMG505", "generation-sku", profiles=[PARTNER_CENTER], requires={"sku-choice-known"})
def generation_sku(offer: Offer, limits: Profile, gate: Gate) -> Iterator[Flaw]:
    """Every generation of a SKU has an ID of its own, and every image belongs to one of them.

    Why: deployments name the generation by this ID; two that share one cannot be told apart.
    Fix: list each type once, with an ID of lower-case letters, digits, '-' and '_', such as payg-gen2.
    Source: row 121; Partner Center documentation, technical configuration; Partner Center API schema.
    """
    owners = {sku.id: sku.at for sku in offer.skus if sku.id}
    for sku in offer.skus:
        count, most = len(sku.generations), limits.counts["generations"]
        if count > most:
            message = f"{named(sku)} has {count} generations; at most {most} are allowed"
            yield Flaw(at=f"{sku.at}/generations", message=message)
        yield from _id_flaws(sku, owners, limits, gate)
        yield from _strangers(sku)


def _id_flaws(sku: Sku, owners: dict[str, str], limits: Profile, gate: Gate) -> Iterator[Flaw]:
    """Flaws of a SKU's generations; `owners` says which SKU has an ID, and is added to."""
    types: set[str] = set()
    for kind in sku.generations:
        if kind.type in types:
            yield Flaw(at=f"{kind.at}/type", message=f"the generation {kind.type[:40]!a} stands twice")
        types.add(kind.type)
        at, shown = f"{kind.at}/sku_id", f"{kind.sku_id[:60]!a}"
        if not kind.sku_id:
            if gate >= Gate.STAGE:
                yield Flaw(at=at, message=f"the generation {kind.type[:40]!a} has no ID")
        elif not _ID.fullmatch(kind.sku_id) or len(kind.sku_id) > limits.lengths["sku_id"]:
            yield Flaw(at=at, message=f"{shown} is no ID of a generation")
        elif owners.get(kind.sku_id, sku.at) != sku.at:
            yield Flaw(at=at, message=f"the ID {shown} is taken by another SKU or generation")
        else:
            owners[kind.sku_id] = kind.at


def _strangers(sku: Sku) -> Iterator[Flaw]:
    """Images of a generation that the SKU does not list."""
    types = {kind.type for kind in sku.generations}
    for image in sku.images:
        if image.generation and types and image.generation not in types:
            message = f"{spelt(image)} is of {image.generation[:40]}, which {named(sku)} does not list"
            yield Flaw(at=f"{image.at}/generation", message=message)


@rule("IMG506", "reuse-config", profiles=[PARTNER_CENTER], requires=SAME_OFFER)
def reuse_config(offer: Offer, published: Published | None = None) -> Iterator[Flaw | Unjudged]:
    """A SKU reuses the technical configuration of another one from its beginning, and of one that stays.

    Why: a SKU that was published with images of its own cannot start to reuse, and a SKU that others
    reuse cannot be withdrawn any more.
    Fix: name a SKU of this offer that has images of its own, or give this one its own images.
    Source: row 122; Partner Center documentation, technical configuration and updates.
    """
    for sku in offer.skus:
        if sku.reuses:
            at = f"{sku.at}/reuses"
            yield from (Flaw(at=at, message=fault) for fault in _reuse_faults(sku, offer, published))
    if published is None and any(sku.reuses for sku in offer.skus):
        yield Unjudged(reason=NO_BASELINE)


def _reuse_faults(sku: Sku, offer: Offer, published: Published | None) -> Iterator[str]:
    base = offer.sku(sku.reuses)
    if base is None:
        yield f"{named(sku)} reuses {sku.reuses[:60]!a}, which is no SKU of this offer"
    elif base is sku:
        yield f"{named(sku)} reuses itself"
    elif base.reuses:
        yield f"{named(sku)} reuses {named(base)}, which itself reuses {base.reuses[:60]!a}"
    elif sku.images:
        yield f"{named(sku)} reuses {named(base)}, and has images of its own besides"
    if published is None:
        return
    if burned(published, sku.id):
        yield f"{named(sku)} was published with images of its own, and cannot start to reuse"
    known = published.sku(sku.reuses)
    if known and known.state in {"deletion_requested", "deleted"}:
        yield f"{named(sku)} reuses SKU {known.id}, whose deletion was asked for"


@rule(
    "IMG507", "flag-locked-image", gate=Gate.STAGE, severity=Severity.WARNING, profiles=[PARTNER_CENTER],
    requires={"port-range"},
)  # fmt: skip
def flag_locked_image(sku: Sku) -> Iterator[Flaw]:
    """An image that lets nobody log in says so, and opens no port for it.

    Why: certification logs in unless `remote_connection: false` says that this is by design; together
    with an open port for SSH or Remote Desktop, one of the two is wrong.
    Fix: delete the port, or write `remote_connection: true`.
    Source: row 123; Partner Center documentation, technical configuration.
    """
    if sku.properties.remote_connection:
        return
    for port in sku.ports:
        ports = span(port)
        if ports and port.protocol != "udp" and any(ports[0] <= one <= ports[1] for one in _anyway(sku)):
            message = f"{named(sku)} lets nobody log in, and opens {port.range}/tcp"
            yield Flaw(at=port.at, message=message)
    if sku.properties.aad_login:
        message = f"{named(sku)} lets nobody log in, and offers to log in with a Microsoft account"
        yield Flaw(at=f"{sku.properties.at}/aad_login", message=message)


@rule("IMG508", "flag-custom-arm", gate=Gate.STAGE, severity=Severity.INFO, profiles=[PARTNER_CENTER])
def flag_custom_arm(sku: Sku) -> Iterator[Flaw]:
    """An image that needs several network interfaces or subnets says that only a template deploys it.

    Why: certification deploys an image with one interface unless `custom_arm_template: true` says
    otherwise. The folder does not tell what an image needs: for network appliances this asks.
    Fix: write `custom_arm_template: true` if it is so; otherwise leave it.
    Source: row 124; Partner Center documentation, technical configuration.
    """
    if sku.properties.network_virtual_appliance and not sku.properties.custom_arm_template:
        message = f"ask yourself: does {named(sku)} start with one network interface in one subnet?"
        yield Flaw(at=f"{sku.properties.at}/network_virtual_appliance", message=message)
