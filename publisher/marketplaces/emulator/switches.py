"""What nobody knows of the real service, or what a test wants otherwise: switches with defaults."""

import json
from dataclasses import dataclass, fields
from sqlite3 import Connection
from typing import Any

from publisher.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Switches:
    """How strict and how slow the emulator is.

    `polls`: a job ends with the look after so many (besides the knob `delay`, in seconds a step).
    `token_seconds`: how long a token is good. `page_size`: entries of a page where nobody asks.
    `known_types`: refuse resource types that existing clients cannot read.
    `omission`: refuse a configure that leaves out or edits a published image version.
    `active_image`: refuse a SKU without an image that is generally available.
    `locks`: refuse changes of published SKU ids, and switching off locked properties of the machine.
    `echoed_ids`: accept a technical configuration that carries its id.
    `busy_status`: 0 lets a second publish fail as a job; else it is answered with this HTTP status.
    `edits_while_publishing`: accept changes of the draft meanwhile.
    `preview_after_live`: keep listing the preview entry, with the number of the live one.
    """

    polls: int = 1
    token_seconds: int = 3600
    page_size: int = 100
    known_types: bool = True
    omission: bool = True
    active_image: bool = True
    locks: bool = True
    echoed_ids: bool = True
    busy_status: int = 0
    edits_while_publishing: bool = True
    preview_after_live: bool = False


def load(db: Connection) -> Switches:
    """The switches as they are set."""
    rows = db.execute("SELECT name, value FROM switches")
    return Switches(**{row["name"]: json.loads(row["value"]) for row in rows})


def put(db: Connection, name: str, value: Any) -> None:
    """Set one switch. Raises UsageError for a name or a value that means nothing."""
    known = {field.name: field.default for field in fields(Switches)}
    if name not in known:
        raise UsageError(f"there is no switch {name[:60]!r}", hint=f"switches: {', '.join(known)}")
    if type(value) is not type(known[name]) or (type(value) is int and not 0 <= value <= 1_000_000):
        raise UsageError(f"switch {name}: {value!r} means nothing", hint=f"the default is {known[name]!r}")
    db.execute("INSERT OR REPLACE INTO switches VALUES (?, ?)", (name, json.dumps(value)))
