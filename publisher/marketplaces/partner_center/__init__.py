"""The marketplace of today, through its Product Ingestion API, and the same against an emulator."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final
from urllib.parse import SplitResult, urlsplit

from publisher.document.secrets import Secrets
from publisher.errors import SettingsError
from publisher.links.download import download
from publisher.marketplaces.partner_center.answers import Pace
from publisher.marketplaces.partner_center.assets import Hosted, Uploaded
from publisher.marketplaces.partner_center.client import Client
from publisher.marketplaces.partner_center.credentials import azure_tokens, client_secret_tokens
from publisher.marketplaces.partner_center.ingestion import Ingestion
from publisher.marketplaces.partner_center.market import PartnerCenter
from publisher.redact import Secret, redact
from publisher.settings import Settings

__all__ = ["PartnerCenter", "open_emulator", "open_partner_center", "rehearsed"]

_API: Final = "/rp/product-ingestion"
_REHEARSED: Final = Pace(look_again=0.2, settle=0)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@contextmanager
def open_partner_center(settings: Settings, secrets: Secrets) -> Iterator[PartnerCenter]:
    """The real one. Raises SettingsError without credentials or azure-identity."""
    url = str(settings["partner_center.url"])
    for name in ("partner_center.url", "partner_center.assets_url"):
        if settings[name] and _parts(name, str(settings[name])).scheme != "https":
            raise SettingsError(f"{name} is no https address", hint="correct the setting")
    client = Client(url, azure_tokens())
    query = secrets.get(name) if (name := settings["partner_center.assets_secret"]) else None
    assets = Hosted(settings["partner_center.assets_url"], query)
    try:
        yield PartnerCenter(Ingestion(client), assets, name="partner-center", fetch=download)
    finally:
        client.close()


@contextmanager
def open_emulator(settings: Settings) -> Iterator[PartnerCenter]:
    """The adapter before an emulator: the one that `emulator_url` names, else one inside this process."""
    if url := str(settings["emulator_url"]):
        with rehearsed(_origin(url)) as market:
            yield market
        return
    from publisher.marketplaces.emulator import start_emulator

    with start_emulator(settings.home / "emulator.db") as emulator, rehearsed(emulator.origin) as market:
        yield market


def _parts(name: str, url: str) -> SplitResult:
    """What the address in a setting consists of. Raises SettingsError for one without host, or no port."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0  # to ask for a port that is none raises
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"{name} {redact(url)[:80]!a} is no address", hint="correct the setting")
    return parts


def _origin(url: str) -> str:
    parts = _parts("emulator_url", url)
    if parts.scheme not in {"http", "https"} or parts.hostname not in _LOOPBACK:
        raise SettingsError(
            f"emulator_url {url[:80]!a} is no address of this machine",
            hint="`publisher emulator serve` prints the address",
        )
    return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def rehearsed(origin: str) -> Iterator[PartnerCenter]:
    """The adapter before the emulator that is served at an origin such as `http://127.0.0.1:8080`."""
    tokens = client_secret_tokens(
        f"{origin}/emulator/oauth2/v2.0/token", client_id="publisher", secret=Secret("rehearsal")
    )
    client = Client(f"{origin}{_API}", tokens)
    fetch = partial(download, allow=(urlsplit(origin).netloc,))
    try:
        yield PartnerCenter(
            Ingestion(client),
            Uploaded(f"{origin}/rehearsal/assets"),
            name="emulator",
            fetch=fetch,
            rehearsal=True,
            pace=_REHEARSED,
        )
    finally:
        client.close()
