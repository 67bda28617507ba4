"""Rehearsed misfortune, and how it is set."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from publisher.errors import MarketplaceThrottled, MarketplaceUnavailable, UsageError
from publisher.marketplaces import Progress, Request, Slot, Status
from publisher.marketplaces.local import LocalMarketplace

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OFFER = ("northlight", "beacon")
KEY = "northlight/beacon"
Ask = Callable[..., Request]


def run(place: LocalMarketplace, request: Request) -> Status:
    place.submit(request, now=NOW)
    status = place.look(request.publisher, request.offer, request.identity, now=NOW)
    assert status is not None
    return status


def test_refuse_stops_the_next_submission_only(local: LocalMarketplace, ask: Ask) -> None:
    local.set_knob(KEY, "refuse", "the title is a slogan")
    refused = run(local, ask())
    assert (refused.progress, refused.step) == (Progress.REFUSED, "certification")
    assert refused.message == "certification refused: the title is a slogan"
    assert run(local, ask("s2")).progress is Progress.READY


def test_refuse_can_wait_for_the_approval(local: LocalMarketplace, ask: Ask) -> None:
    local.set_knob("*", "refuse", "2x approval: text in the banner")
    assert run(local, ask()).progress is Progress.READY
    status = run(local, ask("p1", Slot.PRODUCTION))
    assert (status.progress, status.step) == (Progress.REFUSED, "approval")
    assert local.knobs() == {"*": {"refuse": "1x approval: text in the banner"}}
    assert run(local, ask("p2", Slot.PRODUCTION)).progress is Progress.REFUSED
    assert run(local, ask("p3", Slot.PRODUCTION)).progress is Progress.READY


def test_fail_fails_certification(local: LocalMarketplace, ask: Ask) -> None:
    local.set_knob("*", "fail", "2x bash history left")
    outcomes = [run(local, ask(f"s{n}")).progress for n in range(3)]
    assert outcomes == [Progress.FAILED, Progress.FAILED, Progress.READY]


def test_an_outage_lasts_until_it_is_switched_off(local: LocalMarketplace, ask: Ask) -> None:
    local.submit(ask(), now=NOW)
    local.set_knob("*", "outage", "on")
    for _ in range(3):
        with pytest.raises(MarketplaceUnavailable):
            local.look(*OFFER, "s1", now=NOW)
    local.set_knob("*", "outage", "off")
    assert local.look(*OFFER, "s1", now=NOW) is not None


def test_an_outage_lets_nothing_through(local: LocalMarketplace, ask: Ask) -> None:
    local.set_knob("*", "outage", "on")
    with pytest.raises(MarketplaceUnavailable):
        local.submit(ask(), now=NOW)
    assert local.journal() == []


def test_outage_after_carries_the_next_calls_out(local: LocalMarketplace, ask: Ask) -> None:
    local.set_knob(KEY, "outage", "after 2")
    for identity in ("s1", "unknown"):
        with pytest.raises(MarketplaceUnavailable, match="timed out"):
            local.submit(ask(identity), now=NOW)
    assert [entry.identity for entry in local.journal()] == ["s1"]
    assert local.knobs() == {}


def test_throttle_counts_calls(local: LocalMarketplace, ask: Ask) -> None:
    local.set_knob("*", "throttle", "2 30")
    for _ in range(2):
        with pytest.raises(MarketplaceThrottled) as throttled:
            local.submit(ask(), now=NOW)
        assert throttled.value.retry_after == 30
    assert local.submit(ask(), now=NOW).progress is Progress.RUNNING


def test_an_offer_has_knobs_of_its_own(local: LocalMarketplace, ask: Ask) -> None:
    local.set_knob("*", "delay", 60)
    local.set_knob(KEY, "delay", 0)
    assert run(local, ask()).progress is Progress.READY
    assert run(local, ask("s2", offer="lamp")).look_again == 60


def test_clear_takes_all_away(local: LocalMarketplace) -> None:
    local.set_knob("*", "delay", 1.5)
    local.set_knob(KEY, "throttle", 3)
    assert local.knobs() == {"*": {"delay": "1.5"}, KEY: {"throttle": "3"}}
    local.clear_knobs()
    assert local.knobs() == {}


def test_a_reason_keeps_no_secret(local: LocalMarketplace) -> None:
    local.set_knob("*", "refuse", "cannot read https://a.example/x.vhd?sig=abc123")
    assert "abc123" not in local.knobs()["*"]["refuse"]


@pytest.mark.parametrize(
    ("scope", "name", "value"),
    [
        ("*", "delays", "1"),
        ("beacon", "delay", "1"),
        ("*", "delay", "-1"),
        ("*", "delay", "nan"),
        ("*", "delay", "1e9"),
        ("*", "delay", "99999999999"),
        ("*", "delay", "١"),
        ("*", "throttle", "0"),
        ("*", "throttle", "many"),
        ("*", "outage", "before"),
        ("*", "refuse", ""),
        ("*", "fail", "approval: fails no certification"),
    ],
)
def test_what_means_nothing_is_said(local: LocalMarketplace, scope: str, name: str, value: str) -> None:
    with pytest.raises(UsageError) as error:
        local.set_knob(scope, name, value)
    assert error.value.hint
    assert local.knobs() == {}
