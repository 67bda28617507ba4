"""The tables of the catalogue. Times are ISO 8601 texts in UTC, so that every database keeps them alike."""

from typing import Final

from sqlalchemy import Column, Index, LargeBinary, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from publisher.catalogue.states import OPEN, RUNNING

METADATA: Final = SQLModel.metadata


def _only(name: str, condition: str, *columns: str) -> Index:
    """At most one row per offer for which the condition holds: the database sees to it.

    That of PostgreSQL, too, says its migration; said here, it would load that dialect in every command.
    """
    return Index(name, *(columns or ("offer_id",)), unique=True, sqlite_where=text(condition))


def _in(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class OfferRow(SQLModel, table=True):
    """An offer. `rev` counts writes; `head` is the hash of its newest event; `folder` is where it was
    last staged from."""

    __tablename__ = "offer"
    __table_args__ = (UniqueConstraint("publisher", "offer"),)
    id: int | None = Field(default=None, primary_key=True)
    publisher: str
    offer: str
    rev: int = 0
    target: str = ""
    folder: str = ""
    staged: bool = False
    hero: bool = False
    events: int = 0
    head: str = ""


class SkuRow(SQLModel, table=True):
    """A SKU that stood in some revision. `locked` is JSON once it was live."""

    __tablename__ = "sku"
    __table_args__ = (UniqueConstraint("offer_id", "sku"),)
    id: int | None = Field(default=None, primary_key=True)
    offer_id: int = Field(foreign_key="offer.id")
    sku: str
    state: str
    before: str | None = None
    since: str
    staged: bool = False
    live_since: str | None = None
    locked: str | None = Field(default=None, sa_column=Column(Text))


class VersionRow(SQLModel, table=True):
    """An image version that was live: its number is burned for its SKU. `vhds` is JSON."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("sku_id", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    sku_id: int = Field(foreign_key="sku.id")
    version: str
    vhds: str = Field(sa_column=Column(Text, nullable=False))
    since: str


class RevisionRow(SQLModel, table=True):
    """One immutable content of an offer. `document` is its canonical JSON, `locks` what going live
    will lock, `subscriptions` the testers."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("offer_id", "number"),
        _only("one_open_revision", _in("state", OPEN)),
        _only("one_live_revision", "state = 'live'"),
    )
    id: int | None = Field(default=None, primary_key=True)
    offer_id: int = Field(foreign_key="offer.id")
    number: int
    digest: str
    state: str
    before: str | None = None
    since: str
    staged: bool = False
    live_since: str | None = None
    document: str = Field(sa_column=Column(Text, nullable=False))
    locks: str = Field(sa_column=Column(Text, nullable=False))
    subscriptions: str = Field(sa_column=Column(Text, nullable=False))


class SubmissionRow(SQLModel, table=True):
    """One attempt to move a revision into a slot. `identity` is fixed before anything is sent, `remote`
    is JSON by which the marketplace finds it again."""

    __tablename__ = "submission"
    __table_args__ = (_only("one_running_submission", _in("progress", RUNNING)),)
    id: int | None = Field(default=None, primary_key=True)
    offer_id: int = Field(foreign_key="offer.id", index=True)
    revision_id: int = Field(foreign_key="revision.id")
    slot: str
    identity: str = Field(unique=True)
    target: str
    progress: str
    step: str = ""
    message: str = Field(default="", sa_column=Column(Text, nullable=False))
    marketing_only: bool = False
    requested_by: str
    created: str
    changed: str
    remote: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))


class EvidenceRow(SQLModel, table=True):
    """A staging test that was run: its command, outcome, and a digest of what it printed."""

    __tablename__ = "evidence"
    id: int | None = Field(default=None, primary_key=True)
    offer_id: int = Field(foreign_key="offer.id", index=True)
    revision_id: int = Field(foreign_key="revision.id")
    command: str = Field(sa_column=Column(Text, nullable=False))
    exit_status: int
    seconds: float
    output_sha256: str
    by: str
    at: str


class ApprovalRow(SQLModel, table=True):
    """A person's yes to one content going to production."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("revision_id", "by"),)
    id: int | None = Field(default=None, primary_key=True)
    offer_id: int = Field(foreign_key="offer.id", index=True)
    revision_id: int = Field(foreign_key="revision.id")
    by: str
    at: str


class TicketRow(SQLModel, table=True):
    """A support-ticket draft. `facts` is JSON; `sku` is empty for a whole offer."""

    __tablename__ = "ticket"
    __table_args__ = (_only("one_open_ticket", "state = 'open'", "offer_id", "sku"),)
    id: int | None = Field(default=None, primary_key=True)
    offer_id: int = Field(foreign_key="offer.id", index=True)
    number: str = Field(unique=True)
    sku: str = ""
    state: str
    facts: str = Field(sa_column=Column(Text, nullable=False))
    created: str
    closed: str | None = None


class EventRow(SQLModel, table=True):
    """One line of an offer's history. `subject` is `offer` or a SKU's ID; `detail` is JSON."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("offer_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    offer_id: int = Field(foreign_key="offer.id")
    number: int
    at: str
    by: str
    subject: str
    trigger: str
    source: str
    target: str
    revision: int
    detail: str = Field(sa_column=Column(Text, nullable=False))
    previous: str
    hash: str


class FileRow(SQLModel, table=True):
    """A file of a revision, by its hash."""

    __tablename__ = "file"
    sha256: str = Field(primary_key=True)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


def _table(row_class: type[SQLModel]) -> Table:
    table: Table = row_class.__table__  # type: ignore[attr-defined]  # SQLModel sets it
    return table


OFFER: Final = _table(OfferRow)
SKU: Final = _table(SkuRow)
VERSION: Final = _table(VersionRow)
REVISION: Final = _table(RevisionRow)
SUBMISSION: Final = _table(SubmissionRow)
EVIDENCE: Final = _table(EvidenceRow)
APPROVAL: Final = _table(ApprovalRow)
TICKET: Final = _table(TicketRow)
EVENT: Final = _table(EventRow)
FILE: Final = _table(FileRow)
