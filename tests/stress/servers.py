"""A PostgreSQL database of one's own, where PUBLISHER_TEST_POSTGRESQL names a server.

For example PUBLISHER_TEST_POSTGRESQL=postgresql://postgres@127.0.0.1:5432/test: whoever connects must
be allowed to create databases; the one named is only connected to.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

TABLES = ("offer", "event", "revision", "sku", "version", "submission", "ticket")


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database, dropped afterwards; without a server the test is skipped."""
    server = os.environ.get("PUBLISHER_TEST_POSTGRESQL")
    if not server:
        pytest.skip("PUBLISHER_TEST_POSTGRESQL names no server")
    import psycopg

    name = f"publisher_test_{uuid4().hex[:12]}"
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        pytest.skip(f"the server of PUBLISHER_TEST_POSTGRESQL does not answer: {error}")
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield server.rpartition("/")[0] + f"/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def exported(url: str, path: Path) -> Path:
    """What the checker reads of a PostgreSQL catalogue, as an SQLite file."""
    import psycopg

    with psycopg.connect(url) as source, closing(sqlite3.connect(path)) as target:
        for table in TABLES:
            rows = source.execute(f'SELECT * FROM "{table}"')
            columns = ", ".join(f'"{column.name}"' for column in rows.description or ())
            marks = ", ".join("?" for _ in rows.description or ())
            target.execute(f'CREATE TABLE "{table}" ({columns})')
            target.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows.fetchall())
        target.commit()
    return path
