"""What the surroundings do to a release: one clear error, nothing half done, and the next run goes on."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from publisher.catalogue import database
from publisher.marketplaces.emulator import start_emulator
from tests.certificates import make_certificate
from tests.cli.conftest import Desk


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked catalogue is waited for a moment, not half a minute."""
    waiting = [pragma for pragma in database._PRAGMAS if "busy_timeout" in pragma]
    assert len(waiting) == 1
    pragmas = [pragma for pragma in database._PRAGMAS if pragma not in waiting]
    monkeypatch.setattr(database, "_PRAGMAS", ("PRAGMA busy_timeout=50", *pragmas))


def journal(desk: Desk) -> int:
    with closing(sqlite3.connect(desk.folder / ".publisher" / "marketplace.db")) as db:
        return int(db.execute("SELECT count(*) FROM journal").fetchone()[0])


@pytest.mark.usefixtures("impatient")
def test_a_catalogue_that_somebody_holds_is_said_to_be_busy_and_nothing_is_lost(desk: Desk) -> None:
    assert desk("stage", "beacon-metrics", "--wait").code == 0
    before = desk("history", "beacon-metrics").out, journal(desk)
    desk.edit("title: Beacon Metrics Server", "title: Beacon Server")
    with closing(sqlite3.connect(desk.folder / ".publisher" / "catalogue.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = desk("stage", "beacon-metrics")
        assert said.code == 3
        assert "does not answer: database is locked" in said.err
        assert "another command is writing; run the same command again" in said.err
    assert (desk("history", "beacon-metrics").out, journal(desk)) == before
    assert desk("stage", "beacon-metrics", "--wait").code == 0
    assert journal(desk) > before[1]


def test_a_marketplace_that_does_not_prove_who_it_is_gets_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHER_PROFILE", "classic")
    certificate = make_certificate(tmp_path, "localhost")
    with start_emulator(tmp_path / "emulator.db", certificate=certificate) as emulator:
        monkeypatch.setenv("PUBLISHER_EMULATOR_URL", emulator.origin)
        said = desk("stage", "beacon-metrics", "--target", "emulator")
        assert said.code == 2
        assert re.search("localhost does not prove who it is: .*certificate verify failed", said.err)
        assert emulator.journal() == []
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert desk("stage", "beacon-metrics", "--target", "emulator", "--wait").code == 0
