"""Finds what of an offer is published, to measure changes by: its lock file, or the catalogue."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from publisher.baseline import LOCK, OtherOffer, Published
from publisher.catalogue import exists as catalogue_exists
from publisher.document import Document
from publisher.errors import UsageError
from publisher.frozen import dataclass
from publisher.rules.registry import NO_BASELINE
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.lock import Lock

Against = Literal["auto", "lock", "catalogue", "none"]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something wrong with the measure itself: a rule of `publisher.rules.settings`, and how it is
    broken; the place counts in the lock file, from 1, and 0 means all of it."""

    rule: str
    message: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What is known of the published offer; `reason` says why, where that is nothing."""

    published: Published | None = None
    others: tuple[OtherOffer, ...] | None = None
    reason: str = NO_BASELINE
    notice: Notice | None = None


def measure(document: Document, settings: Settings, against: Against) -> Measure:
    """What a document is measured by, and whether lock file and catalogue agree about it.

    `auto` takes the catalogue, where there is one that knows the offer, else the lock file. Raises
    UsageError where what was asked for is not there. No catalogue is made by asking.
    """
    if against == "none":
        return Measure(reason="what is published was not asked for (--against none)")
    lock, broken = _lock(document)
    exists = catalogue_exists(settings.database_url)
    if (against == "lock" and not lock and not broken) or (against == "catalogue" and not exists):
        raise UsageError(
            f"{document.folder if against == 'lock' else settings.home}: there is no "
            f"{LOCK if against == 'lock' else 'catalogue'} to compare with",
            hint="leave --against away; `publisher lock PATH` writes a lock file from the catalogue",
        )
    offer = document.offer
    if against == "lock" or not exists or offer is None or not (offer.publisher and offer.offer):
        return _by_lock(lock, broken)
    from publisher.agreement import agreement  # costs the database's libraries

    found = agreement(settings, (offer.publisher, offer.offer), lock, present=bool(lock or broken))
    if found.published is None and against == "auto" and (lock or broken):
        found = replace(_by_lock(lock, broken), notice=found.notice)
    return replace(found, notice=broken or found.notice)


def _lock(document: Document) -> "tuple[Lock | None, Notice | None]":
    """The lock file, or what is wrong with it."""
    if not os.path.lexists(document.folder / LOCK):
        return None, None
    from publisher.lock import LockBroken, read_lock

    try:
        return read_lock(document.folder), None
    except LockBroken as error:
        return None, Notice(rule="lock-broken", message=error.message, line=error.line, column=error.column)


def _by_lock(lock: "Lock | None", broken: Notice | None) -> Measure:
    if lock is None:
        return Measure(reason="the lock file cannot be read", notice=broken) if broken else Measure()
    from publisher.lock import published

    return Measure(published=published(lock))
