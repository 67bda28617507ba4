"""What a simulated marketplace remembers: each effect and its line in the journal are one commit.

Every function works inside the transaction of its caller.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from publisher.marketplaces import Content, Progress, Request, Slot

_CONCLUSIONS: Final = {
    Progress.READY: "slot-filled",
    Progress.FAILED: "submission-failed",
    Progress.REFUSED: "submission-refused",
    Progress.CANCELLED: "cancelled",
}


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One accepted request; `passed` counts the steps that lie behind it."""

    identity: str
    publisher: str
    offer: str
    slot: Slot
    digest: str
    skips_certification: bool
    accepted_at: datetime
    passed: int
    progress: Progress
    step: str
    message: str
    since: datetime

    @property
    def key(self) -> str:
        """`publisher/offer`."""
        return f"{self.publisher}/{self.offer}"


@dataclass(frozen=True, kw_only=True)
class JournalEntry:
    """One accepted effect: `submission-accepted`, `slot-filled`, `submission-failed`,
    `submission-refused`, `cancelled`, `testers-updated` or `withdrawn`.
    """

    seq: int
    at: datetime
    offer: str
    effect: str
    identity: str
    digest: str
    detail: Mapping[str, Any]


def find(db: sqlite3.Connection, identity: str) -> Submission | None:
    """The submission with this identity, of whichever offer."""
    row = db.execute("SELECT * FROM submissions WHERE identity = ?", (identity,)).fetchone()
    return _submission(row) if row else None


def latest(db: sqlite3.Connection, publisher: str, offer: str) -> Submission | None:
    """The submission of this offer that was accepted last; only it can be running."""
    row = db.execute(
        "SELECT * FROM submissions WHERE publisher = ? AND offer = ? ORDER BY rowid DESC LIMIT 1",
        (publisher, offer),
    ).fetchone()
    return _submission(row) if row else None


def submissions_of(db: sqlite3.Connection, publisher: str, offer: str) -> list[Submission]:
    """All of one offer, in the order in which they were accepted."""
    rows = db.execute(
        "SELECT * FROM submissions WHERE publisher = ? AND offer = ? ORDER BY rowid", (publisher, offer)
    )
    return [_submission(row) for row in rows]


def every_submission(db: sqlite3.Connection) -> list[Submission]:
    """All of them, in the order in which they were accepted."""
    return [_submission(row) for row in db.execute("SELECT * FROM submissions ORDER BY rowid")]


def accept(
    db: sqlite3.Connection, request: Request, submission: Submission, document: Mapping[str, Any]
) -> Submission:
    """Write down a new submission, with its content and its files."""
    values = {
        **vars(submission),
        "accepted_at": _text(submission.accepted_at),
        "since": _text(submission.since),
    }
    db.execute(
        """INSERT INTO submissions VALUES (:identity, :publisher, :offer, :slot, :digest,
        :skips_certification, :accepted_at, :passed, :progress, :step, :message, :since)""",
        values,
    )
    db.execute(
        "INSERT INTO contents VALUES (?, ?, ?)",
        (submission.identity, json.dumps(document), json.dumps(request.subscriptions)),
    )
    for sha256, content in request.files.items():
        keep_file(db, sha256, content)
    detail = {"slot": submission.slot, "skips_certification": submission.skips_certification}
    _note(db, submission, "submission-accepted", submission.accepted_at, detail)
    return submission


def advance(
    db: sqlite3.Connection, submission: Submission, *, passed: int, step: str, message: str, now: datetime
) -> Submission:
    """Remember the steps that a running submission has passed."""
    return _update(db, submission, Progress.RUNNING, passed=passed, step=step, message=message, now=now)


def conclude(
    db: sqlite3.Connection,
    submission: Submission,
    progress: Progress,
    *,
    step: str,
    message: str,
    now: datetime,
) -> Submission:
    """End a submission for good; when it is ready, its content takes the slot."""
    ended = _update(db, submission, progress, passed=submission.passed, step=step, message=message, now=now)
    detail: dict[str, Any] = {"slot": ended.slot, "step": step, "message": message}
    if progress is Progress.READY:
        detail = {"slot": ended.slot, **_fill(db, ended)}
    _note(db, ended, _CONCLUSIONS[progress], ended.since, detail)
    return ended


def document_of(db: sqlite3.Connection, identity: str) -> dict[str, Any]:
    """The canonical document that a submission carries."""
    row = db.execute("SELECT document FROM contents WHERE identity = ?", (identity,)).fetchone()
    document: dict[str, Any] = json.loads(row["document"])
    return document


def standing(db: sqlite3.Connection, publisher: str, offer: str, slot: Slot) -> Content | None:
    """What stands in a slot; only the staging slot has subscriptions."""
    row = db.execute(
        "SELECT * FROM slots WHERE publisher = ? AND offer = ? AND slot = ?", (publisher, offer, slot)
    ).fetchone()
    return row and Content(
        publisher=publisher,
        offer=offer,
        slot=slot,
        digest=row["digest"],
        document=json.loads(row["document"]),
        subscriptions=testers(db, publisher, offer) if slot is Slot.STAGING else (),
        since=datetime.fromisoformat(row["since"]),
    )


def replace_document(db: sqlite3.Connection, content: Content, document: Mapping[str, Any]) -> None:
    """Change what stands in a slot, keeping its digest."""
    db.execute(
        "UPDATE slots SET document = ? WHERE publisher = ? AND offer = ? AND slot = ?",
        (json.dumps(document), content.publisher, content.offer, content.slot),
    )


def empty_slot(db: sqlite3.Connection, content: Content) -> None:
    """Take everything out of a slot."""
    db.execute(
        "DELETE FROM slots WHERE publisher = ? AND offer = ? AND slot = ?",
        (content.publisher, content.offer, content.slot),
    )


def testers(db: sqlite3.Connection, publisher: str, offer: str) -> tuple[str, ...]:
    """The subscriptions that may see the staging slot."""
    row = db.execute(
        "SELECT subscriptions FROM testers WHERE publisher = ? AND offer = ?", (publisher, offer)
    ).fetchone()
    return tuple(json.loads(row["subscriptions"])) if row else ()


def set_testers(db: sqlite3.Connection, publisher: str, offer: str, subscriptions: Sequence[str]) -> bool:
    """Replace them, also for a submission on its way to the staging slot; whether that changed anything."""
    text = json.dumps(list(subscriptions))
    seen = db.execute(
        """INSERT INTO testers VALUES (?, ?, ?) ON CONFLICT DO UPDATE
        SET subscriptions = excluded.subscriptions WHERE subscriptions <> excluded.subscriptions""",
        (publisher, offer, text),
    )
    coming = db.execute(
        """UPDATE contents SET subscriptions = ? WHERE subscriptions <> ? AND identity IN (
        SELECT identity FROM submissions
        WHERE publisher = ? AND offer = ? AND slot = 'staging' AND progress = 'running')""",
        (text, text, publisher, offer),
    )
    return seen.rowcount + coming.rowcount > 0


def note(
    db: sqlite3.Connection,
    offer: str,
    effect: str,
    *,
    now: datetime,
    detail: Mapping[str, Any],
    identity: str = "",
    digest: str = "",
) -> None:
    """Append one line to the journal; `offer` is `publisher/offer`."""
    db.execute(
        "INSERT INTO journal (at, offer, effect, identity, digest, detail) VALUES (?, ?, ?, ?, ?, ?)",
        (_text(now), offer, effect, identity, digest, json.dumps(detail)),
    )


def journal(db: sqlite3.Connection, offer: str | None = None) -> list[JournalEntry]:
    """The lines of one offer (`publisher/offer`), or all of them, in order."""
    rows = db.execute("SELECT * FROM journal WHERE ? IS NULL OR offer = ? ORDER BY seq", (offer, offer))
    return [
        JournalEntry(
            **{**dict(row), "at": datetime.fromisoformat(row["at"]), "detail": json.loads(row["detail"])}
        )
        for row in rows
    ]


def withdrawal(db: sqlite3.Connection, identity: str) -> tuple[str, str | None] | None:
    """Offer key and SKU that were withdrawn under this identity."""
    row = db.execute(
        "SELECT offer, detail FROM journal WHERE effect = 'withdrawn' AND identity = ?", (identity,)
    ).fetchone()
    return (row["offer"], json.loads(row["detail"])["sku"]) if row else None


def file(db: sqlite3.Connection, sha256: str) -> bytes | None:
    """The bytes of a file that came with some submission."""
    row = db.execute("SELECT content FROM files WHERE sha256 = ?", (sha256,)).fetchone()
    return bytes(row["content"]) if row else None


def keep_file(db: sqlite3.Connection, sha256: str, content: bytes) -> None:
    """Keep the bytes of a file."""
    db.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", (sha256, content))


def _fill(db: sqlite3.Connection, submission: Submission) -> dict[str, Any]:
    """Copy the submission's content into its slot; what the journal shall say besides."""
    db.execute(
        """INSERT OR REPLACE INTO slots SELECT ?, ?, ?, identity, ?, document, ? FROM contents
        WHERE identity = ?""",
        (
            submission.publisher,
            submission.offer,
            submission.slot,
            submission.digest,
            _text(submission.since),
            submission.identity,
        ),
    )
    if submission.slot is Slot.PRODUCTION:
        return {}
    row = db.execute(
        "SELECT subscriptions FROM contents WHERE identity = ?", (submission.identity,)
    ).fetchone()
    subscriptions: list[str] = json.loads(row["subscriptions"])
    set_testers(db, submission.publisher, submission.offer, subscriptions)
    return {"subscriptions": subscriptions}


def _update(
    db: sqlite3.Connection,
    submission: Submission,
    progress: Progress,
    *,
    passed: int,
    step: str,
    message: str,
    now: datetime,
) -> Submission:
    since = max(now, submission.since)  # a clock that was set back makes no negative waits
    db.execute(
        """UPDATE submissions SET progress = ?, passed = ?, step = ?, message = ?, since = ?
        WHERE identity = ?""",
        (progress, passed, step, message, _text(since), submission.identity),
    )
    return replace(submission, progress=progress, passed=passed, step=step, message=message, since=since)


def _note(
    db: sqlite3.Connection, submission: Submission, effect: str, at: datetime, detail: Mapping[str, Any]
) -> None:
    identity, digest = submission.identity, submission.digest
    note(db, submission.key, effect, now=at, detail=detail, identity=identity, digest=digest)


def _submission(row: sqlite3.Row) -> Submission:
    values = dict(row)
    values["slot"] = Slot(values["slot"])
    values["progress"] = Progress(values["progress"])
    values["skips_certification"] = bool(values["skips_certification"])
    for name in ("accepted_at", "since"):
        values[name] = datetime.fromisoformat(values[name])
    return Submission(**values)


def _text(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("times carry their zone")
    return moment.astimezone(UTC).isoformat()
