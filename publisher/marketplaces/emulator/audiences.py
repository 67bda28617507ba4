"""Private audiences: the one change that reaches draft, preview and live at once."""

from datetime import datetime
from sqlite3 import Connection

from publisher.marketplaces import Slot, ledger
from publisher.marketplaces.emulator import ids, tables
from publisher.marketplaces.emulator.answers import Json, business
from publisher.marketplaces.emulator.draft import Draft
from publisher.marketplaces.emulator.published import OFFERS, external_id_of, standing


def update_audiences(db: Connection, draft: Draft, body: Json, *, job: str, now: datetime) -> None:
    """Add and remove who may see a private plan. Raises JobFailed."""
    product = draft.product(body)
    plan = ids.resolved(db, body["plan"], "plan", {}, product=product)
    durable_id = plan.replace("plan/", "price-and-availability-plan/", 1)
    before = tables.resource(db, durable_id)
    if before is None:
        raise business(f"The resource {durable_id} was not found.", durable_id, code="resourceNotFound")
    after = _updated(before, body["privateAudiences"])
    if after == before:
        return
    tables.put(db, product, "price-and-availability-plan", after)
    for slot in Slot:
        if content := standing(db, product, slot):
            resources = [
                _updated(each, body["privateAudiences"]) if each["id"] == durable_id else each
                for each in content.document["resources"]
            ]
            ledger.replace_document(db, content, {"resources": resources})
    key = f"{OFFERS}/{external_id_of(db, product)}"
    ledger.note(db, key, "audiences-updated", now=now, detail={"plan": plan}, identity=job)


def _updated(body: Json, change: Json) -> Json:
    gone = {item.get("id") for item in change.get("remove", ())}
    come = {item.get("id"): item for item in change.get("add", ())}
    kept = {item.get("id"): item for item in body.get("privateAudiences", ()) if item.get("id") not in gone}
    return {**body, "privateAudiences": list({**kept, **come}.values())}
