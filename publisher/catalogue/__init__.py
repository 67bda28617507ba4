"""The catalogue: what every offer is and was, durably, with one way to change it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from publisher.catalogue.database import open_engine, unavailable
from publisher.catalogue.history import Event, Verdict, verify
from publisher.catalogue.tables import (
    APPROVAL,
    EVENT,
    EVIDENCE,
    FILE,
    OFFER,
    REVISION,
    SKU,
    SUBMISSION,
    TICKET,
    VERSION,
)
from publisher.catalogue.views import (
    EvidenceView,
    OfferView,
    RevisionView,
    SkuView,
    SubmissionView,
    TicketView,
)
from publisher.catalogue.work import Work, compact
from publisher.errors import LostRace, UsageError
from publisher.marketplaces import Slot
from publisher.redact import redact

_REVISION = [column for column in REVISION.c if column.name not in {"document", "offer_id"}]
_CLOSED = ("superseded", "discarded")


class Catalogue:
    """Offers in a database. `url` is a SQLAlchemy URL; a path means an SQLite file.

    Opening migrates an older schema. Raises SettingsError or CatalogueUnavailable.
    """

    def __init__(self, url: str | Path) -> None:
        self.url = f"sqlite:///{url}" if isinstance(url, Path) else url
        self._engine: Engine = open_engine(self.url)

    @property
    def place(self) -> str:
        """Where the catalogue is, without a password."""
        return redact(self.url.removeprefix("sqlite:///"))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def write(
        self,
        publisher: str,
        offer: str,
        *,
        actor: str,
        now: datetime,
        create: bool = False,
        seen: int | None = None,
    ) -> Iterator[Work]:
        """One transaction on one offer: everything that is done in it is kept, or nothing.

        `seen` is the `rev` that the caller's decision rests on: if another process wrote since,
        LostRace says who and when. Raises UsageError for an offer that is not known, unless `create`.
        """
        with self._writing() as connection:
            view = self._load(connection, publisher, offer, lock=True)
            if view is None:
                view = self._create(connection, publisher, offer, create=create)
            if seen is not None and view.rev != seen:
                raise self._lost(connection, view)
            work = Work(connection, view, actor=actor, now=now)
            yield work
            self._finish(connection, work, view.rev)

    def view(self, publisher: str, offer: str) -> OfferView | None:
        """The offer as it stands; None when the catalogue does not know it."""
        with self._reading() as connection:
            return self._load(connection, publisher, offer)

    def offers(self, *, publisher: str = "", offer: str = "") -> list[tuple[str, str]]:
        """Publisher and offer ID of every offer, or of those of a publisher or with an ID, in order."""
        query = select(OFFER.c.publisher, OFFER.c.offer).order_by(OFFER.c.publisher, OFFER.c.offer)
        if publisher:
            query = query.where(OFFER.c.publisher == publisher)
        if offer:
            query = query.where(OFFER.c.offer == offer)
        with self._reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def document(self, revision_id: int) -> dict[str, Any]:
        """The canonical document of a revision."""
        with self._reading() as connection:
            text = connection.execute(
                select(REVISION.c.document).where(REVISION.c.id == revision_id)
            ).scalar_one()
        document: dict[str, Any] = json.loads(text)
        return document

    def file(self, sha256: str) -> bytes | None:
        """A file of some revision, by its hash."""
        with self._reading() as connection:
            data = connection.execute(select(FILE.c.data).where(FILE.c.sha256 == sha256)).scalar()
        return None if data is None else bytes(data)

    def evidence(self, revision_id: int) -> EvidenceView | None:
        """The latest staging test of a revision."""
        with self._reading() as connection:
            found = (
                select(EVIDENCE).where(EVIDENCE.c.revision_id == revision_id).order_by(EVIDENCE.c.id.desc())
            )
            row = connection.execute(found.limit(1)).mappings().first()
        return (
            None
            if row is None
            else EvidenceView(**{name: row[name] for name in EvidenceView.__dataclass_fields__})
        )

    def approvals(self, revision_id: int) -> tuple[str, ...]:
        """Who approved a revision."""
        with self._reading() as connection:
            rows = connection.scalars(select(APPROVAL.c.by).where(APPROVAL.c.revision_id == revision_id))
            return tuple(rows)

    def tickets(self) -> list[TicketView]:
        """Every ticket of every offer, newest first."""
        with self._reading() as connection:
            joined = select(TICKET, OFFER.c.publisher, OFFER.c.offer).join(
                OFFER, OFFER.c.id == TICKET.c.offer_id
            )
            rows = connection.execute(joined.order_by(TICKET.c.id.desc())).mappings()
            return [_ticket(row, row["publisher"], row["offer"]) for row in rows]

    def history(self, view: OfferView) -> list[Event]:
        """Every event of an offer, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(
                select(EVENT).where(EVENT.c.offer_id == view.id).order_by(EVENT.c.number)
            ).mappings()
            return [_event(row) for row in rows]

    def event_hash(self, view: OfferView, number: int) -> str:
        """The hash of one event; "" where there is none of this number."""
        with self._reading() as connection:
            mine = (EVENT.c.offer_id == view.id) & (EVENT.c.number == number)
            return connection.execute(select(EVENT.c.hash).where(mine)).scalar() or ""

    def verify(self, view: OfferView) -> Verdict:
        """Walk the offer's chain of events."""
        return verify(view.key, self.history(view), head=view.head, count=view.events)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        writer = self._engine.execution_options(write=True)
        with unavailable(self.url), writer.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with unavailable(self.url), self._engine.connect() as connection:
            yield connection

    def _create(self, connection: Connection, publisher: str, offer: str, *, create: bool) -> OfferView:
        if not create:
            raise UsageError(
                f"the catalogue knows no offer {publisher}/{offer}",
                hint="`publisher status` lists the known ones",
            )
        key: dict[str, Any] = {"publisher": publisher, "offer": offer}
        row = key | {
            "rev": 0,
            "target": "",
            "folder": "",
            "staged": False,
            "hero": False,
            "events": 0,
            "head": "",
        }
        row_id = connection.execute(insert(OFFER).returning(OFFER.c.id), row).scalar_one()
        return OfferView(**row, id=row_id, revisions=(), skus=(), submission=None)

    def _finish(self, connection: Connection, work: Work, rev: int) -> None:
        """Write the events and the offer itself; the last guard against a lost update."""
        view = work.view
        if work.events:
            rows = [
                asdict(event) | {"offer_id": view.id, "detail": compact(event.detail)}
                for event in work.events
            ]
            connection.execute(insert(EVENT), rows)
        values = {
            name: getattr(view, name) for name in ("target", "folder", "staged", "hero", "events", "head")
        }
        mine = (OFFER.c.id == view.id) & (OFFER.c.rev == rev)
        if connection.execute(update(OFFER).where(mine).values(rev=rev + 1, **values)).rowcount != 1:
            raise self._lost(connection, view)

    def _lost(self, connection: Connection, view: OfferView) -> LostRace:
        last = select(EVENT).where(EVENT.c.offer_id == view.id).order_by(EVENT.c.number.desc()).limit(1)
        row = connection.execute(last).mappings().first()
        who = f" by {row['by']} at {row['at']} ({row['trigger']})" if row else ""
        return LostRace(
            f"{view.key} was changed{who} while this command was deciding",
            hint=f"look with `publisher status {view.offer}`, then run the command again if it still applies",
        )

    def _load(
        self, connection: Connection, publisher: str, offer: str, *, lock: bool = False
    ) -> OfferView | None:
        query = select(OFFER).where((OFFER.c.publisher == publisher) & (OFFER.c.offer == offer))
        if lock:
            query = query.with_for_update()  # SQLite ignores it: BEGIN IMMEDIATE already did this
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        offer_id = row["id"]
        tickets = connection.execute(select(TICKET).where(TICKET.c.offer_id == offer_id)).mappings()
        return OfferView(
            **row,
            revisions=_revisions(connection, offer_id),
            skus=_skus(connection, offer_id),
            submission=_submission(connection, offer_id),
            tickets=tuple(_ticket(ticket, publisher, offer) for ticket in tickets),
        )


def _revisions(connection: Connection, offer_id: int) -> tuple[RevisionView, ...]:
    """The revisions that are not closed."""
    mine = (REVISION.c.offer_id == offer_id) & REVISION.c.state.not_in(_CLOSED)
    rows = connection.execute(select(*_REVISION).where(mine).order_by(REVISION.c.number)).mappings()
    return tuple(
        RevisionView(
            **{
                **row,
                "locks": json.loads(row["locks"]),
                "subscriptions": tuple(json.loads(row["subscriptions"])),
            }
        )
        for row in rows
    )


def _skus(connection: Connection, offer_id: int) -> tuple[SkuView, ...]:
    joined = SKU.outerjoin(VERSION, VERSION.c.sku_id == SKU.c.id)
    query = (
        select(SKU, VERSION.c.version, VERSION.c.vhds).select_from(joined).where(SKU.c.offer_id == offer_id)
    )
    rows: dict[int, Any] = {}
    versions: dict[int, dict[str, tuple[str, ...]]] = {}
    for row in connection.execute(query.order_by(SKU.c.id, VERSION.c.id)).mappings():
        rows.setdefault(row["id"], row)
        if row["version"] is not None:
            versions.setdefault(row["id"], {})[row["version"]] = tuple(json.loads(row["vhds"]))
    names = [name for name in SkuView.__dataclass_fields__ if name not in {"locked", "versions"}]
    return tuple(
        SkuView(
            **{name: row[name] for name in names},
            locked=json.loads(row["locked"]) if row["locked"] else None,
            versions=versions.get(sku_id, {}),
        )
        for sku_id, row in rows.items()
    )


def _submission(connection: Connection, offer_id: int) -> SubmissionView | None:
    query = (
        select(SUBMISSION).where(SUBMISSION.c.offer_id == offer_id).order_by(SUBMISSION.c.id.desc()).limit(1)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return SubmissionView(**_picked(row, SubmissionView) | {"slot": Slot(row["slot"])})


def _picked(row: Any, view: type[Any]) -> dict[str, Any]:
    return {name: row[name] for name in view.__dataclass_fields__}


def _ticket(row: Any, publisher: str, offer: str) -> TicketView:
    kept = {name: row[name] for name in ("number", "sku", "state", "created", "closed")}
    return TicketView(**kept, publisher=publisher, offer=offer, facts=json.loads(row["facts"]))


def _event(row: Any) -> Event:
    return Event(**_picked(row, Event) | {"detail": json.loads(row["detail"])})


__all__ = ["Catalogue", "OfferView", "Work"]
