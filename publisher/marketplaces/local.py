"""The embedded marketplace: it certifies, replicates and approves by itself, at a pace one can set."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from publisher.marketplaces import Capabilities, Slot, ledger, pace
from publisher.marketplaces.canonical import links
from publisher.marketplaces.core import SimulatedMarketplace
from publisher.marketplaces.database import writing
from publisher.marketplaces.ledger import Submission

CheckLinks = Callable[[Sequence[str]], Mapping[str, str]]

APPLICATION_ID: Final = 0x564D4D4C  # "VMML"


class LocalMarketplace(SimulatedMarketplace):
    """Durable and in-process: a look moves a submission on.

    Where a submission is depends on when it was accepted, on the knob `delay` and on `now`; with
    no delay the first look takes it to its end. `check_links` gets the links of a production
    request and returns a reason for each that is broken; it runs outside any transaction.
    """

    def __init__(self, path: Path, *, check_links: CheckLinks, patience: float = 30) -> None:
        capabilities = Capabilities(name="local", automatic=True, rehearsal=True)
        super().__init__(path, capabilities=capabilities, application_id=APPLICATION_ID, patience=patience)
        self._check_links = check_links

    def _first(self, slot: Slot, skips_certification: bool) -> tuple[str, str]:
        return pace.first(slot, skips_certification)

    def _moved(self, db: Connection, submission: Submission, now: datetime) -> Submission:
        submission = self._walk(db, submission, now, broken=None)
        if submission.step != pace.CONTENT_VALIDATION or submission.progress.final:
            return submission
        if not pace.is_due(db, submission, now):
            return submission
        addresses = links(ledger.document_of(db, submission.identity))
        broken = self._check_links(addresses) if addresses else {}
        return self._walk(db, submission, now, broken=broken)

    def _look_again(self, db: Connection, submission: Submission, now: datetime) -> float:
        return pace.look_again(db, submission, now)

    def _walk(
        self, db: Connection, submission: Submission, now: datetime, *, broken: Mapping[str, str] | None
    ) -> Submission:
        """Take all steps that are due; without `broken`, stop before the links would be judged."""
        if not pace.is_due(db, submission, now):
            return submission
        with writing(db):
            current = ledger.find(db, submission.identity)
            if current is None or current.progress.final:  # another process was faster
                return current or submission
            return pace.walk(db, current, now, broken)
