"""What whoever runs a simulated marketplace can reach: its knobs, its journal, what was sent to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection

from publisher.errors import MarketplaceError, MarketplaceUnavailable
from publisher.marketplaces import knobs, ledger
from publisher.marketplaces.database import MarketplaceFile, writing
from publisher.marketplaces.ledger import JournalEntry, Submission


class Simulation:
    """One SQLite file with slots, submissions, knobs and a journal; `tables` are a kind's own besides.

    Every method raises only MarketplaceUnavailable, SettingsError and UsageError.
    """

    def __init__(
        self, path: Path, *, application_id: int, patience: float, tables: tuple[str, ...] = ()
    ) -> None:
        self._file = MarketplaceFile(path, application_id=application_id, patience=patience, tables=tables)

    def set_knob(self, scope: str, name: str, value: str | float) -> None:
        """Turn a knob of `publisher/offer`, or of all offers (`*`); see the module `knobs`."""
        with self._file.open() as db, writing(db):
            knobs.put(db, scope, name, value)

    def knobs(self) -> dict[str, dict[str, str]]:
        """What is set now: scope → name → value."""
        with self._file.open() as db:
            return knobs.turned(db)

    def clear_knobs(self) -> None:
        """Take all knobs away."""
        with self._file.open() as db, writing(db):
            knobs.clear(db)

    def journal(self, offer: str | None = None) -> list[JournalEntry]:
        """Every accepted effect of `publisher/offer`, or of all offers, in order."""
        with self._file.open() as db:
            return ledger.journal(db, offer)

    def submissions(self) -> list[Submission]:
        """Every submission as it was last seen, in the order in which they were accepted."""
        with self._file.open() as db:
            return ledger.every_submission(db)

    def file(self, sha256: str) -> bytes | None:
        """The bytes of a file that came with a submission."""
        with self._file.open() as db:
            return ledger.file(db, sha256)

    @contextmanager
    def _call(self, scope: str) -> Iterator[Connection]:
        """One call from outside: it pays its toll, and its answer may get lost on the way back."""
        with self._file.open() as db:
            times_out = knobs.toll(db, scope)
            try:
                yield db
            except MarketplaceError:
                if not times_out:
                    raise
            if times_out:
                raise MarketplaceUnavailable(
                    "the marketplace took the request and timed out before it answered",
                    hint="look at the submission before sending it again (knob: outage after)",
                )
