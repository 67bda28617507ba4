"""Deletes what was staged or is live, the only way there is: by a support ticket that is drafted here."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from publisher.catalogue import OfferView, Work
from publisher.catalogue.views import SkuView
from publisher.engine import Engine, Key
from publisher.errors import IllegalTransition, UsageError
from publisher.gates import objection, running
from publisher.submissions import Outcome, observe, write, write_lock_file
from publisher.tickets import TicketFacts, TicketSku, render


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the publisher says about a deletion; what is left empty is flagged in the ticket."""

    reason: str = ""
    wanted_date: date | None = None
    replacement: str = ""
    customer_note: str = ""


def request_deletion(
    engine: Engine, key: Key, sku: str, wish: Wish, *, formats: tuple[str, str] = ("md", "en")
) -> TicketFacts:
    """Draft and record the ticket that asks for a deletion; `sku` is "" for the whole offer.

    `formats` is the format and the language that it will be rendered in: what cannot be rendered is
    not recorded.

    Raises IllegalTransition with every reason, and says `discard` for what was never staged.
    """
    view = observe(engine, key).view
    target = _sku(view, sku) if sku else None
    with write(engine, key, seen=view.rev) as work:
        reasons = objections(work.view, target)
        if target:
            work.fire_sku(sku, "request_deletion", reasons=reasons, detail={"reason": wish.reason})
        else:
            work.fire("request_deletion", reasons=reasons, detail={"reason": wish.reason})
        facts = _facts(
            engine, view, sku, wish, head=work.view.head, number=f"{view.offer}-{work.view.events}"
        )
        render(facts, format=formats[0], language=formats[1])
        work.open_ticket(number=facts.number, sku=sku, facts=facts.as_dict())
    _refresh_lock(engine, key)
    return facts


def _sku(view: OfferView, sku_id: str) -> SkuView:
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
    identity = _ticket_number(view, sku)
    engine.marketplace.withdraw(*key, sku or None, identity=identity, now=engine.clock())
    outcome = _close(engine, key, sku, "delete", "answered")
    if sku:
        engine.say(f"take SKU {sku} out of the document: its ID cannot come back")
    return outcome


def keep(engine: Engine, key: Key, sku: str) -> Outcome:
    """Withdraw a deletion: back to the state before."""
    return _close(engine, key, sku, "keep", "withdrawn")


def _ticket_number(view: OfferView, sku: str) -> str:
    number = next((t.number for t in view.tickets if t.state == "open" and t.sku == sku), "")
    if number:
        return number
    what = f"SKU {sku} of {view.key}" if sku else view.key
    raise IllegalTransition(
        f"no deletion of {what} is open", hint=f"`publisher status {view.offer}` shows what can be done"
    )


def _close(engine: Engine, key: Key, sku: str, trigger: str, state: str) -> Outcome:
    view = engine.view(key)
    _ticket_number(view, sku)
    if sku and trigger == "keep" and view.state == "deletion_requested":
        raise IllegalTransition(
            f"SKU {sku} goes with {view.key}, whose deletion is asked for",
            hint=f"`publisher keep {view.offer}` withdraws that one first",
        )
    with write(engine, key, seen=view.rev) as work:
        _fire(work, sku, trigger)
        work.close_ticket(sku=sku, state="answered" if state == "answered" else "withdrawn")
        if trigger == "delete" and not sku:
            for ticket in view.tickets:
                work.close_ticket(sku=ticket.sku, state="answered")
    after = _refresh_lock(engine, key)
    what = f"SKU {sku} of {view.key}" if sku else view.key
    now = after.sku(sku) if sku else None
    return Outcome(view=after, changed=True, message=f"{what} is {now.state if now else after.state}")


def _fire(work: Work, sku: str, trigger: str) -> None:
    if sku:
        work.fire_sku(sku, trigger)
    else:
        work.fire(trigger)


def _refresh_lock(engine: Engine, key: Key) -> OfferView:
    view = engine.view(key)
    if view.folder:
        write_lock_file(engine, view, Path(view.folder))
    return view
