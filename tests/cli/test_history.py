"""publisher history: one line per event, an export, and the proof."""

import hashlib
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.cli.conftest import Desk


def exported(desk: Desk) -> list[dict[str, Any]]:
    said = desk("history", "beacon-metrics", "--output-format", "jsonl")
    return [json.loads(line) for line in said.out.splitlines()]


def tamper(desk: Desk, statement: str) -> None:
    with closing(sqlite3.connect(desk.folder / ".publisher" / "catalogue.db")) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(statement)
        db.commit()


def test_every_event_is_a_line(desk: Desk) -> None:
    desk.release()
    lines = desk("history", "beacon-metrics").out.splitlines()
    assert [line.split()[0] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
    assert "draft -> staging" in lines[3]
    assert any("production_requested -> live" in line for line in lines)


def test_the_proof_names_length_and_head(desk: Desk) -> None:
    desk.release()
    said = desk("history", "beacon-metrics", "--verify")
    last = exported(desk)[-1]
    assert said.code == 0
    assert said.out == (
        f"tidewater-labs/beacon-metrics: {last['number']} events, head {last['hash']}: every event fits\n"
    )


def test_an_export_can_be_proved_elsewhere(desk: Desk) -> None:
    desk.release()
    previous = ""
    for event in exported(desk):
        kept = {name: value for name, value in event.items() if name != "hash"}
        text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert event["previous"] == previous
        previous = hashlib.sha256(text.encode()).hexdigest()
        assert event["hash"] == previous


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE event SET by = 'nobody' WHERE number = 5", "event 5 was altered"),
        ("DELETE FROM event WHERE number = 5", "event 5 is missing"),
        ("DELETE FROM event WHERE number = (SELECT max(number) FROM event)", "the chain ends at"),
    ],
)
def test_a_broken_history_names_the_event(desk: Desk, statement: str, words: str) -> None:
    desk("stage", "beacon-metrics")
    tamper(desk, statement)
    said = desk("history", "beacon-metrics", "--verify")
    assert said.code == 1
    assert f"the history is broken: {words}" in said.err


def test_a_history_cut_short_shows_against_the_lock_file(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    catalogue = desk.folder / ".publisher" / "catalogue.db"
    kept = catalogue.read_bytes()
    desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics")
    catalogue.write_bytes(kept)
    said = desk("history", "beacon-metrics", "--verify", "--output-format", "jsonl")
    assert said.code == 1
    assert "LCY110 lock-agrees" in said.err
    assert "the catalogue is an older copy" in said.err
    assert len(said.out.splitlines()) == 8
