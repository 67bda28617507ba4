"""The engine before the marketplace of today, rehearsed against an emulator: a whole life of an offer."""

from typing import Any

import pytest

from publisher.errors import MarketplaceConflict, MarketplaceRefused, MarketplaceUnavailable, Refused
from publisher.marketplaces import Slot
from publisher.marketplaces.emulator import Emulator
from publisher.marketplaces.partner_center.ingestion import publishing
from publisher.production import request_production
from publisher.release import cancel
from publisher.staging import stage
from publisher.submissions import observe, refuse_failed
from tests.workshop import KEY, Workshop, content, released, settled, staged


@pytest.fixture
def shop(rehearsal: Workshop) -> Workshop:
    return rehearsal


def versions(shop: Workshop, slot: Slot) -> list[str]:
    shown = shop.engine.marketplace.content(*KEY, slot)
    return [image["version"] for image in shown.document["skus"][0]["images"]] if shown else []


def test_an_offer_goes_live_and_a_version_follows(shop: Workshop) -> None:
    assert released(shop).view.state == "live"
    assert versions(shop, Slot.PRODUCTION) == ["2.4.0"]
    assert released(shop, content("2.5.0")).view.live.number == 2
    assert versions(shop, Slot.PRODUCTION) == ["2.4.0", "2.5.0"]  # what was published is never left out


def test_a_second_run_sends_nothing(shop: Workshop, emulator: Emulator) -> None:
    released(shop)
    before = emulator.journal()
    assert staged(shop).changed is False
    assert emulator.journal() == before


def test_a_second_run_waits_for_what_the_first_one_sent(shop: Workshop, emulator: Emulator) -> None:
    emulator.market.set_knob("*", "delay", 3600)
    stage(shop.engine, shop.folder(content()))
    again = stage(shop.engine, shop.read())
    assert (again.changed, again.look_again is not None) == (False, True)


def test_a_change_of_a_text_leaves_images_alone(shop: Workshop, emulator: Emulator) -> None:
    released(shop)
    before = len(emulator.journal())
    assert released(shop, content(title="Beacon, brighter")).view.state == "live"
    changed = [e for e in emulator.journal()[before:] if e.effect == "draft-changed"]
    assert len(changed) == 1


def test_what_certification_says_comes_back(shop: Workshop, emulator: Emulator) -> None:
    emulator.market.set_knob("*", "fail", "Swap is on the OS disk.")
    outcome = staged(shop)
    assert outcome.view.state == "draft"
    with pytest.raises(Refused, match="failed") as refused:
        refuse_failed(outcome)
    assert "Swap is on the OS disk." in refused.value.reasons[0]


def test_a_busy_product_is_a_conflict_and_the_folder_stays_a_draft(
    shop: Workshop, emulator: Emulator
) -> None:
    released(shop)
    emulator.market.set_knob("*", "delay", 3600)
    api = shop.engine.marketplace.api  # type: ignore[attr-defined]  # somebody else publishes
    api.configure([publishing(api.product(KEY[1]), "preview")])
    with pytest.raises(MarketplaceConflict, match="is being published to preview since"):
        stage(shop.engine, shop.folder(content("2.5.0")))
    assert shop.view.state == "draft"


def test_a_preview_that_others_changed_does_not_go_live(shop: Workshop, emulator: Emulator) -> None:
    staged(shop)
    api = shop.engine.marketplace.api  # type: ignore[attr-defined]  # as another tool would
    listing = next(r for r in api.resources(api.product(KEY[1]), "draft") if "/listing/" in r["$schema"])
    api.configure([{**listing, "title": "Somebody's Beacon"}])
    job = api.configure([publishing(api.product(KEY[1]), "preview")])
    while not api.job(job.id).progress.final:
        pass
    with pytest.raises(MarketplaceRefused, match="another content than was staged: listing"):
        request_production(shop.engine, KEY)
    assert shop.view.state == "staging"


def test_another_tester_is_another_publication(shop: Workshop) -> None:
    staged(shop)
    offer = content()
    offer["staging"] = {"subscriptions": ["5d3f1f6e-0000-4000-8000-000000000001"]}
    settled(shop, stage(shop.engine, shop.folder(offer)))
    shown = shop.engine.marketplace.content(*KEY, Slot.STAGING)
    assert shown is not None
    assert shown.subscriptions == ("5d3f1f6e-0000-4000-8000-000000000001",)
    assert shop.view.state == "staging"


def test_cancel_takes_a_publication_back(shop: Workshop, emulator: Emulator) -> None:
    released(shop)
    emulator.market.set_knob("*", "delay", 3600)
    stage(shop.engine, shop.folder(content("2.5.0")))
    assert cancel(shop.engine, KEY).view.state == "draft"
    assert versions(shop, Slot.PRODUCTION) == ["2.4.0"]


def test_a_conflict_on_the_way_to_live_leaves_what_is_staged(shop: Workshop, emulator: Emulator) -> None:
    staged(shop)
    emulator.fault("status", op="configure", status=409)
    with pytest.raises(MarketplaceConflict):
        request_production(shop.engine, KEY)
    assert shop.view.state == "staging"
    assert settled(shop, request_production(shop.engine, KEY)).view.state == "live"


@pytest.mark.parametrize(
    ("refused", "before"),
    [
        ({"op": "status"}, []),
        ({"op": "submissions", "skip": 2}, [{"fault": "stale"}]),
        ({"op": "submissions", "skip": 1}, [{"fault": "status", "status": 409, "commit": True}]),
    ],
    ids=["of the job", "after a mixed-up answer", "after a conflict with ourselves"],
)
def test_a_question_that_is_refused_is_no_verdict(
    shop: Workshop, emulator: Emulator, refused: dict[str, Any], before: list[dict[str, Any]]
) -> None:
    staged(shop)
    for fault in before:
        emulator.fault(**fault, op="configure")
    emulator.fault("status", status=400, **refused)
    with pytest.raises(MarketplaceUnavailable, match="400"):
        request_production(shop.engine, KEY)
    assert shop.view.submission is not None
    assert shop.view.submission.running
    assert settled(shop, observe(shop.engine, KEY)).view.state == "live"
    accepted = [entry.detail["slot"] for entry in emulator.journal() if entry.effect == "submission-accepted"]
    assert accepted == ["staging", "production"]


def test_a_publication_that_is_refused_after_its_draft_was_taken_ends_there(
    shop: Workshop, emulator: Emulator
) -> None:
    emulator.fault("status", op="configure", status=400, skip=1)
    outcome = staged(shop)
    assert outcome.view.state == "draft"
    with pytest.raises(Refused, match="refused"):
        refuse_failed(outcome)
    assert staged(shop).view.state == "staging"
