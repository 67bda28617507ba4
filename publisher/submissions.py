"""Follows submissions: sends what was recorded, looks at what became of it, and writes that down."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from publisher.catalogue.views import Draft, OfferView, RevisionView, SubmissionView
from publisher.document import Document
from publisher.engine import Engine, Key, lock_of
from publisher.errors import (
    MarketplaceConflict,
    MarketplaceError,
    MarketplaceRefused,
    MarketplaceThrottled,
    PublisherError,
    Refused,
)
from publisher.gates import lock_objection
from publisher.lock import read_lock, write_lock
from publisher.marketplaces import Progress, Request, Slot, Status
from publisher.redact import Secret

if TYPE_CHECKING:
    from publisher.catalogue.work import Work


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Where an offer stands after a step. `changed` is False when there was nothing to do;
    `look_again` is a number of seconds while the marketplace is still at work, else None; `steps` is
    what a person has to do where the marketplace is one to click in."""

    view: OfferView
    changed: bool
    message: str
    look_again: float | None = None
    steps: tuple[str, ...] = ()


def observe(engine: Engine, key: Key) -> Outcome:
    """Look at the running submission, and record what became of it; sends again what never arrived.

    A step whose outcome is unknown is looked at first: nothing is sent twice.
    """
    view = engine.view(key)
    submission = view.submission
    if submission is None or not submission.running:
        return _settled(engine, view)
    _same_target(engine, view, submission)
    now = engine.clock()
    status = engine.marketplace.look(*key, submission.identity, now=now, remote=submission.remote)
    if status is None:
        engine.say(f"{view.key}: the {submission.slot.value} submission had not arrived; sending it")
        return send(engine, key, submission, None)
    return record(engine, key, status)


def _same_target(engine: Engine, view: OfferView, submission: SubmissionView) -> None:
    """Another marketplace knows nothing of the submission: asked, it would be sent a second time."""
    here = engine.marketplace.capabilities.name
    if submission.target != here:
        raise Refused(
            f"{view.key}: the running {submission.slot.value} submission went to {submission.target}, "
            f"and the target now is {here}",
            hint=f'set target = "{submission.target}" until it has ended',
        )


def _settled(engine: Engine, view: OfferView) -> Outcome:
    if view.folder and view.staged:
        write_lock_file(engine, view, Path(view.folder))
    return Outcome(view=view, changed=False, message=f"{view.key} is {view.state}")


def send(engine: Engine, key: Key, submission: SubmissionView, document: Document | None) -> Outcome:
    """Send a recorded intent, and look once at what became of it."""
    request = _request(engine, key, submission, document)
    try:
        status = engine.marketplace.submit(request, now=engine.clock(), remote=submission.remote)
    except MarketplaceConflict as error:  # nothing was judged: what is staged stays staged
        record(engine, key, _status(engine, submission, Progress.CANCELLED, error.message))
        raise
    except MarketplaceRefused as error:
        record(engine, key, _status(engine, submission, Progress.REFUSED, error.message))
        raise
    except MarketplaceThrottled:
        raise  # it did not arrive: the intent stays pending, the next command sends it
    except MarketplaceError as error:
        record(engine, key, _status(engine, submission, Progress.UNKNOWN, error.message))
        raise
    record(engine, key, status)
    steps = engine.marketplace.steps(request, engine.settings["language"])
    return replace(observe(engine, key), steps=tuple(steps))


def _status(engine: Engine, submission: SubmissionView, progress: Progress, message: str) -> Status:
    return Status(
        identity=submission.identity,
        progress=progress,
        step="",
        message=message,
        since=engine.clock(),
        look_again=0,
    )


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A request that is about to be recorded, and what its marketplace wants to be reminded of."""

    identity: str
    slot: Slot
    target: str
    remote: Mapping[str, Any]


def intend(
    engine: Engine, key: Key, slot: Slot, draft: Draft, document: Document, *, marketing_only: bool
) -> Intent:
    """Ask the marketplace what can be known before a draft's content is sent to a slot."""
    request = Request(
        identity=uuid4().hex,
        publisher=key[0],
        offer=key[1],
        slot=slot,
        digest=draft.digest,
        document=draft.document,
        files=draft.files,
        vhds=_given(document),
        subscriptions=draft.subscriptions,
        aliases=_aliases(draft.locks),
        marketing_only=marketing_only,
    )
    remote = engine.marketplace.prepare(request, now=engine.clock())
    target = engine.marketplace.capabilities.name
    return Intent(identity=request.identity, slot=slot, target=target, remote=remote)


def _request(engine: Engine, key: Key, submission: SubmissionView, document: Document | None) -> Request:
    revision = next(r for r in engine.view(key).revisions if r.id == submission.revision_id)
    content = engine.catalogue.document(revision.id)
    return Request(
        identity=submission.identity,
        publisher=key[0],
        offer=key[1],
        slot=submission.slot,
        digest=revision.digest,
        document=content,
        files={sha: engine.catalogue.file(sha) or b"" for sha in _hashes(content)},
        vhds=_vhds(engine, revision, document),
        subscriptions=revision.subscriptions,
        aliases=_aliases(revision.locks),
        marketing_only=submission.marketing_only,
    )


def _aliases(locks: Mapping[str, Any]) -> Mapping[str, str]:
    aliases: Mapping[str, str] = locks.get("", {}).get("aliases", {})
    return aliases


def _hashes(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and "sha256" in value:
        yield value["sha256"]
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _hashes(item)


def _vhds(engine: Engine, revision: RevisionView, document: Document | None) -> dict[str, Secret]:
    """The SAS URLs by address: from the folder at hand, else looked up by the names that were kept."""
    if document and document.offer:
        return _given(document)
    names: Mapping[str, str] = revision.locks.get("", {}).get("secrets", {})
    found = {address: engine.secrets.get(name) for address, name in names.items()}
    return {address: secret for address, secret in found.items() if secret}


def _given(document: Document) -> dict[str, Secret]:
    vhds = document.offer.vhds() if document.offer else ()
    return {vhd.address: vhd.url for vhd in vhds if vhd.url}


def record(engine: Engine, key: Key, status: Status) -> Outcome:
    """Write down what the marketplace says, and take the step that follows from it."""
    view = engine.view(key)
    if not _news(view, status):
        return _outcome(view, status, changed=False)
    with write(engine, key) as work:
        if work.observe(status):
            _follow(work, status)
        view = work.view
    view = engine.view(key)
    if view.staged and view.folder:
        write_lock_file(engine, view, Path(view.folder))
    return _outcome(view, status, changed=True)


def _news(view: OfferView, status: Status) -> bool:
    return view.submission is not None and view.submission.is_news(status)


def _follow(work: "Work", status: Status) -> None:
    """The trigger that a final word of the marketplace pulls."""
    submission = work.view.submission
    staging = submission is not None and submission.slot is Slot.STAGING
    trigger = {
        Progress.READY: "" if staging else "publish",
        Progress.FAILED: "staging_failed" if staging else "refuse",
        Progress.REFUSED: "staging_failed" if staging else "refuse",
        Progress.CANCELLED: "cancel",
    }.get(status.progress, "")
    if trigger:
        work.fire(trigger, detail={"message": status.message})


def _outcome(view: OfferView, status: Status, *, changed: bool) -> Outcome:
    if status.progress.final or (status.progress is Progress.UNKNOWN and not status.look_again):
        wait = None
    else:
        wait = status.look_again
    parts = dict.fromkeys((status.progress.value, status.step, status.message))
    words = ": ".join(part for part in parts if part)
    return Outcome(
        view=view, changed=changed, message=f"{view.key} is {view.state}; {words}", look_again=wait
    )


def refuse_failed(outcome: Outcome) -> None:
    """Raise Refused when the marketplace said no."""
    submission = outcome.view.submission
    if submission and submission.progress in {"failed", "refused"}:
        raise Refused(
            f"{outcome.view.key}: the {submission.slot.value} submission is {submission.progress}",
            reasons=(submission.message,),
            hint="correct the folder and stage it again",
        )


def write_lock_file(engine: Engine, view: OfferView, folder: Path, *, anew: bool = False) -> None:
    """Bring `offer.lock.json` up to date; a folder that cannot be written gets a warning.

    A folder that holds another offer's lock file, or no offer any more, is left alone. So is a lock
    file of another history, with a warning, unless the history begins `anew`: the stage gate refuses
    it, `publisher lock` replaces it.
    """
    if not view.staged or not folder.is_dir():
        return
    try:
        known = read_lock(folder)
        if known and (known.publisher, known.offer) != (view.publisher, view.offer):
            return
        if not anew and (reason := lock_objection(engine, view, folder)):
            engine.say(f"warning: {folder}: the lock file is left as it is: {reason}")
        else:
            write_lock(folder, lock_of(view))
    except (OSError, PublisherError) as error:
        engine.say(f"warning: {folder}: the lock file could not be written: {error}")


def write(engine: Engine, key: Key, *, seen: int | None = None) -> "AbstractContextManager[Work]":
    """A write transaction of the catalogue, in the name of whoever is asking."""
    return engine.catalogue.write(*key, actor=engine.actor, now=engine.clock(), seen=seen)
