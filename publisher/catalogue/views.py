"""What the catalogue says of an offer: frozen values that outlive the transaction they were read in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from publisher.catalogue.states import RUNNING
from publisher.marketplaces import Slot, Status


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A content to record: the canonical `document`, its `digest` and `files` by sha256.

    `locks` holds by SKU ID `{"locked": …, "versions": {version: [addresses]}, "terms": …}`: what going
    live locks; under the empty ID `{"hero": bool, "standard_contract": bool, "titles": […], "secrets":
    {address: name}, "aliases": …}`.
    """

    document: Mapping[str, Any]
    digest: str
    locks: Mapping[str, Any]
    subscriptions: tuple[str, ...]
    files: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class RevisionView:
    """A revision without its document. `locks` holds by SKU what going live locks."""

    id: int
    number: int
    digest: str
    state: str
    before: str | None
    since: str
    staged: bool
    live_since: str | None
    locks: Mapping[str, Any]
    subscriptions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SkuView:
    """A SKU. `locked` holds what is locked since it was live, `versions` disk addresses by version."""

    id: int
    sku: str
    state: str
    before: str | None
    since: str
    staged: bool
    live_since: str | None
    locked: Mapping[str, Any] | None
    versions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class SubmissionView:
    """A submission as it was last seen; `remote` is what the marketplace finds it again by."""

    id: int
    revision_id: int
    slot: Slot
    identity: str
    target: str
    progress: str
    step: str
    message: str
    marketing_only: bool
    requested_by: str
    created: str
    changed: str
    remote: Mapping[str, Any]

    @property
    def running(self) -> bool:
        """Whether the marketplace may still be at work on it."""
        return self.progress in RUNNING

    def is_news(self, status: Status) -> bool:
        """Whether a status says what is not recorded yet."""
        seen = (status.progress.value, status.step, status.message)
        return seen != (self.progress, self.step, self.message) or not (
            status.remote.items() <= self.remote.items()
        )


@dataclass(frozen=True, kw_only=True)
class EvidenceView:
    """The latest staging test of a revision; `seconds` is how long it ran."""

    command: str
    exit_status: int
    seconds: float
    output_sha256: str
    by: str
    at: str


@dataclass(frozen=True, kw_only=True)
class TicketView:
    """A ticket draft; `facts` are those of `publisher.tickets`, `sku` is "" for a whole offer."""

    number: str
    publisher: str
    offer: str
    sku: str
    state: str
    facts: Mapping[str, Any]
    created: str
    closed: str | None


@dataclass(frozen=True, kw_only=True)
class OfferView:
    """An offer with all that commands ask about. `open` is the revision that travels, `deleting`
    one whose deletion was asked for, `live` what customers see."""

    id: int
    publisher: str
    offer: str
    rev: int
    target: str
    folder: str
    staged: bool
    hero: bool
    events: int
    head: str
    revisions: tuple[RevisionView, ...]
    skus: tuple[SkuView, ...]
    submission: SubmissionView | None
    tickets: tuple[TicketView, ...] = ()

    @property
    def key(self) -> str:
        """`publisher/offer`."""
        return f"{self.publisher}/{self.offer}"

    @property
    def open(self) -> RevisionView | None:
        """The revision that is draft, staging or production_requested."""
        return self._in("draft", "staging", "production_requested")

    @property
    def live(self) -> RevisionView | None:
        """The revision that customers see; it stays theirs while its deletion is only asked for."""
        return self._in("live") or next(
            (r for r in self.revisions if r.state == "deletion_requested" and r.before == "live"), None
        )

    @property
    def current(self) -> RevisionView | None:
        """The revision whose state is the offer's."""
        return self.open or self._in("deletion_requested") or self._in("live") or self._in("deleted")

    @property
    def state(self) -> str:
        """The offer's state; `discarded` when nothing is left of it."""
        return self.current.state if self.current else "discarded"

    def sku(self, sku_id: str) -> SkuView | None:
        """The SKU of this ID."""
        return next((sku for sku in self.skus if sku.sku == sku_id), None)

    def _in(self, *states: str) -> RevisionView | None:
        return next((r for r in reversed(self.revisions) if r.state in states), None)
