"""The door for rehearsals, over HTTP."""

import hashlib

import pytest
import requests

from publisher.marketplaces.emulator import Emulator
from tests.marketplaces.emulator.sample import LOGO, product


@pytest.fixture
def door(emulator: Emulator) -> str:
    return f"{emulator.origin}/rehearsal"


def test_assets_are_kept_under_their_hash(emulator: Emulator) -> None:
    url = f"{emulator.assets_url}/{hashlib.sha256(LOGO).hexdigest()}"
    assert requests.get(url, timeout=10).status_code == 404
    assert requests.put(url, b"something else", timeout=10).status_code == 400
    assert requests.put(url, LOGO, timeout=10).status_code == 204
    assert requests.get(url, timeout=10).content == LOGO


def test_the_journal(emulator: Emulator, door: str) -> None:
    emulator.seed(product(), publish=True)
    entries = requests.get(f"{door}/journal", timeout=10).json()
    assert [entry["effect"] for entry in entries] == [entry.effect for entry in emulator.journal()]
    assert {entry["offer"] for entry in entries} == {"product/harbour-lamp"}


def test_faults(emulator: Emulator, door: str) -> None:
    added = requests.post(f"{door}/faults", json=[{"fault": "drop", "op": "configure"}], timeout=10).json()
    assert [(fault["fault"], fault["op"], fault["times"]) for fault in added] == [("drop", "configure", 1)]
    assert requests.get(f"{door}/faults", timeout=10).json() == added
    assert requests.delete(f"{door}/faults", timeout=10).json() == []
    assert emulator.market.faults() == []


def test_switches_and_knobs(emulator: Emulator, door: str) -> None:
    assert requests.post(f"{door}/switches", json={"polls": 3}, timeout=10).json()["polls"] == 3
    assert emulator.market.switches().polls == 3
    turned = requests.post(f"{door}/knobs", json={"*": {"delay": 5}}, timeout=10).json()
    assert turned == requests.get(f"{door}/knobs", timeout=10).json() == {"*": {"delay": "5"}}
    assert requests.delete(f"{door}/knobs", timeout=10).json() == {}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"fault": "rain"}),
        ("faults", ["rain"]),
        ("switches", {"colour": 1}),
        ("switches", {"polls": "many"}),
        ("switches", []),
        ("knobs", {"*": {"delay": "long"}}),
        ("knobs", {"*": 5}),
    ],
)
def test_what_means_nothing_is_refused(door: str, path: str, body: object) -> None:
    answer = requests.post(f"{door}/{path}", json=body, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "badRequest")
