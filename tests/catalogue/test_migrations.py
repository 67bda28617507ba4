"""The schema: made once, complete or not at all, never by an older program over a newer one."""

import hashlib
import multiprocessing
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, Pool, create_engine, event
from sqlalchemy.exc import DBAPIError

from publisher.catalogue.store import Catalogue
from publisher.catalogue.tables import METADATA
from publisher.errors import CatalogueUnavailable, SettingsError
from publisher.marketplaces.local import LocalMarketplace
from tests.stress.checker import check
from tests.stress.racing import KEY, draft
from tests.stress.servers import postgresql

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.db"


@contextmanager
def opened(where: str | Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(where)
    try:
        yield catalogue
    finally:
        catalogue.close()


def fill(catalogue: Catalogue, number: int = 0) -> None:
    with catalogue.write(*KEY, actor="somebody", now=NOW, create=catalogue.view(*KEY) is None) as work:
        work.open_revision(draft(number))


def differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        found: list[Any] = compare_metadata(context, METADATA)
    engine.dispose()
    return found


def test_a_fresh_schema_is_what_the_tables_say(path: Path) -> None:
    with opened(path) as catalogue:
        fill(catalogue)
    assert differences(create_engine(f"sqlite:///{path}")) == []


def test_a_fresh_schema_is_what_the_tables_say_on_postgresql() -> None:
    with postgresql() as url:
        with opened(url):
            pass
        assert differences(create_engine(url.replace("postgresql:", "postgresql+psycopg:"))) == []


def test_the_file_says_what_it_is(path: Path) -> None:
    with opened(path) as catalogue:
        fill(catalogue)
    with closing(sqlite3.connect(path)) as db:
        pragmas = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "journal_mode")]
        assert pragmas == [0x564D4341, "wal"]


def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    with opened(path) as catalogue:
        fill(catalogue)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9000'")
        db.commit()
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(SettingsError, match="has schema 9000, newer than") as caught:
        Catalogue(path)
    assert "upgrade vm-offer-publisher; nothing was changed" in caught.value.hint
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    LocalMarketplace(path, check_links=lambda urls: {}).journal()
    before = path.read_bytes()
    with pytest.raises(SettingsError, match="is no catalogue"):
        Catalogue(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("data", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_is_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(SettingsError, match="cannot be read"):
        Catalogue(path)
    assert path.read_bytes() == data


def begin(barrier: Any, urls: list[str], number: int) -> list[str]:
    """What one of several processes does that find no catalogue yet, all at the same moment."""
    return [_begun(barrier, url, number) for url in urls]


def _begun(barrier: Any, url: str, number: int) -> str:
    barrier.wait(60)
    try:
        with (
            opened(url) as catalogue,
            catalogue.write("rivals", f"offer-{number}", actor="x", now=NOW, create=True) as work,
        ):
            work.open_revision(draft(number))
    except Exception as error:  # the parent wants to read it
        return f"{type(error).__name__}: {error}"
    return "done"


def beginnings(urls: list[str]) -> set[str]:
    """Four processes make each catalogue at once."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(4, mp_context=context) as pool:
        barrier = manager.Barrier(4)
        runs = [pool.submit(begin, barrier, urls, number) for number in range(4)]
        return {said for run in runs for said in run.result()}


def test_several_processes_make_one_catalogue(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path}/{number}/catalogue.db" for number in range(40)]
    assert beginnings(urls) == {"done"}
    assert check(tmp_path / "0" / "catalogue.db") == []


def test_several_processes_make_one_catalogue_on_postgresql() -> None:
    with postgresql() as one, postgresql() as two:
        assert beginnings([one, two]) == {"done"}


def test_a_migration_that_is_cut_off_leaves_nothing_behind(path: Path) -> None:
    """Whichever statement it dies at, the next command begins again and ends well."""
    done = False
    for number in range(1, 200):
        try:
            with dying_at(number), opened(path):
                done = True
                break
        except KeyboardInterrupt:
            with closing(sqlite3.connect(path)) as db:
                assert db.execute("SELECT name FROM sqlite_master").fetchall() == []
    assert done
    assert number > 20
    assert differences(create_engine(f"sqlite:///{path}")) == []


@contextmanager
def dying_at(number: int) -> Iterator[None]:
    left = iter(range(number))

    def die(*_: object) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", die)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", die)


TAMPERING = ("UPDATE event SET by = 'nobody'", "DELETE FROM event", "DELETE FROM event WHERE number = 1")


@pytest.mark.parametrize("statement", TAMPERING)
def test_events_cannot_be_changed(path: Path, statement: str) -> None:
    with opened(path) as catalogue:
        fill(catalogue)
    with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement)


def test_events_cannot_be_changed_on_postgresql() -> None:
    with postgresql() as url:
        with opened(url) as catalogue:
            fill(catalogue)
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        for statement in (*TAMPERING, "TRUNCATE event"):
            with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
                connection.exec_driver_sql(statement)
        engine.dispose()


@contextmanager
def pragma(statement: str) -> Iterator[None]:
    """A PRAGMA for every connection that is used meanwhile."""

    def configure(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA {statement}")

    event.listen(Pool, "checkout", configure)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", configure)


def test_a_full_disk_is_said_and_harms_nothing(path: Path) -> None:
    with opened(path) as catalogue:
        fill(catalogue)
    with closing(sqlite3.connect(path)) as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    with pragma(f"max_page_count = {pages + 5}"), opened(path) as catalogue:
        written, error = filled_up(catalogue)
    assert "full" in error.message
    assert "make room" in error.hint
    with opened(path) as catalogue:
        fill(catalogue, 1000)
        view = catalogue.view(*KEY)
        assert view is not None
        assert view.rev == 1 + written + 1
        assert catalogue.verify(view).broken == ""
    assert check(path) == []


def filled_up(catalogue: Catalogue) -> tuple[int, CatalogueUnavailable]:
    """Write until there is no room; how many writes were acknowledged, and what was said then."""
    for number in range(1000):
        try:
            fill(catalogue, number + 1)
        except CatalogueUnavailable as error:
            return number, error
    raise AssertionError("the disk never became full")


def test_a_full_disk_at_the_first_command(path: Path) -> None:
    with pragma("max_page_count = 5"), pytest.raises(CatalogueUnavailable, match="full"):
        Catalogue(path)
    with opened(path) as catalogue:
        fill(catalogue)
    assert check(path) == []


def test_a_small_file_system_that_fills_up(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", os.fspath(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a file system is not permitted here")
    try:
        with opened(disk / "catalogue.db") as catalogue:
            written, error = filled_up(catalogue)
            assert "full" in error.message
            view = catalogue.view(*KEY)
            assert view is not None
            assert (view.rev, catalogue.verify(view).broken) == (written, "")
    finally:
        subprocess.run(["umount", os.fspath(disk)], check=True)


def test_a_locked_catalogue_is_said(path: Path) -> None:
    with opened(path) as catalogue:
        fill(catalogue)
    with pragma("busy_timeout = 50"), opened(path) as catalogue, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CatalogueUnavailable, match="locked") as caught:
            fill(catalogue, 1)
        assert "another command is writing" in caught.value.hint
        other.rollback()
        fill(catalogue, 1)
