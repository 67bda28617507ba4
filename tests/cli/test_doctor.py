"""publisher doctor: every point on its own, each failure with its cure."""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.doctor import examine
from tests.cli.conftest import Desk


@pytest.fixture(autouse=True)
def closed(desk: Desk) -> None:
    """The secrets file of the demo is open to its owner alone."""
    (desk.offer / "demo.env").chmod(0o600)


def states(desk: Desk) -> dict[str, str]:
    checks = json.loads(desk("doctor", "--output-format", "json").out)["checks"]
    return {check["name"]: check["state"] for check in checks}


def failing(desk: Desk) -> list[str]:
    return [name for name, state in states(desk).items() if state == "fail"]


def test_before_the_first_offer_nothing_fails_and_nothing_is_made(desk: Desk) -> None:
    assert desk("doctor").code == 0
    assert states(desk)["histories"] == "skip"
    assert not (desk.folder / ".publisher").exists()


def test_a_live_offer_is_healthy(desk: Desk) -> None:
    desk.release()
    assert set(states(desk).values()) == {"ok"}
    said = desk("doctor")
    assert said.code == 0
    assert "ok    journal      journal_mode wal, synchronous 2, foreign_keys 1\n" in said.out
    assert "ok    histories    1 offer, 16 events: every one fits\n" in said.out
    assert "nothing fails" in said.err


def test_settings_that_cannot_be_read_skip_what_rests_on_them(desk: Desk) -> None:
    (desk.folder / "publisher.toml").write_text('targett = "local"')
    said = desk("doctor")
    assert said.code == 1
    assert "cure: did you mean 'target'?" in said.out
    assert failing(desk) == ["settings"]


def test_a_broken_history_fails(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    with closing(sqlite3.connect(desk.folder / ".publisher" / "catalogue.db")) as db:
        db.execute("DROP TRIGGER event_no_update")
        db.execute("UPDATE event SET by = 'nobody' WHERE number = 5")
        db.commit()
    assert failing(desk) == ["histories"]
    assert "tidewater-labs/beacon-metrics: event 5 was altered" in desk("doctor").out


def test_a_newer_catalogue_fails(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    with closing(sqlite3.connect(desk.folder / ".publisher" / "catalogue.db")) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    said = desk("doctor")
    assert said.code == 1
    assert "has schema 9999, newer than" in said.out
    assert failing(desk) == ["catalogue"]
    assert states(desk)["marketplace"] == "skip"


def test_a_marketplace_file_that_is_none_fails(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    for file in (desk.folder / ".publisher").glob("marketplace.db*"):
        file.unlink()
    (desk.folder / ".publisher" / "marketplace.db").write_text("no database" * 100)
    assert failing(desk) == ["marketplace"]


def test_turned_knobs_are_said(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    desk("marketplace", "outage", "*", "on")
    assert "knobs are turned: * outage on" in desk("doctor").out


def test_a_lock_file_of_another_history_fails(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    path = desk.offer / "offer.lock.json"
    lock = json.loads(path.read_text())
    path.write_text(json.dumps(lock | {"head": "0" * 64}))
    assert failing(desk) == ["lock files"]
    path.write_text("{")
    assert failing(desk) == ["lock files"]


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_secrets_file_open_to_everyone_fails_without_being_shown(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    (desk.offer / "demo.env").chmod(0o644)
    said = desk("doctor")
    assert said.code == 1
    assert "demo.env can be read by everyone" in said.out
    assert "DEMO0000" not in said.out + said.err


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_secrets_file_under_version_control_fails(desk: Desk) -> None:
    shutil.copy(desk.offer / "demo.env", desk.folder / "secrets.env")
    (desk.folder / "secrets.env").chmod(0o600)
    subprocess.run(["git", "init", "-q", desk.folder], check=True)
    subprocess.run(["git", "-C", desk.folder, "add", "secrets.env"], check=True)
    assert "secrets.env is tracked by git" in desk("doctor").out
    (desk.folder / "secrets.env").write_text("COLOUR=blue\n")
    assert failing(desk) == []


def test_a_clock_that_is_wrong_fails(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    now = datetime.now(UTC)
    for shift in (timedelta(minutes=6), timedelta(minutes=-6)):
        found = {check.name: check for check in examine(now=now + shift)}
        assert found["clock"].state == "fail"
        assert "set the clock" in found["clock"].cure
    assert found["times"].state == "fail"
    assert all(check.state == "ok" for check in examine(now=now + timedelta(minutes=4)))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_fails(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    home: Path = desk.folder / ".publisher"
    home.chmod(0o500)
    try:
        assert "folder" in failing(desk)
    finally:
        home.chmod(0o700)


def test_it_says_whether_the_marketplace_lets_us_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "the target local needs none" in desk("doctor").out
    monkeypatch.setenv("PUBLISHER_TARGET", "emulator")
    assert "emulator lets this identity in; it sees 0 VM offers" in desk("doctor").out
    monkeypatch.setenv("PUBLISHER_TARGET", "partner-center")
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "IDENTITY_ENDPOINT", "MSI_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    said = desk("doctor")
    assert "AZURE_FEDERATED_TOKEN_FILE" in said.out
    assert said.code == 1
