"""Where an offer stands, as JSON-able facts: what is open, what is live, and what comes next."""

from collections.abc import Iterator, Mapping
from typing import Any

from publisher.catalogue.views import OfferView, RevisionView, SkuView
from publisher.deprecation import standing as leaving
from publisher.document.model import version_key
from publisher.engine import Engine
from publisher.steps import filled, folder, next_steps, republish_needed


def brief(view: OfferView, look_again: float | None = None) -> dict[str, Any]:
    """The facts of one line. `look_again` is a number of seconds while the marketplace is at work."""
    return {
        "publisher": view.publisher,
        "offer": view.offer,
        "state": view.state,
        "since": view.current.since if view.current else None,
        "revision": _revision(view.current) if view.current else None,
        "live": _live(view, view.live) if view.live else None,
        "submission": _submission(view, look_again),
    }


def full(engine: Engine, view: OfferView, look_again: float | None = None) -> dict[str, Any]:
    """All that is known of an offer, and what can be done with it."""
    warning = republish_needed(engine, view)
    return brief(view, look_again) | {
        "target": view.target,
        "folder": folder(view),
        "skus": list(_skus(engine, view)),
        "deprecation": _deprecation(engine, view),
        "test": _test(engine, view),
        "approvals": {"given": list(_approvals(engine, view)), "wanted": engine.settings["approvals"]},
        "tickets": [_ticket(engine, view, ticket) for ticket in view.tickets if ticket.state == "open"],
        "next": [vars(step) for step in next_steps(engine, view)],
        "warnings": [warning] if warning else [],
        "events": view.events,
        "head": view.head,
    }


def _revision(revision: RevisionView) -> dict[str, Any]:
    return {"number": revision.number, "digest": revision.digest}


def _live(view: OfferView, live: RevisionView) -> dict[str, Any]:
    gone = {sku.sku for sku in view.skus if sku.state == "deleted"}
    versions = {sku: _sorted(lock["versions"]) for sku, lock in live.locks.items() if sku and sku not in gone}
    return _revision(live) | {"since": live.live_since, "versions": versions}


def _sorted(versions: Mapping[str, Any]) -> list[str]:
    return sorted(versions, key=version_key)


def _submission(view: OfferView, look_again: float | None) -> dict[str, Any] | None:
    """The latest submission, while it concerns what is open or live."""
    if (known := view.submission) is None:
        return None
    kept = ("progress", "step", "message", "marketing_only", "requested_by", "created", "changed", "target")
    facts = {name: getattr(known, name) for name in kept}
    return {"slot": known.slot.value, "running": known.running} | facts | {"look_again": look_again}


def _deprecation(engine: Engine, view: OfferView) -> dict[str, Any] | None:
    """The notice by which the whole offer leaves; `in_force` is None until the marketplace took it."""
    if (known := leaving(engine, view)) is None:
        return None
    day = known.in_force.isoformat() if known.in_force else None
    return known.notice.told() | {"in_force": day}


def _skus(engine: Engine, view: OfferView) -> Iterator[dict[str, Any]]:
    shown = engine.catalogue.document(view.live.id).get("skus", []) if view.live else []
    live = {sku.get("id", ""): sku for sku in shown}
    for sku in view.skus:
        if sku.state != "discarded":
            yield _sku(view, sku) | _leaving(live.get(sku.sku, {}))


def _leaving(sku: Mapping[str, Any]) -> dict[str, Any]:
    """What of a live SKU is deprecated."""
    versions = {image.get("version", "") for image in sku.get("images", ()) if image.get("deprecated")}
    return {
        "deprecated": bool(sku.get("deprecated")),
        "deprecation": sku.get("deprecation", {}),
        "deprecated_versions": sorted(versions, key=version_key),
    }


def _sku(view: OfferView, sku: SkuView) -> dict[str, Any]:
    live = view.live.locks.get(sku.sku, {}) if view.live else {}
    return {
        "id": sku.sku,
        "state": sku.state,
        "since": sku.since,
        "live_since": sku.live_since,
        "live_versions": _sorted(live.get("versions", {}))
        if sku.live_since and sku.state != "deleted"
        else [],
        "published_versions": _sorted(sku.versions),
    }


def _test(engine: Engine, view: OfferView) -> dict[str, Any] | None:
    evidence = engine.catalogue.evidence(view.open.id) if view.open else None
    return vars(evidence).copy() if evidence else None


def _approvals(engine: Engine, view: OfferView) -> tuple[str, ...]:
    return engine.catalogue.approvals(view.open.id) if view.open else ()


def _ticket(engine: Engine, view: OfferView, ticket: Any) -> dict[str, Any]:
    option = f" --sku {ticket.sku}" if ticket.sku else ""
    return {
        "number": ticket.number,
        "sku": ticket.sku,
        "removal": bool(ticket.facts.get("removal")),
        "created": ticket.created,
        "done": filled(engine, view, f"publisher delete OFFER{option} --done"),
        "keep": filled(engine, view, f"publisher keep OFFER{option}"),
    }
