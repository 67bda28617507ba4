"""Asks for the deletion of what was staged or is live by a support ticket, which is drafted here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from publisher.catalogue.views import OfferView, SkuView
from publisher.engine import Engine, Key
from publisher.errors import IllegalTransition, UsageError
from publisher.gates import objection, running
from publisher.submissions import Outcome, observe, write, write_lock_file
from publisher.tickets import TicketFacts, TicketSku, render

if TYPE_CHECKING:
    from publisher.catalogue.work import Work


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the publisher says about a deletion; what is left empty is flagged in the ticket."""

    reason: str = ""
    wanted_date: date | None = None
    replacement: str = ""
    customer_note: str = ""


def request_deletion(
    engine: Engine,
    key: Key,
    sku: str,
    wish: Wish,
    *,
    formats: tuple[str, str] = ("md", "en"),
    from_customers: bool = False,
) -> TicketFacts:
    """Draft and record the ticket that asks for a deletion; `sku` is "" for the whole offer.

    `formats` is the format and the language that it will be rendered in: what cannot be rendered is
    not recorded. `from_customers` asks for more than a deprecation does, which may stand already.

    Raises IllegalTransition with every reason, and says `discard` for what was never staged.
    """
    view = observe(engine, key).view
    target = sku_of(view, sku) if sku else None
    with write(engine, key, seen=view.rev) as work:
        reasons = objections(work.view, target) | (_unused(view, target) if from_customers else {})
        if from_customers and not sku and view.state == "deletion_requested" and not reasons:
            work.append("offer", "ticket", view.state, view.state, {"reason": wish.reason})
        else:
            ask(work, sku, reasons, {"reason": wish.reason})
        facts = _facts(
            engine, view, sku, wish, head=work.view.head, number=f"{view.offer}-{work.view.events}"
        )
        facts = replace(facts, removal=from_customers)
        render(facts, format=formats[0], language=formats[1])
        work.open_ticket(number=facts.number, sku=sku, facts=facts.as_dict())
    refresh_lock(engine, key)
    return facts


def ask(work: "Work", sku: str, reasons: Mapping[str, str], detail: Mapping[str, Any]) -> None:
    """Record the wish that a SKU, or for "" the whole offer, be gone."""
    if sku:
        work.fire_sku(sku, "request_deletion", reasons=reasons, detail=detail)
    else:
        work.fire("request_deletion", reasons=reasons, detail=detail)


def _unused(view: OfferView, target: SkuView | None) -> dict[str, str]:
    """Nobody has what never was live."""
    if target.live_since if target else view.live:
        return {}
    what = f"SKU {target.sku}" if target else view.key
    return {"ever_staged": f"{what} never was live: no customer has it, `publisher delete` takes it away"}


def sku_of(view: OfferView, sku_id: str) -> SkuView:
    """The SKU of this ID. Raises UsageError, naming those that there are."""
    if found := view.sku(sku_id):
        return found
    known = ", ".join(sku.sku for sku in view.skus)
    raise UsageError(f"{view.key} has no SKU {sku_id[:60]!a}", hint=f"known: {known}")


def objections(view: OfferView, target: SkuView | None) -> dict[str, str]:
    """Why a deletion cannot be asked for now, by guard."""
    reasons: dict[str, str] = {}
    if reason := running(view):
        reasons["no_open_deletion"] = reason
    if any(ticket.state == "open" and ticket.sku == "" for ticket in view.tickets):
        reasons["no_open_deletion"] = objection(
            "deletion-by-ticket", "the deletion of the whole offer is asked for"
        )
    if not (target.staged if target else view.staged):
        what = f"SKU {target.sku}" if target else view.key
        cure = "take it out of the document" if target else f"`publisher discard {view.offer}` drops it"
        reasons["ever_staged"] = objection("draft-discard-only-unstaged", f"{what} was never staged: {cure}")
    elif target is None and view.state == "draft":
        raise IllegalTransition(
            f"{view.key} holds an open draft",
            hint=f"`publisher discard {view.offer}` drops one that was never staged; stage any other again, "
            "then ask for the deletion",
        )
    return reasons


def _facts(engine: Engine, view: OfferView, sku: str, wish: Wish, *, head: str, number: str) -> TicketFacts:
    settings = engine.settings
    current = view.current
    titles = current.locks.get("", {}).get("titles", []) if current else []
    skus = [
        known for known in view.skus if known.staged and known.state != "deleted" and sku in ("", known.sku)
    ]
    return TicketFacts(
        number=number,
        drafted=engine.clock(),
        publisher=view.publisher,
        offer=view.offer,
        title=titles[0] if titles else "",
        whole_offer=not sku,
        skus=tuple(_ticket_sku(known) for known in skus),
        live_since=_day(view.live.live_since) if view.live and view.live.live_since else None,
        reason=wish.reason,
        wanted_date=wish.wanted_date,
        replacement=wish.replacement,
        customer_note=wish.customer_note,
        contact_name=settings["contact.name"],
        contact_email=settings["contact.email"],
        contact_phone=settings["contact.phone"],
        history_head=head,
    )


def _ticket_sku(sku: SkuView) -> TicketSku:
    return TicketSku(
        id=sku.sku,
        versions=tuple(sku.versions),
        state=sku.state,
        live_since=_day(sku.live_since) if sku.live_since else None,
    )


def _day(moment: str) -> date:
    return date.fromisoformat(moment[:10])


def finish_deletion(engine: Engine, key: Key, sku: str) -> Outcome:
    """Mark a deletion as done by the marketplace's support."""
    view = engine.view(key)
    identity = open_request(view, sku)
    engine.marketplace.withdraw(*key, sku or None, identity=identity, now=engine.clock())
    return close(engine, key, sku, "delete", "answered")


def keep(engine: Engine, key: Key, sku: str) -> Outcome:
    """Withdraw a deletion: back to the state before."""
    open_request(engine.view(key), sku)
    return close(engine, key, sku, "keep", "withdrawn")


def open_request(view: OfferView, sku: str) -> str:
    """The number of the open ticket, or the offer's name where the deletion goes without one."""
    number = next((t.number for t in view.tickets if t.state == "open" and t.sku == sku), "")
    if number or (not sku and view.state == "deletion_requested"):
        return number or view.key
    what = f"SKU {sku} of {view.key}" if sku else view.key
    raise IllegalTransition(
        f"no deletion of {what} is open", hint=f"`publisher status {view.offer}` shows what can be done"
    )


def close(
    engine: Engine,
    key: Key,
    sku: str,
    trigger: Literal["keep", "delete"],
    state: Literal["answered", "withdrawn"],
) -> Outcome:
    """End a deletion one way or the other, with its tickets."""
    view = engine.view(key)
    if sku and trigger == "keep" and view.state == "deletion_requested":
        raise IllegalTransition(
            f"SKU {sku} goes with {view.key}, whose deletion is asked for",
            hint=f"`publisher keep {view.offer}` withdraws that one first",
        )
    with write(engine, key, seen=view.rev) as work:
        _fire(work, sku, trigger)
        work.close_ticket(sku=sku, state=state)
        if trigger == "delete" and not sku:
            for ticket in view.tickets:
                work.close_ticket(sku=ticket.sku, state="answered")
    if trigger == "delete" and sku:
        engine.say(f"take SKU {sku} out of the document: its ID cannot come back")
    after = refresh_lock(engine, key)
    what = f"SKU {sku} of {view.key}" if sku else view.key
    now = after.sku(sku) if sku else None
    return Outcome(view=after, changed=True, message=f"{what} is {now.state if now else after.state}")


def _fire(work: "Work", sku: str, trigger: str) -> None:
    if sku:
        work.fire_sku(sku, trigger)
    else:
        work.fire(trigger)


def refresh_lock(engine: Engine, key: Key) -> OfferView:
    """The offer as it stands now, in its lock file too."""
    view = engine.view(key)
    if view.folder:
        write_lock_file(engine, view, Path(view.folder))
    return view
