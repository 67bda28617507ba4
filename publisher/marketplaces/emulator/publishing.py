"""Submissions: what is published to preview and to live, and how the API lists them."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from publisher.errors import MarketplaceConflict
from publisher.marketplaces import Content, Progress, Request, Slot, ledger, pace
from publisher.marketplaces.core import accept
from publisher.marketplaces.emulator import ids, published, tables
from publisher.marketplaces.emulator.answers import JobFailed, Json, business, inner, moment, schema_uri
from publisher.marketplaces.emulator.draft import Draft
from publisher.marketplaces.emulator.published import OFFERS
from publisher.marketplaces.emulator.switches import Switches
from publisher.marketplaces.emulator.types import TECHNICAL
from publisher.marketplaces.ledger import Submission

SLOTS: Final = {"preview": Slot.STAGING, "live": Slot.PRODUCTION}
TARGETS: Final = {slot: target for target, slot in SLOTS.items()}

_LIFECYCLE: Final = ("lifecycleState", "deprecationSchedule")
_FIRST_NUMBER: Final = 1152921505690000001


def publish(
    db: Connection, submission: Json, draft: Draft, *, job: str, switches: Switches, now: datetime
) -> tuple[str, str]:
    """Begin what a submission resource asks for; number and target of what now runs, empty for nothing.

    Raises JobFailed for what the service refuses.
    """
    product, target = draft.product(submission), submission["target"]["targetType"]
    number = submission.get("id", "").rpartition("/")[2]
    if submission.get("id") and submission["id"] != f"submission/{product}/{number}":
        raise business("The submission belongs to another product.", submission["id"], code="invalidId")
    if target == "draft":
        return "", ""
    if target == "live" and (live := _standing_live(db, product)) and live == number:
        _change_lifecycle(db, product, draft.scheduled(submission, product), job, now)
        return "", ""
    try:
        if target == "preview":
            _to_preview(db, product, number, draft, job, switches, now)
            number = str(_FIRST_NUMBER + tables.numbers(db))
        else:
            _to_live(db, product, number, draft, job, now)
    except MarketplaceConflict as busy:
        raise JobFailed("conflict", "Conflict", [inner("productLocked", busy.message)]) from None
    return number, target


def _to_preview(
    db: Connection, product: str, number: str, draft: Draft, job: str, switches: Switches, now: datetime
) -> None:
    if number not in {"", "0"}:
        raise business("Only the draft submission can be published to preview.", code="invalidRequest")
    resources = _composed(db, product, draft)
    _demand_complete(resources, switches)
    _accept(db, product, Slot.STAGING, resources, tree_digest(resources), job, now)


def _to_live(db: Connection, product: str, number: str, draft: Draft, job: str, now: datetime) -> None:
    if number in {"", "0"}:
        message = "Expected a submission id that isn't null or 0 since target type is Live"
        raise business(message, code="invalidRequest")
    if draft.given or draft.deleted:
        raise business("Nothing else can be changed when a preview goes live.", code="invalidRequest")
    if number != _waiting_preview(db, product):
        message = f"Submission {number} is not a completed preview."
        raise business(message, f"submission/{product}/{number}", code="invalidState")
    staged = published.standing(db, product, Slot.STAGING)
    _accept(db, product, Slot.PRODUCTION, [], staged.digest if staged else "", job, now)


def _accept(
    db: Connection, product: str, slot: Slot, resources: list[Json], digest: str, job: str, now: datetime
) -> None:
    request = Request(
        identity=job,
        publisher=OFFERS,
        offer=str(published.external_id_of(db, product)),
        slot=slot,
        digest=digest,
        document={"resources": resources},
        subscriptions=tuple(_testers(resources)),
    )
    accept(db, request, pace.first, now)


def _composed(db: Connection, product: str, draft: Draft) -> list[Json]:
    """What goes to preview: the draft; or, with resources in the same call, these over the last tree."""
    whole = tables.resources(db, product)
    last = published.standing(db, product, Slot.STAGING) or published.standing(db, product, Slot.PRODUCTION)
    if last is None or not (draft.given or draft.deleted):
        return whole
    given = {body["id"]: body for body in whole if body["id"] in draft.given}
    earlier = {body["id"]: body for body in last.document["resources"] if body["id"] not in draft.deleted}
    return list({**earlier, **given}.values())


def _demand_complete(resources: list[Json], switches: Switches) -> None:
    """What certification would not even begin without."""
    machines = {body["plan"]: body for body in resources if ids.kind_of(body["id"]) in TECHNICAL}
    plans = [body for body in resources if ids.kind_of(body["id"]) == "plan"]
    problems = [] if plans else [inner("businessValidationError", "The product requires at least one plan.")]
    for plan in plans:
        if plan["lifecycleState"] != "deprecated":
            found = _incomplete(machines.get(plan["id"], {}), switches)
            problems += [inner("businessValidationError", message, plan["id"]) for message in found]
    if problems:
        raise JobFailed("badRequest", "Invalid configuration", problems)


def _incomplete(machine: Json, switches: Switches) -> Iterator[str]:
    if machine.get("basePlan") and machine.get("reuseTechnicalConfigurationState") == "enable":
        return  # all of it is another plan's
    if not machine.get("skus"):
        yield "The plan requires a technical configuration with at least one SKU."
    elif switches.active_image:
        yield from published.inactive(machine)


def _testers(resources: list[Json]) -> Iterator[str]:
    for body in resources:
        if ids.kind_of(body["id"]) == "price-and-availability-offer":
            yield from (item["id"] for item in body.get("previewAudiences", ()) if "id" in item)


def tree_digest(resources: list[Json]) -> str:
    """A digest of a tree, whatever the order of its resources."""
    ordered = sorted(resources, key=lambda body: str(body["id"]))
    return hashlib.sha256(json.dumps(ordered, sort_keys=True).encode()).hexdigest()


# -- the lifecycle of a live product --


def _change_lifecycle(db: Connection, product: str, submission: Json, job: str, now: datetime) -> None:
    """Deprecate or restore the whole product, in all three trees at once."""
    wanted = {"lifecycleState": submission.get("lifecycleState", "generallyAvailable")}
    if "deprecationSchedule" in submission:
        schedule = submission["deprecationSchedule"].items()
        wanted["deprecationSchedule"] = {name: value for name, value in schedule if name != "date"}
    body = tables.resource(db, f"product/{product}") or {}
    if {name: body[name] for name in _LIFECYCLE if name in body} == wanted:
        if wanted["lifecycleState"] == "deprecated":
            return
        raise business("The submission is live already.", submission["id"], code="invalidState")
    tables.put(db, product, "product", _changed(body, wanted))
    for slot in Slot:
        if content := published.standing(db, product, slot):
            ledger.replace_document(db, content, {"resources": _changed_in(content, body["id"], wanted)})
    effect = "deprecated" if wanted["lifecycleState"] == "deprecated" else "restored"
    ledger.note(
        db, f"{OFFERS}/{body['identity']['externalId']}", effect, now=now, detail=wanted, identity=job
    )


def _changed(body: Json, wanted: Json) -> Json:
    return {name: value for name, value in body.items() if name != "deprecationSchedule"} | wanted


def _changed_in(content: Content, durable_id: str, wanted: Json) -> list[Json]:
    resources: list[Json] = content.document["resources"]
    return [_changed(body, wanted) if body["id"] == durable_id else body for body in resources]


# -- how the API lists submissions --


def entries(db: Connection, product: str, switches: Switches) -> list[Json]:
    """The draft, the newest attempt while it is not what customers see, and what customers see."""
    attempts = _attempts(db, product)
    live = _newest(attempts, Slot.PRODUCTION)
    shown = [draft_entry(product)]
    if attempts and attempts[-1] != live:
        shown.append(entry(db, product, attempts[-1]))
    if live:
        body = tables.resource(db, f"product/{product}") or {}
        shown.append(entry(db, product, live) | {name: body[name] for name in _LIFECYCLE if name in body})
        if switches.preview_after_live and len(shown) == 2:
            shown.append({**shown[1], "target": {"targetType": "preview"}})
    return shown


def draft_entry(product: str) -> Json:
    """The entry of the draft: it has no status."""
    return _submission(product, "0", "draft")


def entry(db: Connection, product: str, attempt: Submission, target: str = "") -> Json:
    """A submission as a resource."""
    done = attempt.progress.final
    result = "pending" if not done else "succeeded" if attempt.progress is Progress.READY else "failed"
    return _submission(product, _number(db, attempt), target or TARGETS[attempt.slot]) | {
        "status": "completed" if done else "running",
        "result": result,
        "created": moment(attempt.accepted_at),
    }


def standing_entries(db: Connection, product: str, target: str) -> list[Json]:
    """The submission whose content stands in preview or in live."""
    attempt = _newest(_attempts(db, product), SLOTS[target])
    return [entry(db, product, attempt, target)] if attempt else []


def _submission(product: str, number: str, target: str) -> Json:
    return {
        "$schema": schema_uri("submission"),
        "id": f"submission/{product}/{number}",
        "product": f"product/{product}",
        "target": {"targetType": target},
        "lifecycleState": "generallyAvailable",
    }


def _attempts(db: Connection, product: str) -> list[Submission]:
    """All submissions of a product that were not cancelled, in order."""
    external_id = published.external_id_of(db, product) or ""
    known = ledger.submissions_of(db, OFFERS, external_id)
    return [
        attempt
        for attempt in known
        if attempt.progress is not Progress.CANCELLED and _product(db, attempt) == product
    ]


def _product(db: Connection, attempt: Submission) -> str:
    """Whose it is: a product that was deleted may have had the same name."""
    job = tables.job(db, attempt.identity)
    return job.product if job else ""


def _newest(attempts: list[Submission], slot: Slot) -> Submission | None:
    good = (a for a in reversed(attempts) if a.slot is slot and a.progress is Progress.READY)
    return next(good, None)


def _standing_live(db: Connection, product: str) -> str:
    """The number of the live submission."""
    live = _newest(_attempts(db, product), Slot.PRODUCTION)
    return _number(db, live) if live else ""


def _waiting_preview(db: Connection, product: str) -> str:
    """The number of the preview that may go live: the newest attempt at preview, if it is ready."""
    attempts = [a for a in _attempts(db, product) if a.slot is Slot.STAGING]
    if not attempts or attempts[-1].progress is not Progress.READY:
        return ""
    number = _number(db, attempts[-1])
    return number if number != _standing_live(db, product) else ""


def _number(db: Connection, attempt: Submission) -> str:
    job = tables.job(db, attempt.identity)
    return job.number if job else ""
