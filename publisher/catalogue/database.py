"""Opens the catalogue's database, with the settings without which it would lose or mix up writes."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from publisher.catalogue import SQLITE
from publisher.errors import CatalogueUnavailable, SettingsError
from publisher.redact import redact

HEAD: Final = "0002"
KNOWN: Final = ("0001", "0002")
BUSY_SECONDS: Final = 30
LITTLE: Final = 256 * 1024  # bytes; less room, and SQLite fails in ways that do not say so
EMPTY: Final = f"{SQLITE}:memory:"
_PRAGMAS: Final = (
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    "PRAGMA synchronous=FULL",  # NORMAL loses acknowledged commits in a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)


def open_engine(url: str) -> Engine:
    """The engine of a database URL, migrated to the newest schema.

    Raises SettingsError for an unusable URL or a newer schema, CatalogueUnavailable for a database
    that does not answer.
    """
    engine = _sqlite(url) if url.startswith("sqlite") else _server(url)
    with unavailable(url):
        _migrate(engine, url)
    return engine


def reader(engine: Engine) -> Engine:
    """For reading: all that one connection sees is of one moment."""
    if engine.dialect.name == "sqlite":
        return engine  # a transaction of SQLite is of one moment by itself
    return engine.execution_options(isolation_level="REPEATABLE READ")


def writer(engine: Engine) -> Engine:
    """For writing: SQLite takes the lock at the first line, PostgreSQL with the offer's row."""
    return engine.execution_options(write=True)


@contextmanager
def unavailable(url: str) -> Iterator[None]:
    """Turns what a database says when it is locked, full, gone or broken into an error with a cure."""
    try:
        yield
    except OperationalError as error:
        room = _room(url)
        raise CatalogueUnavailable(
            f"the catalogue {redact(url)} does not answer: {_reason(error)}{room}",
            hint=_cure(f"{error.orig}{room}"),
        ) from None
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and not isinstance(
            error.orig, sqlite3.IntegrityError
        ):
            raise SettingsError(
                f"the catalogue {redact(url)} cannot be read: {_reason(error)}",
                hint="restore it from a backup; `publisher doctor` says more",
            ) from None
        raise


def _reason(error: DBAPIError) -> str:
    return redact(str(error.orig)).strip().partition("\n")[0]


def _room(url: str) -> str:
    """How little room the catalogue's disk has, as the end of a sentence; "" where that is not the cause."""
    import shutil

    if not url.startswith(SQLITE):
        return ""
    folder = Path(url.removeprefix(SQLITE)).parent
    with suppress(OSError):
        if (free := shutil.disk_usage(folder).free) < LITTLE:
            return f"; the disk is full: {free:,} bytes are free in {folder}"
    return ""


def _cure(reason: str) -> str:
    if "full" in reason:
        return "make room on the disk, then run the same command again"
    if "locked" in reason:
        return "another command is writing; run the same command again"
    return "see that the database is running and writable, then run the same command again"


def _sqlite(url: str) -> Engine:
    if path := url.removeprefix(SQLITE):
        _refuse_network(Path(path))
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        # SQLite does not wait here for another process that just makes the file; until a later
        # connection succeeds, the rollback journal is as durable. What else is wrong shows soon.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _refuse_network(path: Path) -> None:
    """WAL needs shared memory: on a network file system two machines would corrupt the file."""
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kind = _file_system(os.fspath(folder.resolve()))
    except OSError as error:
        reason = "is no folder" if isinstance(error, FileExistsError) else error.strerror or "cannot be used"
        raise SettingsError(
            f"{folder}: {reason.lower()}",
            hint="set database_url in publisher.toml, or run where the folder is writable",
        ) from None
    if kind in {"nfs", "nfs4", "cifs", "smb3", "smbfs"}:
        raise SettingsError(
            f"{folder} lies on a network file system ({kind})",
            hint="keep the catalogue on a local disk, or set database_url to a PostgreSQL database",
        )


def _file_system(folder: str) -> str:
    """The type of the file system that holds a folder, from /proc/mounts; "" where that is unknown."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    rows = [line.split(" ")[1:3] for line in mounts if line.count(" ") >= 3]
    above = [
        (point, kind) for point, kind in rows if re.match(re.escape(point.rstrip("/")) + "(/|$)", folder)
    ]
    return max(above, key=lambda row: len(row[0]), default=("", ""))[1]


def _server(url: str) -> Engine:
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    url = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)
    try:
        return create_engine(url, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise SettingsError(
            f"database_url {redact(url)[:120]!r} cannot be used",
            hint="write sqlite:///PATH, or postgresql://… and install vm-offer-publisher[postgresql]",
        ) from None


def _migrate(engine: Engine, url: str) -> None:
    if (version := schema_version(engine)) == HEAD:
        return
    if version is not None and version not in KNOWN:
        raise SettingsError(
            f"the catalogue {redact(url)} has schema {version}, newer than this program's {HEAD}",
            hint="upgrade vm-offer-publisher; nothing was changed",
        )
    from publisher.catalogue.migrations import upgrade

    upgrade(engine)


def schema_version(engine: Engine) -> str | None:
    """The schema's version; None for a database that holds nothing yet."""
    with engine.connect() as connection:
        if not engine.dialect.has_table(connection, "alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(found) if found else None
