"""Brings a catalogue's schema up to date, one recorded step after the other."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect

from publisher.catalogue.database import HEAD
from publisher.catalogue.tables import METADATA
from publisher.errors import SettingsError

APPLICATION_ID: Final = 0x564D4341  # "VMCA", for `file` and whoever wonders


def config() -> Config:
    """Where the steps are."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.set_main_option("path_separator", "os")
    return settings


def upgrade(engine: Engine) -> None:
    """Run the missing steps in one transaction; a second process finds nothing left to do.

    Raises SettingsError for a database that holds something else.
    """
    settings = config()
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":  # SQLite has locked the file already
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({APPLICATION_ID})")
        _refuse_foreign(connection)
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {int(HEAD)}")


def _refuse_foreign(connection: Connection) -> None:
    """Tables of another program are left alone; in PostgreSQL they may stand beside ours."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        return
    if foreign := tables if connection.dialect.name == "sqlite" else tables & METADATA.tables.keys():
        raise SettingsError(
            f"the database is no catalogue: it holds {', '.join(sorted(foreign)[:3])}",
            hint="set database_url to a database of its own; nothing was changed",
        )
