"""Asks the catalogue what is published of an offer, and whether its lock file says the same."""

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from publisher.catalogue.views import OfferView
from publisher.engine import Key, lock_of, open_catalogue, other_offers, published
from publisher.lock import Lock, contents
from publisher.measure import Measure, Notice
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.catalogue.store import Catalogue

UNKNOWN: Final = "the lock file says that the offer was published; this catalogue knows nothing of it"
_OF_SKU: Final = {"versions": "versions", "locked": "what is locked", "terms": "how it is sold"}


def agreement(settings: Settings, key: Key, lock: Lock | None, *, present: bool) -> Measure:
    """What the settings' catalogue knows of an offer; the notice says how the lock file differs.

    `present` says whether there is a lock file, readable or not. Nothing is written.
    """
    with closing(open_catalogue(settings)) as catalogue:
        view = catalogue.view(*key)
        staged = view if view and view.staged else None
        return Measure(
            published=published(staged) if staged else None,
            others=other_offers(catalogue, key),
            reason=f"{'/'.join(key)} was never staged, says the catalogue",
            notice=_about(catalogue, staged, lock, present=present) if staged else _stray(key, lock),
        )


def _stray(key: Key, lock: Lock | None) -> Notice | None:
    """What a lock file says of an offer that the catalogue does not know as staged."""
    said = lock and (lock.publisher, lock.offer) == key and (lock.live or lock.staged)
    return Notice(rule="lock-unknown", message=UNKNOWN) if said else None


def _about(catalogue: "Catalogue", view: OfferView, lock: Lock | None, *, present: bool) -> Notice | None:
    """How the lock file of an offer that was staged fits the catalogue."""
    if lock is None:
        missing = f"{view.key} was staged, says the catalogue, and has no lock file"
        return None if present else Notice(rule="lock-missing", message=missing)
    if (lock.publisher, lock.offer) != (view.publisher, view.offer):
        return Notice(rule="lock-diverged", message=f"the lock file is that of {lock.publisher}/{lock.offer}")
    if reason := diverged(catalogue, view, lock):
        return Notice(rule="lock-diverged", message=reason)
    if difference := _difference(contents(lock), contents(lock_of(view))):
        if lock.events == view.events:
            message = f"the lock file was altered: {difference} is not what the catalogue recorded"
            return Notice(rule="lock-diverged", message=message)
        message = (
            f"the lock file is {view.events - lock.events} events older than the catalogue: {difference}"
        )
        return Notice(rule="lock-outdated", message=f"{message} changed since")
    return None


def diverged(catalogue: "Catalogue", view: OfferView, lock: Lock) -> str:
    """Why a lock file is not of the catalogue's history: its head must stand in the chain of events,
    where the lock file says it stood."""
    if lock.events > view.events:
        return f"the lock file knows {lock.events} events, the catalogue {view.events}"
    if lock.events and catalogue.event_hash(view, lock.events) != lock.head:
        return f"event {lock.events} of the lock file is another than the catalogue's"
    return ""


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """The first thing in which two lock files differ, in words.

    How far an open revision has come is none: nothing is measured by it.
    """
    before, after = ({sku["id"]: sku for sku in said["skus"]} for said in (old, new))
    for sku_id in {**before, **after}:
        one, other = before.get(sku_id), after.get(sku_id)
        if one is None or other is None or (one["state"] == "deleted") != (other["state"] == "deleted"):
            return f"SKU {sku_id}"
        # An older file does not say how a SKU is sold.
        if name := next((name for name in _OF_SKU if name in one and one[name] != other.get(name)), ""):
            return f"{_OF_SKU[name]} of SKU {sku_id}"
    if not _same_live(old["live"], new["live"]):
        return "what is live"
    return "" if old["staged"] == new["staged"] else "whether it was staged"


def _same_live(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Whether two files say the same of the live revision, as far as both keep it."""
    if old is None or new is None:
        return old is new
    return all(old[name] == new[name] for name in old.keys() & new.keys())
