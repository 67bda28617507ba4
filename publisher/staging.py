"""Stages an offer folder: records it as the open draft, asks the gate, and submits it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from publisher.catalogue.views import Draft, OfferView, RevisionView, SubmissionView
from publisher.content import draft_of, marketing_only, same_content
from publisher.document import Document
from publisher.engine import Engine, Key
from publisher.errors import IllegalTransition, MarketplaceError, UsageError
from publisher.findings import Gate, Report
from publisher.gates import judge, objection, refuse_blocked, running, stage_guards
from publisher.marketplaces import Slot
from publisher.submissions import Intent, Outcome, intend, observe, send, write, write_lock_file

if TYPE_CHECKING:
    from publisher.catalogue.work import Work

# Whatever fails among these, the folder is not taken for the offer that it claims to be.
_IDENTITY = frozenset(
    {"publisher-id-format", "offer-id-format", "publisher-id-immutable", "offer-id-immutable"}
)


def stage(engine: Engine, document: Document, *, profile: str | None = None) -> Outcome:
    """Record a folder as the open draft, ask the gate, and submit it to the staging slot.

    Raises GateRefused with every finding (the draft is kept), IllegalTransition with every reason.
    """
    key = _key(document)
    known = engine.catalogue.view(*key)
    seen = observe(engine, key) if known and known.submission else None
    view = seen.view if seen else known
    if view and (done := _nothing_to_stage(engine, document, view)):
        return replace(done, look_again=seen.look_again if seen else None)  # it may be on its way still
    report = judge(engine, document, Gate.STAGE, profile=profile)
    _refuse_unreadable(report)
    draft = draft_of(document.offer)  # type: ignore[arg-type]  # `_key` saw the offer
    if report.blocks():
        with _draft(engine, key, document, view, draft):
            pass
        refuse_blocked(report, "it stays a draft")
    marketing = view is not None and _marketing_only(engine, view, draft.document)
    try:
        intent = intend(engine, key, Slot.STAGING, draft, document, marketing_only=marketing)
    except MarketplaceError:
        with _draft(engine, key, document, view, draft):
            pass  # nothing was sent: it stays a draft
        raise
    submission = _submit_draft(engine, document, view, draft, report, intent, marketing_only=marketing)
    engine.say(f"{'/'.join(key)}: revision recorded, digest {draft.digest[:12]}")
    return send(engine, key, submission, document)


def _key(document: Document) -> Key:
    """Publisher and offer ID. Raises UsageError when nothing could be read, or they are empty."""
    offer = document.offer
    if offer is None or not offer.publisher or not offer.offer:
        first = document.problems[0] if document.problems else None
        raise UsageError(
            f"{document.display()}: {first.message if first else 'publisher and offer are empty'}",
            hint="`publisher validate` shows every finding with its line",
        )
    return offer.publisher, offer.offer


def _refuse_unreadable(report: Report) -> None:
    """What cannot be read, or is not the offer it claims to be, is not recorded at all."""
    worst = [f for f in report.findings if f.rule.startswith("document-") or f.rule in _IDENTITY]
    if any(finding.severity == "error" and not finding.waived for finding in worst):
        refuse_blocked(report, "nothing was recorded")


def _nothing_to_stage(engine: Engine, document: Document, view: OfferView) -> Outcome | None:
    if view.state in {"deletion_requested", "deleted"}:
        raise IllegalTransition(
            f"{view.key} is {view.state}: it cannot be staged",
            hint="a new offer needs another ID"
            if view.state == "deleted"
            else f"`publisher keep {view.offer}` withdraws a deletion",
        )
    current = view.open or view.live
    if current is None or current.state == "draft" or not same_content(document, current):
        return None
    if current is view.open and (testers := _other_testers(document, current)) is not None:
        if engine.marketplace.capabilities.shared:
            return None  # there, its testers change with a publication
        _update_testers(engine, view, testers)
        view = engine.view((view.publisher, view.offer))
    write_lock_file(engine, view, document.folder)
    return Outcome(
        view=view, changed=False, message=f"this content is already {current.state}: nothing to stage"
    )


def _other_testers(document: Document, revision: RevisionView) -> tuple[str, ...] | None:
    """The testers of a folder, where they are not those of what was staged."""
    testers = draft_of(document.offer).subscriptions  # type: ignore[arg-type]  # it has a content
    return testers if testers != revision.subscriptions else None


def _update_testers(engine: Engine, view: OfferView, testers: tuple[str, ...]) -> None:
    """A new tester changes nothing that was staged; the marketplace is only told of it."""
    engine.marketplace.update_testers(view.publisher, view.offer, testers, now=engine.clock())
    with write(engine, (view.publisher, view.offer)) as work:
        work.update_testers(testers)
    engine.say(f"{view.key}: {len(testers)} subscriptions may see the staged offer")


@contextmanager
def _draft(
    engine: Engine, key: Key, document: Document, view: OfferView | None, draft: Draft
) -> "Iterator[Work]":
    """A write transaction in which the folder's content is the open draft."""
    with engine.catalogue.write(
        *key, actor=engine.actor, now=engine.clock(), create=view is None, seen=view.rev if view else 0
    ) as work:
        work.remember_folder(str(document.folder.resolve()))
        if work.view.open and work.view.open.state == "staging":
            work.fire(
                "revise", reasons={"no_submission_running": reason} if (reason := running(work.view)) else {}
            )
        if work.view.open and work.view.open.state == "production_requested":
            raise IllegalTransition(
                f"{work.view.key} is requested for production: another content cannot be staged now",
                hint=f"wait, or `publisher cancel {work.view.offer}`",
            )
        if work.view.open is None or work.view.open.digest != draft.digest:
            work.open_revision(draft)
        elif work.view.open.subscriptions != draft.subscriptions:
            work.update_testers(draft.subscriptions)
        yield work


def _submit_draft(
    engine: Engine,
    document: Document,
    view: OfferView | None,
    draft: Draft,
    report: Report,
    intent: Intent,
    *,
    marketing_only: bool,
) -> SubmissionView:
    """Record draft, transition and intent in one commit."""
    with _draft(engine, _key(document), document, view, draft) as work:
        reasons = stage_guards(engine, document, work.view, report)
        detail = {"digest": draft.digest, "marketing_only": marketing_only}
        work.fire("stage", reasons=reasons, detail=detail)
        return work.submit(**vars(intent), marketing_only=marketing_only)


def _marketing_only(engine: Engine, view: OfferView, document: Mapping[str, Any]) -> bool:
    if engine.marketplace.capabilities.shared or view.live is None:
        return False  # today's marketplace certifies every change
    if not marketing_only(engine.catalogue.document(view.live.id), document):
        return False
    engine.say(
        objection("marketing-only", "only marketing, legal or support texts change: certification is skipped")
    )
    return True
