"""What was published binds: versions, SKU ids and some properties of a live technical configuration."""

from collections import Counter
from collections.abc import Iterator
from sqlite3 import Connection
from typing import Final

from publisher.marketplaces import Content, Slot, ledger
from publisher.marketplaces.emulator import ids, tables
from publisher.marketplaces.emulator.answers import JobFailed, Json, inner
from publisher.marketplaces.emulator.switches import Switches
from publisher.redact import public_url

OFFERS: Final = "product"  # the first half of an offer's key in the ledger; the second is its externalId

_LASTING: Final = ("supportsNVMe", "supportsCloudInit", "supportsSriov", "supportsBackup")


def standing(db: Connection, product: str, slot: Slot) -> Content | None:
    """What stands in a slot of a product, by its GUID."""
    external_id = external_id_of(db, product)
    return ledger.standing(db, OFFERS, external_id, slot) if external_id else None


def external_id_of(db: Connection, product: str) -> str | None:
    """The publisher's own name of a product."""
    body = tables.resource(db, f"product/{product}")
    return str(body["identity"]["externalId"]) if body else None


def live_resource(db: Connection, durable_id: str) -> Json | None:
    """A resource as customers see it; None where it was never live."""
    content = standing(db, ids.product_of(durable_id), Slot.PRODUCTION)
    resources: list[Json] = content.document["resources"] if content else []
    return next((body for body in resources if body["id"] == durable_id), None)


def demand_legal(body: Json, live: Json | None, plan: Json, switches: Switches) -> None:
    """Raise JobFailed with everything that a technical configuration breaks; drops deleted versions."""
    found = [*_sku_problems(body, plan), *_version_problems(body)]
    if live and switches.omission:
        found += _omissions(body, live)
    if live and switches.locks:
        found += _unlocked(body, live)
    if "vmImageVersions" in body:
        kept = [item for item in body["vmImageVersions"] if item["lifecycleState"] != "deleted"]
        body["vmImageVersions"] = kept
        if kept and switches.active_image:
            found += inactive(body)
    if found:
        raise JobFailed(
            "badRequest",
            "Invalid configuration",
            [inner("businessValidationError", message, body["id"]) for message in found],
        )


def inactive(body: Json) -> Iterator[str]:
    """SKUs without any image that is generally available."""
    active = {
        image["imageType"]
        for version in body.get("vmImageVersions", ())
        if version["lifecycleState"] == "generallyAvailable"
        for image in version["vmImages"]
    }
    for sku in body.get("skus", ()):
        if sku["imageType"] not in active:
            yield f"The SKU {sku['skuId']} ({sku['imageType']}) requires at least one active image."


def _sku_problems(body: Json, plan: Json) -> Iterator[str]:
    skus = body.get("skus")
    if not skus:
        return
    wanted = plan.get("identity", {}).get("externalId")
    if wanted not in {sku["skuId"] for sku in skus}:
        yield f"One of the SkuIds should match plan Id {wanted}."
    pairs = Counter((sku["imageType"], sku["skuId"]) for sku in skus)
    yield from (f"The SKU {sku_id} ({image}) stands twice." for (image, sku_id), n in pairs.items() if n > 1)


def _version_problems(body: Json) -> Iterator[str]:
    versions = body.get("vmImageVersions", ())
    numbers = Counter(item["versionNumber"] for item in versions)
    yield from (f"The version {number} stands twice." for number, n in numbers.items() if n > 1)
    for item in versions:
        if len({image["imageType"] for image in item["vmImages"]}) < len(item["vmImages"]):
            yield f"The version {item['versionNumber']} has two images of one type."


def _omissions(body: Json, live: Json) -> Iterator[str]:
    """Published versions that are missing, deleted or have other images."""
    given = {item["versionNumber"]: item for item in body.get("vmImageVersions", ())}
    for item in live.get("vmImageVersions", ()):
        number = item["versionNumber"]
        now = given.get(number)
        if now is None or now["lifecycleState"] == "deleted":
            yield f"Cannot delete image '{number}' as it is already published."
        elif _images(now) != _images(item):
            yield f"Cannot change image '{number}' as it is already published."


def _images(version: Json) -> dict[str, str]:
    """What identifies the images of a version: the addresses of their disks without any query."""
    found = {}
    for image in version["vmImages"]:
        source = image["source"]
        disks = [source.get("osDisk", {}).get("uri", ""), *(d["uri"] for d in source.get("dataDisks", ()))]
        gallery = str(source.get("sharedImage", {}).get("resourceId", ""))
        found[image["imageType"]] = " ".join([gallery.lower(), *map(public_url, filter(None, disks))])
    return found


def _unlocked(body: Json, live: Json) -> Iterator[str]:
    given = {(sku["imageType"], sku["skuId"]) for sku in body.get("skus", ())}
    for sku in live.get("skus", ()):
        if (sku["imageType"], sku["skuId"]) not in given:
            yield "The property 'PlanId' is locked by a previous submission"
    for name in _LASTING:
        if live.get("vmProperties", {}).get(name) and not body.get("vmProperties", {}).get(name):
            yield f"{name} property has already been enabled"
