"""What the marketplace holds beyond the offer format: kept word for word, and put back.

Members are kept as patches, each with the value that it stands instead of: once the offer says
something else there, the offer is right and the patch is void.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any, Final

from publisher.errors import UsageError
from publisher.ingestion import schema as s
from publisher.ingestion.masking import masked
from publisher.ingestion.members import SHAPES
from publisher.ingestion.tree import Key, Part, Tree
from publisher.ingestion.walk import Patch, normal, patched, residue

# Whether a whole offer is on sale is an act of its own: no folder says it, or brings it back.
_OF_THE_PRODUCT: Final = frozenset({"lifecycleState", "deprecationSchedule"})

Parts = dict[Key, Part]


def verbatim(made: Parts, tree: Tree) -> str:
    """JSON text of what is in a tree and cannot be made from the offer; "" where that is nothing."""
    members = [
        _entry(key, patch)
        for key in sorted(made.keys() & tree.parts.keys())
        if key.kind != s.AVAILABILITY  # the testers count nowhere, so neither does how they are written
        for patch in sorted(
            residue(SHAPES[key.kind], made[key].members, tree.parts[key].members), key=attrgetter("path")
        )
        if key.kind != s.PRODUCT or patch.path[0] not in _OF_THE_PRODUCT
    ]
    parts = [_part_entry(part) for key, part in sorted(tree.parts.items()) if key not in made]
    resources = [masked(resource) for resource in _sorted(tree)]
    return _written(members=members, parts=parts, resources=resources)


def _written(**kept: list[Any]) -> str:
    found = {name: value for name, value in kept.items() if value}
    return json.dumps(found, indent=1, sort_keys=True) if found else ""


def _sorted(tree: Tree) -> list[dict[str, Any]]:
    """The resources of unknown types, without ids: those are another product's elsewhere."""
    found = [{key: value for key, value in other.items() if key != "id"} for other in tree.others]
    return sorted(found, key=lambda resource: json.dumps(resource, sort_keys=True))


def _entry(key: Key, patch: Patch) -> dict[str, Any]:
    where = {"type": key.kind, "sku": key.plan, "item": key.item, "member": list(patch.path)}
    what = {"value": masked(patch.value), "instead_of": masked(patch.instead_of)}
    return {name: value for name, value in {**where, **what}.items() if value not in (None, "")}


def _part_entry(part: Part) -> dict[str, Any]:
    """A part that the folder does not make: a picture that was not downloaded, the second of two."""
    where = {"type": part.kind, "sku": part.plan, "listing": part.listing, "item": part.item}
    said = {name: value for name, value in where.items() if value}
    return {**said, "members": masked(part.members)}


def _read_part(entry: Mapping[str, Any]) -> Part:
    return Part(
        kind=entry["type"],
        plan=entry.get("sku", ""),
        listing=entry.get("listing", ""),
        item=entry.get("item", ""),
        members=entry["members"],
    )


def restored(made: Parts, text: str) -> tuple[Parts, list[dict[str, Any]]]:
    """The parts with every patch that still holds, and the resources beside them.

    Raises UsageError for a text that is not what `verbatim` writes.
    """
    if not text.strip():
        return made, []
    try:
        found = json.loads(text)
        kept = {part.key: part for part in map(_read_part, found.get("parts", [])) if part.kind in s.KINDS}
        parts = {**kept, **made}
        for key, patch in _patches(found.get("members", [])):
            if part := parts.get(key):
                members = patched(SHAPES[key.kind], part.members, patch.path, patch)
                parts[key] = replace(part, members=members or {})
        return parts, [dict(resource) for resource in found.get("resources", [])]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            f"/verbatim cannot be read: {error}",
            hint="take the file as `publisher pull` wrote it, or leave it out",
        ) from None


def still_holding(made: Parts, text: str) -> str:
    """The kept text without what is void: where the offer says something else, or the same, by now."""
    found = json.loads(text)
    entries = found.get("members", [])
    pairs = zip(entries, _patches(entries), strict=True)
    return _written(
        members=[entry for entry, (key, patch) in pairs if _holds(made, key, patch)],
        parts=[entry for entry in found.get("parts", []) if _read_part(entry).key not in made],
        resources=found.get("resources", []),
    )


def _holds(made: Parts, key: Key, patch: Patch) -> bool:
    part = made.get(key)
    if part is None:
        return False
    shape = SHAPES[key.kind]
    after = patched(shape, part.members, patch.path, patch)
    return bool(normal(shape, after) != normal(shape, part.members))


def _patches(entries: list[dict[str, Any]]) -> Iterator[tuple[Key, Patch]]:
    for entry in entries:
        key = Key(entry["type"], entry.get("sku", ""), entry.get("item", ""))
        yield (
            key,
            Patch(path=tuple(entry["member"]), value=entry.get("value"), instead_of=entry.get("instead_of")),
        )
