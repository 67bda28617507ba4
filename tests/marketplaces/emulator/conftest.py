"""An emulator in this process, empty or with a product that is live."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from publisher.marketplaces.emulator import Emulator, start_emulator
from tests.marketplaces.emulator.sample import Client, product
from tests.stress.size import fast_folder


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A file for an emulator, in a folder in memory where there is one."""
    with TemporaryDirectory(prefix="emulator-", dir=fast_folder(tmp_path)) as folder:
        yield Path(folder) / "emulator.db"


@pytest.fixture
def emulator(memory: Path) -> Iterator[Emulator]:
    """One that knows nothing yet."""
    with start_emulator(memory) as started:
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
