"""What is live leaves today's marketplace by a deprecation and comes back; rehearsed against an emulator."""

from datetime import date
from typing import Any

import pytest

from publisher.deletion import Wish, request_deletion
from publisher.deprecation import deprecate, finish, leave, notice_of, restore, standing
from publisher.document.model import Deprecation
from publisher.errors import (
    IllegalTransition,
    MarketplaceRefused,
    MarketplaceUnavailable,
    Refused,
    UsageError,
)
from publisher.lock import read_lock
from publisher.marketplaces import Progress, Slot
from publisher.marketplaces.emulator import Emulator
from publisher.marketplaces.partner_center.answers import Job
from publisher.production import request_production
from publisher.staging import stage
from publisher.tickets import TicketFacts, render
from tests.marketplaces.emulator.sample import NAME, product
from tests.workshop import KEY, Workshop, content, released, settled, staged

WHY = Wish(reason="end-of-support")
NOTICE = Deprecation(in_days=90, reason="end-of-support")


@pytest.fixture
def shop(rehearsal: Workshop) -> Workshop:
    return rehearsal


def shown(shop: Workshop, kind: str, target: str = "live") -> list[dict[str, Any]]:
    """The resources of a kind, by their alias or plan."""
    api = shop.engine.marketplace.api
    found = [r for r in api.resources(api.product(KEY[1]), target) or () if f"/{kind}/" in r["$schema"]]
    return sorted(found, key=lambda body: str(body.get("identity") or body.get("plan")))


def effects(emulator: Emulator) -> list[str]:
    """What the marketplace did to whole products, each time that it did it."""
    return [entry.effect for entry in emulator.journal() if entry.effect in {"deprecated", "restored"}]


# -- by the folder --


def test_a_sku_leaves_with_the_next_release_and_comes_back(shop: Workshop) -> None:
    released(shop)
    offer = content("2.4.1")
    offer["skus"][1] |= {"deprecated": True, "deprecation": {"in_days": 90, "alternative": "hourly"}}
    released(shop, offer)
    leaving, staying = shown(shop, "plan")
    assert (leaving["identity"]["externalId"], leaving["lifecycleState"]) == ("byol", "deprecated")
    assert leaving["deprecationSchedule"] == {"dateOffset": "P90D", "alternative": {"plan": staying["id"]}}
    assert shop.view.sku("byol").state == "live"  # it stays in the lock: its ID is spent
    assert {sku.id for sku in read_lock(shop.offer).skus} == {"hourly", "byol"}
    released(shop, content("2.4.2"))
    assert {plan["lifecycleState"] for plan in shown(shop, "plan")} == {"generallyAvailable"}


def test_a_version_leaves_and_its_number_stays_burned(shop: Workshop) -> None:
    released(shop)
    offer, older = content("2.5.0"), content("2.4.0")
    for sku, old in zip(offer["skus"], older["skus"], strict=True):
        notice = {"in_days": 0, "reason": "critical-security-issue"}
        sku["images"].insert(0, {**old["images"][0], "deprecated": True, "deprecation": notice})
    released(shop, offer)
    kinds = "virtual-machine-plan-technical-configuration"
    versions = shown(shop, kinds)[0]["vmImageVersions"]
    assert [(v["versionNumber"], v["lifecycleState"]) for v in versions] == [
        ("2.4.0", "deprecated"),
        ("2.5.0", "generallyAvailable"),
    ]
    assert versions[0]["deprecationSchedule"] == {"dateOffset": "P0D", "reason": "criticalSecurityIssue"}
    assert list(shop.view.sku("hourly").versions) == ["2.4.0", "2.5.0"]


def test_what_came_back_is_what_was_staged(shop: Workshop, emulator: Emulator) -> None:
    offer = content()
    released(shop, offer)
    offer["skus"][1] |= {"deprecated": True, "deprecation": {"in_days": 30, "reason": "other"}}
    released(shop, offer)
    before = emulator.journal()
    assert staged(shop, offer).changed is False
    assert emulator.journal() == before
    live = shop.engine.marketplace.content(*KEY, Slot.PRODUCTION)
    assert live.document["skus"][0]["deprecation"] == {"in_days": 30, "reason": "other"}


def test_a_sku_names_another_offer_as_its_alternative(shop: Workshop, emulator: Emulator) -> None:
    emulator.seed(product(), publish=True)
    released(shop)
    offer = content("2.4.1")
    offer["skus"][1] |= {"deprecated": True, "deprecation": {"in_days": 90, "alternative": NAME}}
    released(shop, offer)
    before = emulator.journal()
    assert staged(shop, offer).changed is False
    assert emulator.journal() == before
    live = shop.engine.marketplace.content(*KEY, Slot.PRODUCTION)
    assert live.document["skus"][0]["deprecation"]["alternative"] == NAME


# -- a whole offer --


def test_a_live_offer_leaves_and_comes_back(shop: Workshop, emulator: Emulator) -> None:
    released(shop)
    assert "in force on 2026-05-31" in deprecate(shop.engine, KEY, NOTICE, WHY).message
    assert shop.view.state == "deletion_requested"
    (product,) = shown(shop, "product")
    assert product["deprecationSchedule"] == {"dateOffset": "P90D", "reason": "endOfSupport"}
    assert restore(shop.engine, KEY).view.state == "live"
    assert shown(shop, "product")[0]["lifecycleState"] == "generallyAvailable"
    assert effects(emulator) == ["deprecated", "restored"]
    assert shop.triggers()[-2:] == ["request_deletion", "keep"]


def test_asking_again_does_nothing(shop: Workshop, emulator: Emulator) -> None:
    released(shop)
    deprecate(shop.engine, KEY, NOTICE, WHY)
    again = deprecate(shop.engine, KEY, Deprecation(in_days=10), WHY)
    assert (again.changed, "in force on 2026-05-31" in again.message) == (False, True)
    assert effects(emulator) == ["deprecated"]


class Power(Exception):
    """It went out."""


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize("cut", [Power, MarketplaceUnavailable])
def test_what_was_cut_off_is_looked_at_and_done_once(
    shop: Workshop, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, sent: bool, cut: type[Exception]
) -> None:
    released(shop)
    api: Any = shop.engine.marketplace.api  # type: ignore[attr-defined]

    def configure(resources: Any, real: Any = api.configure) -> Any:
        if sent:
            real(resources)
        raise cut("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(api, "configure", configure)
        with pytest.raises(cut):
            deprecate(shop.engine, KEY, NOTICE, WHY)
    assert shop.view.state == "deletion_requested"
    with monkeypatch.context() as patch:
        if sent:
            patch.setattr(api, "configure", None)  # what arrived is not sent again
        assert "deprecated" in deprecate(shop.engine, KEY, NOTICE, WHY).message
    with monkeypatch.context() as patch:
        patch.setattr(api, "configure", configure)
        with pytest.raises(cut):
            restore(shop.engine, KEY)
    with monkeypatch.context() as patch:
        if sent:
            patch.setattr(api, "configure", None)
        assert restore(shop.engine, KEY).view.state == "live"
    assert effects(emulator) == ["deprecated", "restored"]


def test_a_refusal_is_told_and_the_wish_can_be_taken_back(
    shop: Workshop, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    released(shop)
    market: Any = shop.engine.marketplace
    no = Job(id="j", progress=Progress.FAILED, message="It is needed.", conflict=False)
    with monkeypatch.context() as patch:
        patch.setattr(market.api, "configure", lambda resources: no)
        with pytest.raises(Refused) as refused:
            deprecate(shop.engine, KEY, NOTICE, WHY)
    assert refused.value.reasons == ("It is needed.",)
    assert "publisher keep" in refused.value.hint
    assert standing(shop.engine, shop.view).since == ""
    assert restore(shop.engine, KEY).view.state == "live"
    assert effects(emulator) == []


def test_what_takes_long_is_followed_by_its_job(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    released(shop)
    api: Any = shop.engine.marketplace.api  # type: ignore[attr-defined]
    sent, running = [], Job(id="j", progress=Progress.RUNNING, message="", conflict=False)
    with monkeypatch.context() as patch:
        patch.setattr(api, "configure", lambda resources: sent.append(resources) or running)
        patch.setattr(api, "job", lambda job: running if job == "j" else None)
        for _ in range(3):
            assert deprecate(shop.engine, KEY, NOTICE, WHY).look_again is not None
    assert len(sent) == 1
    assert standing(shop.engine, shop.view).job == "j"


def test_the_recorded_notice_counts(
    shop: Workshop, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    released(shop)
    api: Any = shop.engine.marketplace.api  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.delattr(type(api), "configure")
        with pytest.raises(AttributeError):
            deprecate(shop.engine, KEY, NOTICE, WHY)
    deprecate(shop.engine, KEY, Deprecation(in_days=7), WHY)
    assert any("going on with the notice that was recorded: in_days 90" in line for line in shop.said)
    assert shown(shop, "product")[0]["deprecationSchedule"]["dateOffset"] == "P90D"


def test_what_can_be_known_is_refused_before_anything_is_recorded(shop: Workshop) -> None:
    released(shop)
    with pytest.raises(MarketplaceRefused, match="the account has no offer 'nowhere'"):
        deprecate(shop.engine, KEY, Deprecation(in_days=90, alternative="nowhere"), WHY)
    assert shop.view.state == "live"


def test_another_offer_is_named_as_the_alternative(shop: Workshop, emulator: Emulator) -> None:
    emulator.seed(product(), publish=True)
    released(shop)
    assert (
        "in force on" in deprecate(shop.engine, KEY, Deprecation(in_days=90, alternative=NAME), WHY).message
    )
    schedule = shown(shop, "product")[0]["deprecationSchedule"]
    assert schedule["alternative"] == {"product": {"externalId": NAME}}
    restore(shop.engine, KEY)


def test_a_deprecation_is_done_when_its_day_has_come(shop: Workshop) -> None:
    released(shop)
    deprecate(shop.engine, KEY, NOTICE, WHY)
    shop.later(days=89)
    with pytest.raises(IllegalTransition, match="in force on 2026-05-31"):
        finish(shop.engine, KEY, "")
    shop.later(days=1)
    assert finish(shop.engine, KEY, "").view.state == "deleted"
    assert read_lock(shop.offer).skus[0].versions == ("2.4.0",)


def test_nothing_is_staged_while_an_offer_leaves(shop: Workshop) -> None:
    released(shop)
    deprecate(shop.engine, KEY, NOTICE, WHY)
    with pytest.raises(IllegalTransition):
        stage(shop.engine, shop.folder(content("2.4.1")))


def test_what_is_shown_beside_a_deprecation_is_still_the_same_content(shop: Workshop) -> None:
    released(shop)
    before = shop.engine.marketplace.content(*KEY, Slot.PRODUCTION)
    deprecate(shop.engine, KEY, NOTICE, WHY)
    after = shop.engine.marketplace.content(*KEY, Slot.PRODUCTION)
    assert after.digest == before.digest


# -- what never was live --


def test_a_sku_that_never_was_live_is_deleted_at_once(shop: Workshop) -> None:
    released(shop)
    staged(shop, content("2.4.1", skus=("hourly", "byol", "pro")))
    assert "nobody has it" in leave(shop.engine, KEY, "pro", WHY).message
    assert "take SKU pro out of the document: its ID cannot come back" in shop.said
    assert len(shown(shop, "plan", "draft")) == 2
    assert staged(shop, content("2.4.1")).view.state == "staging"
    assert settled(shop, request_production(shop.engine, KEY)).view.state == "live"
    assert len(shown(shop, "plan")) == 2


def test_an_offer_that_never_was_live_is_deleted_at_once(shop: Workshop) -> None:
    staged(shop)
    assert leave(shop.engine, KEY, "", WHY).view.state == "deleted"
    assert shop.engine.marketplace.api.product(KEY[1]) == ""  # type: ignore[attr-defined]


def test_a_live_sku_leaves_by_the_folder(shop: Workshop) -> None:
    released(shop)
    before = shop.view.events
    with pytest.raises(IllegalTransition, match="sku-delete-draft-only") as refused:
        leave(shop.engine, KEY, "byol", WHY)
    assert f"publisher sku deprecate {shop.offer} --sku byol" in refused.value.hint
    assert shop.view.events == before
    with pytest.raises(UsageError, match="has no SKU"):
        leave(shop.engine, KEY, "pro", WHY)


# -- from customers --


def test_a_ticket_takes_a_deprecated_offer_from_customers(shop: Workshop) -> None:
    released(shop)
    deprecate(shop.engine, KEY, NOTICE, WHY)
    facts = request_deletion(shop.engine, KEY, "", WHY, from_customers=True)
    assert TicketFacts.from_dict(shop.view.tickets[0].facts).removal
    assert "Offer or App Delisting, Removal, or Termination" in render(facts)
    assert "Déréférencement, suppression ou arrêt" in render(facts, format="txt", language="fr")
    assert finish(shop.engine, KEY, "").view.state == "deleted"  # the support has answered


def test_a_ticket_takes_a_sku_from_customers(shop: Workshop) -> None:
    released(shop)
    request_deletion(shop.engine, KEY, "byol", WHY, from_customers=True)
    assert shop.view.sku("byol").state == "deletion_requested"
    finish(shop.engine, KEY, "byol")
    assert shop.view.sku("byol").state == "deleted"


def test_nobody_has_what_never_was_live(shop: Workshop) -> None:
    staged(shop)
    with pytest.raises(IllegalTransition) as refused:
        request_deletion(shop.engine, KEY, "byol", WHY, from_customers=True)
    assert "no customer has it" in refused.value.reasons[0]


@pytest.mark.parametrize(
    ("reason", "word"), [("end-of-support", "end-of-support"), ("We move.", "other"), ("", "")]
)
def test_a_reason_is_one_of_three_or_told_in_own_words(reason: str, word: str) -> None:
    notice = notice_of(Wish(reason=reason, replacement="next"), in_days=None)
    assert (notice.in_days, notice.reason, notice.alternative) == (90, word, "next")


def test_what_was_recorded_is_told(shop: Workshop) -> None:
    released(shop)
    assert standing(shop.engine, shop.view) is None
    deprecate(shop.engine, KEY, NOTICE, WHY)
    known = standing(shop.engine, shop.view)
    assert (known.notice.told(), known.in_force) == (NOTICE.told(), date(2026, 5, 31))
