"""The marketplace of those who click in a portal: it writes down what a person does there."""

from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Final, Literal

from publisher.errors import UsageError
from publisher.marketplaces import Capabilities, Progress, Request, Slot, Status, ledger
from publisher.marketplaces.core import SimulatedMarketplace
from publisher.marketplaces.database import writing
from publisher.marketplaces.ledger import Submission
from publisher.marketplaces.portal import portal_steps
from publisher.redact import redact

Outcome = Literal["ready", "failed", "live", "refused"]

APPLICATION_ID: Final = 0x564D4D4D  # "VMMM"
WAITING: Final = "waiting for you"
LOOK_AGAIN: Final = 60.0  # seconds; a person is at work

_GOOD_END: Final = {Slot.STAGING: "ready", Slot.PRODUCTION: "live"}
_PROGRESS: Final = {
    "ready": Progress.READY,
    "live": Progress.READY,
    "failed": Progress.FAILED,
    "refused": Progress.REFUSED,
}


class ManualMarketplace(SimulatedMarketplace):
    """Submissions wait until somebody records how they ended; the slots say what should stand there."""

    def __init__(self, path: Path, *, patience: float = 30) -> None:
        capabilities = Capabilities(name="manual", automatic=False, rehearsal=False)
        super().__init__(path, capabilities=capabilities, application_id=APPLICATION_ID, patience=patience)

    def record(
        self, publisher: str, offer: str, outcome: Outcome, reason: str = "", *, now: datetime
    ) -> Status:
        """End the running submission of an offer as the portal did; saying the same again changes nothing.

        Raises UsageError when nothing runs, or when the word belongs to the other slot.
        """
        if outcome not in _PROGRESS:
            raise UsageError(f"there is no outcome {outcome!r}", hint=f"outcomes: {', '.join(_PROGRESS)}")
        with self._file.open() as db, writing(db):
            submission = ledger.latest(db, publisher, offer)
            if submission is None or submission.progress not in {Progress.RUNNING, _PROGRESS[outcome]}:
                raise UsageError(
                    f"no submission of {publisher}/{offer} waits for an outcome",
                    hint="stage it, or request production, first",
                )
            _demand_right_word(submission, outcome)
            if not submission.progress.final:
                submission = _ended(db, submission, outcome, reason, now)
            return self._status(db, submission, now)

    def steps(self, request: Request, language: str = "en") -> list[str]:
        """What to click and to enter in the portal for this request, in English (`en`) or French (`fr`)."""
        return portal_steps(request, language)

    def _first(self, slot: Slot, skips_certification: bool) -> tuple[str, str]:
        words = f"{_GOOD_END[slot]}, failed or refused"
        return WAITING, f"enter the steps in the portal; when it has answered, record {words}"

    def _moved(self, db: Connection, submission: Submission, now: datetime) -> Submission:
        return submission

    def _look_again(self, db: Connection, submission: Submission, now: datetime) -> float:
        return LOOK_AGAIN


def _demand_right_word(submission: Submission, outcome: Outcome) -> None:
    """`ready` belongs to staging, `live` to production, the others to both."""
    if outcome in _GOOD_END.values() and outcome != _GOOD_END[submission.slot]:
        raise UsageError(
            f"submission {submission.identity} of {submission.key} goes to {submission.slot}:"
            f" it cannot be {outcome}",
            hint=f"record {_GOOD_END[submission.slot]}, failed or refused",
        )


def _ended(
    db: Connection, submission: Submission, outcome: Outcome, reason: str, now: datetime
) -> Submission:
    progress = _PROGRESS[outcome]
    message = f"recorded as {outcome}" + (f": {redact(reason.strip())}" if reason.strip() else "")
    step = "ready" if progress is Progress.READY else WAITING
    return ledger.conclude(db, submission, progress, step=step, message=message, now=now)
