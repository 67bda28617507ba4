"""What every simulated marketplace shares: two slots per offer, submissions, testers, a journal, knobs."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from publisher.errors import (
    MarketplaceConflict,
    MarketplaceRefused,
)
from publisher.marketplaces import (
    NOTHING,
    Capabilities,
    Content,
    Progress,
    Request,
    Slot,
    Status,
    ledger,
)
from publisher.marketplaces.canonical import without_signatures, without_sku
from publisher.marketplaces.database import writing
from publisher.marketplaces.ledger import Submission
from publisher.marketplaces.simulation import Simulation

First = Callable[[Slot, bool], tuple[str, str]]


class SimulatedMarketplace(Simulation, ABC):
    """The port over one SQLite file; a subclass says how submissions move on.

    Every method of the port may raise one of the four classes of MarketplaceError, all others
    only MarketplaceUnavailable, SettingsError and UsageError.
    """

    def __init__(
        self, path: Path, *, capabilities: Capabilities, application_id: int, patience: float
    ) -> None:
        super().__init__(path, application_id=application_id, patience=patience)
        self.capabilities = capabilities

    @abstractmethod
    def _first(self, slot: Slot, skips_certification: bool) -> tuple[str, str]:
        """Step and message of a submission that was just accepted."""

    @abstractmethod
    def _moved(self, db: Connection, submission: Submission, now: datetime) -> Submission:
        """A running submission as far as it got until `now`, written down."""

    @abstractmethod
    def _look_again(self, db: Connection, submission: Submission, now: datetime) -> float:
        """Seconds until a running submission may have moved."""

    def prepare(self, request: Request, *, now: datetime) -> Mapping[str, Any]:
        """Nothing: the identity of a request is enough to find it again."""
        return {}

    def submit(self, request: Request, *, now: datetime, remote: Mapping[str, Any] = NOTHING) -> Status:
        """Start a submission, or return the one that this identity already started."""
        with self._call(f"{request.publisher}/{request.offer}") as db, writing(db):
            submission = ledger.find(db, request.identity)
            if submission is None:
                submission = accept(db, request, self._first, now)
            elif not _same(submission, request):
                raise MarketplaceRefused(
                    f"identity {request.identity} already stands for another submission"
                    f" ({submission.key}, {submission.slot}, digest {submission.digest})",
                    hint="choose a new identity for each submission",
                )
            return self._status(db, submission, now)

    def steps(self, request: Request, language: str = "en") -> list[str]:
        """Nothing: submissions move on by themselves."""
        return []

    def look(
        self,
        publisher: str,
        offer: str,
        identity: str,
        *,
        now: datetime,
        remote: Mapping[str, Any] = NOTHING,
    ) -> Status | None:
        """The submission's status; what a look has seen to be final stays so. None when it never arrived."""
        with self._call(f"{publisher}/{offer}") as db:
            submission = _own(ledger.find(db, identity), publisher, offer)
            if submission is None:
                return None
            if not submission.progress.final:
                submission = self._moved(db, submission, now)
            return self._status(db, submission, now)

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
        with self._call(f"{publisher}/{offer}") as db, writing(db):
            submission = _own(ledger.find(db, identity), publisher, offer)
            if submission is None:
                raise MarketplaceRefused(f"{publisher}/{offer} has no submission {identity}")
            if not submission.progress.final:
                submission = cancelled(db, submission, now)
            return self._status(db, submission, now)

    def content(
        self, publisher: str, offer: str, slot: Slot, *, subscription: str | None = None
    ) -> Content | None:
        """What stands in a slot; a `subscription` sees the staging slot only if it is a tester."""
        with self._call(f"{publisher}/{offer}") as db:
            db.execute("BEGIN")  # one view of slot and testers; it ends with the connection
            testers = {_folded(tester) for tester in ledger.testers(db, publisher, offer)}
            if subscription is not None and slot is Slot.STAGING and _folded(subscription) not in testers:
                raise MarketplaceRefused(
                    f"subscription {subscription} may not see the staging slot of {publisher}/{offer}",
                    hint="add it to the offer's testers",
                )
            return ledger.standing(db, publisher, offer, slot)

    def carried(self, document: Mapping[str, Any], files: Mapping[str, bytes]) -> Mapping[str, Any]:
        """All of it."""
        return document

    def update_testers(
        self, publisher: str, offer: str, subscriptions: tuple[str, ...], *, now: datetime
    ) -> None:
        """Replace the subscriptions that may see the staging slot."""
        with self._call(f"{publisher}/{offer}") as db, writing(db):
            if ledger.set_testers(db, publisher, offer, subscriptions):
                detail = {"subscriptions": subscriptions}
                ledger.note(db, f"{publisher}/{offer}", "testers-updated", now=now, detail=detail)

    def withdraw(self, publisher: str, offer: str, sku: str | None, *, identity: str, now: datetime) -> None:
        """Take a SKU, or the whole offer, out of both slots; done once per identity."""
        key = f"{publisher}/{offer}"
        with self._call(f"{publisher}/{offer}") as db, writing(db):
            known = ledger.withdrawal(db, identity)
            if known == (key, sku):
                return
            if known:
                raise MarketplaceRefused(
                    f"identity {identity} already stands for another withdrawal",
                    hint="choose a new identity for each withdrawal",
                )
            demand_rest(db, publisher, offer)
            slots = [slot for slot in Slot if _take_out(db, publisher, offer, slot, sku)]
            detail = {"sku": sku, "slots": slots}
            ledger.note(db, key, "withdrawn", now=now, identity=identity, detail=detail)

    def _status(self, db: Connection, submission: Submission, now: datetime) -> Status:
        final = submission.progress.final
        return Status(
            identity=submission.identity,
            progress=submission.progress,
            step=submission.step,
            message=submission.message,
            since=submission.since,
            look_again=0 if final else self._look_again(db, submission, now),
        )


def accept(db: Connection, request: Request, first: First, now: datetime) -> Submission:
    """Write down a submission that begins now; `first` says step and message of its beginning.

    Raises MarketplaceConflict while another one of the offer runs, MarketplaceRefused for content that
    cannot move.
    """
    demand_rest(db, request.publisher, request.offer)
    _demand_true_files(request.files)
    document = _document(db, request)
    live = ledger.standing(db, request.publisher, request.offer, Slot.PRODUCTION)
    skips = request.marketing_only and live is not None
    step, message = first(request.slot, skips)
    submission = Submission(
        identity=request.identity,
        publisher=request.publisher,
        offer=request.offer,
        slot=request.slot,
        digest=request.digest,
        skips_certification=skips,
        accepted_at=now,
        passed=0,
        progress=Progress.RUNNING,
        step=step,
        message=message,
        since=now,
    )
    return ledger.accept(db, request, submission, document)


def cancelled(db: Connection, submission: Submission, now: datetime) -> Submission:
    """Stop a running submission where it stands."""
    message = f"cancelled during {submission.step}"
    return ledger.conclude(db, submission, Progress.CANCELLED, step=submission.step, message=message, now=now)


def demand_rest(db: Connection, publisher: str, offer: str) -> None:
    """Raise MarketplaceConflict while a submission of the offer runs."""
    submission = ledger.latest(db, publisher, offer)
    if submission and not submission.progress.final:
        raise MarketplaceConflict(
            f"submission {submission.identity} of {submission.key} to {submission.slot}"
            f" is running since {submission.accepted_at.isoformat(timespec='seconds')}",
            hint="wait until it ends, or cancel it",
        )


def _same(submission: Submission, request: Request) -> bool:
    known = (submission.publisher, submission.offer, submission.slot, submission.digest)
    return known == (request.publisher, request.offer, request.slot, request.digest)


def _own(submission: Submission | None, publisher: str, offer: str) -> Submission | None:
    """None for a submission of another offer, as if it did not exist."""
    return submission if submission and submission.key == f"{publisher}/{offer}" else None


def _demand_true_files(files: Mapping[str, bytes]) -> None:
    for sha256, content in files.items():
        if hashlib.sha256(content).hexdigest() != sha256:
            raise MarketplaceRefused(f"the file sent as {sha256} has other bytes", hint="send it again")


def _document(db: Connection, request: Request) -> Mapping[str, Any]:
    """What a request moves: its own document to staging, and to production what is staged."""
    if request.slot is Slot.STAGING:
        return without_signatures(request.document)
    staged = ledger.standing(db, request.publisher, request.offer, Slot.STAGING)
    if staged is None or staged.digest != request.digest:
        found = f"holds digest {staged.digest}" if staged else "is empty"
        raise MarketplaceRefused(
            f"production was requested for digest {request.digest}, but the staging slot of"
            f" {request.publisher}/{request.offer} {found}",
            hint="stage this content first",
        )
    return staged.document


def _take_out(db: Connection, publisher: str, offer: str, slot: Slot, sku: str | None) -> bool:
    """Whether the slot held anything to take out."""
    content = ledger.standing(db, publisher, offer, slot)
    if content is None:
        return False
    if sku is None:
        ledger.empty_slot(db, content)
        return True
    left = without_sku(content.document, sku)
    if len(left["skus"]) == len(content.document.get("skus") or []):
        return False
    ledger.replace_document(db, content, left)
    return True


def _folded(subscription: str) -> str:
    return subscription.strip().casefold()
