"""The chain of events: whatever is altered is found, by the catalogue and by the independent checker."""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from publisher.catalogue.history import Event, verify
from publisher.deletion import Wish, request_deletion
from publisher.gates import lock_objection
from publisher.production import request_production
from publisher.staging import stage
from tests.stress.checker import check
from tests.stress.size import pick, seed
from tests.workshop import KEY, Workshop, content

COLUMNS = (
    "number",
    "at",
    "by",
    "subject",
    "trigger",
    "source",
    "target",
    "revision",
    "detail",
    "previous",
    "hash",
)
EDITS = pick(quick=50, ci=200, soak=1000)


@pytest.fixture
def path(shop: Workshop) -> Path:
    """A catalogue with a history of some length, whose triggers somebody took away."""
    for version in ("2.4.0", "2.4.1"):
        stage(shop.engine, shop.folder(content(version)))
        request_production(shop.engine, KEY)
    request_deletion(shop.engine, KEY, "byol", Wish(reason="Old."))
    path = shop.root / ".publisher" / "catalogue.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
    return path


@pytest.fixture
def rows(path: Path) -> Iterator[sqlite3.Connection]:
    """The rows, for those who tamper; nothing of it is kept."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        yield db


def broken(shop: Workshop) -> str:
    return shop.catalogue.verify(shop.view).broken


def length(rows: sqlite3.Connection) -> int:
    return int(rows.execute("SELECT count(*) FROM event").fetchone()[0])


def test_an_untouched_history_verifies(shop: Workshop, path: Path) -> None:
    verdict = shop.catalogue.verify(shop.view)
    assert (verdict.broken, verdict.head, verdict.events) == ("", shop.view.head, shop.view.events)
    assert check(path) == []


def flip(rows: sqlite3.Connection, dice: random.Random) -> None:
    """One value of one event becomes another."""
    column, number = dice.choice(COLUMNS), dice.randint(1, length(rows))
    (old,) = rows.execute(f"SELECT {column} FROM event WHERE number = ?", (number,)).fetchone()
    rows.execute(f"UPDATE event SET {column} = ? WHERE number = ?", (_flipped(old, dice), number))


def _flipped(old: Any, dice: random.Random) -> Any:
    if isinstance(old, int):
        return old + dice.choice([1000, 1001])
    place, new = dice.randrange(len(old) + 1), old
    while new == old:
        new = old[:place] + dice.choice("xyzé7 ") + old[place + dice.randint(0, 1) :]
    return new


def insert(rows: sqlite3.Connection, dice: random.Random) -> None:
    """An event that never was, at the end or in the middle."""
    number = dice.randint(1, length(rows) + 1)
    rows.execute("UPDATE event SET number = -number - 1 WHERE number >= ?", (number,))
    rows.execute("UPDATE event SET number = -number WHERE number < 0")
    forged = ", ".join("?" if column == "number" else column for column in COLUMNS)
    rows.execute(
        f"INSERT INTO event (offer_id, {', '.join(COLUMNS)}) SELECT offer_id, {forged} FROM event "
        "WHERE number <> ? ORDER BY random() LIMIT 1",
        (number, number),
    )


def delete(rows: sqlite3.Connection, dice: random.Random) -> None:
    """An event vanishes; those behind it may move up."""
    number = dice.randint(1, length(rows))
    rows.execute("DELETE FROM event WHERE number = ?", (number,))
    if dice.random() < 0.5:
        rows.execute("UPDATE event SET number = -(number - 1) WHERE number > ?", (number,))
        rows.execute("UPDATE event SET number = -number WHERE number < 0")


def swap(rows: sqlite3.Connection, dice: random.Random) -> None:
    """Two events change places, with or without their hashes."""
    one, other = dice.sample(range(1, length(rows) + 1), 2)
    for old, new in ((one, -1), (other, one), (-1, other)):
        rows.execute("UPDATE event SET number = ? WHERE number = ?", (new, old))


def test_every_random_edit_is_found(shop: Workshop, path: Path, rows: sqlite3.Connection) -> None:
    dice, view = random.Random(seed("tampering")), shop.view
    saved = rows.execute("SELECT * FROM event").fetchall()
    for number in range(EDITS):
        edit: Callable[[sqlite3.Connection, random.Random], None] = dice.choice(
            [flip, flip, insert, delete, swap]
        )
        edit(rows, dice)
        assert shop.catalogue.verify(view).broken, (number, edit.__name__)
        assert check(path), (number, edit.__name__)
        rows.execute("DELETE FROM event")
        rows.executemany(f"INSERT INTO event VALUES ({', '.join('?' * len(saved[0]))})", saved)
    assert broken(shop) == ""


@pytest.mark.parametrize("value", ["CAST(x'ff' AS TEXT)", "x'00ff'", "'{'", "'[1]'", "1.5"])
@pytest.mark.parametrize("column", ["detail", "by"])
def test_what_is_no_text_any_more_is_a_broken_history_too(
    shop: Workshop, path: Path, rows: sqlite3.Connection, column: str, value: str
) -> None:
    rows.execute(f"UPDATE event SET {column} = {value} WHERE number = 3")
    assert broken(shop)
    assert check(path)


def test_the_same_json_written_otherwise_is_found(
    shop: Workshop, path: Path, rows: sqlite3.Connection
) -> None:
    rows.execute("UPDATE event SET detail = replace(detail, '{', '{ ') WHERE number = 3")
    assert broken(shop) == "event 3 was altered"
    assert check(path)


def test_a_cut_tail_shows_against_the_offer(shop: Workshop, path: Path, rows: sqlite3.Connection) -> None:
    rows.execute("DELETE FROM event WHERE number > 5")
    assert "the chain ends at 5" in broken(shop)
    assert check(path)


def test_a_tail_cut_with_its_memory_shows_against_an_anchor_only(
    shop: Workshop, path: Path, rows: sqlite3.Connection
) -> None:
    anchor = {shop.view.key: (shop.view.events, shop.view.head)}
    _go_back(rows, 9)
    assert broken(shop) == ""
    assert not [line for line in check(path) if "follow" in line or "altered" in line]
    assert "is not the one that was written down elsewhere" in "".join(check(path, anchors=anchor))
    assert "the lock file knows" in lock_objection(shop.engine, shop.view, shop.offer)


def test_a_history_written_anew_shows_against_the_lock_file(
    shop: Workshop, path: Path, rows: sqlite3.Connection
) -> None:
    events = shop.catalogue.history(shop.view)
    _go_back(rows, 0)
    head = ""
    for event in events:  # whoever can write the file can make a chain that fits
        forged = Event(**vars(event) | {"by": "nobody@nowhere"}).chained(shop.view.key, head)
        head = forged.hash
        values = vars(forged) | {
            "detail": json.dumps(dict(forged.detail), sort_keys=True, separators=(",", ":"))
        }
        names = ", ".join(values)
        rows.execute(
            f"INSERT INTO event (offer_id, {names}) VALUES (1{', ?' * len(values)})", tuple(values.values())
        )
    rows.execute("UPDATE offer SET events = ?, head = ?", (len(events), head))
    assert broken(shop) == ""
    assert "is another than the catalogue's" in lock_objection(shop.engine, shop.view, shop.offer)


def _go_back(rows: sqlite3.Connection, number: int) -> None:
    rows.execute("DELETE FROM event WHERE number > ?", (number,))
    rows.execute(
        "UPDATE offer SET events = ?, head = coalesce((SELECT hash FROM event WHERE number = ?), '')",
        (number, number),
    )


def test_an_event_belongs_to_its_offer() -> None:
    facts: dict[str, Any] = {
        "number": 1,
        "at": "2026-01-01T00:00:00Z",
        "by": "a",
        "subject": "offer",
        "trigger": "open",
    }
    event = Event(**facts, source="", target="draft", revision=1, detail={}).chained("labs/one", "")
    assert verify("labs/one", [event], head=event.hash, count=1).broken == ""
    assert verify("labs/two", [event], head=event.hash, count=1).broken == "event 1 was altered"


def test_a_write_in_between_is_no_fault_of_the_chain(shop: Workshop, path: Path) -> None:
    view = shop.view
    with shop.catalogue.write(*KEY, actor="another", now=shop.now) as work:
        work.fire("request_deletion")
    assert shop.catalogue.verify(view).broken == ""
