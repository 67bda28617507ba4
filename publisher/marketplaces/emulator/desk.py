"""What stands beside the API: switches, faults, tokens and assets of an emulated marketplace."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from publisher.marketplaces import ledger
from publisher.marketplaces.database import writing
from publisher.marketplaces.emulator import faults, switches, tables, tokens
from publisher.marketplaces.emulator.faults import Fault
from publisher.marketplaces.emulator.switches import Switches
from publisher.marketplaces.simulation import Simulation

APPLICATION_ID: Final = 0x564D4D45  # "VMME"


class Desk(Simulation):
    """The file of an emulated marketplace; `clock` says what time it is there."""

    def __init__(
        self, path: Path, *, clock: Callable[[], datetime] | None = None, patience: float = 30
    ) -> None:
        super().__init__(path, application_id=APPLICATION_ID, patience=patience, tables=tables.TABLES)
        self.clock = clock or (lambda: datetime.now(UTC))

    def set_switch(self, name: str, value: Any) -> None:
        """Turn a switch; see `Switches`. Raises UsageError."""
        with self._file.open() as db, writing(db):
            switches.put(db, name, value)

    def switches(self) -> Switches:
        """The switches as they are set."""
        with self._file.open() as db:
            return switches.load(db)

    def add_faults(self, *rules: Fault) -> None:
        """Let these faults happen, after those that are still to come."""
        with self._file.open() as db, writing(db):
            for rule in rules:
                faults.add(db, rule)

    def faults(self) -> list[Fault]:
        """The faults that are still to come."""
        with self._file.open() as db:
            return faults.listed(db)

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        with self._file.open() as db, writing(db):
            faults.clear(db)

    def take_fault(self, op: str) -> Fault | None:
        """The fault that spoils a call, used up by one."""
        if not self.faults():
            return None
        with self._file.open() as db, writing(db):
            return faults.take(db, op)

    def issue_token(
        self, form: Mapping[str, str], audience: str, *, seconds: int | None
    ) -> tuple[str, int, datetime]:
        """A new token, how many seconds it is good for, and since when. Raises LoginRefused."""
        with self._file.open() as db, writing(db):
            lifetime = switches.load(db).token_seconds if seconds is None else seconds
            now = self.clock()
            token = tokens.issue(db, form, audience=audience, seconds=lifetime, now=now)
            return token, lifetime, now

    def wrong_token(self, token: str, audiences: set[str]) -> str:
        """What is wrong with a token; empty when it is good."""
        with self._file.open() as db:
            return tokens.wrong(db, token, audiences, self.clock())

    def keep_asset(self, sha256: str, content: bytes) -> None:
        """Keep a file that resources may name."""
        with self._file.open() as db, writing(db):
            ledger.keep_file(db, sha256, content)
