"""The emulator's own tables, beside those that all simulated marketplaces have."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from sqlite3 import Connection, Row
from typing import Any, Final

Json = dict[str, Any]

TABLES: Final = (
    """CREATE TABLE resources (
        id TEXT PRIMARY KEY,
        product TEXT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL
    )""",
    "CREATE INDEX resources_of_product ON resources (product)",
    """CREATE TABLE jobs (
        id TEXT PRIMARY KEY,
        product TEXT NOT NULL,
        number TEXT NOT NULL,
        target TEXT NOT NULL,
        accepted_at TEXT NOT NULL,
        looks INTEGER NOT NULL,
        ended_at TEXT NOT NULL,
        result TEXT NOT NULL,
        errors TEXT NOT NULL,
        resources TEXT NOT NULL
    )""",
    "CREATE INDEX jobs_of_product ON jobs (product)",
    "CREATE TABLE tokens (hash TEXT PRIMARY KEY, audience TEXT NOT NULL, expires_at TEXT NOT NULL)",
    "CREATE TABLE faults (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL)",
    "CREATE TABLE switches (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One configure. `number` and `target` are those of a submission; `result` is what a job without
    one will end with, `ended_at` when it was seen to have ended."""

    id: str
    product: str
    accepted_at: datetime
    number: str = ""
    target: str = ""
    looks: int = 0
    ended_at: datetime | None = None
    result: str = ""
    errors: list[Json] = field(default_factory=list)
    resources: list[Json] = field(default_factory=list)


# -- resources of drafts --


def resource(db: Connection, durable_id: str) -> Json | None:
    """One resource of a draft."""
    row = db.execute("SELECT body FROM resources WHERE id = ?", (durable_id,)).fetchone()
    return _json(row["body"]) if row else None


def resources(db: Connection, product: str) -> list[Json]:
    """The draft of a product, by its GUID."""
    rows = db.execute("SELECT body FROM resources WHERE product = ? ORDER BY rowid", (product,))
    return [_json(row["body"]) for row in rows]


def of_kind(db: Connection, kind: str, product: str = "") -> list[Json]:
    """All resources of a type, of one product or of all."""
    rows = db.execute(
        "SELECT body FROM resources WHERE kind = ? AND ? IN ('', product) ORDER BY rowid", (kind, product)
    )
    return [_json(row["body"]) for row in rows]


def put(db: Connection, product: str, kind: str, body: Json) -> None:
    """Add a resource to a draft, or replace it where it stands."""
    db.execute(
        "INSERT INTO resources VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
        (body["id"], product, kind, json.dumps(body)),
    )


def remove(db: Connection, ids: Iterable[str]) -> None:
    """Take resources out of a draft."""
    db.executemany("DELETE FROM resources WHERE id = ?", [(durable_id,) for durable_id in ids])


# -- jobs --


def add_job(db: Connection, job: Job) -> None:
    """Remember a new job."""
    db.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _cells(job))


def update_job(db: Connection, job: Job) -> None:
    """Remember what became of a job."""
    cells = _cells(job)
    db.execute(
        "UPDATE jobs SET looks = ?, ended_at = ?, result = ?, errors = ? WHERE id = ?", (*cells[5:9], job.id)
    )


def job(db: Connection, job_id: str) -> Job | None:
    """A job by its id."""
    row = db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
    return _job(row) if row else None


def publishing(db: Connection, product: str, number: str) -> Job | None:
    """The newest job that published a submission of a product."""
    row = db.execute(
        "SELECT * FROM jobs WHERE product = ? AND number = ? ORDER BY rowid DESC LIMIT 1", (product, number)
    ).fetchone()
    return _job(row) if row else None


def numbers(db: Connection) -> int:
    """How many submissions were ever numbered."""
    count: int = db.execute("SELECT count(DISTINCT number) FROM jobs WHERE number <> ''").fetchone()[0]
    return count


def _cells(job: Job) -> tuple[str | int, ...]:
    return (
        job.id,
        job.product,
        job.number,
        job.target,
        job.accepted_at.isoformat(),
        job.looks,
        job.ended_at.isoformat() if job.ended_at else "",
        job.result,
        json.dumps(job.errors),
        json.dumps(job.resources),
    )


def _job(row: Row) -> Job:
    values = dict(row)
    for name in ("errors", "resources"):
        values[name] = json.loads(values[name])
    values["accepted_at"] = datetime.fromisoformat(values["accepted_at"])
    ended = values["ended_at"]
    values["ended_at"] = datetime.fromisoformat(ended) if ended else None
    return Job(**values)


def _json(text: str) -> Json:
    body: Json = json.loads(text)
    return body
