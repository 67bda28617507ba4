"""From the canonical document of an offer to the resources that say the same."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from publisher.ingestion import schema as s
from publisher.ingestion import words as w
from publisher.ingestion.lifecycle import lifecycle_members
from publisher.ingestion.selling import selling_members
from publisher.ingestion.technical import technical_members
from publisher.ingestion.tree import Key, Part, Tree, item_of

FILE: Final = "file:"  # begins the stand-in for the address of a file; its sha256 and name follow

Document = Mapping[str, Any]
TextOf = Callable[[Any], str]


def made(
    document: Document,
    *,
    text: TextOf,
    aliases: Mapping[str, str],
    subscriptions: tuple[str, ...],
    current: Tree | None = None,
) -> dict[Key, Part]:
    """The parts of an offer, by what they are; addresses of files are stand-ins, those of disks bare.

    `text` gives the text behind a canonical value, which may be a hash. Where the offer says nothing
    that the marketplace must know (aliases, kinds of image), the current tree is asked.
    """
    parts = [
        _product(document, aliases, current),
        _property(document, text),
        *_listings(document, text),
        _part(s.AVAILABILITY, previewAudiences=[{"type": "subscription", "id": id} for id in subscriptions]),
        _part(s.RESELLER, resellerChannelState=w.theirs(w.RESELLERS, document.get("resellers") or "none")),
        _leads(document.get("leads", {})),
        _test_drive(document.get("test_drive", {})),
    ]
    plans = {str(sku.get("id", "")) for sku in document.get("skus", ())}
    for sku in document.get("skus", ()):
        parts += _sku(sku, text, aliases, current, plans)
    return {part.key: part for part in parts}


def _part(type_: str, *, plan: str = "", listing: str = "", **members: Any) -> Part:
    part = Part(kind=type_, plan=plan, listing=listing, members=members)
    return replace(part, item=item_of(part))


def _alias(key: str, aliases: Mapping[str, str], there: Mapping[str, Any] | None, fallback: str) -> str:
    return aliases.get(key) or (there or {}).get("alias") or fallback


def _product(document: Document, aliases: Mapping[str, str], current: Tree | None) -> Part:
    offer = document.get("offer", "")
    title = next((listing.get("title", "") for listing in document.get("listing", {}).values()), "")
    there = current.product if current else None
    return _part(
        s.PRODUCT,
        identity={"externalId": offer},
        type=(there or {}).get("type") or "azureVirtualMachine",
        alias=_alias("", aliases, there, (title or offer)[:120]),
    )


def _property(document: Document, text: TextOf) -> Part:
    legal = document.get("legal", {})
    categories: dict[str, list[str]] = {}
    for category in document.get("categories", ()):
        whole, subcategory = w.split_category(category)
        categories.setdefault(whole, []).extend([subcategory] if subcategory else [])
    members = {
        "kind": "azureVM",
        "categories": categories,
        "termsConditions": "standardMicrosoft" if legal.get("standard_contract") else "custom",
        "termsOfUse": text(legal.get("terms", "")),
        "termsOfUseUrl": legal.get("terms_url"),
        "standardContractAmendment": text(legal.get("amendment", "")),
        "customAmendments": [_amendment(entry, text) for entry in legal.get("custom_amendments", ())],
    }
    required = {"kind", "categories", "termsConditions"}
    return _part(s.PROPERTY, **{key: value for key, value in members.items() if value or key in required})


def _amendment(entry: Document, text: TextOf) -> dict[str, Any]:
    tenants = [{"id": tenant} for tenant in entry.get("tenants", ())]
    return {"terms": text(entry.get("text", "")), "tenants": {"manualEntries": tenants}}


def _listings(document: Document, text: TextOf) -> Iterator[Part]:
    for language, listing in document.get("listing", {}).items():
        yield _listing(document, language, listing, text)
        for name, logo in listing.get("logos", {}).items():
            yield _picture(language, w.theirs(w.LOGOS, name), f"logo-{name}", logo)
        for number, sample in enumerate(listing.get("sample_images", ())):
            caption = {"description": sample["caption"]} if sample.get("caption") else {}
            if file := sample.get("file"):
                yield _picture(language, w.SCREENSHOT, "screenshot", file, displayOrder=number, **caption)
        for video in listing.get("videos", ()):
            yield _video(language, video)


def _listing(document: Document, language: str, listing: Document, text: TextOf) -> Part:
    support, customer = document.get("support", {}), document.get("support", {}).get("customer", {})
    members = {
        "kind": "azureVM",
        "languageId": language,
        "title": listing.get("title"),
        "searchResultSummary": listing.get("summary"),
        "shortDescription": text(listing.get("long_summary", "")),
        "description": text(listing.get("description", "")),
        "privacyPolicyLink": document.get("legal", {}).get("privacy_policy_url"),
        "globalSupportWebsite": customer.get("url"),
        "governmentSupportWebsite": customer.get("government_url"),
        "cloudSolutionProviderMarketingMaterials": listing.get("reseller_materials_url"),
        "generalLinks": [
            {"displayText": link.get("title", ""), "link": link.get("url", "")}
            for link in listing.get("links", ())
        ],
        "supportContact": _contact(customer, "name", "email", "phone"),
        "engineeringContact": _contact(support.get("engineering", {}), "name", "email", "phone", "url"),
        "cloudSolutionProviderContact": _contact(
            support.get("reseller", {}), "name", "email", "phone", "url"
        ),
    }
    return _part(s.LISTING, **{key: value for key, value in members.items() if value})


def _contact(contact: Document, *names: str) -> dict[str, str]:
    given = {name: contact[name] for name in names if contact.get(name)}
    return {"name": "", **given} if given else {}


def _picture(language: str, type_: str, label: str, file: Document, **more: Any) -> Part:
    sha256 = file.get("sha256", "")
    name = f"{label}-{sha256[:16]}.png"
    return _part(
        s.ASSET, listing=language.lower(), kind="azure", languageId=language, type=type_, fileName=name,
        url=f"{FILE}{sha256}:{name}", **more,
    )  # fmt: skip


def _video(language: str, video: Document) -> Part:
    thumbnail = video.get("thumbnail") or {}
    sha256 = thumbnail.get("sha256", "")
    images = [{"url": f"{FILE}{sha256}:thumbnail-{sha256[:16]}.png"}] if sha256 else []
    assets = {"en-us": {"title": video.get("title", ""), "imageList": images}}
    return _part(
        s.TRAILER, listing=language.lower(), kind="azure", streamingUrl=video.get("url", ""), assets=assets
    )


def _leads(leads: Document) -> Part:
    destination = w.theirs(w.LEADS, leads.get("destination") or "none")
    address = leads.get("address")
    configurations: dict[str, dict[str, Any]] = {
        "email": {"contactEmail": [address]},
        "httpsEndpoint": {"httpsEndpointUrl": address},
        "dynamics": {"instanceUrl": address},
    }
    members: dict[str, Any] = {"leadDestination": destination}
    if address and destination in configurations:
        members[f"{destination}LeadConfiguration"] = configurations[destination]
    return _part(s.LEADS, **members)


def _test_drive(drive: Document) -> Part:
    if not drive.get("enabled"):
        return _part(s.TEST_DRIVE, enabled=False)
    kind = "azureResourceManager" if drive.get("type") in {"arm", None} else drive["type"]
    return _part(s.TEST_DRIVE, enabled=True, type=kind)


def _sku(
    sku: Document, text: TextOf, aliases: Mapping[str, str], current: Tree | None, plans: Collection[str]
) -> Iterator[Part]:
    name = sku.get("id", "")
    there = current.plans.get(name) if current else None
    technical = current.parts.get(Key(s.TECHNICAL, name)) if current else None
    titles = (listing.get("title", "") for listing in sku.get("listing", {}).values())
    links = [
        {"name": link.get("title", ""), "link": link.get("url", "")}
        for link in sku.get("government_certifications", ())
    ]
    plan: dict[str, Any] = {
        "identity": {"externalId": name},
        "alias": _alias(name, aliases, there, (next(filter(None, titles), "") or name)[:125]),
        "azureRegions": [w.theirs(w.CLOUDS, cloud) for cloud in sku.get("clouds", ())] or ["azureGlobal"],
    }
    if links:
        plan["azureGovernmentCertifications"] = links
    yield _part(s.PLAN, plan=name, **plan, **lifecycle_members(sku, plans))
    for language, listing in sku.get("listing", {}).items():
        yield _plan_listing(name, language, listing, text)
    yield _part(s.SELLING, plan=name, **selling_members(sku))
    known = (technical.members.get("skus") or []) if technical else None
    members = technical_members(sku, known, plans=plans)
    if base := members.get("basePlan"):
        members["basePlan"] = f"plan/{{product}}/{{plan:{base}}}"
    yield _part(s.TECHNICAL, plan=name, **members)


def _plan_listing(plan: str, language: str, listing: Document, text: TextOf) -> Part:
    members = {
        "name": listing.get("title"),
        "summary": listing.get("summary"),
        "description": text(listing.get("description", "")),
    }
    given = {key: value for key, value in members.items() if value}
    return _part(s.PLAN_LISTING, plan=plan, kind="azureVM-plan", languageId=language, **given)
