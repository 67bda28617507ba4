"""Writes rows. A statement is built once per table: building one costs more than running it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, Update, bindparam, func, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert

from publisher.catalogue.tables import FILE, REVISION, SKU, TICKET, VERSION
from publisher.catalogue.views import SkuView


def iso(moment: datetime) -> str:
    """A time as the catalogue keeps it: UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def compact(value: Any) -> str:
    """JSON as the catalogue keeps it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Rows:
    """The rows of one offer inside a write transaction."""

    def __init__(self, connection: Connection, offer_id: int) -> None:
        self._connection = connection
        self._offer_id = offer_id

    def insert(self, table: Table, row: Mapping[str, Any]) -> int:
        """Add a row to a table whose rows belong to offers; the ID that it got."""
        result = self._connection.execute(_inserting(table), {"offer_id": self._offer_id, **row})
        return int(result.scalar_one())

    def update(self, table: Table, row_id: int, values: Mapping[str, Any]) -> None:
        """Change some columns of a row."""
        self._connection.execute(_updating(table), {"row_id": row_id, **values})

    def update_skus(self, skus: Iterable[SkuView]) -> None:
        """Bring SKUs to what their views say, all at once."""
        names = ("state", "before", "since", "staged", "live_since")
        rows = [
            {name: getattr(sku, name) for name in names}
            | {"row_id": sku.id, "locked": compact(sku.locked) if sku.locked is not None else None}
            for sku in skus
        ]
        if rows:
            self._connection.execute(_updating(SKU), rows)

    def insert_versions(self, sku_id: int, versions: Mapping[str, Sequence[str]], *, since: str) -> None:
        """Add versions of a SKU with the addresses of their disks."""
        rows = [
            {"sku_id": sku_id, "version": version, "vhds": compact(vhds), "since": since}
            for version, vhds in versions.items()
        ]
        if rows:
            self._connection.execute(insert(VERSION), rows)

    def newest_revision(self) -> int:
        """The highest number of a revision, closed ones included; 0 before the first."""
        numbers = select(func.max(REVISION.c.number)).where(REVISION.c.offer_id == self._offer_id)
        return self._connection.execute(numbers).scalar() or 0

    def close_ticket(self, sku: str, *, state: str, closed: str) -> None:
        """Close the open ticket of the offer (sku "") or of a SKU."""
        where = (TICKET.c.offer_id == self._offer_id) & (TICKET.c.sku == sku) & (TICKET.c.state == "open")
        self._connection.execute(update(TICKET).where(where).values(state=state, closed=closed))

    def keep_files(self, files: Mapping[str, bytes]) -> None:
        """Add the files that are not there yet, by their hash."""
        if not files:
            return
        known = set(self._connection.scalars(select(FILE.c.sha256).where(FILE.c.sha256.in_(list(files)))))
        rows = [{"sha256": sha, "data": data} for sha, data in files.items() if sha not in known]
        if rows:
            self._connection.execute(_insert_if_new(self._connection), rows)


@cache
def _inserting(table: Table) -> ReturningInsert[Any]:
    return insert(table).returning(table.c.id)


@cache
def _updating(table: Table) -> Update:
    return update(table).where(table.c.id == bindparam("row_id"))


def _insert_if_new(connection: Connection) -> Any:
    """Another process may keep the same file at the same moment: equal hashes are equal bytes."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_pg

        return insert_pg(FILE).on_conflict_do_nothing()
    return insert(FILE).prefix_with("OR IGNORE")
