"""Offers that other tools wrote, as offer folders, with a report of what could not be carried over."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from publisher.document.writing import NewFolder, cleaned
from publisher.errors import UsageError
from publisher.importing import azpc, portal, resources
from publisher.importing.media import Fetch
from publisher.importing.report import REPORT, report
from publisher.importing.source import Source, read_source

__all__ = ["REPORT", "Imported", "read_offer"]

_KNOWN: Final = (
    "known are: a resource tree of the Product Ingestion API, a VM offer of the Cloud Partner Portal"
    " (with its definition), and a manifest of azpc (with json_listing_config)"
)


@dataclass(frozen=True, kw_only=True)
class Imported:
    """An offer folder that is yet to be written; `kind` says what it was made of."""

    kind: str
    new: NewFolder


def read_offer(path: Path, *, publisher: str = "", fetch: Fetch | None = None) -> Imported:
    """What a file of another tool says, as an offer folder with the report in it.

    `publisher` is the ID that stands in where the file names none; `fetch` downloads a picture, and
    without it none is asked for. Raises UsageError for a file that is broken or no such offer.
    """
    source = read_source(path)
    kind, new = _made(source, publisher, fetch)
    new = cleaned(replace(new, left_out=(*source.left_out, *new.left_out)))
    text = report(source.path.name, kind, new)
    return Imported(kind=kind, new=replace(new, files={**new.files, REPORT: text.encode()}))


def _made(source: Source, publisher: str, fetch: Fetch | None) -> tuple[str, NewFolder]:
    value = source.value
    if portal.is_offer(value):
        _check_type(source, value.get("offerTypeId"))
        return "an offer of the Cloud Partner Portal", portal.folder_of(
            value, publisher=publisher, fetch=fetch
        )
    if azpc.is_manifest(value):
        return "a manifest of azpc", azpc.folder_of(source, publisher=publisher, fetch=fetch)
    if azpc.is_listing(value):
        return "a listing configuration of azpc", azpc.listing_folder(source, publisher=publisher)
    if resources.has_resources(value):
        return "a resource tree of the Product Ingestion API", resources.folder_of(
            source, publisher=publisher, fetch=fetch
        )
    if isinstance(value, dict) and "planId" in value:
        raise UsageError(
            f"{source.path}: one plan of an offer of the Cloud Partner Portal", hint="give the whole offer"
        )
    raise UsageError(f"{source.path}: {_instead(value)}, no offer of another tool", hint=_KNOWN)


def _check_type(source: Source, kind: Any) -> None:
    if kind is not None and kind not in portal.OFFER_TYPES:
        raise UsageError(
            f"{source.path}: an offer of the Cloud Partner Portal, but of the type {str(kind)[:60]!a}",
            hint=f"VM offers alone are known: {', '.join(portal.OFFER_TYPES)}",
        )


def _instead(value: Any) -> str:
    """What a document is, if it is no offer."""
    if isinstance(value, dict):
        keys = ", ".join(ascii(key[:40])[1:-1] for key in list(value)[:6])
        return f"an object with the keys {keys}" if keys else "an empty object"
    return f"a list of {len(value):,}" if isinstance(value, list) else "a single value"
