"""What of an offer the marketplace can hold: the rest makes no difference there."""

from collections.abc import Mapping
from typing import Any, Final

from publisher.document.built import offer_of
from publisher.document.canonical import UNRESOLVED, canonical, text_form
from publisher.ingestion.binding import Binder
from publisher.ingestion.desired import text_source
from publisher.ingestion.incoming import read
from publisher.ingestion.outgoing import made
from publisher.ingestion.tree import Tree
from publisher.ingestion.verbatim import still_holding
from publisher.redact import Secret

_NOWHERE: Final = "https://unresolved.invalid/"  # before the name of a secret that is not at hand
_MEDIA: Final = ("logos", "sample_images", "videos")

Document = Mapping[str, Any]


def carried(
    document: Document, *, files: Mapping[str, bytes] | None = None, current: Tree | None = None
) -> dict[str, Any]:
    """A canonical document reduced to what would come back from the marketplace.

    `files` holds texts by sha256; of those that are missing, the hash stands in. With it, what is kept
    in `verbatim` is reduced to what still holds. `current` tells what the offer leaves open.
    """
    texts: dict[str, dict[str, Any]] = {}
    parts = made(
        _without_media(document),
        text=lambda value: _stand_in(value, texts),
        aliases={},
        subscriptions=(),
        current=current,
    )
    binder = Binder(parts, Tree.of(()), _Bare(), lambda sha256, name: name)
    back = read(Tree.of(binder.resources()), publisher=document.get("publisher", ""), fetch=None)
    plain: dict[str, Any] = _restored(canonical(offer_of(back)), texts)
    for language, listing in document.get("listing", {}).items():
        if media := _media(listing):
            plain.setdefault("listing", {}).setdefault(language.lower(), {}).update(media)
    if kept := _verbatim(document, files or {}, current):
        plain["verbatim"] = kept
    return plain


class _Bare(Mapping[str, Secret]):
    """Takes every address for the whole URL."""

    def __getitem__(self, address: str) -> Secret:
        return Secret(address)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def _without_media(document: Document) -> dict[str, Any]:
    listings = {
        language: {key: value for key, value in listing.items() if key not in _MEDIA} or {"title": ""}
        for language, listing in document.get("listing", {}).items()
    }
    return {**document, "listing": listings, "skus": _placed(document.get("skus", []))}


def _placed(value: Any) -> Any:
    """Addresses for disks whose secrets are not at hand."""
    match value:
        case str() if value.startswith(f"{UNRESOLVED}:"):
            return _NOWHERE + value.removeprefix(f"{UNRESOLVED}:")
        case dict():
            return {key: _placed(item) for key, item in value.items()}
        case list():
            return [_placed(item) for item in value]
    return value


def _media(listing: Document) -> dict[str, Any]:
    """Pictures and films come back as they are; films in the order of their addresses."""
    media = {
        "logos": listing.get("logos"),
        "sample_images": [sample for sample in listing.get("sample_images", ()) if sample.get("file")],
        "videos": sorted(listing.get("videos", ()), key=lambda video: str(video.get("url", ""))),
    }
    return {key: value for key, value in media.items() if value}


def _stand_in(value: Any, texts: dict[str, dict[str, Any]]) -> str:
    if isinstance(value, str):
        return value
    mark = f"sha256:{value['sha256']}"
    texts[mark] = value
    return mark


def _restored(value: Any, texts: Mapping[str, Any]) -> Any:
    match value:
        case str() if value.startswith(_NOWHERE):
            return f"{UNRESOLVED}:{value.removeprefix(_NOWHERE)}"
        case str():
            return texts.get(value, value)
        case dict():
            return {key: _restored(item, texts) for key, item in value.items()}
        case list():
            return [_restored(item, texts) for item in value]
    return value


def _verbatim(document: Document, files: Mapping[str, bytes], current: Tree | None) -> Any:
    kept = document.get("verbatim")
    if not kept or (isinstance(kept, dict) and kept["sha256"] not in files):
        return kept
    try:
        text = text_source(files)
        parts = made(document, text=text, aliases={}, subscriptions=(), current=current)
    except KeyError:  # a text that a patch may be about is not at hand
        return kept
    return text_form(still_holding(parts, text(kept)))
