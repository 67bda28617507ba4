"""A whole product leaves the marketplace on a schedule, or comes back: both on its live submission.

Each is asked for only where what stands there is something else, so asking again does nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from publisher.document.model import Deprecation
from publisher.errors import MarketplaceRefused, MarketplaceUnavailable
from publisher.ingestion.lifecycle import schedule
from publisher.ingestion.schema import DELETED
from publisher.ingestion.tree import Tree
from publisher.marketplaces import NOTHING, Progress, Status
from publisher.marketplaces.partner_center.answers import Entry, Pace
from publisher.marketplaces.partner_center.ingestion import Ingestion, asking, publishing

AVAILABLE: Final = {"lifecycleState": "generallyAvailable"}

Members = Mapping[str, Any]


def deprecated(api: Ingestion, notice: Deprecation) -> Members:
    """What a product says that leaves by a notice. Raises MarketplaceRefused for an unknown alternative."""
    if notice.alternative and not api.product(notice.alternative):
        raise MarketplaceRefused(
            f"the account has no offer {notice.alternative[:60]!a} for customers to take instead",
            hint="name another offer of yours, or none",
        )
    return {"lifecycleState": "deprecated", "deprecationSchedule": schedule(notice.told())}


def live_submission(api: Ingestion, offer: str) -> Entry:
    """What customers see. Raises MarketplaceRefused where they see nothing."""
    product = api.product(offer)
    entries = api.entries(product) if product else []
    for entry in entries:
        if entry.target == "live" and entry.progress is Progress.READY:
            return entry
    raise MarketplaceRefused(f"{offer} is not live in the marketplace", hint="`publisher diff` shows what is")


def changed(
    api: Ingestion, offer: str, wanted: Members, step: str, pace: Pace, now: datetime, remote: Members
) -> Status:
    """Bring a live product into a state, unless it stands so or an earlier request is under way."""
    live, product = live_submission(api, offer), api.product(offer)
    if stands(api, product, wanted):
        return _status(offer, Progress.READY, step, now, f"{offer} is {step}")
    job = api.job(remote["job"]) if remote.get("job") else None
    if job is None and remote.get("since") and (left := pace.settling(remote["since"], now)) > 0:
        return _status(offer, Progress.UNKNOWN, step, now, "it may have arrived, or not", look_again=left)
    if job is None:
        job = api.configure([publishing(product, "live", live.id, **wanted)])
    message = job.message or (f"{offer} is {step}" if job.progress is Progress.READY else "")
    remote = {"job": job.id}
    return _status(offer, job.progress, step, now, message, look_again=pace.look_again, remote=remote)


def _status(
    offer: str,
    progress: Progress,
    step: str,
    now: datetime,
    message: str,
    *,
    look_again: float = 0,
    remote: Members = NOTHING,
) -> Status:
    return Status(
        identity=offer,
        progress=progress,
        step=step,
        message=message,
        since=now,
        look_again=0 if progress.final else look_again,
        remote=remote,
    )


def stands(api: Ingestion, product: str, wanted: Members) -> bool:
    """Whether customers see the product in this state already."""
    shown = api.tree(product, "live").product or {}
    if (shown.get("lifecycleState") or AVAILABLE["lifecycleState"]) != wanted["lifecycleState"]:
        return False
    planned = shown.get("deprecationSchedule") or {}
    asked = wanted.get("deprecationSchedule", {})
    return all(planned.get(name) in (None, value) for name, value in asked.items())


def take_out(api: Ingestion, offer: str, sku: str | None) -> None:
    """Delete from the draft what never was live: a SKU, or all of it; what was live is left alone.

    Raises MarketplaceRefused where the marketplace does not let it go, MarketplaceUnavailable while it
    is still at work on it.
    """
    product = api.product(offer)
    if not product or _in(api, product, "live", sku):
        return
    if not (there := _in(api, product, "draft", sku)):
        return
    job = api.configure([{**there, "lifecycleState": DELETED}])
    with asking():
        job, left = api.job(job.id) or job, _in(api, product, "draft", sku)
    if job.progress in {Progress.FAILED, Progress.CANCELLED}:
        raise MarketplaceRefused(f"{offer}: {job.message}", hint="delete it in the portal")
    if left:
        raise MarketplaceUnavailable(
            f"{offer}: the marketplace is at work on it", hint="run the same command again in a minute"
        )


def _in(api: Ingestion, product: str, target: str, sku: str | None) -> Members | None:
    tree = Tree.of(api.resources(product, target) or ())  # what was deleted shows no draft any more
    return tree.plans.get(sku) if sku else tree.product
