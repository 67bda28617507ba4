"""publisher status: where offers stand, what is in the way, and what comes next."""

import json
import shutil
from typing import Any

import pytest

from tests.cli.conftest import Desk


def facts(desk: Desk) -> Any:
    [offer] = json.loads(desk("status", "beacon-metrics", "--output-format", "json").out)["offers"]
    return offer


def commands(desk: Desk) -> list[str]:
    return [step["command"] for step in facts(desk)["next"]]


def test_an_empty_catalogue_says_how_to_begin(desk: Desk) -> None:
    said = desk("status")
    assert said.code == 0
    assert said.out == ""
    assert "knows no offer; `publisher stage PATH` makes one known" in said.err


@pytest.mark.parametrize(
    "line",
    [
        "status",
        "status beacon-metrics",
        "history beacon-metrics",
        "diff beacon-metrics",
        "pull tidewater-labs/beacon-metrics pulled",
        "ticket list",
        "lock beacon-metrics",
        "prices export nowhere --sku hourly",
        "cancel beacon-metrics",
    ],
)
def test_asking_leaves_no_file_behind(desk: Desk, line: str) -> None:
    desk(*line.split())
    assert [path.name for path in desk.folder.iterdir()] == ["beacon-metrics"]


def test_every_offer_has_one_line(desk: Desk) -> None:
    desk.release()
    shutil.copytree(desk.offer, desk.folder / "second", ignore=shutil.ignore_patterns("*.lock.json"))
    text = (desk.folder / "second" / "offer.yaml").read_text("utf-8")
    text = text.replace("offer: beacon-metrics", "offer: beacon-two").replace("- id: ", "- id: two-")
    (desk.folder / "second" / "offer.yaml").write_text(text.replace("title: Beacon", "title: Two"))
    desk("marketplace", "delay", "*", "3600")
    desk("stage", "second")
    head, *lines = desk("status").out.splitlines()
    assert head.split() == ["OFFER", "STATE", "FOR", "LIVE", "SUBMISSION"]
    assert [line.split()[:2] for line in lines] == [
        ["tidewater-labs/beacon-metrics", "live"],
        ["tidewater-labs/beacon-two", "staging"],
    ]
    assert "revision 1 for" in lines[0]
    assert "staging running for" in lines[1]
    assert lines[1].endswith(": certification")


def test_a_discarded_offer_is_gone_from_the_list(desk: Desk) -> None:
    desk.edit("title: Beacon Metrics Server", f"title: {'x' * 51}")
    desk("stage", "beacon-metrics")
    desk("discard", "beacon-metrics")
    assert desk("status").out == ""
    assert "nothing is left of it but" in desk("status", "beacon-metrics").out


def test_a_draft_says_what_its_folder_needs(desk: Desk) -> None:
    desk.edit("title: Beacon Metrics Server", f"title: {'x' * 51}")
    desk("stage", "beacon-metrics")
    said = desk("status", "beacon-metrics")
    assert "tidewater-labs/beacon-metrics: draft for" in said.out
    assert "live: nothing\n" in said.out
    assert "note: `publisher validate beacon-metrics` says what the stage gate will find" in said.out
    assert "warning: revision 1 is a draft: it is not staged [LCY108 republish-needed]" in said.out
    assert commands(desk) == ["publisher stage beacon-metrics", "publisher discard beacon-metrics"]


def test_a_staged_offer_says_what_is_in_the_way_of_production(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("stage", "beacon-metrics")
    said = desk("status", "beacon-metrics")
    assert "  publisher request-production beacon-metrics\n" in said.out
    assert "note: no staging test is recorded [LCY105 stage-tested]" in said.out
    assert "no staging test" not in said.err
    monkeypatch.setenv("PUBLISHER_REQUIRED_TEST", "true")
    monkeypatch.setenv("PUBLISHER_APPROVALS", "1")
    said = desk("status", "beacon-metrics")
    assert "blocked: no staging test is recorded, and the settings require one [LCY105" in said.out
    assert "blocked: 0 of 1 approvals" in said.out
    assert "approvals: none (1 wanted)" in said.out


def test_the_latest_staging_test_is_shown(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    desk("test", "beacon-metrics", "--", "false")
    said = desk("status", "beacon-metrics")
    assert "latest staging test: FAILED with exit status 1 at" in said.out
    assert "blocked: the latest staging test ended with 1" in said.out
    desk("test", "beacon-metrics", "--", "true")
    assert "latest staging test: passed at" in desk("status", "beacon-metrics").out


def test_a_running_submission_says_when_to_look_again_and_can_be_cancelled(desk: Desk) -> None:
    desk("marketplace", "delay", "*", "3600")
    desk("stage", "beacon-metrics")
    said = desk("status", "beacon-metrics")
    assert "submission: staging running for" in said.out
    assert "  certification is running\n" in said.out
    assert "  look again in 1 h\n" in said.out or "  look again in 59 min" in said.out
    steps = {step["command"]: step["blocked"] for step in facts(desk)["next"]}
    assert "LCY103 publish-concurrent" in steps["publisher request-production beacon-metrics"][0]
    assert steps["publisher cancel beacon-metrics"] == []
    assert not any(command.startswith("publisher marketplace record") for command in steps)


def test_status_looks_at_the_marketplace_first(desk: Desk) -> None:
    desk("marketplace", "delay", "*", "3600")
    desk("stage", "beacon-metrics")
    desk("marketplace", "clear")
    assert facts(desk)["submission"]["progress"] == "ready"


def test_what_is_live_is_shown_with_its_versions(desk: Desk) -> None:
    desk.release()
    found = facts(desk)
    assert found["state"] == "live"
    assert found["live"]["number"] == 1
    assert found["live"]["versions"] == {"hourly": ["2.4.0"], "byol": ["2.4.0"]}
    assert commands(desk) == ["publisher stage beacon-metrics", "publisher delete beacon-metrics"]
    assert "  hourly  live  since" in desk("status", "beacon-metrics").out


def test_an_edited_folder_is_warned_about(desk: Desk) -> None:
    desk.release()
    assert "warning" not in desk("status", "beacon-metrics").out
    desk.edit("title: Beacon Metrics Server", "title: Beacon Server")
    said = desk("status", "beacon-metrics")
    assert "warning: beacon-metrics differs in 1 field from what is live; `publisher diff" in said.out
    assert "[LCY108 republish-needed]" in said.out


def test_secrets_that_are_not_at_hand_are_no_difference(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.release()
    monkeypatch.delenv("BEACON_OS_VHD")
    assert facts(desk)["warnings"] == []


def test_a_folder_that_moved_on_is_no_hindrance(desk: Desk) -> None:
    desk.release()
    desk.offer.rename(desk.folder / "moved")
    assert commands(desk) == ["publisher stage PATH", "publisher delete beacon-metrics"]


@pytest.mark.parametrize(("knob", "words"), [("outage", "on"), ("throttle", "9")])
def test_a_marketplace_in_trouble_does_not_hide_what_is_known(desk: Desk, knob: str, words: str) -> None:
    desk("marketplace", "delay", "*", "3600")
    desk("stage", "beacon-metrics")
    desk("marketplace", knob, "*", words)
    said = desk("status", "beacon-metrics")
    assert said.code == 0
    assert "submission: staging running" in said.out
    assert "shown as it was last seen" in said.out
    listed = desk("status")
    assert listed.code == 0
    assert "shown as it was last seen" in listed.err
    assert "tidewater-labs/beacon-metrics" in listed.out


def test_a_submission_to_another_target_is_not_sent_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk("marketplace", "delay", "*", "3600")
    desk("stage", "beacon-metrics")
    monkeypatch.setenv("PUBLISHER_TARGET", "manual")
    said = desk("status", "beacon-metrics")
    assert "warning: the submission went to the target 'local'; the settings now say 'manual'" in said.out
    assert desk("marketplace", "journal").out == ""


def test_an_open_ticket_says_how_it_ends(desk: Desk) -> None:
    desk.release()
    desk("delete", "beacon-metrics", "--sku", "byol", "--reason", "x")
    said = desk("status", "beacon-metrics")
    assert ": deletion of SKU byol, drafted" in said.out
    assert "publisher delete beacon-metrics --sku byol --done" in said.out
    assert "publisher keep beacon-metrics --sku byol" in said.out
    desk("delete", "beacon-metrics", "--sku", "byol", "--done")
    assert facts(desk)["live"]["versions"] == {"hourly": ["2.4.0"]}


def test_an_offer_whose_deletion_is_asked_for_stays_visible_as_live(desk: Desk) -> None:
    desk.release()
    desk("delete", "beacon-metrics", "--reason", "x")
    found = facts(desk)
    assert (found["state"], found["live"]["number"]) == ("deletion_requested", 1)
    assert commands(desk) == ["publisher keep beacon-metrics", "publisher delete beacon-metrics --done"]


def test_the_manual_target_offers_what_to_record(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_TARGET", "manual")
    desk("stage", "beacon-metrics")
    assert commands(desk)[:2] == [
        "publisher marketplace record beacon-metrics ready",
        "publisher marketplace record beacon-metrics failed",
    ]


def test_a_name_that_is_not_unique_is_written_in_full(desk: Desk) -> None:
    desk.release()
    desk.edit("publisher: tidewater-labs", "publisher: other-labs")
    (desk.offer / "offer.lock.json").unlink()
    desk("stage", "beacon-metrics")
    assert desk("status", "beacon-metrics").code == 2
    assert (
        "publisher delete tidewater-labs/beacon-metrics"
        in desk("status", "tidewater-labs/beacon-metrics").out
    )
