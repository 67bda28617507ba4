"""What runs: operating system, ports, generations and image versions of a SKU, both ways."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from publisher.ingestion import words as w
from publisher.ingestion.lifecycle import SkuOf, lifecycle_fields, lifecycle_members
from publisher.ingestion.members import version_name

_GENERATION: Final = "x64-gen1"  # what an image is of whose SKU names no generation, as in the classic portal

Document = Mapping[str, Any]
Disk = Callable[[str, str, str, str], Any]


def technical_members(
    sku: Document, skus: list[Document] | None = None, *, plans: Collection[str] = ()
) -> dict[str, Any]:
    """The members of a technical configuration.

    `skus` are the generations where the SKU names none, `plans` the IDs of the offer's SKUs.
    """
    if base := sku.get("reuses"):
        return {"basePlan": base, "reuseTechnicalConfigurationState": "enable"}
    generations = _generations(sku, skus or [])
    given = sku.get("operating_system", {})
    system = {
        "family": given.get("family"),
        "friendlyName": given.get("name"),
        "type": w.theirs(w.SYSTEMS, given.get("type") or ("other" if given else "")),
    }
    members = {
        "operatingSystem": {key: value for key, value in system.items() if value},
        "recommendedVmSizes": list(sku.get("recommended_sizes", ())),
        "openPorts": [_port(port) for port in sku.get("ports", ())],
        "vmProperties": _properties(sku.get("properties", {})),
        "skus": generations,
        "vmImageVersions": _versions(sku.get("images", ()), generations, plans),
    }
    return members if generations else {key: item for key, item in members.items() if key != "skus"}


def _generations(sku: Document, known: list[Document]) -> list[dict[str, Any]]:
    named = [
        {"imageType": w.theirs(w.GENERATIONS, entry.get("type", "")), "skuId": entry.get("sku_id", "")}
        for entry in sku.get("generations", ())
    ]
    if named or known:
        return named or [{"imageType": entry["imageType"], "skuId": entry["skuId"]} for entry in known]
    words = (image.get("generation") or _GENERATION for image in sku.get("images", ()))
    return _unnamed(sku.get("id", ""), [w.theirs(w.GENERATIONS, word) for word in words])


def _unnamed(sku: str, types: list[str]) -> list[dict[str, Any]]:
    """IDs for kinds of image that have none: the first has that of the SKU."""
    first, *others = dict.fromkeys(types) or [""]
    named = [{"imageType": kind, "skuId": f"{sku}-{kind.lower()}"} for kind in others]
    return [{"imageType": first, "skuId": sku}, *named] if first else []


def _port(port: Document) -> dict[str, Any]:
    return {
        "label": port.get("label", ""),
        "portRange": port.get("range", ""),
        "protocol": port.get("protocol", "tcp"),
    }


def _properties(properties: Document) -> dict[str, bool]:
    on = {"extensions", "remote_connection"}
    return {theirs: bool(properties.get(ours, ours in on)) for ours, theirs in w.PROPERTIES.items()}


def _versions(images: Any, generations: list[dict[str, Any]], plans: Collection[str]) -> list[dict[str, Any]]:
    versions: dict[str, dict[str, Any]] = {}
    first = generations[0]["imageType"] if generations else ""
    for image in images:
        number = image.get("version", "")
        entry = versions.setdefault(str(version_name(number)), {"versionNumber": number, "vmImages": []})
        kind = w.theirs(w.GENERATIONS, image["generation"]) if image.get("generation") else first
        entry["vmImages"].append({"imageType": kind, "source": _source(image)})
        entry.update(lifecycle_members(image, plans))
    return list(versions.values())


def _source(image: Document) -> dict[str, Any]:
    if gallery := image.get("gallery"):
        shared = {"tenantId": gallery.get("tenant_id", ""), "resourceId": gallery.get("resource_id", "")}
        return {"sourceType": "sharedImageGallery", "sharedImage": shared}
    disks = [
        {"lunNumber": disk.get("lun", number), "uri": disk.get("url", "")}
        for number, disk in enumerate(image.get("data_vhds", ()))
    ]
    return {"sourceType": "sasUri", "osDisk": {"uri": image.get("os_vhd", "")}, "dataDisks": disks}


def technical_fields(sku: str, members: Mapping[str, Any], disk: Disk, sku_of: SkuOf) -> dict[str, Any]:
    """The fields of a SKU that a technical configuration holds.

    `disk` gives what stands in the offer for a disk: it gets version, generation ("" for the only
    one), `OS` or `DATA_` and the LUN, and the URL. `sku_of` gives the SKU ID of a reference.
    """
    versions = members.get("vmImageVersions") or ()
    types = [str(image.get("imageType")) for version in versions for image in version.get("vmImages") or ()]
    skus = members.get("skus") or _unnamed(sku, types)
    system = members.get("operatingSystem") or {}
    properties = members.get("vmProperties") or {}
    return {
        "operating_system": {
            "family": system.get("family") or "",
            "name": system.get("friendlyName") or "",
            "type": w.ours(w.SYSTEMS, system.get("type") or ("other" if system else "")),
        },
        "recommended_sizes": list(members.get("recommendedVmSizes") or ()),
        "ports": [_port_fields(port) for port in members.get("openPorts") or ()],
        "properties": {
            ours: properties[theirs] for ours, theirs in w.PROPERTIES.items() if _odd(properties, ours)
        },
        "generations": [
            {"type": w.ours(w.GENERATIONS, entry.get("imageType", "")), "sku_id": entry.get("skuId", "")}
            for entry in skus
        ],
        "images": list(_images(versions, len(skus) > 1, disk, sku_of)),
    }


def _odd(properties: Mapping[str, Any], ours: str) -> bool:
    """Whether a property is told at all, and is not what its absence means."""
    value = properties.get(w.PROPERTIES[ours])
    return isinstance(value, bool) and value != (ours in {"extensions", "remote_connection"})


def _port_fields(port: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": port.get("label") or "",
        "range": str(port.get("portRange") or ""),
        "protocol": port.get("protocol") or "tcp",
    }


def _images(versions: Any, several: bool, disk: Disk, sku_of: SkuOf) -> Iterator[dict[str, Any]]:
    for version in sorted(versions, key=_order):
        for image in version.get("vmImages") or ():
            number = str(version.get("versionNumber", ""))
            word = w.ours(w.GENERATIONS, image.get("imageType") or "")
            generation = word if several else ""
            fields = {"version": number, "generation": generation}
            fields |= _disks(
                image.get("source") or {}, lambda *which, g=generation, n=number: disk(n, g, *which)
            )
            yield {**fields, **lifecycle_fields(version, sku_of)}


def _order(version: Mapping[str, Any]) -> tuple[Any, ...]:
    parts = str(version_name(version.get("versionNumber", ""))).split(".")
    return (all(part.isdigit() for part in parts), *(int(part) if part.isdigit() else 0 for part in parts))


def _disks(source: Mapping[str, Any], disk: Callable[[str, str], Any]) -> dict[str, Any]:
    if shared := source.get("sharedImage"):
        return {
            "gallery": {
                "tenant_id": shared.get("tenantId") or "",
                "resource_id": shared.get("resourceId") or "",
            }
        }
    os_disk = (source.get("osDisk") or {}).get("uri") or ""
    data = sorted(source.get("dataDisks") or (), key=lambda entry: entry.get("lunNumber") or 0)
    return {
        "os_vhd": disk("OS", os_disk) if os_disk else "",
        "data_vhds": [
            {
                "lun": int(entry.get("lunNumber") or 0),
                "url": disk(f"DATA_{int(entry.get('lunNumber') or 0)}", entry.get("uri") or ""),
            }
            for entry in data
            if isinstance(entry, Mapping)
        ],
    }
