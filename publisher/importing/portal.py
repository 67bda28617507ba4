"""Offer documents of the Cloud Partner Portal, as `pub` and `azpc vm` read and write them.

They become offers of the partner-center profile: that is where these offers live since the portal was
closed, and its limits are the ones that the portal had.
"""

from typing import Any, Final

from publisher.document.model import FORMAT
from publisher.document.writing import LeftOut, NewFolder
from publisher.importing.making import LANGUAGE, Disks, categories, long_text, said, slug
from publisher.importing.media import Fetch, Media
from publisher.importing.portal_plan import sku
from publisher.importing.source import Fields
from publisher.profiles import PARTNER_CENTER

OFFER_TYPES: Final = ("microsoft-azure-virtualmachines", "microsoft-azure-corevm")

_SHOP: Final = "microsoft-azure-marketplace."
_DRIVE: Final = "microsoft-azure-marketplace-testdrive."
_VM: Final = "microsoft-azure-virtualmachines."
_OF_THE_PORTAL: Final = "the portal kept it for itself"
_PORTAL_KEYS: Final = (
    "version", "status", "changedTime", "eTag", "Etag", "offerTypeVersions", "pcMigrationStatus",
    "isvUpgradeRequest",
)  # fmt: skip
_LEADS: Final = {
    "none": "none",
    "table": "table",
    "azuretable": "table",
    "blob": "blob",
    "azureblob": "blob",
    "salesforce": "salesforce",
    "dynamicscrm": "dynamics",
    "dynamics": "dynamics",
    "marketo": "marketo",
    "httpsendpoint": "https",
    "https": "https",
}
_LEADS_KEPT: Final = "how leads are delivered stays in the portal, with its keys"
_LEADS_KEYS: Final = (
    "tableLeadConfiguration", "blobLeadConfiguration", "salesForceLeadConfiguration", "crmLeadConfiguration",
    "httpsEndpointLeadConfiguration", "marketoLeadConfiguration",
)  # fmt: skip


def is_offer(value: Any) -> bool:
    """Whether a document has the shape of an offer of that portal, of whatever type."""
    definition = value.get("definition") if isinstance(value, dict) else None
    return isinstance(definition, dict) and ("offer" in definition or "plans" in definition)


def folder_of(value: dict[str, Any], *, publisher: str, fetch: Fetch | None) -> NewFolder:
    """The offer folder that says what a document says; `publisher` stands in where it names none."""
    left_out: list[LeftOut] = []
    disks, media = Disks(), Media(fetch, {}, left_out)
    document = Fields("$", value, left_out)
    document.ignore("offerTypeId")
    for key in _PORTAL_KEYS:
        document.leave_key(key, _OF_THE_PORTAL)
    offer = said(_offer(document, publisher, media, disks))
    document.rest()
    return NewFolder(offer=offer, files=media.files, secrets=disks.secrets, left_out=tuple(left_out))


def _offer(document: Fields, publisher: str, media: Media, disks: Disks) -> dict[str, Any]:
    definition = document.fields("definition")
    shop = definition.fields("offer")
    return {
        "format": FORMAT,
        "publisher": document.text("publisherId") or publisher,
        "offer": document.text("id"),
        "alias": definition.text("displayText"),
        "profile": PARTNER_CENTER,
        "categories": _categories(shop),
        "listing": {LANGUAGE: _listing(shop, media)},
        "legal": _legal(shop, media.files),
        "support": _support(shop),
        "staging": {"subscriptions": shop.texts(f"{_SHOP}allowedSubscriptions")},
        "leads": _leads(shop),
        "test_drive": {"enabled": True, "type": "arm"} if shop.flag(f"{_DRIVE}enabled") else {},
        "resellers": _resellers(shop),
        "skus": [sku(plan, media.files, disks) for plan in definition.objects("plans")],
    }


def _categories(shop: Fields) -> list[str]:
    found = []
    for entry in shop.objects(f"{_SHOP}categoryMap"):
        name = entry.text("categoryL1")
        found += categories(name, entry.texts(f"categoryL2-{name}")) if name else []
    return list(dict.fromkeys(found + shop.texts(f"{_SHOP}categories")))


def _listing(shop: Fields, media: Media) -> dict[str, Any]:
    logos = {
        name: _picture(shop, f"{name}Logo", media) for name in ("small", "medium", "large", "wide", "hero")
    }
    return {
        "title": shop.text(f"{_SHOP}title"),
        "summary": shop.text(f"{_SHOP}summary"),
        "long_summary": long_text(media.files, "long-summary.txt", shop.text(f"{_SHOP}longSummary")),
        "description": long_text(media.files, "description.html", shop.text(f"{_SHOP}description")),
        "logos": logos,
        "links": [
            {"title": link.text("linkTitle"), "url": link.text("linkUrl")}
            for link in shop.objects(f"{_SHOP}usefulLinks")
        ],
        "reseller_materials_url": shop.text(f"{_VM}gtmMaterials"),
    }


def _picture(shop: Fields, name: str, media: Media) -> str:
    key = f"{_SHOP}{name}"
    return media.file(f"{shop.at}[{key!r}]", shop.text(key), f"media/{slug(name)}.png")


def _legal(shop: Fields, files: dict[str, bytes]) -> dict[str, Any]:
    terms, address = shop.text(f"{_SHOP}termsOfUse"), shop.text(f"{_SHOP}termsOfUseURL")
    if not address and terms.startswith("https://") and not terms.split()[1:]:
        terms, address = "", terms.strip()
    amendment = shop.text(f"{_SHOP}universalAmendmentTerms")
    return {
        "terms": long_text(files, "terms.txt", terms),
        "terms_url": address,
        "standard_contract": shop.flag(f"{_SHOP}useEnterpriseContract"),
        "amendment": long_text(files, "amendment.txt", amendment),
        "privacy_policy_url": shop.text(f"{_SHOP}privacyURL"),
    }


def _support(shop: Fields) -> dict[str, Any]:
    return {
        "engineering": _contact(shop, f"{_SHOP}engineeringContact"),
        "customer": {
            **_contact(shop, f"{_SHOP}supportContact"),
            "url": shop.text(f"{_SHOP}publicAzureSupportUrl"),
            "government_url": shop.text(f"{_SHOP}fairfaxSupportUrl"),
        },
        "reseller": _contact(shop, f"{_VM}managerContact"),
    }


def _contact(shop: Fields, start: str) -> dict[str, str]:
    return {name: shop.text(f"{start}{name.capitalize()}") for name in ("name", "email", "phone")}


def _leads(shop: Fields) -> dict[str, str]:
    word = shop.text(f"{_SHOP}leadDestination")
    for key in _LEADS_KEYS:
        shop.leave_key(f"{_SHOP}{key}", _LEADS_KEPT)
    destination = _LEADS.get(word.casefold(), "")
    if word and not destination:
        shop.leave_key(f"{_SHOP}leadDestination", "this destination of leads is not known")
    return {"destination": "" if destination == "none" else destination}


def _resellers(shop: Fields) -> str:
    key = f"{_SHOP}cspOfferOptIn"
    if not isinstance(shop.values.get(key), bool):
        return ""
    return "any" if shop.flag(key) else "none"
