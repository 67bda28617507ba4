"""The embedded marketplace: it certifies, replicates and approves by itself, at a pace one can set."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from publisher.marketplaces import Capabilities, Progress, Slot, knobs, ledger
from publisher.marketplaces.canonical import links
from publisher.marketplaces.core import SimulatedMarketplace
from publisher.marketplaces.database import writing
from publisher.marketplaces.ledger import Submission
from publisher.redact import redact

CheckLinks = Callable[[Sequence[str]], Mapping[str, str]]

APPLICATION_ID: Final = 0x564D4D4C  # "VMML"

_CERTIFICATION: Final = "certification"
_CONTENT_VALIDATION: Final = "content validation"
_APPROVAL: Final = "approval"
_STEPS: Final = {
    Slot.STAGING: (_CERTIFICATION, "replication"),
    Slot.PRODUCTION: (_CERTIFICATION, _CONTENT_VALIDATION, _APPROVAL, "replication"),
}


class LocalMarketplace(SimulatedMarketplace):
    """Durable and in-process: a look moves a submission on.

    Where a submission is depends on when it was accepted, on the knob `delay` and on `now`; with
    no delay the first look takes it to its end. `check_links` gets the links of a production
    request and returns a reason for each that is broken; it runs outside any transaction.
    """

    def __init__(self, path: Path, *, check_links: CheckLinks, patience: float = 30) -> None:
        capabilities = Capabilities(name="local", automatic=True, rehearsal=True)
        super().__init__(path, capabilities=capabilities, application_id=APPLICATION_ID, patience=patience)
        self._check_links = check_links

    def _first(self, slot: Slot, skips_certification: bool) -> tuple[str, str]:
        step = _steps(slot, skips_certification)[0]
        return step, _told((), skips_certification, f"{step} is running")

    def _moved(self, db: Connection, submission: Submission, now: datetime) -> Submission:
        submission = self._walk(db, submission, now, broken=None)
        if submission.step != _CONTENT_VALIDATION or submission.progress.final:
            return submission
        if _due(submission, knobs.delay(db, submission.key), now) <= submission.passed:
            return submission
        addresses = links(ledger.document_of(db, submission.identity))
        broken = self._check_links(addresses) if addresses else {}
        return self._walk(db, submission, now, broken=broken)

    def _look_again(self, db: Connection, submission: Submission, now: datetime) -> float:
        delay = knobs.delay(db, submission.key)
        due_at = submission.accepted_at + timedelta(seconds=delay) * (submission.passed + 1)
        return max(0.0, (due_at - now).total_seconds()) if delay else 0.0

    def _walk(
        self, db: Connection, submission: Submission, now: datetime, *, broken: Mapping[str, str] | None
    ) -> Submission:
        """Take all steps that are due; without `broken`, stop before the links would be judged."""
        if _due(submission, knobs.delay(db, submission.key), now) <= submission.passed:
            return submission
        with writing(db):
            current = ledger.find(db, submission.identity)
            if current is None or current.progress.final:  # another process was faster
                return current or submission
            return _take_steps(db, current, now, broken)


def _take_steps(
    db: Connection, submission: Submission, now: datetime, broken: Mapping[str, str] | None
) -> Submission:
    steps = _steps(submission.slot, submission.skips_certification)
    passed = submission.passed
    for step in steps[passed : _due(submission, knobs.delay(db, submission.key), now)]:
        if step == _CONTENT_VALIDATION and broken is None:
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
    if step == _CONTENT_VALIDATION and broken:
        reasons = "; ".join(f"{url} ({reason})" for url, reason in broken.items())
        return Progress.REFUSED, redact(f"{step} refused: {len(broken)} broken link(s): {reasons}")
    if step == _CERTIFICATION and (reason := knobs.verdict(db, submission.key, "fail", step)):
        return Progress.FAILED, f"{step} failed: {reason}"
    if step in {_CERTIFICATION, _APPROVAL} and (reason := knobs.verdict(db, submission.key, "refuse", step)):
        return Progress.REFUSED, f"{step} refused: {reason}"
    return None


def _steps(slot: Slot, skips_certification: bool) -> tuple[str, ...]:
    return _STEPS[slot][1:] if skips_certification else _STEPS[slot]


def _due(submission: Submission, delay: float, now: datetime) -> int:
    """How many steps may be over by now; negative when the clock was set back."""
    count = len(_steps(submission.slot, submission.skips_certification))
    if not delay:
        return count
    return min(count, (now - submission.accepted_at) // timedelta(seconds=delay))


def _told(passed: tuple[str, ...], skips_certification: bool, last: str) -> str:
    skipped = ("certification skipped, only marketing changed",) if skips_certification else ()
    return "; ".join([*skipped, *(f"{step} passed" for step in passed), last])
