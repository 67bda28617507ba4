"""Eight processes move one offer at once: one legal history, no lost update, nobody waits in vain."""

import multiprocessing
import random
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publisher.catalogue.store import Catalogue
from tests.stress.checker import check
from tests.stress.racing import KEY, draft, race
from tests.stress.servers import exported, postgresql
from tests.stress.size import pick, seed

PROCESSES = 8
MOVES = pick(quick=25, ci=200, soak=1000)


def raced(url: str, name: str) -> list[dict[str, Any]]:
    """What every process told."""
    catalogue = Catalogue(url)
    with catalogue.write(*KEY, actor="starter", now=datetime.now(UTC), create=True) as work:
        work.open_revision(draft(0))
    catalogue.close()
    dice = random.Random(seed(name))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        runs = [pool.submit(race, url, f"rival-{n}", dice.randrange(2**32), MOVES) for n in range(PROCESSES)]
        told = [run.result() for run in runs]
    lost, longest = sum(row["lost"] for row in told), max(row["longest"] for row in told)
    print(f"{name}: {PROCESSES} x {MOVES} moves, {lost} lost races, longest wait {longest:.2f} s")
    return told


def proved(told: list[dict[str, Any]], rows: Path) -> None:
    """Every acknowledged write is there, once, in one history."""
    assert [row["error"] for row in told] == [""] * PROCESSES
    assert [row["done"] for row in told] == [MOVES] * PROCESSES
    assert max(row["longest"] for row in told) < 30
    assert check(rows) == []
    with closing(sqlite3.connect(rows)) as db:
        assert db.execute("SELECT rev FROM offer").fetchall() == [(1 + PROCESSES * MOVES,)]
        by = "SELECT by, count(DISTINCT at) FROM event GROUP BY by"
        assert dict(db.execute(by)) == {"starter": 1} | {f"rival-{n}": MOVES for n in range(PROCESSES)}


def test_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    proved(raced(f"sqlite:///{path}", "races on SQLite"), path)


def test_postgresql(tmp_path: Path) -> None:
    with postgresql() as url:
        told = raced(url, "races on PostgreSQL")
        proved(told, exported(url, tmp_path / "rows.db"))
