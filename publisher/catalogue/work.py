"""The one write path: inside one transaction, moves an offer and writes the history of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection

from publisher.catalogue.history import Event
from publisher.catalogue.rows import Rows, compact, iso
from publisher.catalogue.tables import APPROVAL, EVIDENCE, REVISION, SKU, SUBMISSION, TICKET
from publisher.catalogue.views import Draft, OfferView, RevisionView, SkuView, SubmissionView
from publisher.errors import IllegalTransition
from publisher.lifecycle import Transition, workflow
from publisher.marketplaces import Progress, Slot, Status

_DELETION: Final = frozenset({"request_deletion", "keep", "delete"})
_NO_REASONS: Final[Mapping[str, str]] = {}


@dataclass
class _Subject:
    """What the workflow moves."""

    state: str
    before: str | None


class Work:
    """An offer inside a write transaction. `view` is how it stands now, after each step."""

    def __init__(self, connection: Connection, view: OfferView, *, actor: str, now: datetime) -> None:
        self.view = view
        self.actor = actor
        self.now = iso(now)
        self.events: list[Event] = []
        self._rows = Rows(connection, view.id)
        self._moved: set[int] = set()

    # Moving

    def fire(
        self,
        trigger: str,
        *,
        reasons: Mapping[str, str] = _NO_REASONS,
        detail: Mapping[str, Any] = _NO_REASONS,
    ) -> Transition:
        """Move the offer's current revision, and the SKUs that travel with it.

        A deletion concerns all of the offer: what is live goes along with an update that is staged.

        Raises IllegalTransition with every reason; then nothing of the transaction is kept.
        """
        revision = self._current()
        transition = self._fire_revision(revision, trigger, reasons, detail)
        for sku in self.view.skus:
            if self._travels(sku, revision, transition):
                self.fire_sku(sku.sku, trigger)
        if trigger in _DELETION:
            self._fire_others(revision, trigger)
        if trigger == "stage":
            self._staged(revision)
        if trigger == "publish":
            self._published(revision)
        return transition

    def fire_sku(
        self,
        sku_id: str,
        trigger: str,
        *,
        reasons: Mapping[str, str] = _NO_REASONS,
        detail: Mapping[str, Any] = _NO_REASONS,
    ) -> Transition:
        """Move one SKU by itself. Raises IllegalTransition with every reason."""
        sku = next(sku for sku in self.view.skus if sku.sku == sku_id)
        subject = _Subject(sku.state, sku.before)
        transition = workflow("sku").fire(subject, trigger, reasons=reasons)
        self._change_sku(sku, state=subject.state, before=subject.before, since=self.now)
        self.append(sku_id, trigger, transition.source, transition.target, detail)
        return transition

    def _fire_revision(
        self, revision: RevisionView, trigger: str, reasons: Mapping[str, str], detail: Mapping[str, Any]
    ) -> Transition:
        subject = _Subject(revision.state, revision.before)
        transition = workflow("offer").fire(subject, trigger, reasons=reasons)
        if trigger == "publish":  # the one live revision makes room before another takes its place
            self._supersede("live")
        self._change_revision(revision, state=subject.state, before=subject.before, since=self.now)
        self.append("offer", trigger, transition.source, transition.target, detail, revision=revision.number)
        return transition

    def _fire_others(self, moved: RevisionView, trigger: str) -> None:
        for other in self.view.revisions:
            possible = workflow("offer").find(other.state, trigger, before=other.before)
            if possible and other.id != moved.id:
                self._fire_revision(other, trigger, _NO_REASONS, _NO_REASONS)

    def _travels(self, sku: SkuView, revision: RevisionView, transition: Transition) -> bool:
        if transition.trigger in _DELETION:
            own = any(t.sku == sku.sku and t.state == "open" for t in self.view.tickets)
            possible = workflow("sku").find(sku.state, transition.trigger, before=sku.before)
            return possible is not None and not (own and transition.trigger == "keep")
        return sku.state == transition.source and sku.sku in revision.locks

    def _staged(self, revision: RevisionView) -> None:
        self._change_revision(self._revision(revision.id), staged=True)
        for sku in self.view.skus:
            if sku.state == "staging" and not sku.staged:
                self._change_sku(sku, staged=True)
        hero = self.view.hero or bool(revision.locks.get("", {}).get("hero"))
        self.view = replace(self.view, staged=True, hero=hero)

    def _published(self, revision: RevisionView) -> None:
        """Lock what was published, and burn its version numbers; a SKU is there until it is deleted."""
        self._change_revision(self._revision(revision.id), live_since=self.now)
        for sku in self.view.skus:
            lock = revision.locks.get(sku.sku)
            if lock and sku.state in {"live", "deletion_requested"}:
                self._change_sku(sku, live_since=sku.live_since or self.now, locked=lock["locked"])
                self.burn(sku.sku, lock["versions"])

    def burn(self, sku_id: str, versions: Mapping[str, Sequence[str]]) -> None:
        """Record versions of a SKU as published; known ones are left as they are."""
        sku = next(sku for sku in self.view.skus if sku.sku == sku_id)
        new = {version: tuple(vhds) for version, vhds in versions.items() if version not in sku.versions}
        self._rows.insert_versions(sku.id, new, since=self.now)
        self._replace_sku(replace(sku, versions={**sku.versions, **new}))

    # Revisions

    def open_revision(
        self, draft: Draft, *, state: Literal["draft", "live"] = "draft", trigger: str = "open"
    ) -> RevisionView:
        """Record a content as the next revision; an open one is closed first.

        Raises IllegalTransition when the open one travels and cannot be closed.
        """
        if self.view.open:
            self._supersede(self.view.open.state)
        self._rows.keep_files(draft.files)
        revision = self._insert_revision(draft, state)
        self.append("offer", trigger, "", state, {"digest": draft.digest}, revision=revision.number)
        self._open_skus([sku for sku in draft.locks if sku], state, trigger)
        return revision

    def _insert_revision(self, draft: Draft, state: str) -> RevisionView:
        row: dict[str, Any] = {
            "number": self._rows.newest_revision() + 1,
            "digest": draft.digest,
            "state": state,
            "before": None,
            "since": self.now,
            "staged": state == "live",
            "live_since": self.now if state == "live" else None,
        }
        texts = {
            "document": compact(draft.document),
            "locks": compact(draft.locks),
            "subscriptions": compact(list(draft.subscriptions)),
        }
        row_id = self._rows.insert(REVISION, row | texts)
        revision = RevisionView(**row, id=row_id, locks=draft.locks, subscriptions=draft.subscriptions)
        self.view = replace(self.view, revisions=(*self.view.revisions, revision))
        return revision

    def adopt(
        self,
        draft: Draft,
        *,
        since: datetime,
        versions: Mapping[str, Sequence[str]],
        deleted: Mapping[str, Sequence[str]] = _NO_REASONS,
    ) -> None:
        """Record a content that is live elsewhere, with every version that was published of each SKU.

        `deleted` are SKUs that are gone, with their versions.
        """
        if self.view.current is not None:
            raise IllegalTransition(f"{self.view.key} is known already: it is {self.view.state}")
        revision = self.open_revision(draft, state="live", trigger="adopt")
        self._change_revision(revision, since=iso(since), live_since=iso(since))
        self.view = replace(self.view, staged=True, hero=bool(draft.locks.get("", {}).get("hero")))
        for sku in [sku for sku in self.view.skus if sku.sku in draft.locks]:
            lock = draft.locks[sku.sku]
            self._change_sku(sku, live_since=iso(since), staged=True, locked=lock["locked"])
            known = lock["versions"]
            self.burn(sku.sku, {version: known.get(version, []) for version in versions[sku.sku]})
        for sku_id, spent in deleted.items():
            self._adopt_deleted(sku_id, spent)

    def _adopt_deleted(self, sku_id: str, versions: Sequence[str]) -> None:
        if self.view.sku(sku_id) is None:
            self._insert_sku(sku_id, "deleted")
            self.append(sku_id, "adopt", "", "deleted", {})
        gone = next(sku for sku in self.view.skus if sku.sku == sku_id)
        self._change_sku(gone, state="deleted", staged=True)
        self.burn(sku_id, dict.fromkeys(versions, ()))

    def _supersede(self, state: str) -> None:
        for revision in self.view.revisions:
            if revision.state == state:
                subject = _Subject(revision.state, revision.before)
                workflow("offer").fire(subject, "supersede")
                self._change_revision(revision, state=subject.state, since=self.now)
                self.append("offer", "supersede", revision.state, subject.state, {}, revision=revision.number)

    def _open_skus(self, wanted: Sequence[str], state: str, trigger: str) -> None:
        for sku_id in wanted:
            sku = self.view.sku(sku_id)
            if sku is None:
                self._insert_sku(sku_id, state)
                self.append(sku_id, trigger, "", state, {})
            elif sku.state == "discarded":
                self._change_sku(sku, state=state, since=self.now)
                self.append(sku_id, trigger, "", state, {})
        for sku in self.view.skus:
            if sku.state == "draft" and not sku.staged and sku.sku not in wanted:
                self.fire_sku(sku.sku, "discard")

    def _insert_sku(self, sku_id: str, state: str) -> None:
        row: dict[str, Any] = {
            "sku": sku_id, "state": state, "before": None, "since": self.now,
            "staged": state == "live", "live_since": self.now if state == "live" else None, "locked": None,
        }  # fmt: skip
        row_id = self._rows.insert(SKU, row)
        self.view = replace(
            self.view, skus=(*self.view.skus, SkuView(**row | {"id": row_id, "versions": {}}))
        )

    def remember_folder(self, folder: str) -> None:
        """Keep where the offer was staged from, for the lock file of later commands."""
        self.view = replace(self.view, folder=folder)

    def update_testers(self, subscriptions: Iterable[str]) -> None:
        """Replace the testers of the open revision; its content does not change by that."""
        revision = self._current()
        testers = tuple(subscriptions)
        self._rows.update(REVISION, revision.id, {"subscriptions": compact(list(testers))})
        self._replace_revision(replace(revision, subscriptions=testers))
        self.append(
            "offer",
            "testers",
            revision.state,
            revision.state,
            {"count": len(testers)},
            revision=revision.number,
        )

    # Submissions

    def submit(
        self,
        *,
        slot: Slot,
        identity: str,
        target: str,
        marketing_only: bool,
        remote: Mapping[str, Any] = _NO_REASONS,
    ) -> SubmissionView:
        """Record the intent to submit the current revision, before anything is sent.

        `remote` is what the marketplace wants to be reminded of when the outcome is not known.
        """
        row: dict[str, Any] = {
            "revision_id": self._current().id, "slot": slot.value, "identity": identity, "target": target,
            "progress": Progress.PENDING.value, "step": "", "message": "", "marketing_only": marketing_only,
            "requested_by": self.actor, "created": self.now, "changed": self.now,
        }  # fmt: skip
        row_id = self._rows.insert(SUBMISSION, row | {"remote": compact(dict(remote))})
        submission = SubmissionView(**row | {"id": row_id, "slot": slot, "remote": dict(remote)})
        self.view = replace(self.view, submission=submission, target=target)
        return submission

    def observe(self, status: Status) -> bool:
        """Record what the marketplace says of the running submission; False when that is no news.

        A final word stays final: what comes later, or twice, is not recorded.
        """
        known = self.view.submission
        if known is None or known.identity != status.identity or not known.running:
            return False
        if not known.is_news(status):
            return False
        seen = replace(
            known,
            progress=status.progress.value,
            step=status.step,
            message=status.message,
            changed=self.now,
            remote={**known.remote, **status.remote},
        )
        changed = {name: getattr(seen, name) for name in ("progress", "step", "message", "changed")}
        self._rows.update(SUBMISSION, known.id, changed | {"remote": compact(seen.remote)})
        self.view = replace(self.view, submission=seen)
        if known.progress != status.progress.value:
            detail = {"identity": known.identity, "slot": known.slot.value, "message": status.message}
            revision = self._revision(known.revision_id)
            self.append(
                "offer", "progress", known.progress, status.progress.value, detail, revision=revision.number
            )
        return True

    # Evidence, approvals, tickets

    def add_evidence(self, *, command: str, exit_status: int, seconds: float, output_sha256: str) -> None:
        """Record a staging test of the current revision."""
        facts = {
            "command": command,
            "exit_status": exit_status,
            "seconds": seconds,
            "output_sha256": output_sha256,
        }
        revision = self._current()
        self._rows.insert(
            EVIDENCE,
            facts | {"revision_id": revision.id, "by": self.actor, "at": self.now},
        )
        self.append("offer", "test", revision.state, revision.state, facts, revision=revision.number)

    def approve(self) -> None:
        """Record this person's yes to the current revision."""
        revision = self._current()
        row = {"revision_id": revision.id, "by": self.actor, "at": self.now}
        self._rows.insert(APPROVAL, row)
        detail = {"digest": revision.digest}
        self.append("offer", "approve", revision.state, revision.state, detail, revision=revision.number)

    def open_ticket(self, *, number: str, sku: str, facts: Mapping[str, Any]) -> None:
        """Record a ticket draft for the offer, or for one SKU."""
        row = {"number": number, "sku": sku, "state": "open", "facts": compact(facts)}
        self._rows.insert(TICKET, row | {"created": self.now, "closed": None})

    def close_ticket(self, *, sku: str, state: Literal["answered", "withdrawn"]) -> None:
        """Close the open ticket of the offer (sku "") or of a SKU."""
        self._rows.close_ticket(sku, state=state, closed=self.now)

    def append(
        self,
        subject: str,
        trigger: str,
        source: str,
        target: str,
        detail: Mapping[str, Any],
        *,
        revision: int = 0,
    ) -> None:
        """Add a line to the history; it is written with the transaction."""
        event = Event(
            number=self.view.events + 1, at=self.now, by=self.actor, subject=subject, trigger=trigger,
            source=source, target=target, revision=revision, detail=dict(detail),
        ).chained(self.view.key, self.view.head)  # fmt: skip
        self.events.append(event)
        self.view = replace(self.view, events=event.number, head=event.hash)

    # What has changed

    def _current(self) -> RevisionView:
        if self.view.current is None:
            raise IllegalTransition(
                f"{self.view.key} holds nothing any more", hint="`publisher stage PATH` begins again"
            )
        return self.view.current

    def _revision(self, revision_id: int) -> RevisionView:
        return next(revision for revision in self.view.revisions if revision.id == revision_id)

    def _change_revision(self, revision: RevisionView, **values: Any) -> None:
        self._rows.update(REVISION, revision.id, values)
        self._replace_revision(replace(self._revision(revision.id), **values))

    def _replace_revision(self, new: RevisionView) -> None:
        revisions = tuple(new if old.id == new.id else old for old in self.view.revisions)
        self.view = replace(self.view, revisions=revisions)

    def _change_sku(self, sku: SkuView, **values: Any) -> None:
        """Many SKUs move at once, some of them twice: `write_skus` writes them together."""
        self._moved.add(sku.id)
        known = next(known for known in self.view.skus if known.id == sku.id)
        self._replace_sku(replace(known, **values))

    def write_skus(self) -> None:
        """Write the SKUs that moved; the last thing before the commit."""
        self._rows.update_skus(sku for sku in self.view.skus if sku.id in self._moved)

    def _replace_sku(self, new: SkuView) -> None:
        self.view = replace(self.view, skus=tuple(new if old.id == new.id else old for old in self.view.skus))
