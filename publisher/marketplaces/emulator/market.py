"""The Product Ingestion API without its wire: configure, jobs, trees, submissions, over one SQLite file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from sqlite3 import Connection
from typing import Any
from uuid import uuid4

from publisher.marketplaces import ledger
from publisher.marketplaces.database import writing
from publisher.marketplaces.emulator import ids, jobs, publishing, switches, tables
from publisher.marketplaces.emulator.answers import ApiError, JobFailed, Json, inner, schema_uri
from publisher.marketplaces.emulator.audiences import update_audiences
from publisher.marketplaces.emulator.desk import Desk
from publisher.marketplaces.emulator.draft import Draft, in_order, kind
from publisher.marketplaces.emulator.published import OFFERS, external_id_of, standing
from publisher.marketplaces.emulator.requests import read_configure
from publisher.marketplaces.emulator.switches import Switches
from publisher.marketplaces.emulator.tables import Job


class EmulatedMarketplace(Desk):
    """Every call is one transaction, so that a job, its draft and its submission change together.

    Answers are as on the wire, but for addresses of the emulator itself: these begin with `emulator:/`.
    Raises ApiError for what is refused at once.
    """

    # -- configure and its jobs --

    def configure(self, body: Any) -> Json:
        """Take a configure: the status of its job, whose end is decided but not told yet."""
        with self._turn() as (db, known):
            resources = read_configure(body, known)
            job = Job(id=str(uuid4()), product="", accepted_at=self.clock())
            db.execute("SAVEPOINT configure")
            try:
                job = _carried_out(db, job, resources, known)
                db.execute("RELEASE configure")
            except JobFailed as failure:
                db.execute("ROLLBACK TO configure")
                if known.busy_status and failure.code == "conflict":
                    raise ApiError(known.busy_status, "Conflict", failure.details) from None
                job = replace(job, result="failed", errors=[failure.error])
            tables.add_job(db, job)
            return jobs.told(job)

    def job(self, job_id: str) -> Json:
        """The configure-status of a job; a look may move it on."""
        with self._turn() as (db, known):
            return jobs.told(jobs.settle(db, _job(db, job_id), known, self.clock(), looks=1))

    def job_detail(self, job_id: str) -> Json:
        """The resources that a job put in place, once it has succeeded."""
        with self._turn() as (db, known):
            job = jobs.settle(db, _job(db, job_id), known, self.clock())
            if not job.ended_at or job.result == "failed":
                raise ApiError(404, f"The job {job_id} has no detail.")
            return {"$schema": schema_uri("configure-detail"), "resources": job.resources}

    def cancel_job(self, job_id: str) -> Json:
        """Stop a job that is not over."""
        with self._turn() as (db, known):
            job = jobs.settle(db, _job(db, job_id), known, self.clock())
            return jobs.told(jobs.stop(db, job, self.clock()))

    # -- what is there --

    def products(self, external_id: str = "", kind: str = "") -> list[Json]:
        """Every product, or those with this name and of this type."""
        with self._turn() as (db, _):
            found = tables.of_kind(db, "product")
        return [
            body
            for body in found
            if external_id in {"", body["identity"].get("externalId")} and kind in {"", body["type"]}
        ]

    def plans(self, product: str, external_id: str = "") -> list[Json]:
        """The plans of a product, by its durable id."""
        with self._turn() as (db, _):
            _demand_product(db, product.removeprefix("product/"))
            found = tables.of_kind(db, "plan", product.removeprefix("product/"))
        return [body for body in found if external_id in {"", body["identity"]["externalId"]}]

    def listed_submissions(self, product: str, target: str = "") -> list[Json]:
        """The active submissions of a product, by its GUID; a look may move the running one on."""
        with self._turn() as (db, known):
            self._look(db, product, known)
            found = publishing.entries(db, product, known)
        return [body for body in found if target in {"", body["target"]["targetType"]}]

    def submission(self, product: str, number: str) -> Json:
        """One submission, active or not."""
        with self._turn() as (db, known):
            self._look(db, product, known)
            if number == "0":
                return publishing.draft_entry(product)
            job = tables.publishing(db, product, number)
            attempt = ledger.find(db, job.id) if job else None
            if attempt is None:
                raise ApiError(404, f"The submission {product}/{number} was not found.")
            return publishing.entry(db, product, attempt)

    def tree(self, product: str, target: str) -> Json:
        """All resources of a product in one environment, with the submission that put them there."""
        with self._turn() as (db, known):
            self._look(db, product, known)
            if target == "draft":
                resources = [*tables.resources(db, product), publishing.draft_entry(product)]
            elif (slot := publishing.SLOTS.get(target)) is None:
                raise ApiError(400, f"The target type {target[:60]} is not known.")
            elif content := standing(db, product, slot):
                resources = [
                    *content.document["resources"],
                    *publishing.standing_entries(db, product, target),
                ]
            else:
                raise ApiError(404, f"The product {product} has nothing in {target}.")
        return {
            "$schema": schema_uri("resource-tree"),
            "root": f"product/{product}",
            "target": {"targetType": target},
            "resources": resources,
        }

    def resource(self, path: str) -> Json:
        """One resource of a draft, by its durable id."""
        durable_id = ids.plain_path(path)
        if durable_id.startswith("submission/") and durable_id.count("/") == 2:
            return self.submission(*durable_id.split("/")[1:])
        with self._turn() as (db, _):
            found = tables.resource(db, durable_id)
        if found is None:
            raise ApiError(404, f"The resource {durable_id[:200]} was not found.")
        return found

    @contextmanager
    def _turn(self) -> Iterator[tuple[Connection, Switches]]:
        """One call of the API, as one transaction."""
        with self._call("*") as db, writing(db):
            yield db, switches.load(db)

    def _look(self, db: Connection, product: str, known: Switches) -> None:
        _demand_product(db, product)
        if running := jobs.running(db, product):
            jobs.settle(db, running, known, self.clock(), looks=1)


def _carried_out(db: Connection, job: Job, resources: list[Json], known: Switches) -> Job:
    """The job with everything done that it asks for. Raises JobFailed; then nothing of it may be kept."""
    draft = Draft(db, known)
    submissions = [body for body in resources if kind(body) == "submission"]
    for body in in_order(resources):
        if kind(body) == "price-and-availability-update-private-audiences":
            update_audiences(db, draft, body, job=job.id, now=job.accepted_at)
        elif kind(body) != "submission":
            draft.put(body)
    _note_changes(db, draft, job)
    product = next((ids.product_of(given) for given in draft.given), "")
    if not submissions:
        _demand_quiet(db, product, draft, known)
    done = [found for given in draft.given if (found := tables.resource(db, given))]
    job = replace(job, product=product, result="succeeded", resources=done)
    for submission in submissions:
        job = _published(db, job, submission, draft, known)
    return job


def _published(db: Connection, job: Job, submission: Json, draft: Draft, known: Switches) -> Job:
    product = draft.product(submission)
    if running := jobs.running(db, product):  # it may have ended, and nobody has looked
        jobs.settle(db, running, known, job.accepted_at)
    number, target = publishing.publish(
        db, submission, draft, job=job.id, switches=known, now=job.accepted_at
    )
    return replace(job, product=product, number=number, target=target)


def _demand_quiet(db: Connection, product: str, draft: Draft, known: Switches) -> None:
    if draft.effects and not known.edits_while_publishing and jobs.running(db, product):
        locked = inner("productLocked", "The product is being published.", f"product/{product}")
        raise JobFailed("conflict", "Conflict", [locked])


def _job(db: Connection, job_id: str) -> Job:
    if found := tables.job(db, job_id):
        return found
    raise ApiError(404, f"The job {job_id[:60]} was not found.")


def _demand_product(db: Connection, product: str) -> None:
    if external_id_of(db, product) is None:
        raise ApiError(404, f"The product {product[:60]} was not found.")


def _note_changes(db: Connection, draft: Draft, job: Job) -> None:
    """A line in the journal for each product whose draft is not as before."""
    if not draft.effects:
        return
    changed = draft.created + draft.changed + draft.deleted
    for product in dict.fromkeys(ids.product_of(durable_id) for durable_id in changed):
        detail = {
            name: [durable_id for durable_id in found if ids.product_of(durable_id) == product]
            for name, found in draft.effects.items()
        }
        digest = publishing.tree_digest(tables.resources(db, product))
        key = f"{OFFERS}/{external_id_of(db, product) or product}"
        ledger.note(
            db, key, "draft-changed", now=job.accepted_at, detail=detail, identity=job.id, digest=digest
        )
