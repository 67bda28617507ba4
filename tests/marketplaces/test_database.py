"""The file: made when missing, refused when it is not ours, and errors that say what to do."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.errors import MarketplaceUnavailable, SettingsError
from publisher.marketplaces import Request
from publisher.marketplaces.local import LocalMarketplace
from publisher.marketplaces.manual import ManualMarketplace

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def local(path: Path) -> LocalMarketplace:
    return LocalMarketplace(path, check_links=lambda urls: {}, patience=0.05)


def test_an_empty_file_becomes_a_marketplace(tmp_path: Path) -> None:
    (tmp_path / "m.db").touch()
    assert local(tmp_path / "m.db").journal() == []
    with closing(sqlite3.connect(tmp_path / "m.db")) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_another_process_may_create_the_file_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(sqlite3.Connection):
        asked = 0

        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            if "sqlite_master" in sql or "application_id" in sql:
                self.asked += 1
                if self.asked == 2:
                    monkeypatch.undo()
                    local(tmp_path / "m.db").journal()
            return super().execute(sql, *values)  # type: ignore[arg-type]

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=Interrupted, **k))
    assert local(tmp_path / "m.db").journal() == []
    with closing(sqlite3.connect(tmp_path / "m.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)


def test_the_other_kind_of_marketplace_is_refused(tmp_path: Path) -> None:
    ManualMarketplace(tmp_path / "m.db").journal()
    with pytest.raises(SettingsError, match=r"m\.db"):
        local(tmp_path / "m.db").journal()


def test_somebody_elses_database_stays_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "m.db")) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    before = (tmp_path / "m.db").read_bytes()
    with pytest.raises(SettingsError, match="not a file of this marketplace"):
        local(tmp_path / "m.db").journal()
    assert (tmp_path / "m.db").read_bytes() == before


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    local(tmp_path / "m.db").journal()
    with closing(sqlite3.connect(tmp_path / "m.db")) as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(SettingsError, match="format 2"):
        local(tmp_path / "m.db").journal()


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.db").write_text("format: vm-offer/1\n" * 50)
    with pytest.raises(SettingsError, match="cannot be read"):
        local(tmp_path / "m.db").journal()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m").touch()
    with pytest.raises(SettingsError, match="cannot hold"):
        local(tmp_path / "m" / "m.db").journal()


def test_a_writer_that_does_not_end_means_try_again(tmp_path: Path, ask: Callable[..., Request]) -> None:
    place = local(tmp_path / "m.db")
    place.journal()
    with closing(sqlite3.connect(tmp_path / "m.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        with pytest.raises(MarketplaceUnavailable, match="locked"):
            place.submit(ask(), now=NOW)
        assert place.submissions() == []
    place.submit(ask(), now=NOW)


def test_a_full_disk_means_try_again(tmp_path: Path, ask: Callable[..., Request]) -> None:
    place = local(tmp_path / "m.db")
    place.journal()
    with pytest.MonkeyPatch.context() as patch:
        connect = sqlite3.connect

        def small_disk(*args: object, **options: object) -> sqlite3.Connection:
            db = connect(*args, **options)  # type: ignore[call-overload]
            db.execute("PRAGMA max_page_count = 1")
            return db

        patch.setattr(sqlite3, "connect", small_disk)
        with pytest.raises(MarketplaceUnavailable, match="full"):
            place.submit(ask(document={"text": "x" * 100_000}), now=NOW)
    assert place.submissions() == []
    place.submit(ask(), now=NOW)
