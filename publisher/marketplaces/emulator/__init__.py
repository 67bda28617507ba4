"""An emulator of the Product Ingestion API: rehearse publishing with any client of it, on this machine.

with start_emulator(Path("emulator.db")) as emulator:
    emulator.url        # what clients take for https://graph.microsoft.com/rp/product-ingestion
    emulator.login_url  # what they take for https://login.microsoftonline.com
    emulator.market     # knobs, switches, faults, journal
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.errors import SettingsError
from publisher.marketplaces.ledger import JournalEntry

if TYPE_CHECKING:
    from publisher.document.secrets import Secrets
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

    def seed_path(self, path: Path, secrets: "Secrets") -> None:
        """Take an offer folder, or a file with a resource tree, to live; one that is known stays as it is.

        Raises UsageError for what cannot be read, Refused for what the marketplace would not take.
        """
        from publisher.marketplaces.emulator.seeds import seed_path

        seed_path(self.market, path, secrets)

    def obey(self, path: Path) -> None:
        """Put faults, switches and knobs of a file in force. Raises UsageError."""
        from publisher.marketplaces.emulator.faults import read_file

        faults, strict, knobs = read_file(path)
        self.market.add_faults(*faults)
        for name, value in strict.items():
            self.market.set_switch(name, value)
        for scope, values in knobs.items():
            for name, value in values.items():
                self.market.set_knob(scope, name, value)


@contextmanager
def start_emulator(
    path: Path,
    *,
    port: int = 0,
    clock: Callable[[], datetime] | None = None,
    certificate: Path | None = None,
) -> Iterator[Emulator]:
    """Serve an emulator on 127.0.0.1 from a thread of this process; its memory is the file `path`.

    Port 0 takes any that is free. With `certificate`, a PEM file of a certificate for localhost and its
    key, it speaks TLS, as clients that ask for tokens in earnest demand. Raises SettingsError for a port
    that is taken, a file that cannot be used, or without the extra `emulator`; MarketplaceUnavailable for
    a file that is locked.
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
    market.switches()  # a file that cannot be used is told of now, not by every answer
    with serving(market, port=port, certificate=certificate) as origin:
        yield Emulator(origin=origin, market=market)
