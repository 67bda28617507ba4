"""One plan of an offer of the Cloud Partner Portal, as a SKU."""

import re
from decimal import Decimal
from typing import Any, Final

from publisher.importing.making import LANGUAGE, Disks, file_name, long_text, size_name, slug
from publisher.importing.portal_prices import pricing
from publisher.importing.source import Fields

_VM: Final = "microsoft-azure-virtualmachines."
_CORE: Final = "microsoft-azure-corevm."
_CLOUDS: Final = {
    "publicazure": "global",
    "fairfax": "government",
    "mooncake": "china",
    "blackforest": "germany",
}
_KINDS: Final = {"subscriptionid": "subscription", "tenantid": ""}
_GENERATIONS: Final = {"2": "x64-gen2"}
_REGION: Final = re.compile("[A-Za-z]{2}")
_SAID_BY_IMAGES: Final = "the portal kept it beside the disks"


def sku(plan: Fields, files: dict[str, bytes], disks: Disks) -> dict[str, Any]:
    """The SKU that says what a plan says; long texts go to `files`, SAS URLs to `disks`."""
    name = plan.text("planId")
    regions = [region.upper() if _REGION.fullmatch(region) else region for region in plan.texts("regions")]
    clouds = [_CLOUDS.get(cloud.casefold(), cloud) for cloud in _list(plan, "cloudAvailability")]
    audience = _audience(plan.fields("restrictedAudience"))
    sold = pricing(plan, regions)
    return {
        "id": name,
        **{key: sold[key] for key in ("billing", "free_trial")},
        "hidden": _flag(plan, "hideSKUForSolutionTemplate"),
        "visibility": "private" if audience else "",
        "audience": audience,
        "clouds": [] if clouds == ["global"] else clouds,
        "listing": {LANGUAGE: _listing(plan, name, files)},
        "regions": regions,
        "prices": sold["prices"],
        "operating_system": _system(plan),
        "recommended_sizes": [size_name(size) for size in _list(plan, "recommendedVMSizes")],
        "ports": [found for port in plan.objects(f"{_VM}openPorts") if (found := _port(port))],
        "properties": _properties(plan),
        "generations": _generations(plan, name),
        "images": [
            _image(name, version, image, disks)
            for key in (f"{_VM}vmImages", f"{_CORE}vmImagesPublicAzure")
            for version, image in plan.fields(key).named()
        ],
    }


def _text(plan: Fields, *keys: str) -> str:
    return plan.text(*(prefix + key for key in keys for prefix in (_VM, _CORE)))


def _list(plan: Fields, key: str) -> list[str]:
    return plan.texts(_VM + key) or plan.texts(_CORE + key)


def _flag(plan: Fields, key: str) -> bool:
    return plan.flag(_VM + key) or plan.flag(_CORE + key)


def _listing(plan: Fields, name: str, files: dict[str, bytes]) -> dict[str, Any]:
    text = _text(plan, "skuDescription", "skuDescriptionPublicAzure")
    return {
        "title": _text(plan, "skuTitle"),
        "summary": _text(plan, "skuSummary"),
        "description": long_text(files, f"sku-{file_name(name)}.html", text),
    }


def _audience(restricted: Fields) -> list[dict[str, str]]:
    return [_viewer(entry) for entry in restricted.objects("manualEntries")]


def _viewer(entry: Fields) -> dict[str, str]:
    kind = entry.text("type")
    return {
        "id": entry.text("id"),
        "label": entry.text("description"),
        "kind": _KINDS.get(kind.casefold(), kind),
    }


def _system(plan: Fields) -> dict[str, str]:
    return {
        "family": _text(plan, "operatingSystemFamily").lower(),
        "name": _text(plan, "operationSystem", "operatingSystem", "osFriendlyName"),
        "type": slug(_text(plan, "windowsOSType", "linuxOSType", "osType")),
    }


def _port(port: Fields) -> dict[str, str]:
    """A port; how the portal called its parts is not documented, so several names are understood."""
    key = next((key for key in ("portRange", "publicPort", "port", "range") if key in port.values), "")
    number = port.amount(key) if isinstance(port.values.get(key), Decimal) else port.text(key)
    if not number:
        return {}
    if port.values.get("privatePort") == port.values[key]:
        port.ignore("privatePort")
    return {
        "label": port.text("label", "name", "portLabel", "endpointName"),
        "range": str(number),
        "protocol": port.text("protocol", "portType").lower(),
    }


def _properties(plan: Fields) -> dict[str, bool]:
    return {
        "accelerated_networking": _flag(plan, "supportsAcceleratedNetworking"),
        "backup": _flag(plan, "supportsBackup"),
        "aad_login": _flag(plan, "supportsAADLogin"),
    }


def _generations(plan: Fields, name: str) -> list[dict[str, str]]:
    """The generation of a plan, where it is not the first: that is what nothing at all means."""
    if (word := _text(plan, "generation")) in ("", "1"):
        return []
    return [{"type": _GENERATIONS.get(word, word), "sku_id": name}]


def _image(sku_id: str, version: str, image: Fields, disks: Disks) -> dict[str, Any]:
    if image.values.get("showInGui") is True:
        image.ignore("showInGui")
    for key in ("mediaName", "showInGui", "publishedDate", "label", "description"):
        image.leave_key(key, _SAID_BY_IMAGES)
    words = f"{sku_id}_{version}"
    return {
        "version": version,
        "os_vhd": disks.refer(words, _url(image, "osVhdUrl")),
        "data_vhds": [_disk(disk, words, disks) for disk in image.objects("lunVhdDetails")],
    }


def _disk(disk: Fields, words: str, disks: Disks) -> dict[str, Any]:
    lun = disk.amount("lun")
    if lun is not None and (lun < 0 or lun != int(lun)):
        disk.leave_key("lun", "this is no logical unit number")
        lun = None
    number = None if lun is None else int(lun)
    return {"lun": number, "url": disks.refer(f"{words}_LUN_{number}", _disk_url(disk))}


def _disk_url(disk: Fields) -> str:
    """The address of a data disk; how the portal called it is not documented, so any will do."""
    keys = [key for key, value in disk.values.items() if isinstance(value, str) and "://" in value]
    return _url(disk, keys[0]) if keys else ""


def _url(fields: Fields, key: str) -> str:
    """The SAS URL of a disk; what is no URL is reported, never shown."""
    value = fields.text(key).strip()
    if value and "://" not in value:
        fields.leave(f"{fields.at}.{key}", "", "this is no URL of a disk; give it as a secret")
        return ""
    return value
