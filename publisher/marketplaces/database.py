"""The SQLite file of a simulated marketplace: durable, shared by processes, refused when it is not ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from publisher.errors import MarketplaceUnavailable, SettingsError

SCHEMA_VERSION: Final = 1

_FOREIGN: Final = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)

# A final status, a document and a line of the journal never change: the file itself sees to it.
_SCHEMA: Final = (
    """CREATE TABLE submissions (
        identity TEXT PRIMARY KEY,
        publisher TEXT NOT NULL,
        offer TEXT NOT NULL,
        slot TEXT NOT NULL CHECK (slot IN ('staging', 'production')),
        digest TEXT NOT NULL,
        skips_certification INTEGER NOT NULL,
        accepted_at TEXT NOT NULL,
        passed INTEGER NOT NULL,
        progress TEXT NOT NULL,
        step TEXT NOT NULL,
        message TEXT NOT NULL,
        since TEXT NOT NULL
    )""",
    """CREATE UNIQUE INDEX one_running_submission ON submissions (publisher, offer)
        WHERE progress = 'running'""",
    """CREATE TRIGGER final_stays_final BEFORE UPDATE ON submissions WHEN OLD.progress <> 'running'
        BEGIN SELECT RAISE(ABORT, 'a final submission never changes'); END""",
    """CREATE TABLE contents (
        identity TEXT PRIMARY KEY REFERENCES submissions (identity),
        document TEXT NOT NULL,
        subscriptions TEXT NOT NULL
    )""",
    """CREATE TABLE slots (
        publisher TEXT NOT NULL,
        offer TEXT NOT NULL,
        slot TEXT NOT NULL CHECK (slot IN ('staging', 'production')),
        identity TEXT NOT NULL REFERENCES submissions (identity),
        digest TEXT NOT NULL,
        document TEXT NOT NULL,
        since TEXT NOT NULL,
        PRIMARY KEY (publisher, offer, slot)
    )""",
    """CREATE TABLE testers (
        publisher TEXT NOT NULL,
        offer TEXT NOT NULL,
        subscriptions TEXT NOT NULL,
        PRIMARY KEY (publisher, offer)
    )""",
    "CREATE TABLE files (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL)",
    """CREATE TABLE knobs (
        scope TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (scope, name)
    )""",
    """CREATE TABLE journal (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        offer TEXT NOT NULL,
        effect TEXT NOT NULL,
        identity TEXT NOT NULL,
        digest TEXT NOT NULL,
        detail TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX one_effect_per_identity ON journal (identity, effect) WHERE identity <> ''",
    """CREATE TRIGGER journal_keeps_lines BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER journal_keeps_words BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)


class MarketplaceFile:
    """Opens the file for one call at a time, so that threads and processes may share it.

    `application_id` tells the kinds of marketplace apart; `patience` is how many seconds to wait
    for another process that writes; `tables` are statements that make a kind's own tables.
    """

    def __init__(
        self, path: Path, *, application_id: int, patience: float, tables: tuple[str, ...] = ()
    ) -> None:
        self.path = path
        self._tables = tables
        self._application_id = application_id
        self._patience = patience

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection outside any transaction; the file is created when missing.

        Raises MarketplaceUnavailable (locked, full, unreadable), SettingsError (not such a file).
        """
        self._make_folder()
        with self._told_plainly(), closing(self._connect()) as db:
            self._prepare(db)
            yield db

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=self._patience, isolation_level=None)

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"{self.path.parent} cannot hold a marketplace: {error.strerror}",
                hint="choose a folder that can be written",
            ) from error

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.row_factory = sqlite3.Row
        for pragma in (
            "synchronous = FULL",
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "cell_size_check = ON",
        ):
            db.execute(f"PRAGMA {pragma}")
        if not self._is_ours(db):
            with writing(db):
                if not self._is_ours(db):  # another process may have been faster
                    self._create(db)
        if _pragma(db, "journal_mode") != "wal":
            with suppress(sqlite3.OperationalError):  # busy: the rollback journal is as durable meanwhile
                db.execute("PRAGMA journal_mode = WAL")

    def _is_ours(self, db: sqlite3.Connection) -> bool:
        """False for a file that is still empty; anything foreign raises SettingsError."""
        # In this order: another process may create the file, in one commit, between the two questions.
        empty = not db.execute("SELECT 1 FROM sqlite_master").fetchone()
        application_id, version = _pragma(db, "application_id"), _pragma(db, "user_version")
        if empty and application_id in (0, self._application_id):
            return False
        if application_id != self._application_id:
            raise SettingsError(f"{self.path} is not a file of this marketplace", hint="move it away")
        if int(version) > SCHEMA_VERSION:
            raise SettingsError(
                f"{self.path} has format {version}; this program knows formats up to {SCHEMA_VERSION}",
                hint="install the newer version that wrote it",
            )
        return True

    def _create(self, db: sqlite3.Connection) -> None:
        for statement in (*_SCHEMA, *self._tables):
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {self._application_id}")
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _told_plainly(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise  # a guard of the schema held back a bug of ours: not to be sent again
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) in _FOREIGN:
                raise SettingsError(
                    f"{self.path} cannot be read as a database: {error}", hint="move it away"
                ) from error
            raise MarketplaceUnavailable(
                f"{self.path}: {error}; what was asked may or may not have been done",
                hint="check free space, permissions and other processes, then run the command again",
            ) from error


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction that holds the write lock from its first line; all or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has already rolled back
            db.execute("ROLLBACK")
        raise


def _pragma(db: sqlite3.Connection, name: str) -> str | int:
    """The value of a PRAGMA that answers with one cell."""
    value: str | int = db.execute(f"PRAGMA {name}").fetchone()[0]
    return value
