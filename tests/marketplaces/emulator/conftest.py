"""An emulator in this process, empty or with a product that is live."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.marketplaces.emulator import Emulator, start_emulator
from tests.marketplaces.emulator.sample import Client, product


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """One that knows nothing yet."""
    with start_emulator(tmp_path / "emulator.db") as started:
        yield started


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Client]:
    """A client that is logged in."""
    client = Client(emulator)
    with client.session:
        yield client


@pytest.fixture
def live(client: Client) -> Client:
    """A client of an emulator where the sample product is live."""
    client.emulator.seed(product(), publish=True)
    return client
