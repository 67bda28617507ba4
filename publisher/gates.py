"""Asks what stands in the way of a step: the rules at its gate, and the guards of the lifecycle."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from publisher.agreement import UNKNOWN, diverged
from publisher.baseline import Published
from publisher.catalogue.views import OfferView
from publisher.content import same_content
from publisher.document import Document
from publisher.engine import Engine, other_offers, published
from publisher.errors import GateRefused
from publisher.findings import Gate, Report, Severity
from publisher.lock import published as published_by_lock
from publisher.lock import read_lock
from publisher.marketplaces import Progress, Slot
from publisher.rules.registry import load
from publisher.rules.runner import Circumstances, LinkAnswer, check
from publisher.validation import account
from publisher.waivers import apply

_CURE: Final = "`publisher adopt PATH` records it, if no other catalogue does"


def judge_against(engine: Engine, document: Document, gate: Gate, baseline: Published | None) -> Report:
    """The rules at a gate, measured against what an adoption says is published."""
    offer = document.offer
    limits = engine.settings.limits((offer.profile if offer else "") or engine.settings["profile"])
    return check(
        document,
        Circumstances(
            gate=gate,
            limits=limits,
            now=engine.clock(),
            account=account(engine.settings),
            published=baseline,
        ),
    )


def judge(engine: Engine, document: Document, gate: Gate, *, profile: str | None = None) -> Report:
    """The rules at a gate, measured against the catalogue; links are asked at the production gate.

    Where the catalogue knows nothing of the offer, its lock file is the measure.
    """
    offer, settings = document.offer, engine.settings
    view = engine.catalogue.view(offer.publisher, offer.offer) if offer else None
    baseline = published(view) if view else None
    if baseline is None and (lock := read_lock(document.folder)):
        baseline = published_by_lock(lock)
    limits = settings.limits(profile or (offer.profile if offer else "") or settings["profile"])
    report = check(
        document,
        Circumstances(
            gate=gate,
            limits=limits,
            now=engine.clock(),
            account=account(engine.settings),
            published=baseline,
            others=other_offers(engine.catalogue, (offer.publisher, offer.offer)) if offer else (),
            links=_links(engine, document, limits.name) if gate >= Gate.PRODUCTION else None,
        ),
    )
    return apply(
        report,
        settings.waivers,
        today=engine.clock().date(),
        days=settings["waiver_days"],
        file=settings.file,
    )


def assumed_links(engine: Engine) -> tuple[str, ...]:
    """The host patterns taken as reachable: in rehearsals only, never for a real marketplace."""
    patterns: tuple[str, ...] = engine.settings["links.assume"]
    return patterns if engine.marketplace.capabilities.rehearsal else ()


def _links(engine: Engine, document: Document, profile: str) -> Mapping[str, LinkAnswer] | None:
    from publisher.links import check_links
    from publisher.rules.links import link_urls

    if document.offer is None:
        return None
    urls = [url for _, url in link_urls(document.offer, profile)]
    assumed = assumed_links(engine)
    engine.say(
        f"checking {len(set(urls))} links{' (assumed: ' + ', '.join(assumed) + ')' if assumed else ''}"
    )
    return check_links(urls, assume=assumed, **engine.settings.link_limits)


def refuse_blocked(report: Report, what: str) -> None:
    """Raise GateRefused when errors stand."""
    if report.blocks():
        raise GateRefused(
            f"{report.offer or report.path}: {report.count(Severity.ERROR)} errors "
            f"at the {report.gate.label} gate; {what}",
            report=report,
            hint="correct the folder and run the same command again",
        )


def objection(name: str, message: str) -> str:
    """A guard's reason, with the code and name under which it is explained."""
    return f"{message} [{load()[name].code} {name}]"


def stage_guards(engine: Engine, document: Document, view: OfferView, report: Report) -> dict[str, str]:
    """Why an offer cannot be staged now, by guard."""
    reasons: dict[str, str] = {}
    if report.blocks():
        reasons["gate_stage_passed"] = objection("walkthrough-complete", "the stage gate finds errors")
    if reason := running(view):
        reasons["no_submission_running"] = reason
    if reason := lock_objection(engine, view, document.folder):
        reasons["lock_agrees"] = reason
    return reasons


def production_guards(engine: Engine, document: Document, view: OfferView, report: Report) -> dict[str, str]:
    """Why what is staged cannot go to production now, by guard."""
    reasons: dict[str, str] = {}
    revision, submission = view.open, view.submission
    if revision is None or submission is None or not staged(view):
        reasons["staging_ready"] = objection("stage-before-production", "the staging is not ready")
    if revision is not None and not same_content(document, revision):
        reasons["content_is_staged"] = objection(
            "stage-before-production", "this is not the content that was staged"
        )
    if report.blocks():
        count = report.count(Severity.ERROR)
        reasons["gate_production_passed"] = objection(
            "walkthrough-complete", f"{count} errors at the production gate"
        )
    if reason := untested(engine, view):
        reasons["staging_tested"] = reason
    if reason := unapproved(engine, view):
        reasons["approved"] = reason
    if reason := running(view):
        reasons["no_submission_running"] = reason
    return reasons


def running(view: OfferView) -> str:
    """Who submitted what since when, while a submission runs; "" otherwise."""
    submission = view.submission
    if submission is None or not submission.running:
        return ""
    return objection(
        "publish-concurrent",
        f"a {submission.slot.value} submission is {submission.progress} since {submission.created}, "
        f"requested by {submission.requested_by}",
    )


def staged(view: OfferView) -> bool:
    """Whether the staging slot holds the open revision."""
    submission, revision = view.submission, view.open
    if submission is None or revision is None or submission.revision_id != revision.id:
        return False
    # A production submission exists only where staging had been ready.
    return submission.slot is Slot.PRODUCTION or submission.progress == Progress.READY


def untested(engine: Engine, view: OfferView) -> str:
    """Why the staging test of the open revision stands in the way; "" where it does not."""
    evidence = engine.catalogue.evidence(view.open.id) if view.open else None
    if evidence is None:
        if engine.settings["required_test"]:
            return objection("stage-tested", "no staging test is recorded, and the settings require one")
        engine.say(f"warning: {objection('stage-tested', 'no staging test is recorded')}")
        return ""
    if evidence.exit_status != 0:
        return objection(
            "stage-tested", f"the latest staging test ended with {evidence.exit_status} at {evidence.at}"
        )
    return ""


def unapproved(engine: Engine, view: OfferView) -> str:
    """Which approvals of the open revision are missing; "" where none is."""
    wanted: int = engine.settings["approvals"]
    if not wanted or view.open is None:
        return ""
    requester = view.submission.requested_by if view.submission else ""
    given = [by for by in engine.catalogue.approvals(view.open.id) if by != requester]
    if len(given) >= wanted:
        return ""
    return objection(
        "approvals-given", f"{len(given)} of {wanted} approvals by others than {requester} are given"
    )


def lock_objection(engine: Engine, view: OfferView | None, folder: Path) -> str:
    """Why the folder's lock file and the catalogue do not agree; "" where they do."""
    lock = read_lock(folder)
    if lock is None:
        return ""
    if view is None or not view.staged:
        return objection("lock-agrees", f"{UNKNOWN}; {_CURE}") if lock.live or lock.staged else ""
    reason = diverged(engine.catalogue, view, lock)
    return objection("lock-agrees", reason) if reason else ""
