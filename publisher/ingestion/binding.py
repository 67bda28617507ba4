"""From parts back to resources: tied to a product that is there, or to their siblings where it is new."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from publisher.errors import Refused
from publisher.ingestion import schema as s
from publisher.ingestion.members import SHAPES, plain, version_name
from publisher.ingestion.outgoing import FILE
from publisher.ingestion.tree import THE_PRODUCT, Key, Part, Tree, content_tag
from publisher.ingestion.walk import echoed
from publisher.redact import Secret, public_url

AssetUrl = Callable[[str, str], str]
Published = Collection[tuple[str, str]] | None
_REFERENCES: Final = ("product", "plan", "listing")
_PLAN: Final = "plan/{product}/{plan:"
_LISTING: Final = "listing/{product}/public/main/default/"


class Binder:
    """Ties parts to one product: `current` is its draft, with every durable id that there is."""

    def __init__(
        self,
        parts: Mapping[Key, Part],
        current: Tree,
        vhds: Mapping[str, Secret],
        asset_url: AssetUrl,
        published: Published = None,
    ) -> None:
        self.parts, self.current, self.vhds, self.asset_url = parts, current, vhds, asset_url
        self.published = published
        self.uris = frozenset(
            uris([part.members for part in current.parts.values() if part.kind == s.TECHNICAL])
        )
        self.there = _matched(parts, current)
        self.names = {key: f"{key.kind[:30]}-{number}" for number, key in enumerate(parts, 1)}

    def resources(self) -> Iterator[dict[str, Any]]:
        """Every part as a resource, then those that are there and wanted no more, as deleted."""
        for key, part in self.parts.items():
            yield self._resource(key, part)
        used = {part.key for part in self.there.values()}
        for key, part in self.current.parts.items():
            if key not in used and key.kind in s.REMOVABLE and self._is_ours(key):
                yield self._wire(part, {**part.members, "lifecycleState": s.DELETED}, "")

    def others(self, resources: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Resources that the offer format does not know: each in the place of the one that it is like."""
        free = list(self.current.others)
        for resource in resources:
            there = _like(resource, free, resources)
            if there is not None:
                free.remove(there)
            yield self._other(resource, str((there or {}).get("id", "")))

    def _other(self, resource: Mapping[str, Any], id: str) -> dict[str, Any]:
        own = {key: value for key, value in resource.items() if key not in {"id", *_REFERENCES}}
        bound = self._bound(own)
        references = {key: self._reference(resource[key]) for key in _REFERENCES if key in resource}
        place = {"id": self.current.bound(id)} if id else {}
        return {"$schema": bound.pop("$schema", ""), **place, **references, **bound}

    def _is_ours(self, key: Key) -> bool:
        """Whether a resource belongs to the offer itself or to a SKU that the folder has."""
        return not key.plan or Key(s.PLAN, key.plan) in self.parts

    def _resource(self, key: Key, part: Part) -> dict[str, Any]:
        there = self.there.get(key)
        members = part.members
        if there:
            members = echoed(SHAPES[key.kind], members, there.members)
        if key.kind == s.RESELLER:
            members = {"audiences": [], **members}
        return self._wire(there or part, self._addressed(key, part, members, there), self.names[key], part)

    def _wire(
        self, there: Part, members: Mapping[str, Any], name: str, part: Part | None = None
    ) -> dict[str, Any]:
        part = part or there
        head: dict[str, Any] = {"$schema": there.schema or self._schema(part.kind)}
        if there.id:
            head["id"] = there.id
        if name:
            head["resourceName"] = name
        if part.kind != s.PRODUCT:
            head["product"] = self._reference(f"product/{THE_PRODUCT}")
        if part.kind in s.OF_A_PLAN:
            head["plan"] = self._reference(f"{_PLAN}{part.plan}}}")
        if part.kind in {s.ASSET, s.TRAILER}:
            head["listing"] = self._reference(f"{_LISTING}{part.listing}")
        return {**head, **self._bound(dict(members))}

    def _schema(self, kind: str) -> str:
        """The core technical configuration belongs to a core product."""
        product = self.parts.get(Key(s.PRODUCT))
        core = product is not None and product.members.get("type") == s.CORE_PRODUCT
        return (
            s.uri(kind).replace(f"/{kind}/", f"/{s.CORE}{kind}/")
            if core and kind == s.TECHNICAL
            else s.uri(kind)
        )

    # -- references --

    def _bound(self, value: Any) -> Any:
        match value:
            case str() if value.startswith((_PLAN, f"product/{THE_PRODUCT}", _LISTING)):
                return self._reference(value)
            case str():
                return self.current.bound(value)
            case Mapping():
                return {key: self._bound(item) for key, item in value.items()}
            case list() | tuple():
                return [self._bound(item) for item in value]
        return value

    def _reference(self, name: Any) -> Any:
        """A durable id where there is one, else the name of the sibling in the same payload."""
        key = _key(str(name))
        if key is None:
            return self._bound(name) if isinstance(name, Mapping) else name
        there = self.there.get(key)
        if there and there.id:
            return there.id
        return {"resourceName": self.names[key]} if key in self.names else self.current.bound(str(name))

    # -- addresses --

    def _addressed(
        self, key: Key, part: Part, members: Mapping[str, Any], there: Part | None
    ) -> dict[str, Any]:
        """The members with addresses from which the marketplace can fetch."""
        if key.kind == s.ASSET:
            return self._picture(part, dict(members), there)
        if key.kind == s.TRAILER:
            return self._film(part, dict(members), there)
        return self._disks(key, dict(members)) if key.kind == s.TECHNICAL else dict(members)

    def _picture(self, part: Part, members: dict[str, Any], there: Part | None) -> dict[str, Any]:
        if there and there.members.get("fileName") == part.members.get("fileName"):
            return members
        if there and self._looked_at(part, there):
            return {**members, "fileName": there.members.get("fileName")}
        return {**members, "url": self._upload(part.members.get("url"))}

    def _looked_at(self, part: Part, there: Part) -> bool:
        """Whether the picture that is there was seen to have the wanted content."""
        known = self.current.hashes.get(there.id, "")
        return bool(known) and str(part.members.get("url", "")).startswith(f"{FILE}{known}:")

    def _film(self, part: Part, members: dict[str, Any], there: Part | None) -> dict[str, Any]:
        shown = (part.members.get("assets") or {}).get("en-us") or {}
        images = shown.get("imageList") or []
        if not images or (there and self._same_thumbnail(images[0], there)):
            return members
        uploaded = [{**image, "url": self._upload(image.get("url"))} for image in images]
        return {**members, "assets": {**members.get("assets", {}), "en-us": {**shown, "imageList": uploaded}}}

    def _same_thumbnail(self, wanted: Mapping[str, Any], there: Part) -> bool:
        """A thumbnail has no name: it is the same unless something tells that it is another."""
        images = ((there.members.get("assets") or {}).get("en-us") or {}).get("imageList") or [{}]
        address = str(images[0].get("url", "")).partition("?")[0].rpartition("/")[2]
        tag = self.current.hashes.get(there.id, "")[:16] or content_tag(address)
        told = len(tag) == 16 and tag != address
        return not images[0] or not told or str(wanted.get("url", "")).startswith(f"{FILE}{tag}")

    def _upload(self, stand_in: Any) -> Any:
        if not str(stand_in).startswith(FILE):
            return stand_in
        sha256, _, name = str(stand_in).removeprefix(FILE).partition(":")
        return self.asset_url(sha256, name)

    def _disks(self, key: Key, members: dict[str, Any]) -> dict[str, Any]:
        versions = [self._version(key.plan, version) for version in members.get("vmImageVersions") or ()]
        return {**members, "vmImageVersions": versions} if versions else members

    def _version(self, sku: str, version: Mapping[str, Any]) -> dict[str, Any]:
        number = version.get("versionNumber")
        fresh = self.published is not None and (sku, version_name(number)) not in self.published
        images = [self._image(f"{sku} {number}", image, fresh) for image in version.get("vmImages") or ()]
        return {**version, "vmImages": images}

    def _image(self, place: str, image: Mapping[str, Any], fresh: bool) -> dict[str, Any]:
        source = dict(image.get("source") or {})
        if isinstance(source.get("osDisk"), Mapping):
            source["osDisk"] = self._disk(place, source["osDisk"], fresh)
        if isinstance(source.get("dataDisks"), list):
            source["dataDisks"] = [self._disk(place, disk, fresh) for disk in source["dataDisks"]]
        return {**image, "source": source} if source else dict(image)

    def _disk(self, place: str, disk: Mapping[str, Any], fresh: bool) -> dict[str, Any]:
        """A disk with its SAS URL: that of the tree, of a version that was not published the newest."""
        uri = str(disk.get("uri") or "")
        known = uri in self.uris
        if (fresh or not known) and (secret := self.vhds.get(public_url(uri))):
            return {**disk, "uri": secret.reveal()}
        if known or not uri:
            return dict(disk)
        raise Refused(
            f"SKU {place}: the SAS URL of a disk is not at hand ({public_url(uri)})",
            hint="give the secrets of new versions with --secrets-file",
        )


def _matched(parts: Mapping[Key, Part], current: Tree) -> dict[Key, Part]:
    """What is there of each part: the same thing; for pictures, the one of the same name."""
    found = {key: current.parts[key] for key in parts if key in current.parts}
    free = {key: part for key, part in current.parts.items() if key.kind == s.ASSET and key not in found}
    named = {
        (part.listing, part.members.get("type"), part.members.get("fileName")): part for part in free.values()
    }
    for key, part in parts.items():
        if key.kind == s.ASSET and key not in found:
            there = named.pop((part.listing, part.members.get("type"), part.members.get("fileName")), None)
            if there:
                found[key] = there
    return found


def _like(
    resource: Mapping[str, Any], found: list[dict[str, Any]], wanted: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """The one that says the same, or the only one of its type and SKU where one is wanted."""
    equal = (other for other in found if bare(other) == bare(resource))
    alike = [other for other in found if _sort(other) == _sort(resource)]
    only = len(alike) == 1 and sum(_sort(other) == _sort(resource) for other in wanted) == 1
    return next(equal, alike[0] if only else None)


def _sort(resource: Mapping[str, Any]) -> tuple[str, Any, Any]:
    return s.type_of(resource), resource.get("plan"), resource.get("listing")


def bare(resource: Mapping[str, Any]) -> Any:
    """A resource that the offer format does not know, as it is compared."""
    own = {"$schema", "id", "resourceName", *s.READ_ONLY}
    return s.type_of(resource), plain({key: value for key, value in resource.items() if key not in own})


def _key(name: str) -> Key | None:
    if name == f"product/{THE_PRODUCT}":
        return Key(s.PRODUCT)
    if name.startswith(_PLAN) and name.endswith("}"):
        return Key(s.PLAN, name[len(_PLAN) : -1])
    if name.startswith(_LISTING):
        return Key(s.LISTING, "", name[len(_LISTING) :])
    return None


def uris(value: Any) -> Iterator[str]:
    """Every address of a disk below a value."""
    if isinstance(value, Mapping):
        if isinstance(value.get("uri"), str):
            yield value["uri"]
        for item in value.values():
            yield from uris(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from uris(item)
