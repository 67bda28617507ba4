"""The history of an offer: a chain of events in which every line holds the hash of the one before."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

GENESIS: Final = ""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of history. `at` is an ISO time in UTC; `subject` is `offer` or a SKU's ID."""

    number: int
    at: str
    by: str
    subject: str
    trigger: str
    source: str
    target: str
    revision: int
    detail: Mapping[str, Any]
    previous: str = GENESIS
    hash: str = ""

    def chained(self, key: str, previous: str) -> "Event":
        """The same event with its place in the chain of the offer `key`."""
        facts = vars(self) | {"previous": previous}
        return Event(**facts | {"hash": _hash(key, facts)})


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a walk along the chain found: `broken` names the first event that does not fit."""

    events: int
    head: str
    broken: str = ""


def verify(key: str, events: Iterable[Event], *, head: str, count: int) -> Verdict:
    """Walk the chain of the offer `key` and compare its end with what the offer remembers.

    A tail cut off together with the offer's own memory shows only against an older head: the one in
    a lock file, a ticket, or a pipeline's output.
    """
    previous, number = GENESIS, 0
    for number, event in enumerate(events, 1):
        if event.number != number:
            return Verdict(events=number, head=previous, broken=f"event {number} is missing")
        if event.previous != previous or event.hash != _hash(key, vars(event)):
            return Verdict(events=number, head=previous, broken=f"event {number} was altered")
        previous = event.hash
    if (number, previous) != (count, head):
        return Verdict(
            events=number, head=previous, broken=f"the chain ends at {number}, the offer knows {count}"
        )
    return Verdict(events=number, head=previous)


def _hash(key: str, facts: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in facts.items() if name != "hash"} | {"offer": key}
    # What was altered may be of a type that JSON does not have: that is another hash, no error.
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()
