"""Releases go on where they stopped; cancel, discard and approve ask who may."""

from dataclasses import replace

import pytest

from publisher.errors import GateRefused, IllegalTransition, MarketplaceUnavailable, Refused
from publisher.marketplaces import Slot
from publisher.release import advance, approve, cancel, discard
from publisher.staging import stage
from publisher.submissions import observe
from tests.workshop import KEY, Workshop, content


def drafted(shop: Workshop, version: str = "2.4.0") -> None:
    with pytest.raises(GateRefused):
        stage(shop.engine, shop.folder(content(version, title="x" * 60)))


def live(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    advance(shop.engine, KEY, goal=Slot.PRODUCTION)


def test_each_call_takes_one_step_or_says_what_it_waits_for(shop: Workshop) -> None:
    shop.marketplace.set_knob("*", "delay", 60)
    seen = [stage(shop.engine, shop.folder(content()))]
    while seen[-1].view.state != "live":
        shop.later(seconds=seen[-1].look_again or 0)
        seen.append(advance(shop.engine, KEY, goal=Slot.PRODUCTION))
    assert [outcome.look_again for outcome in seen[:2]] == [60, 60]
    assert shop.triggers() == ["open", "stage", "request_production", "publish"]
    assert advance(shop.engine, KEY, goal=Slot.PRODUCTION).look_again is None


def test_the_goal_staging_stops_there(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    assert advance(shop.engine, KEY, goal=Slot.STAGING).view.state == "staging"


def test_a_draft_is_not_advanced(shop: Workshop) -> None:
    drafted(shop)
    assert advance(shop.engine, KEY, goal=Slot.PRODUCTION).view.state == "draft"


def test_a_running_submission_is_cancelled_at_the_marketplace(shop: Workshop) -> None:
    shop.marketplace.set_knob("*", "delay", 3600)
    stage(shop.engine, shop.folder(content()))
    assert cancel(shop.engine, KEY).view.state == "draft"
    assert shop.marketplace.submissions()[0].progress == "cancelled"


def test_a_submission_that_ended_meanwhile_is_not_cancelled(shop: Workshop) -> None:
    shop.marketplace.set_knob("*", "delay", 3600)
    stage(shop.engine, shop.folder(content()))
    shop.later(days=1)
    outcome = cancel(shop.engine, KEY)  # it had become ready: what is staged is taken back
    assert outcome.message.endswith("is a draft again")
    assert shop.triggers() == ["open", "stage", "cancel"]


def test_what_never_arrived_is_sent_before_it_is_cancelled(shop: Workshop) -> None:
    shop.marketplace.set_knob("*", "outage", "on")
    with pytest.raises(MarketplaceUnavailable):
        stage(shop.engine, shop.folder(content()))
    with pytest.raises(MarketplaceUnavailable):
        cancel(shop.engine, KEY)
    shop.marketplace.clear_knobs()
    shop.marketplace.set_knob("*", "delay", 3600)
    assert cancel(shop.engine, KEY).view.state == "draft"


@pytest.mark.parametrize("command", [cancel, discard, approve])
def test_a_live_offer_has_nothing_to_take_back(shop: Workshop, command) -> None:
    live(shop)
    before = shop.view
    with pytest.raises(Refused):
        command(shop.engine, KEY)
    assert shop.view == before


def test_an_offer_that_had_nothing_else_is_gone(shop: Workshop) -> None:
    drafted(shop)
    outcome = discard(shop.engine, KEY)
    assert "nothing is left of the offer" in outcome.message
    assert (outcome.view.state, outcome.view.revisions) == ("discarded", ())
    assert {sku.state for sku in outcome.view.skus} == {"discarded"}
    with pytest.raises(IllegalTransition, match="holds nothing any more"):
        discard(shop.engine, KEY)


def test_a_gone_offer_begins_again(shop: Workshop) -> None:
    drafted(shop)
    discard(shop.engine, KEY)
    stage(shop.engine, shop.folder(content()))
    assert shop.triggers("byol") == ["open", "discard", "open", "stage"]


def test_a_draft_beside_what_is_live_is_dropped(shop: Workshop) -> None:
    live(shop)
    drafted(shop, "2.4.1")
    assert "revision 1 stays live" in discard(shop.engine, KEY).message
    assert {sku.state for sku in shop.view.skus} == {"live"}


@pytest.mark.parametrize("again", [False, True])
def test_what_was_staged_is_never_discarded(shop: Workshop, again: bool) -> None:
    stage(shop.engine, shop.folder(content()))
    cancel(shop.engine, KEY)
    if again:
        drafted(shop)  # another revision, never staged, of an offer that was
    with pytest.raises(IllegalTransition) as caught:
        discard(shop.engine, KEY)
    assert "draft-discard-only-unstaged" in str(caught.value.reasons)


def test_only_a_staged_content_is_approved_and_by_somebody_else(shop: Workshop) -> None:
    drafted(shop)
    reviewer = replace(shop.engine, actor="reviewer@elsewhere")
    with pytest.raises(Refused, match="only a staged content"):
        approve(reviewer, KEY)
    stage(shop.engine, shop.folder(content()))
    with pytest.raises(Refused, match="another person"):
        approve(shop.engine, KEY)
    approve(reviewer, KEY)
    assert shop.catalogue.approvals(shop.view.open.id) == ("reviewer@elsewhere",)


def test_looking_twice_is_no_news(shop: Workshop) -> None:
    shop.marketplace.set_knob("*", "delay", 3600)
    stage(shop.engine, shop.folder(content()))
    before = shop.view
    assert not observe(shop.engine, KEY).changed
    assert shop.view == before
