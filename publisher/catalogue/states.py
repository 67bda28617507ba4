"""States that rows of the catalogue are told apart by."""

from typing import Final

OPEN: Final = ("draft", "staging", "production_requested")
CLOSED: Final = ("superseded", "discarded")
RUNNING: Final = ("pending", "running", "unknown")
