"""Reads an offer as it stands. The statements are built once: building one costs more than running it."""

import json
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Select, and_, bindparam, select

from publisher.catalogue.states import CLOSED
from publisher.catalogue.tables import OFFER, REVISION, SKU, SUBMISSION, TICKET, VERSION
from publisher.catalogue.views import OfferView, RevisionView, SkuView, SubmissionView, TicketView
from publisher.marketplaces import Slot

_ID: Final[BindParameter[int]] = bindparam("id")

_OFFER: Final = select(OFFER).where(
    (OFFER.c.publisher == bindparam("publisher")) & (OFFER.c.offer == bindparam("offer"))
)
# SQLite ignores the lock: BEGIN IMMEDIATE has taken it. What hangs on the offer is read afterwards, in
# statements of its own: PostgreSQL would join a locked row with what was there before the wait.
_OFFER_LOCKED: Final = _OFFER.with_for_update()
_REVISIONS: Final = (
    select(*(column for column in REVISION.c if column.name not in {"document", "offer_id"}))
    .where(and_(REVISION.c.offer_id == _ID, *(REVISION.c.state != closed for closed in CLOSED)))
    .order_by(REVISION.c.number)
)
_SKUS: Final = (
    select(*(column for column in SKU.c if column.name != "offer_id"), VERSION.c.version, VERSION.c.vhds)
    .select_from(SKU.outerjoin(VERSION, VERSION.c.sku_id == SKU.c.id))
    .where(SKU.c.offer_id == _ID)
    .order_by(SKU.c.id, VERSION.c.id)
)
_SUBMISSION: Final = (
    select(*(column for column in SUBMISSION.c if column.name != "offer_id"))
    .where(SUBMISSION.c.offer_id == _ID)
    .order_by(SUBMISSION.c.id.desc())
    .limit(1)
)
_TICKETS: Final = (
    select(*(column for column in TICKET.c if column.name not in {"id", "offer_id"}))
    .where(TICKET.c.offer_id == _ID)
    .order_by(TICKET.c.id)
)
_EVERY_TICKET: Final = (
    select(OFFER.c.publisher, OFFER.c.offer, *(c for c in TICKET.c if c.name not in {"id", "offer_id"}))
    .join(OFFER, OFFER.c.id == TICKET.c.offer_id)
    .order_by(TICKET.c.id.desc())
)

_NEWEST: Final = (
    select(OFFER.c.offer, REVISION.c.locks)
    .join(REVISION, REVISION.c.offer_id == OFFER.c.id)
    .where(
        and_(
            OFFER.c.publisher == bindparam("publisher"),
            *(REVISION.c.state != gone for gone in (*CLOSED, "deleted")),
        )
    )
    .order_by(OFFER.c.offer, REVISION.c.number)
)
_SKU_NAMES: Final = (
    select(OFFER.c.offer, SKU.c.sku)
    .join(SKU, SKU.c.offer_id == OFFER.c.id)
    .where((OFFER.c.publisher == bindparam("publisher")) & SKU.c.state.not_in(("discarded", "deleted")))
    .order_by(SKU.c.id)
)


def load(connection: Connection, publisher: str, offer: str, *, lock: bool = False) -> OfferView | None:
    """The offer, None when it is not known; with `lock`, nobody else writes it until the commit."""
    names = {"publisher": publisher, "offer": offer}
    row = connection.execute(_OFFER_LOCKED if lock else _OFFER, names).mappings().first()
    if row is None:
        return None
    mine = {"id": row["id"]}
    return OfferView(
        **row,
        revisions=tuple(_revision(found) for found in _rows(connection, _REVISIONS, mine)),
        skus=_skus(_rows(connection, _SKUS, mine)),
        submission=next((_submission(found) for found in _rows(connection, _SUBMISSION, mine)), None),
        tickets=tuple(_ticket(names | found) for found in _rows(connection, _TICKETS, mine)),
    )


def load_tickets(connection: Connection) -> list[TicketView]:
    """Every ticket of every offer, newest first."""
    return [_ticket(row) for row in _rows(connection, _EVERY_TICKET, {})]


def load_names(connection: Connection, publisher: str) -> dict[str, tuple[list[str], list[str]]]:
    """Titles (of the newest content) and SKU IDs of a publisher's offers that are not gone, by offer ID."""
    mine = {"publisher": publisher}
    titles = {
        row["offer"]: json.loads(row["locks"]).get("", {}).get("titles", [])
        for row in _rows(connection, _NEWEST, mine)
    }
    found: dict[str, tuple[list[str], list[str]]] = {offer: (names, []) for offer, names in titles.items()}
    for row in _rows(connection, _SKU_NAMES, mine):
        if row["offer"] in found:
            found[row["offer"]][1].append(row["sku"])
    return found


def _rows(connection: Connection, statement: Select[Any], values: dict[str, Any]) -> list[dict[str, Any]]:
    result = connection.execute(statement, values)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def _revision(row: dict[str, Any]) -> RevisionView:
    lists = {"locks": json.loads(row["locks"]), "subscriptions": tuple(json.loads(row["subscriptions"]))}
    return RevisionView(**row | lists)


def _skus(rows: list[dict[str, Any]]) -> tuple[SkuView, ...]:
    """A row for each version of each SKU, and one for a SKU without any."""
    skus: dict[int, dict[str, Any]] = {}
    for row in rows:
        version, vhds = row.pop("version"), row.pop("vhds")
        sku = skus.setdefault(row["id"], row | {"versions": {}})
        if version is not None:
            sku["versions"][version] = tuple(json.loads(vhds))
    return tuple(
        SkuView(**sku | {"locked": json.loads(sku["locked"]) if sku["locked"] else None})
        for sku in skus.values()
    )


def _submission(row: dict[str, Any]) -> SubmissionView:
    return SubmissionView(**row | {"slot": Slot(row["slot"]), "remote": json.loads(row["remote"])})


def _ticket(row: dict[str, Any]) -> TicketView:
    return TicketView(**row | {"facts": json.loads(row["facts"])})
