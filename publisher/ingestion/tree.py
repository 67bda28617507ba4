"""The resources of one product, each known by what it is rather than by the marketplace's number for it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from publisher.ingestion import schema as s
from publisher.ingestion.members import version_name
from publisher.ingestion.schema import Resource

THE_PRODUCT: Final = "{product}"
_A_PLAN: Final = "{plan:%s}"
_OWN: Final = frozenset({"$schema", "id", "resourceName", "product", "plan", "listing"})


class Key(NamedTuple):
    """What a resource is: its type, the SKU that it belongs to, and which one of several."""

    kind: str
    plan: str = ""
    item: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, self))


@dataclass(frozen=True, kw_only=True)
class Part:
    """One resource without what ties it to a product: `plan` is a SKU's ID, `listing` a language.

    In `members`, numbers of this product and its plans stand as `{product}` and `{plan:ID}`.
    """

    kind: str
    members: Mapping[str, Any]
    plan: str = ""
    listing: str = ""
    item: str = ""
    schema: str = ""
    id: str = ""

    @property
    def key(self) -> Key:
        """What it is."""
        return Key(self.kind, self.plan, self.item)


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Everything of one product that stands in one target.

    What is deleted is no part of it, nor is the submission that brought it there: `submission` is the
    durable id of that. `hashes` may tell the sha256 of files that were looked at, by the durable id of
    their asset.
    """

    resources: tuple[Resource, ...]
    submission: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, resources: Iterable[Resource], hashes: Mapping[str, str] | None = None) -> "Tree":
        """The tree of some resources, in whatever order they came."""
        found = tuple(resources)
        kept = (r for r in found if s.kind_of(r) != s.SUBMISSION and r.get("lifecycleState") != s.DELETED)
        own = (str(r.get("id") or "") for r in found if s.kind_of(r) == s.SUBMISSION)
        return cls(resources=tuple(kept), hashes=dict(hashes or {}), submission=next(own, ""))

    @cached_property
    def product(self) -> Resource | None:
        """The product itself."""
        return next((r for r in self.resources if s.kind_of(r) == s.PRODUCT), None)

    @property
    def offer(self) -> str:
        """The offer ID; "" without a product."""
        return _external(self.product) if self.product else ""

    @property
    def id(self) -> str:
        """The durable id of the product; "" where it has none yet."""
        return str((self.product or {}).get("id", ""))

    @cached_property
    def plans(self) -> dict[str, Resource]:
        """The plans by SKU ID, in its order: that of the resources means nothing."""
        found = {_external(r): r for r in self.resources if s.kind_of(r) == s.PLAN}
        return dict(sorted(found.items()))

    @cached_property
    def parts(self) -> dict[Key, Part]:
        """The resources whose type is known, by what they are."""
        found: dict[Key, Part] = {}
        for part in _numbered(self._parts()):
            found.setdefault(part.key, part)
        return found

    @cached_property
    def others(self) -> tuple[dict[str, Any], ...]:
        """The resources that the offer format does not know, free of this product's numbers."""
        own = {id(resource) for resource, _part in self._known}
        return tuple(self.free(dict(r)) for r in self.resources if id(r) not in own)

    def versions(self) -> frozenset[tuple[str, str]]:
        """Every image version, as SKU ID and version without leading zeros."""
        return frozenset(
            (part.plan, str(version_name(version.get("versionNumber"))))
            for part in self.parts.values()
            if part.kind == s.TECHNICAL
            for version in part.members.get("vmImageVersions") or ()
        )

    def free(self, value: Any) -> Any:
        """A value in which the numbers of this product and its plans are names."""
        match value:
            case str():
                return self._freed(value)
            case Mapping():
                return {key: self.free(item) for key, item in value.items()}
            case list() | tuple():
                return [self.free(item) for item in value]
        return value

    def bound(self, value: Any) -> Any:
        """The inverse of `free`: names that this tree knows become its numbers."""
        match value:
            case str() if "{" in value and "/" in value:
                return "/".join(self._numbers.get(step, step) for step in value.split("/"))
            case Mapping():
                return {key: self.bound(item) for key, item in value.items()}
            case list() | tuple():
                return [self.bound(item) for item in value]
        return value

    def plan_of(self, reference: Any) -> str | None:
        """The SKU ID that a reference to a plan means; None where there is no such plan."""
        return self._plan_names.get(_name(reference))

    @cached_property
    def _known(self) -> list[tuple[Resource, Part]]:
        pairs = ((resource, self.part(resource)) for resource in self.resources)
        return [(resource, part) for resource, part in pairs if part]

    def _parts(self) -> Iterator[Part]:
        return (part for _resource, part in self._known)

    def part(self, resource: Resource) -> Part | None:
        """One resource as a part of this tree; None where its type is not known."""
        kind = s.kind_of(resource)
        plan = _external(resource) if kind == s.PLAN else ""
        if kind in s.OF_A_PLAN:
            plan = self.plan_of(resource.get("plan")) or ""
        if kind not in s.KINDS or (kind in s.OF_A_PLAN and not plan) or not _ours(kind, resource):
            return None
        part = Part(
            kind=kind,
            plan=plan,
            listing=self._language(resource.get("listing")),
            schema=str(resource.get("$schema", "")),
            id=str(resource.get("id", "")),
            members=self.free({key: value for key, value in resource.items() if key not in _OWN}),
        )
        return replace(part, item=item_of(part, self.hashes.get(part.id, "")))

    def _language(self, reference: Any) -> str:
        return self._listing_names.get(_name(reference), _name(reference).rpartition("/")[2].lower())

    @cached_property
    def _listing_names(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for listing in self.resources:
            if s.kind_of(listing) == s.LISTING:
                language = str(listing.get("languageId", "")).lower()
                found |= dict.fromkeys(_names(listing), language)
        return found

    @cached_property
    def _plan_names(self) -> dict[str, str]:
        return {name: plan for plan, resource in self.plans.items() for name in (*_names(resource), plan)}

    @cached_property
    def _tokens(self) -> dict[str, str]:
        """Names by number; a number is the last step of a durable id."""
        tokens = {_number(plan): _A_PLAN % name for name, plan in self.plans.items()}
        return {
            number: token
            for number, token in {**tokens, _number(self.product): THE_PRODUCT}.items()
            if number
        }

    @cached_property
    def _numbers(self) -> dict[str, str]:
        return {token: number for number, token in self._tokens.items()}

    def _freed(self, text: str) -> str:
        if "/" not in text or len(text) > 1000:
            return text
        return "/".join(self._tokens.get(step, step) for step in text.split("/"))


def item_of(part: Part, sha256: str = "") -> str:
    """Which of its kind a part is: a language, a kind of logo, a picture's content, a film's address."""
    members = part.members
    language = str(members.get("languageId") or part.listing).lower()
    if part.kind == s.ASSET:
        picture = members.get("type") == "azureLogoScreenshot"
        tag = sha256[:16] or content_tag(str(members.get("fileName") or "")) if picture else ""
        return "/".join(filter(None, (language, str(members.get("type") or ""), tag)))
    if part.kind == s.TRAILER:
        return f"{part.listing}/{members.get('streamingUrl') or ''}"
    return language if part.kind in {s.LISTING, s.PLAN_LISTING} else ""


def content_tag(name: str) -> str:
    """The first 16 hex digits of a file's sha256, where its name tells them; else the name."""
    tag = name.rpartition(".")[0].rpartition("-")[2]
    return tag if len(tag) == 16 and set(tag) <= set("0123456789abcdef") else name


def _numbered(parts: Iterable[Part]) -> Iterator[Part]:
    """The same parts; of several that are one and the same, the second is #2."""
    seen: Counter[Key] = Counter()
    for part in sorted(
        parts, key=lambda part: (part.kind, part.plan, part.members.get("displayOrder") or 0, part.id)
    ):
        seen[part.key] += 1
        number = seen[part.key]
        yield part if number == 1 else replace(part, item=f"{part.item}#{number}")


def _ours(kind: str, resource: Resource) -> bool:
    """Whether a resource of a known type is of a sort that a VM offer has."""
    if kind == s.ASSET:
        return resource.get("type") != "pdfDocument"
    return kind != s.PRODUCT or resource.get("type") in {"azureVirtualMachine", s.CORE_PRODUCT}


def _external(resource: Resource) -> str:
    identity = resource.get("identity") or {}
    return str(identity.get("externalId") or identity.get("externalID") or "")


def _number(resource: Resource | None) -> str:
    return str((resource or {}).get("id", "")).rpartition("/")[2]


def _names(resource: Resource) -> Iterator[str]:
    """What a reference to a resource may say."""
    for name in (resource.get("id"), resource.get("resourceName")):
        if name:
            yield str(name)


def _name(reference: Any) -> str:
    if isinstance(reference, Mapping):
        return str(
            reference.get("externalId") or reference.get("externalID") or reference.get("resourceName") or ""
        )
    return str(reference or "")
