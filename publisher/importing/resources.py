"""Resource trees of the Product Ingestion API: what its GET answers, and what is sent to configure."""

import json
from dataclasses import replace
from typing import Any

from publisher.document.writing import LeftOut, NewFolder
from publisher.errors import PublisherError, UsageError
from publisher.importing.media import Fetch
from publisher.importing.source import Source
from publisher.ingestion.odd import refused_if_odd
from publisher.ingestion.schema import type_of


def has_resources(value: Any) -> bool:
    """Whether there are resources in a document: a tree, a request, a list of them, or one alone."""
    return bool(_resources(value))


def folder_of(source: Source, *, publisher: str, fetch: Fetch | None) -> NewFolder:
    """The offer folder of a product's resources, which do not name their publisher.

    Raises UsageError where there is no VM product among them, or a member has another type than the
    API's.
    """
    # As the marketplace's own answers are read: numbers are floats, or go into `verbatim` word for word.
    resources = _resources(json.loads(source.text))
    if fetch is None:
        return _folder(source, resources, publisher, None)
    try:
        return _folder(source, resources, publisher, fetch)
    except PublisherError as error:
        new = _folder(source, resources, publisher, None)
        left = LeftOut(place="$", reason=f"no file was fetched: {error.message}")
        return replace(new, left_out=(left, *new.left_out))


def _folder(
    source: Source, resources: list[dict[str, Any]], publisher: str, fetch: Fetch | None
) -> NewFolder:
    from publisher.ingestion import folder_of as product_folder

    with refused_if_odd(UsageError, source.path, "take the resource tree from the API as it answers"):
        return product_folder(resources, publisher=publisher, fetch=fetch)


def _resources(value: Any) -> list[dict[str, Any]]:
    items = value.get("resources") if isinstance(value, dict) else value
    items = items if isinstance(items, list) else [value]
    return [item for item in items if isinstance(item, dict) and type_of(item)]
