"""Moves a staged offer on, or back: one step at a time, each of which can be asked for again."""

from pathlib import Path

from publisher.catalogue.views import OfferView
from publisher.document import Document
from publisher.engine import Engine, Key
from publisher.errors import Refused
from publisher.gates import objection
from publisher.marketplaces import Progress, Slot
from publisher.production import request_production
from publisher.submissions import Outcome, observe, record, write, write_lock_file


def advance(engine: Engine, key: Key, *, goal: Slot, document: Document | None = None) -> Outcome:
    """Take the one next legal step of a staged offer towards a slot, or say what it waits for."""
    outcome = observe(engine, key)
    if outcome.look_again is not None or goal is Slot.STAGING:
        return outcome
    view = outcome.view
    if view.open is not None and view.open.state == "staging":
        return request_production(engine, key, document)
    return outcome


def cancel(engine: Engine, key: Key) -> Outcome:
    """Stop the running submission; without one, take a staged offer back to draft."""
    view = observe(engine, key).view
    submission = view.submission
    if submission and submission.running:
        if not engine.marketplace.capabilities.cancels:
            raise Refused(f"{engine.marketplace.capabilities.name} cannot cancel a submission")
        now = engine.clock()
        status = engine.marketplace.cancel(*key, submission.identity, now=now, remote=submission.remote)
        outcome = record(engine, key, status)
        if status.progress is not Progress.CANCELLED:
            raise Refused(f"{view.key}: too late, the submission is {status.progress.value}")
        return outcome
    with write(engine, key, seen=view.rev) as work:
        work.fire("cancel")
    view = engine.view(key)
    if view.folder:
        write_lock_file(engine, view, Path(view.folder))
    return Outcome(view=view, changed=True, message=f"{view.key} is a draft again")


def discard(engine: Engine, key: Key) -> Outcome:
    """Drop an open draft that was never staged; what is live stays untouched."""
    view = engine.view(key)
    reason = discard_objection(view)
    with write(engine, key, seen=view.rev) as work:
        work.fire("discard", reasons={"never_staged": reason} if reason else {})
    view = engine.view(key)
    left = f"revision {view.live.number} stays live" if view.live else "nothing is left of the offer"
    return Outcome(view=view, changed=True, message=f"{view.key}: the draft is dropped; {left}")


def discard_objection(view: OfferView) -> str:
    """Why the open draft cannot be dropped: it, or something beside what is live, was staged; else ""."""
    staged_since_live = (view.staged and view.live is None) or any(
        sku.staged and not sku.live_since and sku.state != "deleted" for sku in view.skus
    )
    if view.open is None or not (view.open.staged or staged_since_live):
        return ""
    return objection(
        "draft-discard-only-unstaged",
        f"{view.key} was staged; `publisher delete {view.offer}` drafts a ticket",
    )


def approve(engine: Engine, key: Key) -> Outcome:
    """Record this person's yes to the staged content."""
    view = observe(engine, key).view
    if view.open is None or view.open.state != "staging":
        raise Refused(f"{view.key} is {view.state}: only a staged content can be approved")
    if view.submission and view.submission.requested_by == engine.actor:
        raise Refused(f"{engine.actor} staged this content; another person approves it")
    if engine.actor in engine.catalogue.approvals(view.open.id):
        return Outcome(
            view=view,
            changed=False,
            message=f"{engine.actor} had approved revision {view.open.number} before",
        )
    with write(engine, key, seen=view.rev) as work:
        work.approve()
    return Outcome(
        view=engine.view(key),
        changed=True,
        message=f"revision {view.open.number} is approved by {engine.actor}",
    )
