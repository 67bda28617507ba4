"""What both simulated marketplaces keep to, whoever moves the submissions on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import MarketplaceConflict, MarketplaceRefused, MarketplaceUnavailable
from publisher.marketplaces import Marketplace, Progress, Request, Slot, Status
from publisher.marketplaces.core import SimulatedMarketplace
from publisher.marketplaces.local import LocalMarketplace
from publisher.marketplaces.manual import ManualMarketplace

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OFFER = ("northlight", "beacon")
Ask = Callable[..., Request]


@pytest.fixture(params=["local", "manual"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> SimulatedMarketplace:
    if request.param == "manual":
        return ManualMarketplace(tmp_path / "manual.db")
    return LocalMarketplace(tmp_path / "marketplace.db", check_links=lambda urls: {})


def drive(place: SimulatedMarketplace, identity: str) -> Status:
    """Bring a submission to its good end, the way this marketplace does."""
    if isinstance(place, ManualMarketplace):
        slot = next(s.slot for s in place.submissions() if s.identity == identity)
        place.record(*OFFER, "ready" if slot is Slot.STAGING else "live", now=NOW)
    status = place.look(*OFFER, identity, now=NOW)
    assert status is not None
    return status


def stage(place: SimulatedMarketplace, request: Request) -> Status:
    place.submit(request, now=NOW)
    return drive(place, request.identity)


def effects(place: SimulatedMarketplace) -> list[str]:
    return [entry.effect for entry in place.journal()]


def test_it_fits_the_port(place: Marketplace) -> None:
    assert place.capabilities.shows_content
    assert place.capabilities.cancels


def test_staging_fills_the_staging_slot_alone(place: SimulatedMarketplace, ask: Ask) -> None:
    assert place.submit(ask(), now=NOW).progress is Progress.RUNNING
    assert place.content(*OFFER, Slot.STAGING) is None
    assert drive(place, "s1").progress is Progress.READY
    content = place.content(*OFFER, Slot.STAGING)
    assert content is not None
    assert (content.digest, content.document) == ("d1", ask().document)
    assert place.content(*OFFER, Slot.PRODUCTION) is None


def test_production_copies_what_is_staged_and_leaves_it_there(place: SimulatedMarketplace, ask: Ask) -> None:
    stage(place, ask())
    place.submit(ask("p1", Slot.PRODUCTION), now=NOW)
    assert drive(place, "p1").progress is Progress.READY
    staged, live = (place.content(*OFFER, slot) for slot in Slot)
    assert staged is not None
    assert live is not None
    assert staged.digest == live.digest == "d1"
    assert staged.document == live.document


def test_the_same_identity_again_has_no_second_effect(place: SimulatedMarketplace, ask: Ask) -> None:
    place.submit(ask(), now=NOW)
    again = place.submit(ask(), now=NOW + timedelta(days=1))
    assert (again.progress, again.since) == (Progress.RUNNING, NOW)
    drive(place, "s1")
    assert place.submit(ask(), now=NOW).progress is Progress.READY
    assert effects(place) == ["submission-accepted", "slot-filled"]


@pytest.mark.parametrize("other", [{"digest": "d2"}, {"offer": "lamp"}, {"slot": Slot.PRODUCTION}])
def test_an_identity_stands_for_one_submission(
    place: SimulatedMarketplace, ask: Ask, other: dict[str, str]
) -> None:
    place.submit(ask(), now=NOW)
    with pytest.raises(MarketplaceRefused, match="s1"):
        place.submit(ask(**other), now=NOW)


def test_a_second_submission_waits_for_the_first(place: SimulatedMarketplace, ask: Ask) -> None:
    place.submit(ask(), now=NOW)
    with pytest.raises(MarketplaceConflict, match=r"s1 .* since 2026-03-01T09:00:00"):
        place.submit(ask("s2", digest="d2"), now=NOW)
    place.submit(ask("s3", offer="lamp"), now=NOW)
    drive(place, "s1")
    place.submit(ask("s2", digest="d2"), now=NOW)


def test_production_needs_the_digest_in_the_staging_slot(place: SimulatedMarketplace, ask: Ask) -> None:
    with pytest.raises(MarketplaceRefused, match="is empty"):
        place.submit(ask("p1", Slot.PRODUCTION), now=NOW)
    stage(place, ask())
    with pytest.raises(MarketplaceRefused, match="holds digest d1"):
        place.submit(ask("p1", Slot.PRODUCTION, digest="d2"), now=NOW)
    assert effects(place) == ["submission-accepted", "slot-filled"]


def test_cancel_stops_what_runs_and_nothing_else(place: SimulatedMarketplace, ask: Ask) -> None:
    stage(place, ask())
    place.submit(ask("s2", digest="d2"), now=NOW)
    assert place.cancel(*OFFER, "s2", now=NOW).progress is Progress.CANCELLED
    assert place.cancel(*OFFER, "s2", now=NOW).progress is Progress.CANCELLED
    assert place.cancel(*OFFER, "s1", now=NOW).progress is Progress.READY
    content = place.content(*OFFER, Slot.STAGING)
    assert content is not None
    assert content.digest == "d1"
    assert effects(place).count("cancelled") == 1


def test_what_never_arrived_is_not_there(place: SimulatedMarketplace, ask: Ask) -> None:
    place.submit(ask(), now=NOW)
    assert place.look(*OFFER, "s2", now=NOW) is None
    assert place.look("northlight", "lamp", "s1", now=NOW) is None
    with pytest.raises(MarketplaceRefused):
        place.cancel(*OFFER, "s2", now=NOW)


def test_only_testers_see_the_staging_slot(place: SimulatedMarketplace, ask: Ask) -> None:
    with pytest.raises(MarketplaceRefused):
        place.content(*OFFER, Slot.STAGING, subscription="aaaa-1")
    stage(place, ask())
    assert place.content(*OFFER, Slot.STAGING, subscription="aaaa-1") is not None
    with pytest.raises(MarketplaceRefused) as refused:
        place.content(*OFFER, Slot.STAGING, subscription="cccc-3")
    assert "d1" not in f"{refused.value} {refused.value.hint}"


def test_everybody_sees_production(place: SimulatedMarketplace, ask: Ask) -> None:
    assert place.content(*OFFER, Slot.PRODUCTION, subscription="cccc-3") is None
    stage(place, ask())
    stage(place, ask("p1", Slot.PRODUCTION))
    assert place.content(*OFFER, Slot.PRODUCTION, subscription="cccc-3") is not None


def test_testers_change_without_a_new_submission(place: SimulatedMarketplace, ask: Ask) -> None:
    stage(place, ask())
    for _ in range(2):
        place.update_testers(*OFFER, ("cccc-3",), now=NOW)
    assert place.content(*OFFER, Slot.STAGING, subscription="cccc-3") is not None
    with pytest.raises(MarketplaceRefused):
        place.content(*OFFER, Slot.STAGING, subscription="aaaa-1")
    assert effects(place).count("testers-updated") == 1


def test_testers_updated_during_staging_outlive_it(place: SimulatedMarketplace, ask: Ask) -> None:
    place.submit(ask(), now=NOW)
    place.update_testers(*OFFER, ("cccc-3",), now=NOW)
    drive(place, "s1")
    content = place.content(*OFFER, Slot.STAGING)
    assert content is not None
    assert content.subscriptions == ("cccc-3",)


def test_withdraw_takes_a_sku_out_of_both_slots(place: SimulatedMarketplace, ask: Ask) -> None:
    stage(place, ask())
    stage(place, ask("p1", Slot.PRODUCTION))
    for _ in range(2):
        place.withdraw(*OFFER, "byol", identity="w1", now=NOW)
    for slot in Slot:
        content = place.content(*OFFER, slot)
        assert content is not None
        assert [sku["id"] for sku in content.document["skus"]] == ["hourly"]
        assert content.digest == "d1"
    assert effects(place).count("withdrawn") == 1


def test_withdraw_empties_both_slots(place: SimulatedMarketplace, ask: Ask) -> None:
    stage(place, ask())
    stage(place, ask("p1", Slot.PRODUCTION))
    place.withdraw(*OFFER, None, identity="w1", now=NOW)
    assert [place.content(*OFFER, slot) for slot in Slot] == [None, None]


def test_a_withdrawal_is_not_undone_by_sending_it_late(place: SimulatedMarketplace, ask: Ask) -> None:
    stage(place, ask())
    place.withdraw(*OFFER, None, identity="w1", now=NOW)
    stage(place, ask("s2"))
    place.withdraw(*OFFER, None, identity="w1", now=NOW)
    assert place.content(*OFFER, Slot.STAGING) is not None
    with pytest.raises(MarketplaceRefused, match="w1"):
        place.withdraw(*OFFER, "byol", identity="w1", now=NOW)


def test_withdraw_does_not_cross_a_running_submission(place: SimulatedMarketplace, ask: Ask) -> None:
    place.submit(ask(), now=NOW)
    with pytest.raises(MarketplaceConflict, match="s1"):
        place.withdraw(*OFFER, None, identity="w1", now=NOW)


def test_done_but_answered_with_a_time_out(place: SimulatedMarketplace, ask: Ask) -> None:
    place.set_knob("*", "outage", "after 1")
    with pytest.raises(MarketplaceUnavailable, match="before it answered"):
        place.submit(ask(), now=NOW)
    status = place.look(*OFFER, "s1", now=NOW)
    assert status is not None
    assert effects(place)[0] == "submission-accepted"


def test_a_file_with_other_bytes_is_refused(place: SimulatedMarketplace, ask: Ask) -> None:
    with pytest.raises(MarketplaceRefused, match="0000"):
        place.submit(ask(files={"0000": b"x"}), now=NOW)
    assert place.submissions() == []


def test_times_without_a_zone_are_a_mistake(place: SimulatedMarketplace, ask: Ask) -> None:
    with pytest.raises(ValueError, match="zone"):
        place.submit(ask(), now=NOW.replace(tzinfo=None))
    assert place.submissions() == []
