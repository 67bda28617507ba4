"""What the API says of jobs and submissions, as values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from publisher.marketplaces import Progress, Slot
from publisher.marketplaces.partner_center.client import error_text
from publisher.redact import redact

TARGETS: Final = {Slot.STAGING: "preview", Slot.PRODUCTION: "live"}

_RESULTS: Final = {
    "succeeded": Progress.READY,
    "failed": Progress.FAILED,
    "cancelled": Progress.CANCELLED,
    "canceled": Progress.CANCELLED,
}
_KNOWN: Final = frozenset({"notStarted", "running", "completed"})
_DIGITS: Final = 40  # of a submission's number, and a great many more than it has
_CONFLICTS: Final = ("productLocked", "conflict", "locked")


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds until a job may have moved, and until a lost request must have shown itself."""

    look_again: float = 60
    settle: float = 120

    def settling(self, since: str, now: datetime) -> float:
        """Seconds until what was sent at a time must have shown itself."""
        return self.settle - (now - datetime.fromisoformat(since)).total_seconds()


@dataclass(frozen=True, kw_only=True)
class Job:
    """What became of a `configure`. `message` holds its errors, or a word that nobody knows."""

    id: str
    progress: Progress
    message: str
    conflict: bool


def job_of(answer: Mapping[str, Any]) -> Job:
    """A job out of a configure-status."""
    errors = _inner(answer, "errors")
    return Job(
        id=str(answer.get("jobId") or ""),
        progress=_progress(answer.get("jobStatus"), answer.get("jobResult")),
        message="; ".join(filter(None, map(error_text, errors))) or _strange(answer),
        conflict=any(_is_conflict(error) for error in errors),
    )


def _progress(status: Any, result: Any) -> Progress:
    if status != "completed":
        return Progress.RUNNING
    return _RESULTS.get(str(result), Progress.RUNNING)


def _strange(answer: Mapping[str, Any]) -> str:
    """A word of a newer service: it is said, and taken as not ended."""
    status, result = str(answer.get("jobStatus")), str(answer.get("jobResult"))
    if status in _KNOWN and (status != "completed" or result in _RESULTS):
        return ""
    word = f"{status}, {result}" if status in _KNOWN else status
    return redact(f"the marketplace says {word[:40]!a}")


def _is_conflict(error: Mapping[str, Any]) -> bool:
    inner = _inner(error, "details")
    return error.get("code") in _CONFLICTS or any(_is_conflict(item) for item in inner)


def _inner(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list in an answer; what else stands there says nothing."""
    found = answer.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One submission in a product's list. `number` is that of `submission/{product}/{number}`."""

    id: str
    target: str
    progress: Progress
    created: str

    @property
    def number(self) -> int:
        """Newer ones have higher numbers; 0 is the draft."""
        return number_of(self.id)


def member(answer: Mapping[str, Any], name: str, inner: str) -> str:
    """A text inside an object of an answer; "" where there is none."""
    found = answer.get(name)
    return str(found.get(inner) or "") if isinstance(found, dict) else ""


def number_of(submission: str) -> int:
    """The number in the durable id of a submission."""
    word = submission.rpartition("/")[2]
    return int(word) if word.isascii() and word.isdigit() and len(word) < _DIGITS else 0


def entries_of(answers: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """The published submissions, newest first; the draft's entry is none."""
    found = [
        Entry(
            id=str(answer.get("id") or ""),
            target=member(answer, "target", "targetType"),
            progress=_progress(answer.get("status"), answer.get("result")),
            created=str(answer.get("created") or ""),
        )
        for answer in answers
    ]
    published = (entry for entry in found if entry.target in TARGETS.values() and entry.number)
    return sorted(published, key=lambda entry: -entry.number)


def moment(text: str, otherwise: datetime) -> datetime:
    """A time of the API; its seconds may have seven decimals."""
    head, _, tail = text.rstrip("Z").partition(".")
    try:
        return datetime.fromisoformat(f"{head}.{tail[:6] or '0'}+00:00")
    except ValueError:
        return otherwise
