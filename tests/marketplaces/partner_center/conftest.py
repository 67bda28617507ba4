"""An emulator, and the adapter's client before it, whose waits are written down instead of waited."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.marketplaces.emulator import Emulator, start_emulator
from publisher.marketplaces.partner_center.client import Client
from publisher.marketplaces.partner_center.credentials import Tokens, client_secret_tokens
from publisher.redact import Secret
from tests.marketplaces.emulator.sample import product


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """One in which the sample product is live."""
    with start_emulator(tmp_path / "emulator.db") as started:
        started.seed(product(), publish=True)
        yield started


@pytest.fixture
def tokens(emulator: Emulator) -> Tokens:
    return client_secret_tokens(
        f"{emulator.login_url}/tenant/oauth2/v2.0/token", client_id="tests", secret=Secret("rehearsal")
    )


@pytest.fixture
def waits() -> list[float]:
    """The seconds of every wait."""
    return []


@pytest.fixture
def client(emulator: Emulator, tokens: Tokens, waits: list[float]) -> Iterator[Client]:
    client = Client(emulator.url, tokens, pause=waits.append)
    yield client
    client.close()
