"""Deletion: only by ticket, for what was staged or is live, and never half."""

from datetime import date

import pytest

from publisher.deletion import Wish, finish_deletion, keep, request_deletion
from publisher.errors import (
    GateRefused,
    IllegalTransition,
    MarketplaceConflict,
    MarketplaceUnavailable,
    UsageError,
)
from publisher.marketplaces import Slot
from publisher.production import request_production
from publisher.release import discard
from publisher.staging import stage
from tests.workshop import KEY, Workshop, content

WHY = Wish(reason="The licence model is withdrawn.", wanted_date=date(2026, 9, 1))


def staged(shop: Workshop, version: str = "2.4.0") -> None:
    stage(shop.engine, shop.folder(content(version)))


def live(shop: Workshop, version: str = "2.4.0") -> None:
    staged(shop, version)
    request_production(shop.engine, KEY)


def states(shop: Workshop) -> dict[str, str]:
    return {sku.sku: sku.state for sku in shop.view.skus}


def test_a_live_offer_is_asked_for_then_deleted(shop: Workshop) -> None:
    live(shop)
    facts = request_deletion(shop.engine, KEY, "", WHY)
    assert shop.view.state == "deletion_requested"
    assert shop.marketplace.content(*KEY, Slot.PRODUCTION) is not None
    assert (facts.whole_offer, facts.reason, facts.history_head) == (True, WHY.reason, shop.view.head)
    assert finish_deletion(shop.engine, KEY, "").view.state == "deleted"
    assert set(states(shop).values()) == {"deleted"}
    assert shop.marketplace.content(*KEY, Slot.PRODUCTION) is None
    assert [ticket.state for ticket in shop.view.tickets] == ["answered"]


def test_what_is_deleted_begins_anew_under_another_id(shop: Workshop) -> None:
    live(shop)
    request_deletion(shop.engine, KEY, "", WHY)
    with pytest.raises(IllegalTransition) as asked:
        staged(shop, "2.4.1")
    finish_deletion(shop.engine, KEY, "")
    with pytest.raises(IllegalTransition) as gone:
        staged(shop, "2.4.1")
    assert "publisher keep beacon-metrics" in asked.value.hint
    assert gone.value.hint == "a new offer needs another ID"


def test_a_deletion_is_withdrawn(shop: Workshop) -> None:
    live(shop)
    request_deletion(shop.engine, KEY, "", WHY)
    assert keep(shop.engine, KEY, "").view.state == "live"
    assert states(shop) == {"hourly": "live", "byol": "live"}
    assert [ticket.state for ticket in shop.view.tickets] == ["withdrawn"]
    with pytest.raises(IllegalTransition, match="no deletion of"):
        keep(shop.engine, KEY, "")


@pytest.mark.parametrize("back", [True, False])
def test_what_is_live_goes_along_with_an_update_that_is_staged(shop: Workshop, back: bool) -> None:
    live(shop)
    staged(shop, "2.4.1")
    request_deletion(shop.engine, KEY, "", WHY)
    assert {revision.state for revision in shop.view.revisions} == {"deletion_requested"}
    assert shop.view.live.number == 1
    (keep if back else finish_deletion)(shop.engine, KEY, "")
    assert [revision.state for revision in shop.view.revisions] == (
        ["live", "staging"] if back else ["deleted"] * 2
    )
    assert shop.view.state == ("staging" if back else "deleted")


def test_a_staged_offer_is_deleted_by_ticket_too(shop: Workshop) -> None:
    staged(shop)
    request_deletion(shop.engine, KEY, "", WHY)
    with pytest.raises(IllegalTransition):
        stage(shop.engine, shop.read())
    assert finish_deletion(shop.engine, KEY, "").view.state == "deleted"
    with pytest.raises(IllegalTransition):
        stage(shop.engine, shop.read())


def test_a_draft_is_dropped_not_deleted(shop: Workshop) -> None:
    with pytest.raises(GateRefused):
        stage(shop.engine, shop.folder(content(title="x" * 60)))
    with pytest.raises(IllegalTransition) as caught:
        request_deletion(shop.engine, KEY, "", WHY)
    assert "draft-discard-only-unstaged" in str(caught.value.reasons) or "discard" in caught.value.hint
    assert shop.view.tickets == ()


def test_a_deletion_waits_for_the_running_submission(shop: Workshop) -> None:
    live(shop)
    shop.marketplace.set_knob("*", "delay", 3600)
    staged(shop, "2.4.1")
    for sku in ("", "byol"):
        with pytest.raises(IllegalTransition) as caught:
            request_deletion(shop.engine, KEY, sku, WHY)
        assert "publish-concurrent" in str(caught.value.reasons)


def test_a_sku_is_deleted_by_itself_and_may_then_be_missing(shop: Workshop) -> None:
    live(shop)
    request_deletion(shop.engine, KEY, "byol", WHY)
    assert states(shop) == {"hourly": "live", "byol": "deletion_requested"}
    finish_deletion(shop.engine, KEY, "byol")
    shown = shop.marketplace.content(*KEY, Slot.PRODUCTION)
    assert shown is not None
    assert [sku["id"] for sku in shown.document["skus"]] == ["hourly"]
    assert stage(shop.engine, shop.folder(content("2.4.1", skus=["hourly"]))).view.state == "staging"
    assert states(shop) == {"hourly": "live", "byol": "deleted"}


def test_the_id_of_a_deleted_sku_does_not_come_back(shop: Workshop) -> None:
    live(shop)
    request_deletion(shop.engine, KEY, "byol", WHY)
    finish_deletion(shop.engine, KEY, "byol")
    with pytest.raises((IllegalTransition, GateRefused)) as caught:
        stage(shop.engine, shop.folder(content("2.4.1")))
    assert "sku-id-immutable" in str(getattr(caught.value, "reasons", "")) + str(
        getattr(caught.value, "report", "")
    )


def test_a_deletion_finished_while_a_submission_runs_is_refused_by_the_marketplace(shop: Workshop) -> None:
    live(shop)
    request_deletion(shop.engine, KEY, "byol", WHY)
    shop.marketplace.set_knob("*", "delay", 3600)
    staged(shop, "2.4.1")
    with pytest.raises(MarketplaceConflict):
        finish_deletion(shop.engine, KEY, "byol")
    assert states(shop)["byol"] == "deletion_requested"


def test_versions_published_while_a_deletion_is_open_are_burned(shop: Workshop) -> None:
    live(shop)
    request_deletion(shop.engine, KEY, "byol", WHY)
    live(shop, "2.4.1")
    keep(shop.engine, KEY, "byol")
    assert [list(sku.versions) for sku in shop.view.skus] == [["2.4.0", "2.4.1"]] * 2


def test_a_sku_published_while_its_deletion_is_open_is_locked(shop: Workshop) -> None:
    staged(shop)
    request_deletion(shop.engine, KEY, "byol", WHY)
    request_production(shop.engine, KEY)
    keep(shop.engine, KEY, "byol")
    assert shop.view.sku("byol").locked
    live(shop, "2.4.1")
    assert states(shop) == {"hourly": "live", "byol": "live"}


def test_a_sku_follows_its_offer_even_with_a_ticket_of_its_own(shop: Workshop) -> None:
    live(shop)
    request_deletion(shop.engine, KEY, "byol", WHY)
    request_deletion(shop.engine, KEY, "", WHY)
    with pytest.raises(IllegalTransition, match="whose deletion is asked for"):
        keep(shop.engine, KEY, "byol")
    keep(shop.engine, KEY, "")
    assert states(shop) == {"hourly": "live", "byol": "deletion_requested"}
    request_deletion(shop.engine, KEY, "", WHY)
    finish_deletion(shop.engine, KEY, "")
    assert set(states(shop).values()) == {"deleted"}
    assert {ticket.state for ticket in shop.view.tickets} == {"withdrawn", "answered"}


def test_a_sku_asked_for_twice_or_unknown_is_refused(shop: Workshop) -> None:
    live(shop)
    request_deletion(shop.engine, KEY, "byol", WHY)
    with pytest.raises(IllegalTransition):
        request_deletion(shop.engine, KEY, "byol", WHY)
    with pytest.raises(UsageError, match="has no SKU 'platinum'"):
        request_deletion(shop.engine, KEY, "platinum", WHY)


def test_an_answer_that_was_lost_does_not_delete_twice(shop: Workshop) -> None:
    live(shop)
    request_deletion(shop.engine, KEY, "byol", WHY)
    shop.marketplace.set_knob("*", "outage", "after")
    with pytest.raises(MarketplaceUnavailable):
        finish_deletion(shop.engine, KEY, "byol")
    finish_deletion(shop.engine, KEY, "byol")
    assert [entry.effect for entry in shop.marketplace.journal()].count("withdrawn") == 1
    assert states(shop)["byol"] == "deleted"


def test_a_ticket_that_cannot_be_rendered_is_not_recorded(shop: Workshop) -> None:
    live(shop)
    before = shop.view
    with pytest.raises(UsageError):
        request_deletion(shop.engine, KEY, "", WHY, formats=("docx", "en"))
    assert shop.view == before


def test_a_draft_beside_something_staged_is_not_dropped(shop: Workshop) -> None:
    live(shop)
    stage(shop.engine, shop.folder(content("2.4.1", skus=["hourly", "byol", "extra"])))
    with pytest.raises(GateRefused):
        stage(shop.engine, shop.folder(content("2.4.1", skus=["hourly", "byol"])))
    with pytest.raises(IllegalTransition) as caught:
        discard(shop.engine, KEY)
    assert "draft-discard-only-unstaged" in str(caught.value.reasons)
