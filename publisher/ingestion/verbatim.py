"""What the marketplace holds beyond the offer format: kept word for word, and put back.

Members are kept as patches, each with the value that it stands instead of: once the offer says
something else there, the offer is right and the patch is void.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from publisher.errors import UsageError
from publisher.ingestion import schema as s
from publisher.ingestion.members import SHAPES
from publisher.ingestion.tree import Key, Part, Tree
from publisher.ingestion.walk import Patch, normal, patched, residue
from publisher.redact import public_url, redact

MASKED: Final = "*********"  # how the marketplace shows a secret, and takes it as unchanged
_SECRETS: Final = frozenset({"applicationKey", "password", "clientSecret", "storageAccountConnectionString"})

Parts = dict[Key, Part]


def verbatim(made: Parts, tree: Tree) -> str:
    """JSON text of what is in a tree and cannot be made from the offer; "" where that is nothing."""
    members = [
        _entry(key, patch)
        for key in sorted(made.keys() & tree.parts.keys())
        for patch in residue(SHAPES[key.kind], made[key].members, tree.parts[key].members)
    ]
    strangers = [_resource(part) for key, part in sorted(tree.parts.items()) if key not in made]
    resources = [_kept(resource) for resource in (*strangers, *_sorted(tree.others))]
    found = {name: value for name, value in (("members", members), ("resources", resources)) if value}
    return json.dumps(found, indent=1, sort_keys=True) if found else ""


def _sorted(resources: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    return sorted(resources, key=lambda resource: json.dumps(resource, sort_keys=True, default=str))


def _entry(key: Key, patch: Patch) -> dict[str, Any]:
    where = {"type": key.kind, "sku": key.plan, "item": key.item, "member": list(patch.path)}
    what = {"value": _kept(patch.value), "instead_of": _kept(patch.instead_of)}
    return {name: value for name, value in {**where, **what}.items() if value not in (None, "")}


def _resource(part: Part) -> dict[str, Any]:
    own = {"plan": f"plan/{{product}}/{{plan:{part.plan}}}"} if part.kind in s.OF_A_PLAN else {}
    if part.listing:
        own["listing"] = f"listing/{{product}}/public/main/default/{part.listing}"
    return {"$schema": part.schema, "product": "product/{product}", **own, **part.members}


def _kept(value: Any, name: str = "") -> Any:
    """A value without secrets: masked as the marketplace masks them, or an address without its query."""
    match value:
        case str() if name in _SECRETS:
            return MASKED
        case str() if redact(value) != value:
            return public_url(value) if "://" in value else redact(value)
        case Mapping():
            return {key: _kept(item, key) for key, item in value.items() if key not in s.READ_ONLY}
        case list() | tuple():
            return [_kept(item, name) for item in value]
    return value


def restored(made: Parts, text: str) -> tuple[Parts, list[dict[str, Any]]]:
    """The parts with every patch that still holds, and the resources beside them.

    Raises UsageError for a text that is not what `verbatim` writes.
    """
    if not text.strip():
        return made, []
    parts = dict(made)
    try:
        found = json.loads(text)
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
    """The kept text without patches that are void: where the offer says something else by now."""
    found = json.loads(text)
    members = [
        entry
        for entry, (key, patch) in zip(
            found.get("members", []), _patches(found.get("members", [])), strict=True
        )
        if _holds(made, key, patch)
    ]
    found = {**found, "members": members}
    found = {name: value for name, value in found.items() if value}
    return json.dumps(found, indent=1, sort_keys=True) if found else ""


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
