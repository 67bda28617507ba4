"""Cancel, discard, delete, keep, adopt: the ways back, and what is no way."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Desk


def state(desk: Desk) -> str:
    offers = json.loads(desk("status", "--output-format", "json").out)
    return str(offers)


def test_a_staged_offer_is_taken_back(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    assert desk("cancel", "beacon-metrics").code == 0
    assert "draft" in desk("status", "beacon-metrics").out


def test_a_running_submission_is_cancelled(desk: Desk) -> None:
    desk("marketplace", "delay", "*", "3600")
    assert "look again" in desk("stage", "beacon-metrics").err
    assert desk("cancel", "beacon-metrics").code == 0
    journal = desk("marketplace", "journal").out
    assert journal.count("submission-accepted") == 1
    assert "cancelled" in journal


def test_a_draft_that_was_never_staged_is_dropped(desk: Desk) -> None:
    desk.edit("title: Beacon Metrics Server", f"title: {'x' * 51}")
    desk("stage", "beacon-metrics")
    assert desk("discard", "beacon-metrics").code == 0
    assert desk("discard", "beacon-metrics").code == 1


def test_a_draft_beside_a_live_offer_is_dropped_without_touching_it(desk: Desk) -> None:
    desk.release()
    desk.edit("title: Beacon Metrics Server", f"title: {'x' * 51}")
    desk("stage", "beacon-metrics")
    said = desk("discard", "beacon-metrics")
    assert said.code == 0
    assert "stays live" in said.out


def test_what_was_staged_cannot_be_discarded(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    desk("cancel", "beacon-metrics")
    said = desk("discard", "beacon-metrics")
    assert said.code == 1
    assert "draft-discard-only-unstaged" in said.err
    assert "publisher delete" in said.err


def test_a_never_staged_draft_is_not_deleted_by_ticket(desk: Desk) -> None:
    desk.edit("title: Beacon Metrics Server", f"title: {'x' * 51}")
    desk("stage", "beacon-metrics")
    said = desk("delete", "beacon-metrics", "--reason", "x")
    assert said.code == 1
    assert "publisher discard" in said.err
    assert "no tickets" in desk("ticket", "list").err.lower() + desk("ticket", "list").out.lower()


def test_a_live_offer_is_deleted_by_ticket_only(desk: Desk) -> None:
    desk.release()
    said = desk("delete", "beacon-metrics", "--reason", "End of life.", "--output", "ticket.md")
    assert said.code == 0
    text = Path("ticket.md").read_text()
    for word in (
        "Managing offers",
        "Modifying an offer and/or SKU already in production",
        "tidewater-labs",
        "2.4.0",
        "End of life.",
    ):
        assert word in text
    assert "deletion_requested" in desk("status", "beacon-metrics").out
    assert desk("stage", "beacon-metrics").code == 1
    assert desk("delete", "beacon-metrics", "--done").code == 0
    assert "deleted" in desk("status", "beacon-metrics").out


def test_french_labels(desk: Desk) -> None:
    desk.release()
    said = desk("delete", "beacon-metrics", "--reason", "Fin de vie.", "--language", "fr")
    assert "Gestion des offres" in said.out
    assert "déjà en production" in said.out


def test_a_deletion_can_be_withdrawn(desk: Desk) -> None:
    desk.release()
    desk("delete", "beacon-metrics", "--reason", "x")
    since = json.loads((desk.offer / "offer.lock.json").read_text())["live"]["since"]
    assert desk("keep", "beacon-metrics").code == 0
    assert "nothing to stage" in desk.release().out
    assert json.loads((desk.offer / "offer.lock.json").read_text())["live"]["since"] == since
    assert desk("keep", "beacon-metrics").code == 1


def test_a_sku_leaves_the_document_only_once_its_deletion_is_done(desk: Desk) -> None:
    desk.release()
    text = (desk.offer / "offer.yaml").read_text()
    without = text[: text.index("  - id: byol")]
    (desk.offer / "offer.yaml").write_text(without)
    assert "sku-id-immutable" in desk("stage", "beacon-metrics").out
    assert desk("discard", "beacon-metrics").code == 0
    assert desk("delete", "beacon-metrics", "--sku", "byol", "--reason", "x").code == 0
    assert desk("stage", "beacon-metrics").code == 1
    assert desk("discard", "beacon-metrics").code == 0
    assert desk("delete", "beacon-metrics", "--sku", "byol", "--done").code == 0
    assert desk.release().code == 0
    shown = desk(
        "marketplace", "show", "beacon-metrics", "--slot", "production", "--output-format", "json"
    ).out
    assert "byol" not in shown


def test_missing_facts_are_flagged(desk: Desk) -> None:
    desk.release()
    said = desk("delete", "beacon-metrics")
    assert said.code == 0
    assert "missing in the ticket: reason" in said.err
    assert "MISSING" in said.out


def test_a_ticket_that_cannot_be_rendered_is_not_recorded(desk: Desk) -> None:
    desk.release()
    assert desk("delete", "beacon-metrics", "--reason", "x", "--output-format", "pdf").code == 2
    assert "live" in desk("status", "beacon-metrics").out
    assert desk("delete", "beacon-metrics", "--reason", "x").code == 0


def test_an_offer_that_is_live_elsewhere_is_adopted(desk: Desk) -> None:
    said = desk("adopt", "beacon-metrics", "--since", "2024-05-01", "--version", "hourly=1.0.0", "--yes")
    assert said.code == 0
    assert "1.0.0, 2.4.0 are burned" in said.err
    assert desk("marketplace", "journal").out.count("submission-accepted") == 0
    desk.edit("version: 2.4.0", "version: 1.0.0")
    assert "version-increment" in desk("validate", "beacon-metrics").out


def test_an_adoption_is_asked_for(desk: Desk) -> None:
    said = desk("adopt", "beacon-metrics")
    assert said.code == 2
    assert "--yes" in said.err
    assert "knows no offer" in desk("status", "beacon-metrics").err


def test_a_known_offer_is_not_adopted(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    assert desk("adopt", "beacon-metrics", "--yes").code == 1


def test_a_lock_that_knows_more_than_the_catalogue_blocks_staging(desk: Desk) -> None:
    desk.release()
    for file in (desk.folder / ".publisher").iterdir():
        file.unlink()
    said = desk("stage", "beacon-metrics")
    assert said.code == 1
    assert "lock-agrees" in said.err
    assert desk("adopt", "beacon-metrics", "--yes").code == 0


@pytest.mark.parametrize("command", ["cancel", "discard", "keep", "delete", "approve"])
def test_acts_on_unknown_offers_are_usage_errors(desk: Desk, command: str) -> None:
    assert desk(command, "nothing").code == 2


def test_the_lock_is_rebuilt_from_the_catalogue(desk: Desk) -> None:
    desk.release()
    before = (desk.offer / "offer.lock.json").read_text()
    (desk.offer / "offer.lock.json").unlink()
    assert desk("lock", "beacon-metrics").code == 0
    assert (desk.offer / "offer.lock.json").read_text() == before


def test_another_target_does_not_take_over_a_running_submission(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("marketplace", "delay", "*", "3600")
    desk("stage", "beacon-metrics")
    monkeypatch.setenv("PUBLISHER_TARGET", "manual")
    said = desk("cancel", "beacon-metrics")
    assert said.code == 1
    assert 'target = "local"' in said.err
    assert desk("status", "beacon-metrics").code == 0


def test_a_person_is_told_the_steps_and_records_the_answers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHER_TARGET", "manual")
    text = (desk.offer / "offer.yaml").read_text()  # addresses that are refused without a look-up
    (desk.offer / "offer.yaml").write_text(
        re.sub(r"https://[a-z]+\.tidewater-labs\.example", "http://127.0.0.1", text)
    )
    said = desk("stage", "beacon-metrics")
    assert said.code == 0
    assert "VM IMAGES > hourly" in said.out
    assert "sig=" not in said.out
    assert desk("marketplace", "record", "beacon-metrics", "ready").code == 0
    assert "LNK102" in desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics").out
