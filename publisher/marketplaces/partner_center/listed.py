"""What the list of submissions tells: who is in the way, what is staged, and which entry is ours."""

from collections.abc import Mapping
from typing import Any

from publisher.errors import MarketplaceConflict, MarketplaceRefused
from publisher.marketplaces import Progress, Request, Slot
from publisher.marketplaces.partner_center.answers import Entry, number_of
from publisher.marketplaces.partner_center.wanted import Wanted

Remote = Mapping[str, Any]


def demand_rest(request: Request, entries: list[Entry], look_again: float) -> None:
    """Raise MarketplaceConflict while anything of the product is being published."""
    busy = next((entry for entry in entries if not entry.progress.final), None)
    if busy is not None:
        raise MarketplaceConflict(
            f"{request.publisher}/{request.offer}: {busy.id} is being published to {busy.target}"
            f" since {busy.created or 'an unknown time'}, by whoever sent it",
            hint="wait until it has ended (--wait does), or cancel it there",
            look_again=look_again,
        )


def staged_preview(request: Request, entries: list[Entry], wanted: Wanted) -> str:
    """The preview submission that holds the request's content. Raises MarketplaceRefused without one."""
    preview = next((e for e in entries if e.target == "preview" and e.progress is Progress.READY), None)
    if preview is None:
        raise MarketplaceRefused(
            f"{request.publisher}/{request.offer}: no preview is ready to go live",
            hint=f"`publisher cancel {request.offer}`, then stage the folder again",
        )
    if differing := wanted.differing_from("preview"):
        raise MarketplaceRefused(
            f"{request.publisher}/{request.offer}: the preview holds another content than was staged: "
            + ", ".join(differing),
            hint="it was changed in the portal or by another tool: "
            f"`publisher cancel {request.offer}`, then stage the folder again",
        )
    return preview.id


def ours(known: Remote, entries: list[Entry]) -> Entry | None:
    """The entry that our request made: for live, that of its preview; for preview, a new one."""
    if known["slot"] == Slot.PRODUCTION.value:
        own = (entry for entry in entries if entry.target == "live" and entry.id == known["preview"])
    else:
        newest = max(map(number_of, known["before"]), default=0)
        own = (entry for entry in entries if entry.number > newest)
    return next(own, None)


def is_shown(known: Remote, entries: list[Entry]) -> bool:
    """Whether the list agrees that our publication has succeeded; a newer one proves it as well."""
    if known["slot"] == Slot.PRODUCTION.value:
        number = number_of(known["preview"])
        live = [entry for entry in entries if entry.target == "live"]
        return any(e.number > number or (e.number == number and e.progress is Progress.READY) for e in live)
    entry = ours(known, entries)
    return entry is not None and (entry.target == "live" or entry.progress is Progress.READY)
