"""How configure jobs go on: what is known when they are taken shows itself as time or looks go by."""

from dataclasses import replace
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Final

from publisher.marketplaces import Progress, knobs, ledger, pace
from publisher.marketplaces.core import cancelled
from publisher.marketplaces.emulator import published, tables
from publisher.marketplaces.emulator.answers import ApiError, Json, inner, job_status
from publisher.marketplaces.emulator.switches import Switches
from publisher.marketplaces.emulator.tables import Job
from publisher.marketplaces.ledger import Submission

_RESULTS: Final = {Progress.READY: "succeeded", Progress.CANCELLED: "cancelled"}


def settle(db: Connection, job: Job, switches: Switches, now: datetime, *, looks: int = 0) -> Job:
    """The job as far as it got until now; `looks` counts towards its end."""
    if job.ended_at:
        return job
    job = replace(job, looks=job.looks + looks)
    if job.looks > switches.polls:
        job = _published(db, job, now) if job.target else _revealed(db, job, now)
    tables.update_job(db, job)
    return job


def running(db: Connection, product: str) -> Job | None:
    """The job that publishes a product at the moment."""
    external_id = published.external_id_of(db, product)
    latest = ledger.latest(db, published.OFFERS, external_id) if external_id else None
    return tables.job(db, latest.identity) if latest and not latest.progress.final else None


def stop(db: Connection, job: Job, now: datetime) -> Job:
    """Cancel a job; what a draft has taken stays. Raises ApiError when it is over."""
    if job.ended_at:
        raise ApiError(400, "Cannot cancel job, job has already completed.")
    submission = ledger.find(db, job.id) if job.target else None
    if submission:
        cancelled(db, submission, now)
    job = replace(job, ended_at=now, result="cancelled")
    tables.update_job(db, job)
    return job


def told(job: Job) -> Json:
    """The configure-status of a job."""
    if job.ended_at:
        status, result = "completed", job.result
    else:
        status, result = ("running" if job.looks else "notStarted"), "pending"
    errors = job.errors if result == "failed" else []
    return job_status(job.id, status, result, start=job.accepted_at, end=job.ended_at, errors=errors)


def _revealed(db: Connection, job: Job, now: datetime) -> Job:
    external_id = published.external_id_of(db, job.product)
    delay = knobs.delay(db, f"{published.OFFERS}/{external_id}")
    return replace(job, ended_at=now) if now - job.accepted_at >= timedelta(seconds=delay) else job


def _published(db: Connection, job: Job, now: datetime) -> Job:
    submission = ledger.find(db, job.id)
    if submission and not submission.progress.final:
        submission = pace.walk(db, submission, now, {})
    if submission is None or not submission.progress.final:
        return job
    result = _RESULTS.get(submission.progress, "failed")
    errors = [_failure(submission)] if result == "failed" else []
    return replace(job, ended_at=now, result=result, errors=errors)


def _failure(submission: Submission) -> Json:
    """How the service tells of a failed publish; clients look for the step's name in the message."""
    reason = inner(
        "invalidState", f"Issues found during {submission.step.capitalize()}. {submission.message}"
    )
    step = inner("invalidState", submission.step.capitalize(), details=[reason])
    return {"code": "internalServerError", "message": "Operation failed", "details": [step]}
