"""What can be done next with an offer, by which command, and what stands in the way of it."""

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from publisher.catalogue.views import OfferView
from publisher.content import resolved, same_content
from publisher.deletion import objections
from publisher.deprecation import deprecates, not_in_force
from publisher.diff import changes
from publisher.document import read_document
from publisher.document.canonical import canonical
from publisher.engine import Engine
from publisher.errors import PublisherError, UsageError
from publisher.gates import lock_objection, objection, running, staged, unapproved, untested
from publisher.lifecycle import Transition, Trigger, workflow
from publisher.release import discard_objection

_RECORD: Final = "publisher marketplace record"
# What the steps of a deletion are where what is live is deprecated.
_TODAY: Final = {
    "request_deletion": "Take the offer out of the store by a deprecation, or delete what never was live.",
    "keep": "Put the offer back into the store.",
    "delete": "Record that the offer is gone: its day has come, or the support has removed it.",
}
_READY: Final = Trigger(
    name="ready",
    description="Record that the portal has staged the content.",
    command=f"{_RECORD} OFFER ready",
)


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """A step that the lifecycle offers now. `blocked` holds every reason against it, `notes` what
    does not stand in its way and should still be known. The rules of a gate are not asked here."""

    trigger: str
    command: str
    description: str
    blocked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def next_steps(engine: Engine, view: OfferView) -> list[NextStep]:
    """Every step that a person can take now, in the order of the lifecycle."""
    return [_step(engine, view, trigger) for trigger in _triggers(engine, view)]


def _triggers(engine: Engine, view: OfferView) -> Iterator[Trigger]:
    flow = workflow("offer")
    current = view.current
    if current is not None and view.state == "live":
        yield flow.triggers["stage"]  # an edit opens a draft beside what is live
    if _waits_for_a_person(engine, view) and view.state == "staging":
        yield _READY
    exits: tuple[Transition, ...] = ()
    if current is not None:
        exits = flow.next_triggers(view.state, before=current.before)
    for transition in exits:
        trigger = flow.triggers[transition.trigger]
        if not trigger.command.startswith(_RECORD) or _waits_for_a_person(engine, view):
            yield trigger


def _waits_for_a_person(engine: Engine, view: OfferView) -> bool:
    return not engine.marketplace.capabilities.automatic and bool(running(view))


def _step(engine: Engine, view: OfferView, trigger: Trigger) -> NextStep:
    notes: list[str] = []
    blocked = tuple(filter(None, _reasons(replace(engine, say=notes.append), view, trigger.name)))
    other = _TODAY if deprecates(engine) else {}
    return NextStep(
        trigger=trigger.name,
        command=filled(engine, view, trigger.command),
        description=other.get(trigger.name, trigger.description),
        blocked=blocked,
        notes=(*(note.removeprefix("warning: ") for note in notes), *_gate_note(engine, view, trigger)),
    )


def _gate_note(engine: Engine, view: OfferView, trigger: Trigger) -> Iterator[str]:
    """A draft may be one because the gate refused it."""
    if trigger.name == "stage" and view.state == "draft":
        yield f"`{filled(engine, view, 'publisher validate PATH')}` says what the stage gate will find"


def _reasons(engine: Engine, view: OfferView, trigger: str) -> Iterator[str]:
    """What stands in the way of a step, as far as it can be known without the rules of a gate."""
    match trigger:
        case "stage" | "revise":
            yield running(view)
            yield lock_reason(engine, view, view.folder)
        case "request_production":
            if not staged(view) and not running(view):
                yield objection("stage-before-production", "the staging is not ready")
            yield running(view)
            yield untested(engine, view)
            yield unapproved(engine, view)
        case "cancel" if running(view) and not engine.marketplace.capabilities.cancels:
            yield f"{engine.marketplace.capabilities.name} cannot cancel a submission"
        case "discard":
            yield discard_objection(view)
        case "request_deletion":
            yield from objections(view, None).values()
        case "delete":
            yield not_in_force(engine, view)


def lock_reason(engine: Engine, view: OfferView | None, folder: str) -> str:
    """What the lock file of a folder says against the catalogue; "" where it agrees, or there is none."""
    try:
        return lock_objection(engine, view, Path(folder)) if folder else ""
    except PublisherError as error:
        return error.message


def filled(engine: Engine, view: OfferView, command: str) -> str:
    """A command with the offer's name, and its folder where that still stands."""
    words = {"OFFER": name(engine, view), "PATH": folder(view) or "PATH"}
    return " ".join(shlex.quote(words[word]) if word in words else word for word in command.split(" "))


def name(engine: Engine, view: OfferView) -> str:
    """The shortest name that a command takes for the offer."""
    return view.offer if len(engine.catalogue.offers(offer=view.offer)) == 1 else view.key


def folder(view: OfferView) -> str:
    """The remembered folder as a user would name it from here; "" when it is gone."""
    if not view.folder or not Path(view.folder).is_dir():
        return ""
    shown = os.path.relpath(view.folder)
    return view.folder if shown.startswith("..") else shown


def republish_needed(engine: Engine, view: OfferView) -> str:
    """The warning that the remembered folder holds what no slot holds; "" where it does not."""
    path = folder(view)
    revision = view.open or view.live
    if not path or revision is None:
        return ""
    try:
        document = read_document(Path(path), engine.secrets)
    except UsageError as error:
        return objection("republish-needed", error.message)
    if document.offer is None or document.offer.key != view.key:
        return objection("republish-needed", f"{path} cannot be read as {view.key} any more")
    if revision.state == "draft":
        return objection("republish-needed", f"revision {revision.number} is a draft: it is not staged")
    if same_content(document, revision):
        return ""
    names = {secret: at for at, secret in revision.locks.get("", {}).get("secrets", {}).items()}
    new = resolved(canonical(document.offer), names)
    count = len(changes(engine.catalogue.document(revision.id), new))
    where = "live" if revision.state == "live" else "staged"
    differs = f"differs in {count} field{'' if count == 1 else 's'} from" if count else "may differ from"
    return objection(
        "republish-needed", f"{path} {differs} what is {where}; `publisher diff {path}` shows how"
    )
