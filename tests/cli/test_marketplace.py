"""publisher marketplace: its moods, what stands in it, and a portal's answers."""

import json

import pytest

from tests.cli.conftest import Desk


@pytest.fixture
def manual(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The target is a portal in which a person clicks."""
    monkeypatch.setenv("PUBLISHER_TARGET", "manual")
    monkeypatch.setenv("PUBLISHER_LINKS_ASSUME", "")
    desk("stage", "beacon-metrics")
    return desk


def test_knobs_are_turned_shown_and_turned_back(desk: Desk) -> None:
    said = desk("marketplace", "refuse", "tidewater-labs/beacon-metrics", "2x", "approval:", "a", "logo")
    assert said.out == "tidewater-labs/beacon-metrics  refuse  2x approval: a logo\n"
    desk("marketplace", "outage", "*", "after", "3")
    assert (
        desk("marketplace", "knobs").out.splitlines()[0] == "*                              outage  after 3"
    )
    assert desk("marketplace", "clear", "*").out.startswith("tidewater-labs/")
    assert "no knob is turned" in desk("marketplace", "clear").err
    desk("marketplace", "delay", "*", "5")
    assert "no knob is turned" in desk("marketplace", "delay", "*", "off").err


@pytest.mark.parametrize(
    ("args", "cure"),
    [
        (("delay", "*", "soon"), "a number of seconds"),
        (("outage", "*", "maybe"), "on, or after [N]"),
        (("throttle", "*", "-1"), "No such option"),
        (("delay", "beacon-metrics", "1"), "makes one known"),
    ],
)
def test_a_knob_that_means_nothing_is_refused(desk: Desk, args: tuple[str, ...], cure: str) -> None:
    said = desk("marketplace", *args)
    assert said.code == 2
    assert cure in said.err


def test_a_refusal_reaches_the_offer(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    desk("marketplace", "refuse", "beacon-metrics", "approval:", "the", "logo")
    said = desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics")
    assert said.code == 1
    assert "approval refused: the logo" in said.err


def test_a_failed_certification_reaches_the_offer(desk: Desk) -> None:
    desk("marketplace", "fail", "tidewater-labs/beacon-metrics", "it", "does", "not", "boot")
    said = desk("stage", "beacon-metrics")
    assert said.code == 1
    assert "certification failed: it does not boot" in said.err


def test_a_throttled_call_may_be_tried_again(desk: Desk) -> None:
    desk("marketplace", "throttle", "*", "1", "7")
    said = desk("stage", "beacon-metrics")
    assert said.code == 3
    assert "try again in 7 s" in said.err
    assert desk("stage", "beacon-metrics").code == 0


def test_the_journal_counts_what_was_accepted(desk: Desk) -> None:
    assert "the journal is empty" in desk("marketplace", "journal").err
    desk.release()
    lines = desk("marketplace", "journal", "beacon-metrics").out.splitlines()
    assert [line.split()[5] for line in lines] == ["submission-accepted", "slot-filled"] * 2
    exported = desk("marketplace", "journal", "--output-format", "jsonl").out.splitlines()
    assert [json.loads(line)["seq"] for line in exported] == [1, 2, 3, 4]


def test_a_slot_is_shown(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    said = desk("marketplace", "show", "beacon-metrics", "--slot", "staging")
    assert "seen by 51c0a0de-7d1b-4a57-8a4e-0f6f7b7d2c10\n" in said.out
    assert "  skus[hourly].prices.SE.currency: SEK\n" in said.out
    empty = desk("marketplace", "show", "beacon-metrics", "--slot", "production")
    assert empty.out == "tidewater-labs/beacon-metrics: the production slot is empty\n"
    shown = json.loads(
        desk("marketplace", "show", "beacon-metrics", "--slot", "staging", "--output-format", "json").out
    )
    assert shown["content"]["document"]["offer"] == "beacon-metrics"


def test_staging_shows_itself_to_testers_only(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    show = ("marketplace", "show", "beacon-metrics", "--slot", "staging", "--subscription")
    assert desk(*show, "51C0A0DE-7D1B-4A57-8A4E-0F6F7B7D2C10").code == 0
    assert desk(*show, "00000000-0000-0000-0000-000000000000").code == 1


def test_a_portal_answer_moves_the_offer(manual: Desk) -> None:
    said = manual("marketplace", "record", "beacon-metrics", "ready")
    assert said.code == 0
    assert "tidewater-labs/beacon-metrics is staging; ready" in said.out
    assert "publisher request-production" in manual("status", "beacon-metrics").out


def test_a_refusal_is_recorded_with_its_reason(manual: Desk) -> None:
    said = manual("marketplace", "record", "beacon-metrics", "refused", "--reason", "a dead link")
    assert said.code == 0
    assert "is draft; refused" in said.out
    assert "a dead link" in manual("history", "beacon-metrics").out


def test_an_answer_that_belongs_to_the_other_slot_is_refused(manual: Desk) -> None:
    said = manual("marketplace", "record", "beacon-metrics", "live")
    assert said.code == 2
    assert "record ready, failed or refused" in said.err


def test_each_target_has_its_own_ways(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk("stage", "beacon-metrics")
    said = desk("marketplace", "record", "beacon-metrics", "ready")
    assert said.code == 2
    assert "the target is local: its submissions end by themselves" in said.err
    monkeypatch.setenv("PUBLISHER_TARGET", "manual")
    said = desk("marketplace", "refuse", "beacon-metrics", "x")
    assert said.code == 2
    assert 'set target = "local" in publisher.toml' in said.err
