"""The marketplace of those who click: recording outcomes, and the steps to click."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.marketplaces import Progress, Request, Slot
from publisher.marketplaces.manual import ManualMarketplace
from publisher.marketplaces.portal_words import WORDS

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OFFER = ("northlight", "beacon")
Ask = Callable[..., Request]


@pytest.fixture
def manual(tmp_path: Path) -> ManualMarketplace:
    return ManualMarketplace(tmp_path / "manual.db")


def test_it_waits_for_a_person(manual: ManualMarketplace, ask: Ask) -> None:
    manual.submit(ask(), now=NOW)
    status = manual.look(*OFFER, "s1", now=NOW.replace(year=2027))
    assert status is not None
    assert (status.progress, status.step) == (Progress.RUNNING, "waiting for you")
    assert not manual.capabilities.automatic
    assert not manual.capabilities.rehearsal


@pytest.mark.parametrize(("outcome", "progress"), [("failed", "failed"), ("refused", "refused")])
def test_a_bad_end_keeps_its_reason(manual: ManualMarketplace, ask: Ask, outcome, progress: str) -> None:
    manual.submit(ask(), now=NOW)
    status = manual.record(*OFFER, outcome, "swap found; see https://a.example/r?sig=abc123", now=NOW)
    assert status.progress == progress
    assert "swap found" in status.message
    assert "abc123" not in status.message
    assert manual.content(*OFFER, Slot.STAGING) is None


def test_each_slot_has_its_word(manual: ManualMarketplace, ask: Ask) -> None:
    manual.submit(ask(), now=NOW)
    with pytest.raises(UsageError) as wrong:
        manual.record(*OFFER, "live", now=NOW)
    assert "ready" in wrong.value.hint
    manual.record(*OFFER, "ready", now=NOW)
    manual.submit(ask("p1", Slot.PRODUCTION), now=NOW)
    with pytest.raises(UsageError) as wrong:
        manual.record(*OFFER, "ready", now=NOW)
    assert "live" in wrong.value.hint


def test_recording_the_same_again_changes_nothing(manual: ManualMarketplace, ask: Ask) -> None:
    manual.submit(ask(), now=NOW)
    first = manual.record(*OFFER, "ready", now=NOW)
    assert manual.record(*OFFER, "ready", now=NOW) == first
    with pytest.raises(UsageError, match="waits"):
        manual.record(*OFFER, "failed", now=NOW)
    assert len(manual.journal()) == 2


@pytest.mark.parametrize("outcome", ["ready", "staged"])
def test_nothing_to_record(manual: ManualMarketplace, outcome) -> None:
    with pytest.raises(UsageError):
        manual.record(*OFFER, outcome, now=NOW)


def test_staging_steps_hold_every_value(manual: ManualMarketplace, ask: Ask) -> None:
    steps = manual.steps(ask())
    text = "\n".join(steps)
    for line in (
        "  id: hourly",
        "  billing model: hourly (BYOL box not ticked)",
        "  free trial: One Month",
        "  hide this SKU: No",
        "  title: Beacon Gateway",
        "  summary: none",
        "  logos small: upload the file of 345 bytes with sha256 ab12",
        "  url: https://docs.northlight.example/guide",
        "  file: upload the file of 678 bytes with sha256 cd34",
        "  privacy policy URL: https://northlight.example/privacy",
        "  engineering phone: +34 910 000 001",
        "  security, networking",
        "  regions: FR, US",
        "  price US, 2 core(s), per hour: 0.09 USD",
        "  operating system name: Ubuntu Server 24.04 LTS",
        "  recommended sizes: Standard_D2s_v5, Standard_D4s_v5",
        "  port https: 443 tcp",
        "  version: 1.2.0",
        "  subscription ID: AAAA-1",
    ):
        assert f"{line}\n" in text
    assert "  terms: You may use it. You" in text
    assert steps[-2].startswith("PUBLISH tab > PUSH TO STAGING")
    assert "record northlight/beacon ready" in steps[-1]


def test_steps_name_disks_without_their_signatures(manual: ManualMarketplace, ask: Ask, document) -> None:
    image = document["skus"][0]["images"][0]
    image["os_vhd"] += "?sp=rl&sig=abc123"
    image["data_vhds"][0]["url"] += "?sp=rl&sig=abc123"
    text = "\n".join(manual.steps(ask()))
    assert "OS VHD URL: https://lighthouse.blob.core.example/vhds/os.vhd (paste the full SAS URL" in text
    assert "data disk LUN 0 URL: https://" in text
    assert "abc123" not in text


def test_a_text_too_long_for_a_screen_is_named_by_hash(manual: ManualMarketplace, ask: Ask, document) -> None:
    document["legal"]["terms"] = {"sha256": "ee" * 32, "length": 900_000}
    assert f"of 900000 characters with sha256 {'ee' * 32}" in "\n".join(manual.steps(ask()))


def test_a_field_nobody_foresaw_is_not_lost(manual: ManualMarketplace, ask: Ask, document) -> None:
    document["videos"] = [{"title": "Tour", "link": "https://video.example/1"}]
    document["skus"][1]["cloud"] = "government"
    document["skus"][1]["port"] = document["open"] = "yes"
    text = "\n".join(manual.steps(ask()))
    assert "  videos 1 title: Tour" in text
    assert "  cloud: government\n  port: yes" in text
    assert "  open: yes" in text


def test_marketing_only_leaves_the_technical_tabs_alone(manual: ManualMarketplace, ask: Ask) -> None:
    steps = manual.steps(ask(marketing_only=True))
    assert "certification is skipped" in steps[0]
    assert any("Beacon Gateway" in step for step in steps)
    assert not any("1.2.0" in step or "0.09" in step for step in steps)


def test_production_steps(manual: ManualMarketplace, ask: Ask) -> None:
    steps = manual.steps(ask("p1", Slot.PRODUCTION))
    assert "  hourly: 1.2.0" in steps[1]
    assert "https://support.northlight.example" in steps[2]
    assert steps[3] == "PUBLISH tab > REQUEST APPROVAL TO PUSH TO PRODUCTION"
    assert "record northlight/beacon live" in steps[4]


def test_steps_speak_french_but_leave_values_alone(manual: ManualMarketplace, ask: Ask, document) -> None:
    document["listing"]["en-us"]["title"] = "support"
    steps = manual.steps(ask(), "fr")
    assert "  titre: support" in "\n".join(steps)
    assert any(step.startswith("IMAGES DE MACHINES VIRTUELLES > hourly") for step in steps)
    assert steps[-2].startswith("Onglet PUBLIER > DÉPLOYER DANS UN ENVIRONNEMENT INTERMÉDIAIRE")
    assert "DEMANDER UNE APPROBATION" in manual.steps(ask("p1", Slot.PRODUCTION), "fr")[3]


def test_a_language_without_words(manual: ManualMarketplace, ask: Ask) -> None:
    with pytest.raises(UsageError, match="de"):
        manual.steps(ask(), "de")


def test_every_language_has_every_sentence() -> None:
    assert {frozenset(words.sentences) for words in WORDS.values()} == {frozenset(WORDS["en"].sentences)}


def test_steps_of_an_empty_document(manual: ManualMarketplace, ask: Ask) -> None:
    for slot in Slot:
        assert manual.steps(ask(slot=slot, document={}))
