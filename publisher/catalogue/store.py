"""The catalogue's database: every way to read it, and the one way to change it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from publisher.catalogue import SQLITE, exists
from publisher.catalogue.database import EMPTY, open_engine, reader, unavailable, writer
from publisher.catalogue.history import Event, Verdict, verify
from publisher.catalogue.loading import load, load_names, load_tickets
from publisher.catalogue.rows import compact
from publisher.catalogue.tables import APPROVAL, EVENT, EVIDENCE, FILE, OFFER, REVISION
from publisher.catalogue.views import EvidenceView, OfferView, TicketView
from publisher.catalogue.work import Work
from publisher.errors import LostRace, UsageError
from publisher.redact import redact

_EMPTY: Final = {"target": "", "folder": "", "staged": False, "hero": False, "events": 0, "head": ""}

# Built once: building a statement costs more than running it.
_NEW_OFFER: Final = insert(OFFER).returning(OFFER.c.id)
_NEW_EVENTS: Final = insert(EVENT)
_OFFER_AT_REV: Final = update(OFFER).where(
    (OFFER.c.id == bindparam("offer_id")) & (OFFER.c.rev == bindparam("seen"))
)


class Catalogue:
    """Offers in a database. `url` is a SQLAlchemy URL; a path means an SQLite file.

    Opening migrates an older schema. An SQLite file that is missing is made by the first write; until
    then the catalogue is empty. Raises SettingsError or CatalogueUnavailable.
    """

    def __init__(self, url: str | Path) -> None:
        self.url = f"{SQLITE}{url}" if isinstance(url, Path) else url
        self._stands = exists(self.url)
        self._open(self.url if self._stands else EMPTY)

    def _open(self, url: str) -> None:
        self._engine = open_engine(url)
        self._reader, self._writer = reader(self._engine), writer(self._engine)

    @property
    def place(self) -> str:
        """Where the catalogue is, without a password."""
        return redact(self.url.removeprefix(SQLITE))

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
            view = load(connection, publisher, offer, lock=True)
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
            return load(connection, publisher, offer)

    def offers(self, *, publisher: str = "", offer: str = "") -> list[tuple[str, str]]:
        """Publisher and offer ID of every offer, or of those of a publisher or with an ID, in order."""
        query = select(OFFER.c.publisher, OFFER.c.offer).order_by(OFFER.c.publisher, OFFER.c.offer)
        if publisher:
            query = query.where(OFFER.c.publisher == publisher)
        if offer:
            query = query.where(OFFER.c.offer == offer)
        with self._reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def names(self, publisher: str) -> dict[str, tuple[list[str], list[str]]]:
        """Titles and SKU IDs of each of a publisher's offers that is not gone, by offer ID."""
        with self._reading() as connection:
            return load_names(connection, publisher)

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
        return None if row is None else EvidenceView(**_picked(row, EvidenceView))

    def approvals(self, revision_id: int) -> tuple[str, ...]:
        """Who approved a revision."""
        with self._reading() as connection:
            rows = connection.scalars(select(APPROVAL.c.by).where(APPROVAL.c.revision_id == revision_id))
            return tuple(rows)

    def tickets(self) -> list[TicketView]:
        """Every ticket of every offer, newest first."""
        with self._reading() as connection:
            return load_tickets(connection)

    def history(self, view: OfferView) -> list[Event]:
        """Every event of an offer, oldest first."""
        with self._reading() as connection:
            return _events(connection, view.id)

    def event_hash(self, view: OfferView, number: int) -> str:
        """The hash of one event; "" where there is none of this number."""
        with self._reading() as connection:
            mine = (EVENT.c.offer_id == view.id) & (EVENT.c.number == number)
            return connection.execute(select(EVENT.c.hash).where(mine)).scalar() or ""

    def verify(self, view: OfferView) -> Verdict:
        """Walk the offer's chain of events, as it is now."""
        with self._reading() as connection:  # both in one: a write in between is no fault of the chain
            known = load(connection, view.publisher, view.offer) or view
            try:
                events = _events(connection, view.id)
            except OperationalError as error:
                if "UTF-8" not in str(error.orig):
                    raise
                return Verdict(events=known.events, head=known.head, broken="an event is no text any more")
        return verify(view.key, events, head=known.head, count=known.events)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self._turn_to_the_database()
        with unavailable(self.url), self._writer.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if not self._stands and exists(self.url):  # another process made it meanwhile
            self._turn_to_the_database()
        with unavailable(self.url), self._reader.connect() as connection:
            yield connection

    def _turn_to_the_database(self) -> None:
        if not self._stands:
            self.close()
            self._open(self.url)
            self._stands = True

    def _create(self, connection: Connection, publisher: str, offer: str, *, create: bool) -> OfferView:
        if not create:
            raise UsageError(
                f"the catalogue knows no offer {publisher}/{offer}",
                hint="`publisher status` lists the known ones",
            )
        row: dict[str, Any] = {"publisher": publisher, "offer": offer, "rev": 0, **_EMPTY}
        try:
            row_id = connection.execute(_NEW_OFFER, row).scalar_one()
        except IntegrityError:  # PostgreSQL has no row to lock yet: both may come here
            raise LostRace(
                f"{publisher}/{offer} was just recorded by another command",
                hint="run the command again if it still applies",
            ) from None
        return OfferView(**row, id=row_id, revisions=(), skus=(), submission=None)

    def _finish(self, connection: Connection, work: Work, rev: int) -> None:
        """Write what is left: SKUs, events and the offer itself; the last guard against a lost update."""
        view = work.view
        work.write_skus()
        if work.events:
            rows = [
                vars(event) | {"offer_id": view.id, "detail": compact(event.detail)} for event in work.events
            ]
            connection.execute(_NEW_EVENTS, rows)
        values = {name: getattr(view, name) for name in _EMPTY}
        mine = {"offer_id": view.id, "seen": rev}
        if connection.execute(_OFFER_AT_REV, {**mine, "rev": rev + 1, **values}).rowcount != 1:
            raise self._lost(connection, view)

    def _lost(self, connection: Connection, view: OfferView) -> LostRace:
        last = select(EVENT).where(EVENT.c.offer_id == view.id).order_by(EVENT.c.number.desc()).limit(1)
        row = connection.execute(last).mappings().first()
        who = f" by {row['by']} at {row['at']} ({row['trigger']})" if row else ""
        return LostRace(
            f"{view.key} was changed{who} while this command was deciding",
            hint=f"look with `publisher status {view.offer}`, then run the command again if it still applies",
        )


def _picked(row: Any, view: type[Any]) -> dict[str, Any]:
    return {field.name: row[field.name] for field in fields(view)}


def _events(connection: Connection, offer_id: int) -> list[Event]:
    mine = select(EVENT).where(EVENT.c.offer_id == offer_id).order_by(EVENT.c.number)
    return [_event(row) for row in connection.execute(mine).mappings()]


def _event(row: Any) -> Event:
    return Event(**_picked(row, Event) | {"detail": _detail(row["detail"])})


def _detail(text: str) -> dict[str, Any]:
    """What was altered may be no JSON of ours any more; then no hash fits."""
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError:
        return {"unreadable": text}
    return found if compact(found) == text else {"unreadable": text}
