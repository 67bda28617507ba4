"""Submissions that move on by themselves: step after step, at a pace that a knob sets."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Final

from publisher.marketplaces import Progress, Slot, knobs, ledger
from publisher.marketplaces.ledger import Submission
from publisher.redact import redact

CONTENT_VALIDATION: Final = "content validation"

_CERTIFICATION: Final = "certification"
_APPROVAL: Final = "approval"
_STEPS: Final = {
    Slot.STAGING: (_CERTIFICATION, "replication"),
    Slot.PRODUCTION: (_CERTIFICATION, CONTENT_VALIDATION, _APPROVAL, "replication"),
}


def first(slot: Slot, skips_certification: bool) -> tuple[str, str]:
    """Step and message of a submission that was just accepted."""
    step = _steps(slot, skips_certification)[0]
    return step, _told((), skips_certification, f"{step} is running")


def is_due(db: Connection, submission: Submission, now: datetime) -> bool:
    """Whether a running submission has steps to take."""
    return _due(db, submission, now) > submission.passed


def look_again(db: Connection, submission: Submission, now: datetime) -> float:
    """Seconds until the next step is due."""
    delay = knobs.delay(db, submission.key)
    due_at = submission.accepted_at + timedelta(seconds=delay) * (submission.passed + 1)
    return max(0.0, (due_at - now).total_seconds()) if delay else 0.0


def walk(
    db: Connection, submission: Submission, now: datetime, broken: Mapping[str, str] | None
) -> Submission:
    """Take all steps that are due, in the caller's transaction.

    `broken` are links and what is wrong with them; without it, stop before they would be judged.
    """
    steps = _steps(submission.slot, submission.skips_certification)
    passed = submission.passed
    for step in steps[passed : _due(db, submission, now)]:
        if step == CONTENT_VALIDATION and broken is None:
            break
        if end := _verdict(db, submission, step, broken or {}):
            progress, reason = end
            message = _told(steps[:passed], submission.skips_certification, reason)
            return ledger.conclude(db, submission, progress, step=step, message=message, now=now)
        passed += 1
    return _written(db, submission, steps, passed, now)


def _written(
    db: Connection, submission: Submission, steps: tuple[str, ...], passed: int, now: datetime
) -> Submission:
    skips = submission.skips_certification
    if passed == len(steps):
        message = _told(steps, skips, f"the {submission.slot} slot is filled")
        return ledger.conclude(db, submission, Progress.READY, step="ready", message=message, now=now)
    if passed == submission.passed:
        return submission
    message = _told(steps[:passed], skips, f"{steps[passed]} is running")
    return ledger.advance(db, submission, passed=passed, step=steps[passed], message=message, now=now)


def _verdict(
    db: Connection, submission: Submission, step: str, broken: Mapping[str, str]
) -> tuple[Progress, str] | None:
    """How a step ends the submission, and why; None when it passes."""
    if step == CONTENT_VALIDATION and broken:
        reasons = "; ".join(f"{url} ({reason})" for url, reason in broken.items())
        return Progress.REFUSED, redact(f"{step} refused: {len(broken)} broken link(s): {reasons}")
    if step == _CERTIFICATION and (reason := knobs.verdict(db, submission.key, "fail", step)):
        return Progress.FAILED, f"{step} failed: {reason}"
    if step in {_CERTIFICATION, _APPROVAL} and (reason := knobs.verdict(db, submission.key, "refuse", step)):
        return Progress.REFUSED, f"{step} refused: {reason}"
    return None


def _steps(slot: Slot, skips_certification: bool) -> tuple[str, ...]:
    return _STEPS[slot][1:] if skips_certification else _STEPS[slot]


def _due(db: Connection, submission: Submission, now: datetime) -> int:
    """How many steps may be over by now; negative when the clock was set back."""
    count = len(_steps(submission.slot, submission.skips_certification))
    delay = knobs.delay(db, submission.key)
    if not delay:
        return count
    return min(count, (now - submission.accepted_at) // timedelta(seconds=delay))


def _told(passed: tuple[str, ...], skips_certification: bool, last: str) -> str:
    skipped = ("certification skipped, only marketing changed",) if skips_certification else ()
    return "; ".join([*skipped, *(f"{step} passed" for step in passed), last])
