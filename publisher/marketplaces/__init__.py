"""The port: what the engine asks of a marketplace, whoever answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Protocol

from publisher.document.model import Deprecation
from publisher.redact import Secret

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Slot(StrEnum):
    """An offer has two: what its testers see, and what customers see."""

    STAGING = "staging"
    PRODUCTION = "production"


class Progress(StrEnum):
    """How far a submission got; the last four are final except for `unknown`."""

    PENDING = "pending"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to the submission."""
        return self in {Progress.READY, Progress.FAILED, Progress.REFUSED, Progress.CANCELLED}


@dataclass(frozen=True, kw_only=True)
class Request:
    """One attempt to move a content into a slot.

    `identity` is chosen by the sender before sending and never reused: sending it twice has one
    effect. `document` is the canonical offer, `files` its files by sha256, `vhds` the SAS URLs by
    their public address (never stored by anyone), `subscriptions` the testers of the staging slot,
    `aliases` the publisher's own names of the offer ("") and of each SKU.
    A production request carries the digest that must stand in the staging slot.
    """

    identity: str
    publisher: str
    offer: str
    slot: Slot
    digest: str
    document: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    vhds: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    subscriptions: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    marketing_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a marketplace says of a submission; `look_again` is a number of seconds.

    `remote` is what the marketplace wants to be reminded of at the next look: IDs of its own, JSON-able.
    """

    identity: str
    progress: Progress
    step: str
    message: str
    since: datetime
    look_again: float
    remote: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What stands in a slot."""

    publisher: str
    offer: str
    slot: Slot
    digest: str
    document: Mapping[str, Any]
    subscriptions: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What differs between marketplaces, said aloud.

    `automatic`: submissions move on by themselves (else a person records each step).
    `rehearsal`: nothing leaves this machine, so links may be assumed to be reachable.
    `shows_content`: slots can be read back. `cancels`: a running submission can be cancelled.
    `shared`: others change offers there too, so what stands in a slot is read, not remembered.
    `deprecates`: what is live leaves by a deprecation that can be undone, not by a ticket.
    """

    name: str
    automatic: bool
    rehearsal: bool
    shows_content: bool = True
    cancels: bool = True
    shared: bool = False
    deprecates: bool = False


class Marketplace(Protocol):
    """The other side. Every method may raise a `MarketplaceError` of one of its four classes."""

    @property
    def capabilities(self) -> Capabilities:
        """What this marketplace can do."""
        ...

    def prepare(self, request: Request, *, now: datetime) -> Mapping[str, Any]:
        """What tells later whether the request arrived: recorded with the intent, before anything is sent.

        Reads only. Raises what can be known of a refusal without sending anything.
        """
        ...

    def submit(self, request: Request, *, now: datetime, remote: Mapping[str, Any] = NOTHING) -> Status:
        """Start a submission, or return the one that this identity already started.

        `remote` is what `prepare`, and every status since, asked to be reminded of.
        """
        ...

    def steps(self, request: Request, language: str = "en") -> list[str]:
        """What a person has to do for this request, in order; nothing where the marketplace does it."""
        ...

    def look(
        self,
        publisher: str,
        offer: str,
        identity: str,
        *,
        now: datetime,
        remote: Mapping[str, Any] = NOTHING,
    ) -> Status | None:
        """The submission's status; None when it never arrived."""
        ...

    def cancel(
        self,
        publisher: str,
        offer: str,
        identity: str,
        *,
        now: datetime,
        remote: Mapping[str, Any] = NOTHING,
    ) -> Status:
        """Stop a running submission; a final one is returned as it is."""
        ...

    def content(
        self, publisher: str, offer: str, slot: Slot, *, subscription: str | None = None
    ) -> Content | None:
        """What stands in a slot; with `subscription`, only if that subscription may see it."""
        ...

    def carried(self, document: Mapping[str, Any], files: Mapping[str, bytes]) -> Mapping[str, Any]:
        """What of a canonical document, with its files by sha256, this marketplace can hold."""
        ...

    def update_testers(
        self, publisher: str, offer: str, subscriptions: tuple[str, ...], *, now: datetime
    ) -> None:
        """Replace the subscriptions that may see the staging slot."""
        ...

    def withdraw(self, publisher: str, offer: str, sku: str | None, *, identity: str, now: datetime) -> None:
        """Take a SKU, or the whole offer, out of both slots; done once per identity."""
        ...


class Deprecating(Marketplace, Protocol):
    """A marketplace whose capabilities say `deprecates`."""

    def check_notice(self, publisher: str, offer: str, notice: Deprecation) -> None:
        """Raise what can be known of a refusal before a deprecation is recorded. Reads only."""
        ...

    def deprecate(
        self,
        publisher: str,
        offer: str,
        notice: Deprecation,
        *,
        now: datetime,
        remote: Mapping[str, Any] = NOTHING,
    ) -> Status:
        """Take a live offer out of the store by a notice; where that stands already, nothing is sent.

        `remote` is what an earlier status asked to be reminded of, and when it was asked for (`since`).
        """
        ...

    def restore(
        self, publisher: str, offer: str, *, now: datetime, remote: Mapping[str, Any] = NOTHING
    ) -> Status:
        """Put a deprecated offer back into the store; where it stands there, nothing is sent."""
        ...
