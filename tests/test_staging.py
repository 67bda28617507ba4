"""Staging: what is recorded, what is sent, and what is refused."""

from dataclasses import replace

import pytest

from publisher.errors import (
    GateRefused,
    IllegalTransition,
    LostRace,
    MarketplaceThrottled,
    MarketplaceUnavailable,
    Refused,
    UsageError,
)
from publisher.marketplaces import Slot
from publisher.production import request_production
from publisher.release import cancel
from publisher.staging import stage
from publisher.submissions import observe, refuse_failed
from tests.workshop import KEY, Workshop, content, open_workshop


def effects(shop: Workshop) -> list[str]:
    return [entry.effect for entry in shop.marketplace.journal()]


def live(shop: Workshop, version: str = "2.4.0") -> None:
    stage(shop.engine, shop.folder(content(version)))
    request_production(shop.engine, KEY)


def test_a_folder_is_recorded_sent_and_ready(shop: Workshop) -> None:
    outcome = stage(shop.engine, shop.folder(content()))
    assert (outcome.view.state, outcome.changed, outcome.look_again) == ("staging", True, None)
    assert shop.triggers() == shop.triggers("hourly") == ["open", "stage"]
    assert effects(shop) == ["submission-accepted", "slot-filled"]


def test_an_unchanged_folder_is_staged_once(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    before = shop.view
    outcome = stage(shop.engine, shop.read())
    assert "already staging" in outcome.message
    assert not outcome.changed
    assert shop.view == before
    assert effects(shop).count("submission-accepted") == 1


def test_a_folder_that_is_live_is_not_staged_again(shop: Workshop) -> None:
    live(shop)
    assert "already live" in stage(shop.engine, shop.read()).message
    assert shop.view.open is None


def test_new_testers_are_told_without_staging_again(shop: Workshop) -> None:
    offer = content()
    stage(shop.engine, shop.folder(offer))
    offer["staging"]["subscriptions"] = ["0f0e0d0c-7d1b-4a57-8a4e-0f6f7b7d2c10"]
    outcome = stage(shop.engine, shop.folder(offer))
    staged = shop.marketplace.content(*KEY, Slot.STAGING)
    assert staged is not None
    assert (
        staged.subscriptions
        == outcome.view.current.subscriptions
        == ("0f0e0d0c-7d1b-4a57-8a4e-0f6f7b7d2c10",)
    )
    assert shop.triggers() == ["open", "stage"]


def test_a_gate_that_finds_errors_keeps_the_draft(shop: Workshop) -> None:
    with pytest.raises(GateRefused) as caught:
        stage(shop.engine, shop.folder(content(title="x" * 60)))
    assert "title-length" in {finding.rule for finding in caught.value.report.findings}
    assert shop.view.state == "draft"
    assert effects(shop) == []


def test_what_cannot_be_read_is_not_recorded(shop: Workshop) -> None:
    offer = content()
    offer["publisher"] = "No Such Publisher!"
    with pytest.raises(GateRefused, match="nothing was recorded"):
        stage(shop.engine, shop.folder(offer))
    (shop.offer / "offer.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError):
        stage(shop.engine, shop.read())
    assert shop.catalogue.offers() == []


def test_another_content_takes_the_place_of_what_was_staged(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    stage(shop.engine, shop.folder(content(title="Beacon two")))
    assert shop.triggers() == ["open", "stage", "revise", "supersede", "open", "stage"]
    assert [revision.number for revision in shop.view.revisions] == [2]


@pytest.mark.parametrize("title", ["Beacon two", "x" * 60])
def test_nothing_is_revised_while_a_submission_runs(shop: Workshop, title: str) -> None:
    shop.marketplace.set_knob("*", "delay", 3600)
    stage(shop.engine, shop.folder(content()))
    before = shop.view
    with pytest.raises(IllegalTransition) as caught:
        stage(shop.engine, shop.folder(content(title=title)))
    assert "publish-concurrent" in str(caught.value.reasons)
    assert shop.view == before
    shop.later(days=1)
    assert observe(shop.engine, KEY).view.submission.progress == "ready"


def test_another_content_waits_for_the_production_request(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    shop.marketplace.set_knob("*", "delay", 3600)
    request_production(shop.engine, KEY)
    with pytest.raises(IllegalTransition, match="requested for production"):
        stage(shop.engine, shop.folder(content(title="Beacon two")))
    assert "already production_requested" in stage(shop.engine, shop.folder(content())).message


def test_certification_is_skipped_when_only_marketing_changed(shop: Workshop) -> None:
    live(shop)
    stage(shop.engine, shop.folder(content(title="Beacon two")))
    assert any("certification is skipped" in line for line in shop.said)
    assert shop.view.submission.marketing_only
    assert "certification skipped" in shop.view.submission.message


def test_a_new_version_is_no_marketing(shop: Workshop) -> None:
    live(shop)
    stage(shop.engine, shop.folder(content("2.4.1")))
    assert not shop.view.submission.marketing_only


def test_a_failed_certification_leads_back_to_draft(shop: Workshop) -> None:
    shop.marketplace.set_knob("*", "fail", "the disk does not boot")
    outcome = stage(shop.engine, shop.folder(content()))
    assert outcome.view.state == "draft"
    with pytest.raises(Refused) as caught:
        refuse_failed(outcome)
    assert "does not boot" in str(caught.value.reasons)
    assert stage(shop.engine, shop.read()).view.state == "staging"
    assert shop.triggers() == ["open", "stage", "staging_failed", "stage"]


def test_a_sku_that_was_never_staged_leaves_and_comes_back(shop: Workshop) -> None:
    for skus in (["hourly", "byol"], ["hourly"], ["hourly", "byol"]):
        with pytest.raises(GateRefused):
            stage(shop.engine, shop.folder(content(skus=skus, title="x" * 60)))
    assert shop.triggers("byol") == ["open", "discard", "open"]


def test_a_sku_that_was_staged_is_not_discarded_by_leaving_it_out(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    with pytest.raises(GateRefused) as caught:
        stage(shop.engine, shop.folder(content(skus=["hourly"])))
    assert "sku-id-immutable" in {finding.rule for finding in caught.value.report.findings}
    assert shop.triggers("byol") == ["open", "stage", "revise"]
    stage(shop.engine, shop.folder(content()))
    assert shop.view.sku("byol").state == "staging"


def test_a_lock_that_says_live_needs_an_adoption(
    shop: Workshop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    live(shop)
    with open_workshop(tmp_path_factory.mktemp("elsewhere")) as other:
        folder = other.folder(content("2.4.1"))
        (other.offer / "offer.lock.json").write_bytes((shop.offer / "offer.lock.json").read_bytes())
        with pytest.raises(IllegalTransition) as caught:
            stage(other.engine, folder)
        assert "lock-agrees" in str(caught.value.reasons)
        assert "publisher adopt PATH" in str(caught.value.reasons)


def test_a_lock_of_another_history_is_refused(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    path = shop.offer / "offer.lock.json"
    path.write_text(path.read_text().replace(shop.view.head, "0" * 64))
    with pytest.raises(IllegalTransition) as caught:
        stage(shop.engine, shop.folder(content(title="Beacon two")))
    assert "event 8 of the lock file" in str(caught.value.reasons)


def test_an_answer_that_was_lost_is_looked_up_not_sent_again(shop: Workshop) -> None:
    shop.marketplace.set_knob("*", "outage", "after")
    with pytest.raises(MarketplaceUnavailable):
        stage(shop.engine, shop.folder(content()))
    assert shop.view.submission.progress == "unknown"
    assert observe(shop.engine, KEY).view.submission.progress == "ready"
    assert effects(shop) == ["submission-accepted", "slot-filled"]


def test_a_request_that_never_arrived_is_sent_by_the_next_command(shop: Workshop) -> None:
    shop.marketplace.set_knob("*", "throttle", "1 5")
    with pytest.raises(MarketplaceThrottled):
        stage(shop.engine, shop.folder(content()))
    assert (shop.view.state, shop.view.submission.progress) == ("staging", "pending")
    assert "ready" in stage(shop.engine, shop.read()).message + observe(shop.engine, KEY).message
    assert shop.triggers() == ["open", "stage"]


def test_an_outage_leaves_the_outcome_open(shop: Workshop) -> None:
    shop.marketplace.set_knob("*", "outage", "on")
    with pytest.raises(MarketplaceUnavailable):
        stage(shop.engine, shop.folder(content()))
    with pytest.raises(MarketplaceUnavailable):
        observe(shop.engine, KEY)
    shop.marketplace.clear_knobs()
    assert observe(shop.engine, KEY).view.submission.progress == "ready"
    assert effects(shop).count("submission-accepted") == 1


def test_two_commands_at_once_do_not_overwrite_each_other(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    document = shop.folder(content(title="Beacon two"))
    calls = iter([lambda: None, lambda: cancel(shop.engine, KEY)])

    def clock():  # its second call is after the offer was looked at
        next(calls, lambda: None)()
        return shop.now

    with pytest.raises(LostRace, match=r"was changed by .* \(cancel\)"):
        stage(replace(shop.engine, clock=clock), document)
    assert shop.triggers() == ["open", "stage", "cancel"]
