"""An offer reduced to what counts, and the digest of it.

What does not count: the query of a VHD URL, names of secrets, comments, alias, format, profile, the
testers, and whether a text stood in the document or in a file. Values left empty, or at their
default, are left out, so that a field that joins the format changes no digest.
"""

import hashlib
import json
from dataclasses import Field, fields, is_dataclass
from decimal import Decimal
from typing import Any, Final

from publisher.document.model import Asset, Leads, Offer, Port, Sku, Staging, Text, VhdUrl
from publisher.redact import public_url

INLINE: Final = 1024  # characters; longer texts are kept by hash
UNRESOLVED: Final = "unresolved"
_LEFT_OUT: Final = {
    (Offer, "format"),
    (Offer, "alias"),
    (Offer, "profile"),
    (Offer, "staging"),
    (Sku, "alias"),
}
# Defaults that digests held from the first version on.
_SPELT_OUT: Final = {(Sku, "billing"), (Sku, "free_trial"), (Sku, "hidden"), (Port, "protocol")}


def canonical(offer: Offer) -> dict[str, Any]:
    """The canonical document, JSON-able: numbers as normalised text, files and long texts by sha256."""
    result: dict[str, Any] = _plain(offer)
    return result


def digest(document: dict[str, Any]) -> str:
    """sha256 in hex of a canonical document."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def content_files(offer: Offer) -> dict[str, bytes]:
    """The bytes behind every sha256 of the canonical document."""
    found: dict[str, bytes] = {}
    _collect(offer, found)
    return found


def decimal_text(number: Decimal) -> str:
    """The shortest way to write a number without an exponent: 0.50 and 0.5 are both 0.5."""
    return format(number.normalize(), "f")


def _plain(value: Any) -> Any:
    match value:
        case Text():
            return text_form(value.value)
        case Asset():
            return {"sha256": value.sha256, "bytes": len(value.data)}
        case VhdUrl():
            return value.address or (f"{UNRESOLVED}:{value.secret}" if value.secret else "")
        case Decimal():
            return decimal_text(value)
        case tuple():
            return [_plain(item) for item in value]
        case dict():
            return {key: _plain(item) for key, item in value.items()}
    return _fields(value) if is_dataclass(value) else value


def _fields(value: Any) -> dict[str, Any]:
    plain = {
        field.name: _plain(getattr(value, field.name))
        for field in fields(value)
        if field.name != "at" and _counts(value, field)
    }
    if isinstance(value, Sku):
        plain["regions"] = sorted(set(value.regions))
    if isinstance(value, Leads):
        plain["address"] = _public(value.address)
    return {key: item for key, item in plain.items() if item not in (None, "", [], {})}


def _counts(owner: Any, field: Field[Any]) -> bool:
    place = (type(owner), field.name)
    return place in _SPELT_OUT or (place not in _LEFT_OUT and getattr(owner, field.name) != field.default)


def _public(address: str) -> str:
    """An address without what may be a key: its query, or a password."""
    return public_url(address) if "://" in address else address.partition("?")[0]


def text_form(text: str) -> str | dict[str, Any]:
    """A long text as the canonical document has it: itself, or its sha256 and length."""
    value = text.replace("\r\n", "\n")
    if len(value) <= INLINE:
        return value
    return {"sha256": hashlib.sha256(value.encode()).hexdigest(), "length": len(value)}


def _collect(value: Any, found: dict[str, bytes]) -> None:
    if isinstance(value, Asset):
        found[value.sha256] = value.data
    elif isinstance(value, Text):
        kept = text_form(value.value)
        if isinstance(kept, dict):
            found[kept["sha256"]] = value.value.replace("\r\n", "\n").encode()
    elif isinstance(value, tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            _collect(item, found)
    elif is_dataclass(value) and not isinstance(value, Staging):
        for field in fields(value):
            _collect(getattr(value, field.name), found)
