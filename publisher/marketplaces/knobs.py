"""Rehearsed misfortune: what a simulated marketplace is told to do wrong, per offer or for all (`*`).

`delay`     SECONDS                                   each step takes so long
`fail`      [Nx] REASON                               the next (N) certifications fail
`refuse`    [Nx] [certification:|approval:] REASON    the next (N) of these steps are refused
`throttle`  N [SECONDS]                               the next N calls: come back in SECONDS (1)
`outage`    on                                        no call is answered
`outage`    after [N]                                 the next (N) calls are carried out, then time out

The value `off` takes a knob away.
"""

import re
import sqlite3
from collections.abc import Callable
from typing import Final

from publisher.errors import MarketplaceThrottled, MarketplaceUnavailable, UsageError
from publisher.marketplaces.database import writing
from publisher.redact import redact

EVERY: Final = "*"

_LONGEST: Final = 31_536_000  # seconds; a rehearsal that takes more than a year is a slip of the finger
_REASON: Final = re.compile(r"(?:([1-9][0-9]{0,5})x\s+)?(?:(certification|approval):\s*)?(\S.*)", re.DOTALL)
_THROTTLE: Final = re.compile(r"([1-9][0-9]{0,5})(?:\s+([0-9]{1,6}))?")
_OUTAGE: Final = re.compile(r"on|after(?:\s+([1-9][0-9]{0,5}))?")


def put(db: sqlite3.Connection, scope: str, name: str, value: str | float) -> None:
    """Turn a knob. Raises UsageError for a scope, name or value that means nothing."""
    if name not in _READERS:
        raise UsageError(f"there is no knob {name!r}", hint=f"knobs: {', '.join(sorted(_READERS))}")
    if scope != EVERY and scope.count("/") != 1:
        raise UsageError(f"{scope!r} is no offer", hint="write publisher/offer, or * for all of them")
    text = redact(str(value).strip())
    if text == "off":
        _remove(db, scope, name)
        return
    if not _READERS[name](text):
        raise UsageError(f"knob {name}: {text!r} means nothing", hint=f"write {_FORMS[name]}, or off")
    db.execute("INSERT OR REPLACE INTO knobs VALUES (?, ?, ?)", (scope, name, text))


def turned(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """What is set now, as scope → name → value; counts say how often is left."""
    found: dict[str, dict[str, str]] = {}
    for row in db.execute("SELECT scope, name, value FROM knobs ORDER BY scope, name"):
        found.setdefault(row["scope"], {})[row["name"]] = row["value"]
    return found


def clear(db: sqlite3.Connection) -> None:
    """Take all knobs away."""
    db.execute("DELETE FROM knobs")


def delay(db: sqlite3.Connection, offer: str) -> float:
    """Seconds that each step takes."""
    _, value = _get(db, offer, "delay")
    return float(value or 0)


def verdict(db: sqlite3.Connection, offer: str, name: str, step: str) -> str | None:
    """The reason why `fail` or `refuse` stops this step, if it does; uses it up."""
    scope, value = _get(db, offer, name)
    found = _REASON.fullmatch(value)
    if not found:
        return None
    times, only, reason = found.groups()
    if only not in (None, step):
        return None
    rest = f"{only}: {reason}" if only else reason
    _use(db, scope, name, int(times or 1), lambda left: f"{left}x {rest}")
    return reason


def toll(db: sqlite3.Connection, offer: str) -> bool:
    """What every call passes first; True when it shall time out after it was carried out.

    Raises MarketplaceUnavailable in an outage, MarketplaceThrottled while throttled.
    """
    if _get(db, offer, "outage")[1] == "on":
        raise MarketplaceUnavailable("the marketplace does not answer", hint="try again later (knob: outage)")
    if not (_get(db, offer, "throttle")[1] or _get(db, offer, "outage")[1]):
        return False
    with writing(db):
        wait = _throttled(db, offer)
        times_out = wait is None and _times_out(db, offer)
    if wait is not None:
        raise MarketplaceThrottled(
            "too many requests", hint=f"try again in {wait} s (knob: throttle)", retry_after=wait
        )
    return times_out


def _throttled(db: sqlite3.Connection, offer: str) -> int | None:
    scope, value = _get(db, offer, "throttle")
    found = _THROTTLE.fullmatch(value)
    if not found:
        return None
    wait = int(found[2] or 1)
    _use(db, scope, "throttle", int(found[1]), lambda left: f"{left} {wait}")
    return wait


def _times_out(db: sqlite3.Connection, offer: str) -> bool:
    scope, value = _get(db, offer, "outage")
    if not value.startswith("after"):
        return False
    found = _OUTAGE.fullmatch(value)
    _use(db, scope, "outage", int(found[1] or 1) if found else 1, lambda left: f"after {left}")
    return True


def _get(db: sqlite3.Connection, offer: str, name: str) -> tuple[str, str]:
    """Scope and value of a knob, the offer's own before that for all; empty when it is not set."""
    row = db.execute(
        "SELECT scope, value FROM knobs WHERE name = ? AND scope IN (?, '*') ORDER BY scope = '*' LIMIT 1",
        (name, offer),
    ).fetchone()
    return (row["scope"], row["value"]) if row else ("", "")


def _use(db: sqlite3.Connection, scope: str, name: str, times: int, text: Callable[[int], str]) -> None:
    """Count down by one; the last use takes the knob away."""
    if times == 1:
        _remove(db, scope, name)
        return
    db.execute("UPDATE knobs SET value = ? WHERE scope = ? AND name = ?", (text(times - 1), scope, name))


def _remove(db: sqlite3.Connection, scope: str, name: str) -> None:
    db.execute("DELETE FROM knobs WHERE scope = ? AND name = ?", (scope, name))


def _is_duration(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,6})?", text)) and float(text) <= _LONGEST


_READERS: Final[dict[str, Callable[[str], object]]] = {
    "delay": _is_duration,
    "fail": lambda text: (found := _REASON.fullmatch(text)) and found[2] is None,
    "refuse": _REASON.fullmatch,
    "throttle": _THROTTLE.fullmatch,
    "outage": _OUTAGE.fullmatch,
}
_FORMS: Final = {
    "delay": "a number of seconds",
    "fail": "[Nx] REASON",
    "refuse": "[Nx] [certification:|approval:] REASON",
    "throttle": "N [SECONDS]",
    "outage": "on, or after [N]",
}
