"""Asks every rule that applies, in order, and gathers what they say into one report."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Protocol

from publisher.baseline import OtherOffer, Published
from publisher.document import Document
from publisher.document.model import Image, Offer, Sku
from publisher.findings import Finding, Gate, Report, Severity, Skipped
from publisher.frozen import dataclass
from publisher.profiles import PARTNER_CENTER, Profile
from publisher.redact import Secret, redact
from publisher.rules.registry import NO_BASELINE, Flaw, Rule, Unjudged, in_order, load

MAX_FINDINGS: Final = 100  # of one rule


class LinkAnswer(Protocol):
    """What the rules read of a checked link."""

    @property
    def url(self) -> str:
        """The link itself."""
        ...

    @property
    def detail(self) -> str:
        """What happened, in one line."""
        ...

    @property
    def ok(self) -> bool:
        """Whether the link was reached, or is assumed to be."""
        ...

    @property
    def outcome(self) -> str:
        """How it fared, in one word; `unsure` means that the site turns robots away."""
        ...


class DiskAnswer(Protocol):
    """What the rules read of a disk that storage was asked for."""

    @property
    def ok(self) -> bool:
        """Whether its first bytes could be read."""
        ...

    @property
    def detail(self) -> str:
        """What happened, in one line."""
        ...

    @property
    def length(self) -> int | None:
        """Its length in bytes, where storage told it."""
        ...

    @property
    def blob(self) -> str | None:
        """The kind of blob, such as PageBlob, where storage told it."""
        ...

    @property
    def end(self) -> bytes | None:
        """Its last 512 bytes, where they could be read."""
        ...


@dataclass(frozen=True, kw_only=True)
class Account:
    """Facts about the publisher's account, from the settings; None means not stated."""

    tax_profile: bool | None = None
    bank_account: bool | None = None
    azure_certified: bool | None = None
    solution_template_approved: bool = False


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What rules need to know beside the document.

    `published` and `others` are None where no lock file and no catalogue knows them; `links` is
    None where links were not checked over the network, and `probes` where disks were not. `left_out`
    says why of each rule whose findings are not wanted.
    """

    gate: Gate
    limits: Profile
    now: datetime
    account: Account = Account()
    published: Published | None = None
    others: tuple[OtherOffer, ...] | None = None
    links: Mapping[str, LinkAnswer] | None = None
    probes: Mapping[Secret, DiskAnswer] | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)


MISSING: Final = {
    "published": NO_BASELINE,
    "published_sku": NO_BASELINE,
    "others": "the publisher's other offers are known to the catalogue only",
    "links": "links are asked over the network at the production gate, or with --network",
    "probes": "disks are asked for over the network with --probe-images only",
}


def check(document: Document, circumstances: Circumstances) -> Report:
    """Judge a document at a gate. Never raises for what stands in the document."""
    run = _Run(document, circumstances)
    run.problems()
    if document.offer is not None:
        for rule in in_order(circumstances.limits.name):
            run.ask(rule)
    return run.report()


class _Places:
    """JSON pointers, asked what lies above or below another without looking through all of them."""

    def __init__(self) -> None:
        self._places: set[str] = set()
        self._lineage: set[str] = set()

    def add(self, at: str) -> None:
        self._places.add(at)
        self._lineage.update(_lineage(at))

    def above(self, at: str) -> bool:
        """Whether one of the places is this one, or contains it."""
        return not self._places.isdisjoint(_lineage(at))

    def below(self, at: str) -> bool:
        """Whether one of the places is this one, or lies in it."""
        return at in self._lineage


def _lineage(at: str) -> Iterator[str]:
    """A pointer, and every pointer above it up to the root."""
    yield at
    while at:
        at = at.rpartition("/")[0]
        yield at


@dataclass
class _Run:
    document: Document
    given: Circumstances
    findings: list[Finding] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    failed: dict[str, _Places] = field(default_factory=lambda: defaultdict(_Places))
    unread: _Places = field(default_factory=_Places)
    _scopes: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def problems(self) -> None:
        """What the reader refused becomes findings of the `document-…` rules."""
        rules = load(self.given.limits.name)
        for problem in self.document.problems:
            self.unread.add(problem.pointer)
            mark = problem.mark or (None if problem.file else self.document.locate(problem.pointer))
            flaw = Flaw(
                at=problem.pointer, message=problem.message, fix=problem.fix, file=problem.file, mark=mark
            )
            self.findings.append(self._finding(rules[problem.rule], flaw, None))

    def ask(self, rule: Rule) -> None:
        """Ask one rule about each of its items, unless something makes that pointless."""
        given = self.given
        if given.gate < rule.gate:
            return
        if (reason := given.left_out.get(rule.name)) and rule.name not in self._needed:
            self.skipped[rule.name] = reason
            return
        if not rule.needs.isdisjoint(self._missing):
            missing = next(name for name in rule.asks if name in self._missing and name in rule.needs)
            self.skipped[rule.name] = reason or MISSING[missing]
            return
        found, asked = self._ask_items(rule)
        if reason:  # asked for the sake of other rules alone
            self.skipped[rule.name] = reason
        elif found:
            found.sort(key=lambda pair: -self._severity(rule, pair[0]).rank)  # so that no error is cut off
            self.findings.extend(self._finding(rule, flaw, sku) for flaw, sku in found[:MAX_FINDINGS])
        elif asked and rule.name not in self.skipped:
            self.passed.append(rule.name)

    @cached_property
    def _missing(self) -> frozenset[str]:
        """What rules may ask for, and nobody knows here."""
        given = self.given
        return frozenset(name for name in MISSING if getattr(given, name.removesuffix("_sku"), None) is None)

    @cached_property
    def _needed(self) -> frozenset[str]:
        """The rules that others need which are wanted: where they fail, those have nothing to add."""
        needed: set[str] = set()
        for rule in reversed(in_order(self.given.limits.name)):
            if rule.name in needed or rule.name not in self.given.left_out:
                needed |= rule.requires
        return frozenset(needed)

    def _ask_items(self, rule: Rule) -> tuple[list[tuple[Flaw, Sku | None]], bool]:
        assert rule.check is not None  # noqa: S101  # only rules that judge are asked
        found: list[tuple[Flaw, Sku | None]] = []
        asked = False
        for item in self._items(rule):
            if reason := self._blocked(rule, item):
                self.skipped[rule.name] = reason
                continue
            asked = True
            for flaw in rule.check(*map(item.__getitem__, rule.asks)):
                if isinstance(flaw, Unjudged):
                    self.skipped[rule.name] = flaw.reason
                elif self._counts(rule, flaw):
                    found.append((flaw, item.get("sku")))
        return found, asked

    def _counts(self, rule: Rule, flaw: Flaw) -> bool:
        """Note what failed where; what could not be read is not judged as well."""
        self.failed[rule.name].add(flaw.at)
        return not self.unread.above(flaw.at)

    def _severity(self, rule: Rule, flaw: Flaw) -> Severity:
        return flaw.severity or rule.severity(self.given.limits.name, self.given.gate)

    def _blocked(self, rule: Rule, item: Mapping[str, Any]) -> str:
        if rule.scope == "vhd" and not item["vhd"].url:
            return f"the secret {item['vhd'].secret} cannot be looked up"
        if rule.requires.isdisjoint(self.failed):
            return ""
        here = item[rule.scope].at
        for name in sorted(rule.requires & self.failed.keys()):
            if self.failed[name].above(here) or self.failed[name].below(here):
                return f"{name} failed"
        return ""

    def _items(self, rule: Rule) -> Iterable[Mapping[str, Any]]:
        items = self._scope(rule.scope)
        return self._known_skus(items) if "published_sku" in rule.asks else items

    def _scope(self, scope: str) -> list[Mapping[str, Any]]:
        """Everything of one kind that the offer holds, with what rules know of each."""
        if scope not in self._scopes:
            offer = self.document.offer
            assert offer is not None  # noqa: S101  # `check` asks rules only with an offer
            common = {name: getattr(self.given, name) for name in _COMMON} | {"offer": offer}
            items = _vhds(offer, self._is_there) if scope == "vhd" else _ITEMS[scope](offer)
            self._scopes[scope] = [common | item for item in items]
        return self._scopes[scope]

    def _is_there(self, sku: Sku, image: Image) -> bool:
        """Whether the marketplace has the disks of a version, and never reads them again."""
        published = self.given.published
        known = published is not None and self.given.limits.name == PARTNER_CENTER
        return known and published is not None and published.was_live(sku.id, image.version)

    def _known_skus(self, items: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The items whose SKU is published; a new SKU has nothing to compare with."""
        published = self.given.published
        for item in items:
            known = published.sku(item["sku"].id) if published else None
            if known is not None or published is None:
                yield {**item, "published_sku": known}

    def _finding(self, rule: Rule, flaw: Flaw, sku: Sku | None) -> Finding:
        mark = flaw.mark or (None if flaw.file else self.document.locate(flaw.at))
        offer = self.document.offer
        return Finding(
            code=rule.code,
            rule=rule.name,
            severity=self._severity(rule, flaw),
            gate=rule.gate,
            message=redact(flaw.message),
            fix=redact(flaw.fix) or rule.fix,
            file=self.document.display(flaw.file),
            line=mark.line if mark else 0,
            column=mark.column if mark else 0,
            pointer=flaw.at,
            offer=offer.offer if offer else "",
            sku=(sku.id if sku else "") or _sku_at(offer, flaw.at),
        )

    def report(self) -> Report:
        offer, document = self.document.offer, self.document
        names = {name: "" if name == document.path.name else name for name in document.texts}
        quoted = document.texts.items() if self.findings else ()
        return Report(
            path=str(document.path),
            publisher=offer.publisher if offer else "",
            offer=offer.offer if offer else "",
            profile=self.given.limits.name,
            gate=self.given.gate,
            findings=tuple(sorted(self.findings, key=lambda f: (f.file, f.line, f.column, f.code))),
            skipped=tuple(Skipped(rule=name, reason=reason) for name, reason in self.skipped.items()),
            passed=tuple(self.passed),
            sources={document.display(names[name]): text for name, text in quoted},
        )


_COMMON: Final = ("gate", "limits", "now", "account", "published", "others", "links", "probes")


def _sku_at(offer: Offer | None, at: str) -> str:
    parts = at.split("/")
    if offer and len(parts) > 2 and parts[1] == "skus" and parts[2].isdecimal():
        return next((sku.id for sku in offer.skus if sku.at == f"/skus/{parts[2]}"), "")
    return ""


def _listings(offer: Offer) -> Iterator[dict[str, Any]]:
    for language, listing in offer.listing.items():
        yield {"listing": listing, "language": language}


def _skus(offer: Offer) -> Iterator[dict[str, Any]]:
    for sku in offer.skus:
        yield {"sku": sku}


def _sku_listings(offer: Offer) -> Iterator[dict[str, Any]]:
    for sku in offer.skus:
        for language, listing in sku.listing.items():
            yield {"sku": sku, "sku_listing": listing, "language": language}


def _images(offer: Offer) -> Iterator[dict[str, Any]]:
    for sku in offer.skus:
        for image in sku.images:
            yield {"sku": sku, "image": image}


def _vhds(offer: Offer, is_there: Callable[[Sku, Image], bool]) -> Iterator[dict[str, Any]]:
    """Each disk that will be read once, however many versions name it: one cause, one finding."""
    seen: set[object] = set()
    for sku in offer.skus:
        for image in sku.images:
            for vhd in () if is_there(sku, image) else image.vhds():
                if (vhd.url or vhd.secret) and (identity := vhd.secret or vhd.url) not in seen:
                    seen.add(identity)
                    yield {"sku": sku, "image": image, "vhd": vhd}


_ITEMS: Final = {
    "offer": lambda offer: iter([{}]),
    "listing": _listings,
    "sku": _skus,
    "sku_listing": _sku_listings,
    "image": _images,
}

__all__ = ["Account", "Circumstances", "LinkAnswer", "check"]
