"""Which resources must be sent so that a draft says what it shall."""

from collections.abc import Iterable, Mapping

from publisher.ingestion import schema as s
from publisher.ingestion.binding import Published, bare, uris
from publisher.ingestion.members import SHAPES, version_name
from publisher.ingestion.schema import Resource
from publisher.ingestion.tree import Part, Tree
from publisher.ingestion.walk import normal
from publisher.redact import public_url, redact


def differences(
    desired: Iterable[Resource], current: Tree | Iterable[Resource], *, published: Published = None
) -> list[Resource]:
    """The resources that differ from those of the draft, in their order.

    Nothing counts that is read-only, null or a default, no order without a meaning, no address of a
    file whose content is the same, and of a SAS URL host and path alone; but of versions that are not
    among `published`, where that is given, all of it.
    """
    tree = current if isinstance(current, Tree) else Tree.of(current)
    known = {str(resource.get("id", "")): resource for resource in tree.resources}
    return [resource for resource in desired if not _same(resource, known, tree, published)]


def _same(resource: Resource, known: Mapping[str, Resource], tree: Tree, published: Published) -> bool:
    there = known.get(str(resource.get("id", "")))
    if resource.get("lifecycleState") == s.DELETED:
        return there is None
    if there is None:
        return any(bare(tree.free(resource)) == bare(other) for other in tree.others)
    wanted, found = tree.part(resource), tree.part(there)
    if wanted is None or found is None:
        return bool(bare(tree.free(resource)) == bare(tree.free(there)))
    shape = SHAPES[wanted.kind]
    if _new_file(resource, there) or _renewed(wanted, found, published):
        return False
    return bool(normal(shape, wanted.members) == normal(shape, found.members))


def _new_file(resource: Resource, there: Resource) -> bool:
    """Whether a film gets another thumbnail: its address is echoed where it is the same."""
    return s.kind_of(resource) == s.TRAILER and _thumbnails(resource) != _thumbnails(there)


def _thumbnails(resource: Resource) -> list[str]:
    shown = (resource.get("assets") or {}).get("en-us") or {}
    return [public_url(str(image.get("url", ""))) for image in shown.get("imageList") or ()]


def _renewed(wanted: Part, found: Part, published: Published) -> bool:
    if published is None or wanted.kind != s.TECHNICAL:
        return False
    return _unpublished(wanted, published) != _unpublished(found, published)


def _unpublished(part: Part, published: Published) -> list[tuple[str, list[str]]]:
    """The addresses of disks of versions that were never published, with their terms.

    Not with their signatures: a marketplace may mask them.
    """
    return sorted(
        (str(version_name(version.get("versionNumber"))), sorted(map(redact, uris(version))))
        for version in part.members.get("vmImageVersions") or ()
        if (part.plan, version_name(version.get("versionNumber"))) not in (published or ())
    )
