"""`publisher delete` and `keep` before today's marketplace, as a user has them."""

from pathlib import Path

import pytest

from tests.cli.conftest import Desk
from tests.cli.conftest import desk as desk

OFFER = "beacon-metrics"


@pytest.fixture
def live(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The demo offer, live in an emulator inside of each command."""
    monkeypatch.setenv("PUBLISHER_TARGET", "emulator")
    monkeypatch.setenv("PUBLISHER_PROFILE", "classic")
    said = desk.release("--wait")
    assert said.code == 0, said.err
    return desk


def test_an_offer_leaves_and_comes_back(live: Desk) -> None:
    assert live("delete", OFFER).code == 2  # nobody typed its ID
    said = live("delete", OFFER, "--reason", "end-of-support", "--confirm", OFFER, "--wait")
    assert (said.code, "is deprecated; in force on" in said.out) == (0, True), said.err
    page = live("status", OFFER).out
    assert "deprecated: in force on" in page
    assert "reason: end-of-support" in page
    assert "Put the offer back into the store." in page
    assert live("delete", OFFER, "--done").code == 1
    assert "deprecate-notice" in live("delete", OFFER, "--done").err
    assert live("keep", OFFER, "--wait").code == 0
    assert "deprecated" not in live("status", OFFER).out
    assert "in_days" in live("history", OFFER).out


def test_a_live_sku_leaves_by_the_folder(live: Desk) -> None:
    said = live("delete", OFFER, "--sku", "byol")
    assert said.code == 1
    assert "publisher sku deprecate" in said.err
    assert live("sku", "deprecate", OFFER, "--sku", "byol", "--alternative", "hourly").code == 0
    assert "deprecated" in live("diff", OFFER).out


def test_a_ticket_takes_it_from_customers(live: Desk, tmp_path: Path) -> None:
    said = live("delete", OFFER, "--from-customers", "--reason", "It is unsafe.", "--language", "fr")
    assert said.code == 0
    assert "Marketplace commercial" in said.out
    assert "from customers" in live("ticket", "list").out
    shown = live("ticket", "show", OFFER, "--output-format", "json").out
    assert '"category": "Offer or App Delisting, Removal, or Termination"' in shown


def test_a_draft_is_dropped_as_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_TARGET", "emulator")
    desk.edit("title: Beacon", "title: " + "x" * 600)
    assert desk("stage", OFFER).code == 1
    said = desk("delete", OFFER)
    assert said.code == 1
    assert "publisher discard" in said.err


def test_the_embedded_marketplace_knows_no_deprecation(desk: Desk) -> None:
    desk.release()
    for option in (["--from-customers"], ["--in-days", "30"], ["--alternative", "other"]):
        assert desk("delete", OFFER, *option).code == 2
