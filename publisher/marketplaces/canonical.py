"""What a marketplace reads in a canonical document, and what it leaves out."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from publisher.redact import public_url

_DISKS: Final = frozenset({"images", "os_vhd", "data_vhds"})
_ADDRESS: Final = re.compile(r"(?i)https?://\S+")


def links(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Every link that customers or the marketplace may follow, once each; never the address of a disk."""
    return tuple(dict.fromkeys(_links(document)))


def without_sku(document: Mapping[str, Any], sku: str) -> dict[str, Any]:
    """The document without one SKU, all else as it was."""
    return {**document, "skus": [item for item in document.get("skus") or [] if item.get("id") != sku]}


def without_signatures(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with every address of a disk cut down to host and path."""
    cut: dict[str, Any] = _unsigned(document, disk=False)
    return cut


def _links(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in _DISKS:
                continue
            if key.lower().endswith("url") and isinstance(item, str) and _ADDRESS.fullmatch(item):
                yield item
            else:
                yield from _links(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _links(item)


def _unsigned(value: Any, *, disk: bool) -> Any:
    if isinstance(value, Mapping):
        return {key: _unsigned(item, disk=disk or key in _DISKS) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_unsigned(item, disk=disk) for item in value]
    return unsigned(value) if disk and isinstance(value, str) else value


def unsigned(address: str) -> str:
    """The address of a disk without query, fragment and user; other texts as they are."""
    return public_url(address) if "://" in address and re.search(r"[?#@]", address) else address
