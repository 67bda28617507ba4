"""The resources of an offer as they shall stand in the draft."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from publisher.document.canonical import UNRESOLVED
from publisher.errors import Refused
from publisher.ingestion import schema as s
from publisher.ingestion.binding import AssetUrl, Binder, Published
from publisher.ingestion.checks import objections
from publisher.ingestion.members import SHAPES, version_name
from publisher.ingestion.outgoing import made
from publisher.ingestion.tree import Key, Part, Tree
from publisher.ingestion.verbatim import restored
from publisher.ingestion.walk import carried_over, normal
from publisher.redact import Secret

Document = Mapping[str, Any]
_TESTERS = frozenset({"subscription", None})  # kinds of audience that the offer format has a place for


def desired(
    document: Document,
    *,
    files: Mapping[str, bytes],
    vhds: Mapping[str, Secret],
    aliases: Mapping[str, str],
    subscriptions: tuple[str, ...],
    asset_url: AssetUrl,
    current: Tree | None,
    published: Published = None,
) -> list[dict[str, Any]]:
    """The resources of a canonical document, tied to the draft as it stands.

    `files` holds texts by sha256, `vhds` SAS URLs by their public address, `aliases` the offer's (under
    "") and those of SKUs. `asset_url` is asked for the address of a picture, by sha256 and file name,
    only where the draft does not have it. What is there and means the same stands in the result word
    for word; image versions that the document dropped stand there too, and so do members that the
    offer format does not know. `published` names image versions as (SKU ID, version) that were ever
    published: all others may be dropped, and get the newest SAS URL. Without it, all count as published.

    Raises Refused, with every reason, for what the marketplace would not take; UsageError where
    `verbatim` cannot be read.
    """
    tree = current or Tree.of(())
    text = text_source(files)
    parts = made(document, text=text, aliases=aliases, subscriptions=subscriptions, current=current)
    parts, others = restored(parts, text(document.get("verbatim", "")))
    parts = {key: _completed(parts[key], tree, published) for key in sorted(parts, key=_turn)}
    parts = {key: part for key, part in parts.items() if not _says_nothing(key, part, tree, document)}
    if reasons := objections(parts.values()):
        raise Refused(
            "the marketplace would not take this offer", reasons=tuple(reasons), hint="change the offer"
        )
    binder = Binder(parts, tree, vhds, asset_url, published)
    return [*binder.resources(), *binder.others(others)]


def text_source(files: Mapping[str, bytes]) -> Callable[[Any], str]:
    """The text behind a canonical value."""

    def text(value: Any) -> str:
        return value if isinstance(value, str) else files[value["sha256"]].decode("utf-8")

    return text


def _turn(key: Key) -> int:
    """What others refer to comes first."""
    first = (s.PRODUCT, s.PLAN, s.LISTING)
    return first.index(key.kind) if key.kind in first else len(first)


def _completed(part: Part, tree: Tree, published: Published) -> Part:
    """A part with what only the tree knows: foreign members, and published versions."""
    there = tree.parts.get(part.key)
    if there is None:
        return part
    members = carried_over(SHAPES[part.kind], part.members, there.members)
    if part.kind == s.AVAILABILITY:
        audiences = there.members.get("previewAudiences") or ()
        others = [entry for entry in audiences if entry.get("type") not in _TESTERS]
        members = {**members, "previewAudiences": [*members.get("previewAudiences", []), *others]}
    if part.kind == s.LEADS:
        members = dict(_lead_members(members))
    if part.kind == s.TECHNICAL:
        members = _with_versions(part.plan, members, there.members, published)
    return replace(part, members=members)


def _lead_members(members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Of several destinations of leads, the configuration of the chosen one."""
    own = f"{members.get('leadDestination')}LeadConfiguration"
    return (
        (key, item) for key, item in members.items() if not key.endswith("LeadConfiguration") or key == own
    )


def _with_versions(
    sku: str, members: Mapping[str, Any], there: Mapping[str, Any], published: Published
) -> Mapping[str, Any]:
    known = {
        version_name(version.get("versionNumber")): version for version in there.get("vmImageVersions") or ()
    }
    wanted = [_resolved(version, known) for version in members.get("vmImageVersions") or ()]
    named = {version_name(version.get("versionNumber")) for version in wanted}
    kept = [
        version
        for name, version in known.items()
        if name not in named and (published is None or (sku, name) in published)
    ]
    return {**members, "vmImageVersions": [*kept, *wanted]} if kept or wanted else members


def _resolved(version: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    """A version whose secrets are not at hand is taken to be the one that is there."""
    there = known.get(version_name(version.get("versionNumber")))
    if there and f"'{UNRESOLVED}:" in repr(version):
        return {**version, "vmImages": there.get("vmImages", [])}
    return version


def _says_nothing(key: Key, part: Part, tree: Tree, document: Document) -> bool:
    """Whether a resource that is not there yet would say no more than its absence does."""
    if key in tree.parts or tree.product is None or (key.plan and key.plan not in tree.plans):
        return False
    empty = {"offer": document.get("offer", ""), "skus": [{"id": key.plan}] if key.plan else []}
    blank = made(empty, text=str, aliases={}, subscriptions=()).get(key)
    shape = SHAPES[key.kind]
    return blank is not None and normal(shape, part.members) == normal(shape, blank.members)
