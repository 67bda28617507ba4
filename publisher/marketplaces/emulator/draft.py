"""Drafts during one configure: whole resources are put in place, and only real changes count."""

import json
import re
from collections.abc import Iterator
from sqlite3 import Connection
from typing import Any, Final

from publisher.marketplaces import ledger
from publisher.marketplaces.emulator import ids, published, tables
from publisher.marketplaces.emulator.answers import Json, business
from publisher.marketplaces.emulator.switches import Switches
from publisher.marketplaces.emulator.types import TECHNICAL
from publisher.redact import redact

_ASSET: Final = re.compile(r"https?://[^/]+(/rehearsal/assets/([0-9a-f]{64}))(?:\?.*)?")
_OWN_ASSET: Final = re.compile(r"emulator:/rehearsal/assets/([0-9a-f]{64})")
MASKED: Final = "*********"  # how the service shows secrets of lead destinations

_FIRST: Final = {"product": 0, "plan": 1, "listing": 2, "submission": 9}
_UNKEPT: Final = ("resourceName", "validations")
_LEAD_SECRETS: Final = frozenset(
    {"storageAccountConnectionString", "applicationKey", "password", "clientSecret"}
)


def in_order(resources: list[Json]) -> list[Json]:
    """Products before plans before what refers to them, the submission at the end.

    A plan that leaves may name one that comes: it comes later.
    """
    return sorted(resources, key=lambda body: (_FIRST.get(kind(body), 5), "deprecationSchedule" in body))


def kind(body: Json) -> str:
    """The type that a resource's `$schema` names."""
    return str(body["$schema"].split("/")[-2])


class Draft:
    """The drafts that one configure edits, in the transaction of its caller.

    `given` holds the ids of all resources that were put, `created`, `changed` and `deleted` those
    that are not as before.
    """

    def __init__(self, db: Connection, switches: Switches) -> None:
        self._db = db
        self._switches = switches
        self._names: dict[str, str] = {}
        self.given: list[str] = []
        self.created: list[str] = []
        self.changed: list[str] = []
        self.deleted: list[str] = []

    @property
    def effects(self) -> dict[str, list[str]]:
        """What is not as before, by kind of change; empty when nothing is."""
        told = {"created": self.created, "changed": self.changed, "deleted": self.deleted}
        return {name: found for name, found in told.items() if found}

    def product(self, body: Json) -> str:
        """The GUID of the product that a resource refers to."""
        return ids.product_of(ids.resolved(self._db, body["product"], "product", self._names))

    def put(self, body: Json) -> None:
        """Put one resource in its place, or take it away if it says so. Raises JobFailed."""
        name = body.get("resourceName")
        body = self._referred(body)
        durable_id = self._id(body)
        if name:
            self._names[name] = durable_id
        body = _stored({"$schema": body["$schema"], **body, "id": durable_id})
        before = tables.resource(self._db, durable_id)
        if body.get("lifecycleState") == "deleted":
            self._delete(body, before)
            return
        self._demand_right(body, before)
        self.given.append(durable_id)
        if before is None:
            self.created.append(durable_id)
        elif content(before) != content(body):
            self.changed.append(durable_id)
        else:
            return
        tables.put(self._db, ids.product_of(durable_id), kind(body), body)

    def _referred(self, body: Json) -> Json:
        """The resource with durable ids as references."""
        product = ""
        if "product" in body and kind(body) != "product":
            product = self.product(body)
            body = {**body, "product": f"product/{product}"}
        for name, wanted in (("plan", "plan"), ("listing", "listing"), ("basePlan", "plan")):
            if name in body:
                found = ids.resolved(self._db, body[name], wanted, self._names, product=product)
                body = {**body, name: found}
                if name != "basePlan" and ids.product_of(found) != product:
                    raise business(f"The {wanted} {found} belongs to another product.", code="invalidId")
        if "vmImageVersions" in body:
            versions = [self.scheduled(version, product) for version in body["vmImageVersions"]]
            body = {**body, "vmImageVersions": versions}
        return self.scheduled(body, product)

    def scheduled(self, body: Json, product: str) -> Json:
        """A resource, or a version, with a durable id where its schedule names an alternative."""
        schedule = body.get("deprecationSchedule") or {}
        if "alternative" not in schedule:
            return body
        found = {
            name: ids.resolved(
                self._db, reference, name, self._names, product=product if name == "plan" else ""
            )
            for name, reference in schedule["alternative"].items()
        }
        return {**body, "deprecationSchedule": {**schedule, "alternative": found}}

    def _id(self, body: Json) -> str:
        """Where the resource goes: to the id it names, if that is one of its own places."""
        given = body.get("id")
        if not given:
            return ids.durable_id(self._db, body)
        if ids.kind_of(given) != kind(body):
            raise business(f"The id {given} is of another type.", given, code="invalidId")
        if tables.resource(self._db, given) is None and given != ids.durable_id(self._db, body):
            raise business(f"The resource {given} was not found.", given, code="resourceNotFound")
        if kind(body) != "product" and ids.product_of(given) != ids.product_of(body["product"]):
            raise business(f"The id {given} belongs to another product.", given, code="invalidId")
        return str(given)

    def _demand_right(self, body: Json, before: Json | None) -> None:
        for name in ("identity", "type"):
            if before and kind(body) in {"product", "plan"} and before.get(name) != body.get(name):
                raise business(f"The property '{name}' is locked.", body["id"])
        for asset in _OWN_ASSET.findall(json.dumps(body)):
            if ledger.file(self._db, asset) is None:
                raise business(f"Nothing was uploaded as {asset}.", body["id"], code="resourceNotFound")
        if kind(body) in TECHNICAL:
            plan = tables.resource(self._db, body["plan"])
            live = published.live_resource(self._db, body["id"])
            published.demand_legal(body, live, plan or {}, self._switches)

    def _delete(self, body: Json, before: Json | None) -> None:
        durable_id = body["id"]
        whole = kind(body) in {"product", "plan"}
        if whole and published.live_resource(self._db, durable_id):
            raise business(
                f"{durable_id} cannot be deleted: it was published.", durable_id, code="invalidState"
            )
        if before is None:
            return
        gone = list(self._with_children(durable_id)) if whole else [durable_id]
        tables.remove(self._db, gone)
        self.deleted += gone

    def _with_children(self, durable_id: str) -> Iterator[str]:
        for body in tables.resources(self._db, ids.product_of(durable_id)):
            if durable_id in {body["id"], body.get("product"), body.get("plan")}:
                yield body["id"]


def content(body: Json) -> str:
    """What counts when two states of a resource are compared: all but the version of its schema."""
    return json.dumps({name: value for name, value in body.items() if name != "$schema"}, sort_keys=True)


def _stored(body: Json) -> Json:
    """The resource as it is kept: defaults filled in, secrets masked, what is only read left out."""
    body = {name: value for name, value in body.items() if name not in _UNKEPT}
    if "deprecationSchedule" in body:
        body["deprecationSchedule"] = _schedule(body["deprecationSchedule"])
    match kind(body):
        case "listing-asset" | "listing-trailer":
            return {name: _kept(value) for name, value in body.items()}
        case "product":
            return {"lifecycleState": "generallyAvailable", **body}
        case "plan":
            return {"azureRegions": ["azureGlobal"], "lifecycleState": "generallyAvailable", **body}
        case "plan-listing":
            return {"name": "", "description": "", "summary": "", **body}
        case "customer-leads":
            return {name: _masked(value) for name, value in body.items()}
        case technical if technical in TECHNICAL and "vmImageVersions" in body:
            kept = [_version(item) for item in body["vmImageVersions"]]
            return {**body, "vmImageVersions": kept}
    return body


def _version(version: Json) -> Json:
    kept = {"lifecycleState": "generallyAvailable", **version}
    if "deprecationSchedule" in kept:
        kept["deprecationSchedule"] = _schedule(kept["deprecationSchedule"])
    kept["vmImages"] = [{**image, "source": _source(image["source"])} for image in version["vmImages"]]
    return kept


def _schedule(schedule: Json) -> Json:
    return {name: value for name, value in schedule.items() if name != "date"}


def _source(source: Json) -> Json:
    """A source without signatures: nobody needs them again once the service has copied the disk."""
    if source["sourceType"] != "sasUri":
        return source
    disks = [{**disk, "uri": redact(disk["uri"])} for disk in source.get("dataDisks", ())]
    os_disk = {**source["osDisk"], "uri": redact(source["osDisk"]["uri"])}
    return {**source, "osDisk": os_disk, "dataDisks": disks}


def _kept(value: Any) -> Any:
    """A value in which addresses of the emulator's own assets depend neither on port nor on signature."""
    if isinstance(value, dict):
        return {name: _kept(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_kept(item) for item in value]
    found = _ASSET.fullmatch(value) if isinstance(value, str) else None
    return f"emulator:{found[1]}" if found else value


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: MASKED if name in _LEAD_SECRETS else _masked(item) for name, item in value.items()}
    return value
