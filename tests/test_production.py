"""Requests for production: exactly what was staged, tested and approved as demanded, and nothing else."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.document import read_document
from publisher.errors import GateRefused, IllegalTransition, LostRace, MarketplaceUnavailable, Refused
from publisher.marketplaces import Slot
from publisher.production import request_production
from publisher.release import approve, cancel
from publisher.staging import stage
from publisher.submissions import observe, refuse_failed
from tests.workshop import KEY, Workshop, content, open_workshop


@pytest.fixture
def staged(shop: Workshop) -> Workshop:
    stage(shop.engine, shop.folder(content()))
    return shop


def record_test(shop: Workshop, exit_status: int) -> None:
    with shop.catalogue.write(*KEY, actor="tester", now=shop.now) as work:
        work.add_evidence(command="probe", exit_status=exit_status, seconds=1.5, output_sha256="0" * 64)


def reasons(shop: Workshop) -> str:
    with pytest.raises(IllegalTransition) as caught:
        request_production(shop.engine, KEY)
    return str(caught.value.reasons)


def test_what_is_staged_goes_live(staged: Workshop) -> None:
    outcome = request_production(staged.engine, KEY)
    assert (outcome.view.state, outcome.look_again) == ("live", None)
    shown = staged.marketplace.content(*KEY, Slot.PRODUCTION)
    assert shown is not None
    assert shown.digest == outcome.view.live.digest
    assert {sku.sku: list(sku.versions) for sku in outcome.view.skus} == {
        "hourly": ["2.4.0"],
        "byol": ["2.4.0"],
    }


def test_the_earlier_live_content_is_superseded_only_then(staged: Workshop) -> None:
    request_production(staged.engine, KEY)
    staged.marketplace.set_knob("*", "delay", 60)
    stage(staged.engine, staged.folder(content("2.4.1")))
    staged.later(hours=1)
    request_production(staged.engine, KEY)
    assert (staged.view.state, staged.view.live.number) == ("production_requested", 1)
    staged.later(hours=1)
    assert observe(staged.engine, KEY).view.state == "live"
    assert [revision.number for revision in staged.view.revisions] == [2]


def test_only_what_is_staged_can_be_requested(shop: Workshop) -> None:
    with pytest.raises(GateRefused):
        stage(shop.engine, shop.folder(content(title="x" * 60)))
    with pytest.raises(IllegalTransition, match="is draft: production can be requested from staging only"):
        request_production(shop.engine, KEY)
    stage(shop.engine, shop.folder(content()))
    request_production(shop.engine, KEY)
    with pytest.raises(IllegalTransition, match="nothing is staged; revision 2 is live"):
        request_production(shop.engine, KEY)


def test_staging_must_be_ready(shop: Workshop) -> None:
    shop.marketplace.set_knob("*", "delay", 3600)
    stage(shop.engine, shop.folder(content()))
    said = reasons(shop)
    assert "the staging is not ready" in said
    assert "publish-concurrent" in said


def test_an_edited_folder_changes_nothing_that_was_staged(staged: Workshop) -> None:
    digest = staged.view.open.digest
    edited = staged.folder(content(title="Beacon two"))
    with pytest.raises(Refused, match="is not what was staged") as caught:
        request_production(staged.engine, KEY, edited)
    assert "Beacon two" in str(caught.value.reasons)
    assert request_production(staged.engine, KEY).view.live.digest == digest


@pytest.mark.parametrize("lose", [shutil.rmtree, lambda folder: (folder / "offer.json").write_text("{")])
def test_the_catalogue_has_what_was_staged(staged: Workshop, lose: Callable[[Path], object]) -> None:
    digest = staged.view.open.digest
    lose(staged.offer)
    assert request_production(staged.engine, KEY).view.live.digest == digest


def test_the_same_content_in_another_folder_is_welcome(staged: Workshop, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(staged.offer, tmp_path / "copy"))
    document = read_document(copy, staged.engine.secrets)
    assert request_production(staged.engine, KEY, document).view.state == "live"


def test_a_failed_test_blocks_and_a_later_passed_one_does_not(staged: Workshop) -> None:
    record_test(staged, 1)
    assert "the latest staging test ended with 1" in reasons(staged)
    record_test(staged, 0)
    assert request_production(staged.engine, KEY).view.state == "live"


def test_a_missing_test_warns_or_blocks(tmp_path: Path) -> None:
    with open_workshop(tmp_path / "strict", required_test="true") as shop:
        stage(shop.engine, shop.folder(content()))
        assert "no staging test is recorded" in reasons(shop)
    with open_workshop(tmp_path / "free") as shop:
        stage(shop.engine, shop.folder(content()))
        request_production(shop.engine, KEY)
        assert any("stage-tested" in line for line in shop.said)


def test_a_test_counts_for_the_content_that_was_record_test(tmp_path: Path) -> None:
    with open_workshop(tmp_path, required_test="true") as shop:
        stage(shop.engine, shop.folder(content()))
        record_test(shop, 0)
        stage(shop.engine, shop.folder(content(title="Beacon two")))
        assert "no staging test is recorded" in reasons(shop)


def test_others_approve_and_an_edit_voids_it(tmp_path: Path) -> None:
    with open_workshop(tmp_path, approvals="1") as shop:
        stage(shop.engine, shop.folder(content()))
        reviewer = replace(shop.engine, actor="reviewer@elsewhere")
        assert "0 of 1 approvals" in reasons(shop)
        with pytest.raises(Refused, match="another person approves"):
            approve(shop.engine, KEY)
        approve(reviewer, KEY)
        stage(shop.engine, shop.folder(content(title="Beacon two")))
        assert "0 of 1 approvals" in reasons(shop)
        approve(reviewer, KEY)
        assert not approve(reviewer, KEY).changed
        assert request_production(shop.engine, KEY).view.state == "live"


def test_who_stages_again_does_not_count_as_approver(tmp_path: Path) -> None:
    with open_workshop(tmp_path, approvals="1") as shop:
        stage(shop.engine, shop.folder(content()))
        reviewer = replace(shop.engine, actor="reviewer@elsewhere")
        approve(reviewer, KEY)
        cancel(reviewer, KEY)
        stage(reviewer, shop.read())
        assert "0 of 1 approvals by others than reviewer@elsewhere" in reasons(shop)


def test_every_reason_is_told_at_once(tmp_path: Path) -> None:
    with open_workshop(tmp_path, approvals="2", required_test="true") as shop:
        stage(shop.engine, shop.folder(content()))
        said = reasons(shop)
    assert all(name in said for name in ("approvals-given", "stage-tested"))


def test_a_dead_link_is_found_before_the_marketplace_is_asked(tmp_path: Path) -> None:
    with open_workshop(tmp_path, links_assume="") as shop:
        offer = content()
        offer["listing"]["en-us"]["links"] = [{"title": "Docs", "url": "https://127.0.0.1/never-asked"}]
        offer["legal"]["privacy_policy_url"] = offer["support"]["customer"]["url"] = "https://127.0.0.1/"
        stage(shop.engine, shop.folder(offer))
        with pytest.raises(GateRefused, match="it stays staged"):
            request_production(shop.engine, KEY)
        assert shop.view.state == "staging"


def test_assumed_links_are_noted_in_the_history(staged: Workshop) -> None:
    request_production(staged.engine, KEY)
    (event,) = [
        e for e in staged.catalogue.history(staged.view) if e.trigger == "request_production" and e.revision
    ]
    assert event.detail["links_assumed"] == ["*.tidewater-labs.example"]


@pytest.mark.parametrize("knob", ["fail", "refuse"])
def test_a_refusal_leads_back_to_draft(staged: Workshop, knob: str) -> None:
    staged.marketplace.set_knob("*", knob, "the licence text is missing")
    outcome = request_production(staged.engine, KEY)
    assert outcome.view.state == "draft"
    with pytest.raises(Refused) as caught:
        refuse_failed(outcome)
    assert "licence text" in str(caught.value.reasons)
    stage(staged.engine, staged.read())
    assert request_production(staged.engine, KEY).view.state == "live"


def test_a_cancelled_request_can_be_made_again(staged: Workshop) -> None:
    staged.marketplace.set_knob("*", "delay", 3600)
    request_production(staged.engine, KEY)
    assert cancel(staged.engine, KEY).view.state == "staging"
    staged.marketplace.clear_knobs()
    assert request_production(staged.engine, KEY).view.state == "live"


def test_a_lost_answer_is_not_asked_for_twice(staged: Workshop) -> None:
    staged.marketplace.set_knob("*", "outage", "after")
    with pytest.raises(MarketplaceUnavailable):
        request_production(staged.engine, KEY)
    assert observe(staged.engine, KEY).view.state == "live"
    accepted = [entry for entry in staged.marketplace.journal() if entry.effect == "submission-accepted"]
    assert len(accepted) == 2


def test_who_decides_on_an_old_view_loses(staged: Workshop) -> None:
    def say(line: str) -> None:
        if line.startswith("checking"):  # in the middle of the production gate
            cancel(staged.engine, KEY)

    with pytest.raises(LostRace, match=r"\(cancel\)"):
        request_production(replace(staged.engine, say=say), KEY)
    assert staged.view.state == "draft"
