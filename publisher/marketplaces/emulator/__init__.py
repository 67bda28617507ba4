"""An emulator of the Product Ingestion API: rehearse publishing with any client of it, on this machine.

with start_emulator(Path("emulator.db")) as emulator:
    emulator.url        # what clients take for https://graph.microsoft.com/rp/product-ingestion
    emulator.login_url  # what they take for https://login.microsoftonline.com
    emulator.market     # knobs, switches, faults, journal
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.errors import SettingsError
from publisher.marketplaces.ledger import JournalEntry

if TYPE_CHECKING:
    from publisher.marketplaces.emulator.market import EmulatedMarketplace

__all__ = ["Emulator", "start_emulator"]


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """An emulator that is being served."""

    origin: str
    market: "EmulatedMarketplace"

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"{self.origin}/rp/product-ingestion"

    @property
    def login_url(self) -> str:
        """What stands before the tenant in token addresses."""
        return self.origin

    @property
    def assets_url(self) -> str:
        """Where files can be PUT, under the SHA-256 of their content."""
        return f"{self.origin}/rehearsal/assets"

    def journal(self, offer: str | None = None) -> list[JournalEntry]:
        """Every accepted effect, of all products or of `product/<externalId>`."""
        return self.market.journal(offer)

    def fault(self, fault: str, **values: Any) -> None:
        """Let something go wrong; see `publisher.marketplaces.emulator.faults.Fault`."""
        from publisher.marketplaces.emulator.faults import read_fault

        self.market.add_faults(read_fault({"fault": fault, **values}))

    def seed(self, resources: Sequence[Mapping[str, Any]], *, publish: bool = False) -> None:
        """Put resources into drafts, and with `publish` take their products to live.

        Raises UsageError for resources that the API would refuse.
        """
        from publisher.marketplaces.emulator.seeds import seed

        seed(self.market, resources, publish=publish)


@contextmanager
def start_emulator(
    path: Path,
    *,
    port: int = 0,
    clock: Callable[[], datetime] | None = None,
    seeds: Iterable[Sequence[Mapping[str, Any]]] = (),
) -> Iterator[Emulator]:
    """Serve an emulator on 127.0.0.1 from a thread of this process; its memory is the file `path`.

    Port 0 takes any that is free. `seeds` are lists of resources, each published to live if its product
    is not known yet. Raises SettingsError for a port that is taken, or without the extra `emulator`.
    """
    try:
        from publisher.marketplaces.emulator.market import EmulatedMarketplace
        from publisher.marketplaces.emulator.server import serving
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the emulator needs {error.name}, which is not installed",
            hint="pip install 'vm-offer-publisher[emulator]'",
        ) from error
    market = EmulatedMarketplace(path, clock=clock)
    with serving(market, port=port) as origin:
        emulator = Emulator(origin=origin, market=market)
        for resources in seeds:
            emulator.seed(resources, publish=True)
        yield emulator
