"""Seeds: products that are live from the start, out of folders, saved trees and lists."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.document.secrets import Secrets
from publisher.errors import SettingsError, UsageError
from publisher.marketplaces.emulator import start_emulator
from tests.conftest import DEMO
from tests.marketplaces.emulator.sample import Client, machine, product
from tests.workshop import AnyDisk

LIVE = [("draft", "", ""), ("live", "completed", "succeeded")]


def test_a_folder_is_live(client: Client) -> None:
    client.emulator.seed_path(DEMO, AnyDisk())
    (found,) = client.get("product").json()["value"]
    assert found["identity"]["externalId"] == "beacon-metrics"
    guid = found["id"].removeprefix("product/")
    tree = client.get(f"resource-tree/product/{guid}", targetType="live").json()["resources"]
    logos = [body["url"] for body in tree if "/listing-asset/" in body["$schema"]]
    assert logos
    assert all(client.session.get(url, timeout=10).status_code == 200 for url in logos)


def test_a_saved_tree_is_live_again(live: Client, memory: Path, tmp_path: Path) -> None:
    saved = tmp_path / "tree.json"
    saved.write_text(live.get(f"resource-tree/product/{live.guid}", targetType="live").text)
    with (
        start_emulator(memory.with_name("other.db")) as emulator,
        (other := Client(emulator)).session,
    ):
        emulator.seed_path(saved, Secrets({}, environ={}))
        assert other.submissions() == LIVE
        assert len(other.tree("live")) == len(live.tree("live"))
        assert other.guid != live.guid


def test_a_known_product_stays_as_it_is(live: Client) -> None:
    before = live.emulator.journal()
    live.emulator.seed(product(plans=("another",)), publish=True)
    assert live.emulator.journal() == before


@pytest.mark.parametrize("text", ["", "[5]", '{"resources": 5}'])
def test_a_file_that_is_no_tree_is_refused(client: Client, tmp_path: Path, text: str) -> None:
    (tmp_path / "tree.json").write_text(text)
    with pytest.raises(UsageError) as refused:
        client.emulator.seed_path(tmp_path / "tree.json", Secrets({}, environ={}))
    assert refused.value.hint


def test_a_seed_that_the_api_would_refuse_says_why(client: Client) -> None:
    with pytest.raises(UsageError, match="requires at least one active image"):
        client.emulator.seed([*product(plans=("one",)), machine("one")], publish=True)
    with pytest.raises(UsageError, match="skus: between 1 and 8 items"):
        client.emulator.seed([machine("one") | {"skus": []}])


def test_a_port_that_is_taken(client: Client, memory: Path) -> None:
    port = int(client.emulator.origin.rpartition(":")[2])
    with pytest.raises(SettingsError, match=f"port {port} cannot be used"), start_emulator(memory, port=port):
        pass


def test_without_its_extra_the_cure_is_said() -> None:
    code = (
        "import sys; sys.modules['fastapi'] = None\n"
        "from pathlib import Path\n"
        "from publisher.marketplaces.emulator import start_emulator\n"
        "try: start_emulator(Path('x')).__enter__()\n"
        "except Exception as error: print(error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "pip install 'vm-offer-publisher[emulator]'\n"


def test_a_seed_is_the_same_as_what_a_client_sends(client: Client) -> None:
    client.emulator.seed(json.loads(json.dumps(product())))
    assert client.submissions() == LIVE[:1]
