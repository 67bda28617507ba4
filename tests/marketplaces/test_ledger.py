"""The journal: one line per effect, in one commit with it, for ever."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.marketplaces import Request, Slot
from publisher.marketplaces.local import LocalMarketplace

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OFFER = ("northlight", "beacon")
Ask = Callable[..., Request]


def run(place: LocalMarketplace, request: Request) -> None:
    place.submit(request, now=NOW)
    place.look(request.publisher, request.offer, request.identity, now=NOW)


def raw(tmp_path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(tmp_path / ".publisher" / "marketplace.db", isolation_level=None))


def test_the_journal_tells_the_whole_life(local: LocalMarketplace, ask: Ask) -> None:
    run(local, ask())
    run(local, ask("p1", Slot.PRODUCTION))
    local.update_testers(*OFFER, ("cccc-3",), now=NOW)
    local.withdraw(*OFFER, "byol", identity="w1", now=NOW)
    lines = [(e.seq, e.effect, e.identity, e.digest) for e in local.journal("northlight/beacon")]
    assert lines == [
        (1, "submission-accepted", "s1", "d1"),
        (2, "slot-filled", "s1", "d1"),
        (3, "submission-accepted", "p1", "d1"),
        (4, "slot-filled", "p1", "d1"),
        (5, "testers-updated", "", ""),
        (6, "withdrawn", "w1", ""),
    ]
    last = local.journal()[-1]
    assert last.at == NOW
    assert last.detail == {"sku": "byol", "slots": ["staging", "production"]}


def test_a_withdrawal_of_nothing_says_so(local: LocalMarketplace) -> None:
    local.withdraw(*OFFER, "ghost", identity="w1", now=NOW)
    assert [entry.detail for entry in local.journal()] == [{"sku": "ghost", "slots": []}]


def test_each_offer_has_its_own_lines(local: LocalMarketplace, ask: Ask) -> None:
    run(local, ask())
    run(local, ask("s2", offer="lamp"))
    assert {entry.identity for entry in local.journal("northlight/lamp")} == {"s2"}
    assert len(local.journal()) == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET effect = 'withdrawn'",
        "DELETE FROM journal",
        "UPDATE submissions SET progress = 'running'",
        "INSERT INTO journal SELECT 99, at, offer, effect, identity, digest, detail FROM journal",
    ],
)
def test_the_file_itself_guards_the_past(
    local: LocalMarketplace, ask: Ask, tmp_path: Path, statement: str
) -> None:
    run(local, ask())
    before = local.journal()
    with raw(tmp_path) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)
    assert local.journal() == before


def test_effect_and_line_are_one_commit(local: LocalMarketplace, ask: Ask, tmp_path: Path) -> None:
    local.submit(ask(), now=NOW)
    with raw(tmp_path) as db:
        db.execute(
            """CREATE TRIGGER no_more BEFORE INSERT ON journal
            BEGIN SELECT RAISE(ABORT, 'the journal is closed'); END"""
        )
    with pytest.raises(sqlite3.IntegrityError, match="closed"):
        local.look(*OFFER, "s1", now=NOW)
    assert local.content(*OFFER, Slot.STAGING) is None
    assert [submission.step for submission in local.submissions()] == ["certification"]
