"""The fields of an offer that lie in one resource each, from its members."""

from collections.abc import Mapping
from typing import Any, Final

from publisher.ingestion import words as w
from publisher.redact import public_url

_TOLD: Final = frozenset({"extensions", "remote_connection"})  # true where nothing is said


def said(value: Any) -> Any:
    """Fields that say something, and nothing of what is empty or false."""
    if isinstance(value, dict):
        inner = {key: said(item) for key, item in value.items()}
        return {
            key: item
            for key, item in inner.items()
            if item not in (None, "", [], {}) and (item is not False or key in _TOLD)
        }
    return [said(item) for item in value] if isinstance(value, list) else value


def link(there: Mapping[str, Any], title: str) -> dict[str, Any]:
    """A titled address; its title is the member of this name."""
    return {"title": there.get(title), "url": there.get("link")}


def categories(ids: Mapping[str, Any]) -> list[str]:
    """Categories by name, from ids with lists of ids."""
    return [
        w.category_name(category, subcategory)
        for category, subcategories in ids.items()
        for subcategory in (sorted(subcategories or ()) or [""])
    ]


def support(listing: Mapping[str, Any]) -> dict[str, Any]:
    """The contacts and support sites of a listing."""
    customer = listing.get("supportContact") or {}
    sites = {
        "url": listing.get("globalSupportWebsite"),
        "government_url": listing.get("governmentSupportWebsite"),
    }
    return {
        "engineering": _contact(listing.get("engineeringContact") or {}, "url"),
        "customer": {**_contact(customer), **sites},
        "reseller": _contact(listing.get("cloudSolutionProviderContact") or {}, "url"),
    }


def _contact(contact: Mapping[str, Any], *more: str) -> dict[str, Any]:
    return {name: contact.get(name) for name in ("name", "email", "phone", *more)}


def leads(members: Mapping[str, Any]) -> dict[str, Any]:
    """Destination and address of customer-leads; nothing where there is none."""
    destination = w.ours(w.LEADS, members.get("leadDestination") or "none")
    if destination == "none":
        return {}
    mails = (members.get("emailLeadConfiguration") or {}).get("contactEmail") or ()
    endpoint = (members.get("httpsEndpointLeadConfiguration") or {}).get("httpsEndpointUrl")
    instance = (members.get("dynamicsLeadConfiguration") or {}).get("instanceUrl")
    address = {"email": next(iter(mails), ""), "https": endpoint, "dynamics": instance}.get(destination)
    return {"destination": destination, "address": _bare(address)}


def _bare(address: Any) -> str:
    """An address without its query, which may be a key."""
    text = str(address or "")
    return public_url(text) if "://" in text else text


def test_drive(members: Mapping[str, Any]) -> dict[str, Any]:
    """A test drive; nothing where it is off."""
    return {"enabled": True, "type": "arm"} if members.get("enabled") else {}


def resellers(members: Mapping[str, Any]) -> str:
    """The word for who may resell; "" for nobody."""
    word = w.ours(w.RESELLERS, members.get("resellerChannelState") or "none")
    return word if word in {"any", "specific"} else ""
