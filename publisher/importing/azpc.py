"""Manifests of azpc with their listing configuration; for VM offers that is a document of the old portal."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from publisher.document.files import FileRefused, read_inside
from publisher.document.model import FORMAT
from publisher.document.writing import LeftOut, NewFolder
from publisher.errors import UsageError
from publisher.importing import portal
from publisher.importing.making import LANGUAGE, categories, file_name, long_text, said, slug
from publisher.importing.media import Fetch, Media
from publisher.importing.source import Fields, Source, read_source
from publisher.profiles import PARTNER_CENTER

CONFIG: Final = "json_listing_config"

_LOGOS: Final = ("small", "medium", "large", "wide")
_PACKAGE: Final = "the package of an application or template is no part of a VM offer"
_NO_VM: Final = "it configures an application; image versions, prices and ports of a VM are still to be given"
_PEOPLE: Final = {"CustomerSupport": "customer", "Engineering": "engineering", "ChannelManager": "reseller"}


def is_manifest(value: Any) -> bool:
    """Whether a document names a listing configuration."""
    return isinstance(value, dict) and isinstance(value.get(CONFIG), str)


def is_listing(value: Any) -> bool:
    """Whether a document is a listing configuration itself."""
    return isinstance(value, dict) and isinstance(value.get("offer_listing"), dict)


def folder_of(source: Source, *, publisher: str, fetch: Fetch | None) -> NewFolder:
    """The offer folder of a manifest and of the files that it names, in its own folder and below.

    Raises UsageError where the listing configuration is missing or is none.
    """
    left_out: list[LeftOut] = []
    manifest = Fields("manifest", source.value, left_out)
    place = _Place(source.path.parent, manifest.text("app_path"))
    name = manifest.text(CONFIG)
    config = read_source(place.find(name)[0])
    left_out += config.left_out
    if portal.is_offer(config.value):
        new = portal.folder_of(config.value, publisher=publisher, fetch=fetch)
    elif is_listing(config.value):
        new = listing_folder(config, publisher=publisher, plan=manifest.text("plan_name"), place=place)
    else:
        raise UsageError(
            f"{config.path}: this is no listing configuration",
            hint="it holds offer_listing, or the definition of a VM offer",
        )
    return _completed(new, manifest, place, left_out)


def listing_folder(
    source: Source, *, publisher: str, plan: str = "", place: "_Place | None" = None
) -> NewFolder:
    """The offer folder of a listing configuration; `plan` is the ID of its first plan."""
    left_out: list[LeftOut] = []
    files: dict[str, bytes] = {}
    config = Fields("$", source.value, left_out)
    setup, shop = config.fields("offer_setup"), config.fields("offer_listing")
    overview = list(config.objects("plan_overview"))
    offer = {
        "format": FORMAT,
        "publisher": publisher,
        "alias": setup.text("alias"),
        "profile": PARTNER_CENTER,
        "categories": _categories(config.fields("property_settings")),
        "listing": {LANGUAGE: _listing(shop, files, place or _Place(source.path.parent, ""))},
        **_addresses(shop),
        "staging": {"subscriptions": config.fields("preview_audience").texts("subscriptions")},
        "test_drive": {"enabled": True, "type": "arm"} if setup.flag("testDrive") else {},
        "skus": [_sku(entry, "" if number else plan, files) for number, entry in enumerate(overview)],
    }
    config.ignore("$schema")
    config.leave_key("technical_configuration", _NO_VM)
    config.rest()
    return NewFolder(offer=said(offer), files=files, left_out=tuple(left_out))


@dataclass(frozen=True)
class _Place:
    """Where a manifest stands; the files that it names are in `app_path` below, or beside it."""

    root: Path
    app_path: str

    def find(self, name: str) -> tuple[Path, bytes]:
        """The path and the bytes of a file that is there. Raises UsageError."""
        for inside in self._candidates(name):
            try:
                return self.root / inside, read_inside(self.root, inside)
            except FileRefused as error:
                reason = str(error)
        raise UsageError(f"{self.root / name}: {reason}", hint="put it into the folder of the manifest")

    def _candidates(self, name: str) -> list[str]:
        below = self.app_path.replace("\\", "/").strip("/").removeprefix("./")
        return [f"{below}/{name}", name] if below and below != "." else [name]


def _completed(new: NewFolder, manifest: Fields, place: _Place, left_out: list[LeftOut]) -> NewFolder:
    """The folder with the manifest's own name and logos."""
    media = Media(None, dict(new.files), left_out)
    offer = {"offer": manifest.text("name"), **new.offer} if manifest.text("name") else dict(new.offer)
    if found := said(_logos(manifest, place, media)):
        listing = offer.get("listing", {})
        first = listing.get(LANGUAGE, {})
        offer["listing"] = {**listing, LANGUAGE: {**first, "logos": {**first.get("logos", {}), **found}}}
    manifest.ignore("$schema", "plan_name")
    manifest.leave_key("app", _PACKAGE)
    manifest.rest()
    return replace(new, offer=_ordered(offer), files=media.files, left_out=(*new.left_out, *left_out))


def _ordered(offer: dict[str, Any]) -> dict[str, Any]:
    first = {key: offer[key] for key in ("format", "publisher", "offer") if key in offer}
    return first | offer


def _logos(fields: Fields, place: _Place, media: Media) -> dict[str, str]:
    """The logos that are named by `logo_small` and its like, as files of the folder."""
    return {name: _logo(fields, f"logo_{name}", place, media) for name in _LOGOS}


def _logo(fields: Fields, key: str, place: _Place, media: Media) -> str:
    if not (file := fields.text(key)):
        return ""
    try:
        _, data = place.find(file)
    except UsageError as error:
        fields.leave(f"{fields.at}.{key}", None, error.message)
        return ""
    return media.add(f"{fields.at}.{key}", data, f"media/{slug(key)}.png")


def _categories(settings: Fields) -> list[str]:
    leveled = settings.fields("leveledCategories")
    found = [name for key in leveled.values for name in categories(key, leveled.texts(key))]
    for entry in settings.objects("categories"):
        category = entry.text("category")
        subcategories = entry.texts("subcategory")
        found += categories(category, subcategories) if category else []
    return list(dict.fromkeys(found))


def _listing(shop: Fields, files: dict[str, bytes], place: _Place) -> dict[str, Any]:
    return {
        "title": shop.text("title", "name"),
        "summary": shop.text("summary"),
        "long_summary": long_text(files, "long-summary.txt", shop.text("short_description")),
        "description": long_text(files, "description.html", shop.text("description")),
        "search_keywords": shop.texts("keywords"),
        "logos": _logos(shop.fields("listing_logos"), place, Media(None, files, shop.left_out)),
    }


def _addresses(shop: Fields) -> dict[str, Any]:
    """Contacts and addresses, which the configuration keeps in lists by their type."""
    support: dict[str, dict[str, str]] = {}
    for contact in shop.objects("listing_contacts"):
        if who := _PEOPLE.get(contact.text("type")):
            words = {name: contact.text(name) for name in ("name", "email", "phone")}
            support[who] = {**words, "url": contact.text("uri")}
    legal: dict[str, str] = {}
    for link in shop.objects("listing_uris"):
        kind = link.text("type")
        if kind == "PrivacyUri":
            legal["privacy_policy_url"] = link.text("uri")
        elif kind in ("PublicCloudSupport", "FairfaxSupport"):
            key = "url" if kind == "PublicCloudSupport" else "government_url"
            support.setdefault("customer", {})[key] = link.text("uri")
        link.ignore("displayText")
    return {"legal": legal, "support": support}


def _sku(entry: Fields, sku_id: str, files: dict[str, bytes]) -> dict[str, Any]:
    listing = entry.fields("plan_listing")
    sold = entry.fields("pricing_and_availability")
    viewers = [
        {"id": viewer.text("ID", "id"), "label": viewer.text("Description"), "kind": "subscription"}
        for viewer in sold.objects("azure_private_subscriptions")
    ]
    entry.leave_key("technical_configuration", _NO_VM)
    name = f"sku-{file_name(sku_id or entry.at)}.html"
    return {
        "id": sku_id,
        "visibility": "private" if sold.text("visibility").lower() == "private" else "",
        "audience": viewers,
        "listing": {
            LANGUAGE: {
                "title": listing.text("title"),
                "summary": listing.text("summary"),
                "description": long_text(files, name, listing.text("description")),
            }
        },
    }
