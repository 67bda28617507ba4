"""The judgement of a folder: which profile, which baseline, what is asked over the network, what is waived."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.baseline import PublishedSku, locked
from publisher.document import read_document
from publisher.document.secrets import Secrets, read_secrets
from publisher.errors import SettingsError, UsageError
from publisher.findings import Finding, Gate, Report, Severity
from publisher.lock import LOCK, Live, Lock, write_lock
from publisher.settings import Settings, Waiver, load_settings
from publisher.validation import validate

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path, environ={"PUBLISHER_LINKS_ASSUME": "*.tidewater-labs.example"})


def judge(folder: Path, settings: Settings, **more: Any) -> Report:
    secrets = read_secrets(folder / "demo.env") if (folder / "demo.env").exists() else Secrets(environ={})
    return validate(
        folder, **{"gate": Gate.STAGE, "settings": settings, "secrets": secrets, "now": NOW, **more}
    )


def edit(folder: Path, old: str, new: str) -> None:
    text = (folder / "offer.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "offer.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")


def lock(folder: Path) -> None:
    """Publish the folder as it stands, as far as its lock file knows."""
    offer = read_document(folder, read_secrets(folder / "demo.env")).offer
    assert offer
    skus = tuple(
        PublishedSku(
            id=sku.id, state="live", versions=tuple(i.version for i in sku.images), locked=locked(sku)
        )
        for sku in offer.skus
    )
    write_lock(
        folder,
        Lock(
            publisher=offer.publisher, offer=offer.offer, skus=skus, staged=False, events=4, head="ab" * 32,
            live=Live(revision=1, digest="cd" * 32, since=NOW, hero=True),
        ),
    )  # fmt: skip


def errors(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings if finding.severity is Severity.ERROR]


def reasons(report: Report) -> dict[str, str]:
    return {skip.rule: skip.reason for skip in report.skipped}


def test_the_demo_offer_is_clean_and_nothing_is_published(demo: Path, settings: Settings) -> None:
    report = judge(demo, settings)
    assert report.findings == ()
    assert (report.publisher, report.offer, report.profile) == ("tidewater-labs", "beacon-metrics", "classic")
    assert "there is no lock file" in reasons(report)["price-immutable"]


def test_the_profile_is_the_argument_else_the_offers_else_the_settings(
    demo: Path, settings: Settings
) -> None:
    today = replace(settings, values={**settings.values, "profile": "partner-center"})
    assert judge(demo, today).profile == "partner-center"
    edit(demo, "alias:", "profile: classic\nalias:")
    assert judge(demo, today).profile == "classic"
    assert judge(demo, today, profile="partner-center").profile == "partner-center"


def test_an_unknown_profile_is_a_finding(demo: Path, settings: Settings) -> None:
    edit(demo, "alias:", "profile: clasic\nalias:")
    report = judge(demo, settings)
    assert report.profile == "classic"
    [finding] = report.findings
    assert (finding.rule, finding.line, finding.fix) == ("document-type", 5, "did you mean 'classic'?")


def test_a_lock_file_is_the_measure_of_changes(demo: Path, settings: Settings) -> None:
    lock(demo)
    assert judge(demo, settings).findings == ()
    edit(demo, "2: 0.90", "2: 0.95")
    assert errors(judge(demo, settings)) == ["price-immutable"]
    report = judge(demo, settings, against="none")
    assert errors(report) == []
    assert "--against none" in reasons(report)["price-immutable"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("offer: beacon-metrics", "offer: other-metrics", "offer-id-immutable"),
        ("publisher: tidewater-labs", "publisher: other-labs", "publisher-id-immutable"),
    ],
)
def test_the_lock_of_another_offer(demo: Path, settings: Settings, old: str, new: str, rule: str) -> None:
    lock(demo)
    edit(demo, old, new)
    assert errors(judge(demo, settings)) == [rule]


def test_a_broken_lock_is_a_finding_with_its_place(demo: Path, settings: Settings) -> None:
    (demo / LOCK).write_text('{\n  "lock": 7\n}', encoding="utf-8")
    report = judge(demo, settings)
    [finding] = report.findings
    assert (finding.code, finding.rule, finding.severity) == ("CFG103", "lock-broken", Severity.ERROR)
    assert finding.file.endswith(f"beacon-metrics/{LOCK}")
    assert (finding.line, finding.offer) == (2, "beacon-metrics")
    assert reasons(report)["price-immutable"] == "the lock file cannot be read"


def test_a_baseline_that_was_asked_for_must_be_there(demo: Path, settings: Settings) -> None:
    with pytest.raises(UsageError, match=r"no offer\.lock\.json to compare with"):
        judge(demo, settings, against="lock")
    with pytest.raises(UsageError, match="no catalogue to compare with"):
        judge(demo, settings, against="catalogue")


def test_no_catalogue_is_made_by_asking(demo: Path, settings: Settings) -> None:
    judge(demo, settings)
    assert not settings.home.exists()


def test_links_are_asked_at_the_production_gate_or_on_demand(demo: Path, settings: Settings) -> None:
    assert "--network" in reasons(judge(demo, settings))["link-reachable"]
    assert "link-reachable" in judge(demo, settings, network=True).passed
    assert "link-reachable" in judge(demo, settings, gate=Gate.PRODUCTION).passed


def test_only_rehearsals_assume_that_links_answer(demo: Path, settings: Settings) -> None:
    text = (demo / "offer.yaml").read_text(encoding="utf-8")
    text = re.sub(r"https://\w+\.tidewater-labs\.example", "http://127.0.0.1", text)
    (demo / "offer.yaml").write_text(text, encoding="utf-8")
    local = replace(settings, values={**settings.values, "links.assume": ("127.0.0.1",)})
    manual = replace(local, values={**local.values, "target": "manual"})
    assert "link-reachable" in judge(demo, local, network=True).passed
    assert "link-reachable" not in judge(demo, manual, network=True).passed


def test_facts_about_the_account_come_from_the_settings(demo: Path, settings: Settings) -> None:
    poor = replace(settings, values={**settings.values, "account.bank_account": False})
    assert "account-tax-bank" in errors(judge(demo, poor, gate=Gate.PRODUCTION))


def test_waivers_are_heeded_in_the_day_of_utc(demo: Path, settings: Settings) -> None:
    edit(demo, "title: Beacon Metrics Server", f"title: {'x' * 51}")
    waiver = Waiver(code="TXT101", reason="renamed soon", until=date(2026, 9, 1), by="ana")
    report = judge(demo, replace(settings, waivers=(waiver,)))
    assert not report.blocks()
    assert waived(report) == ["TXT101"]


def waived(report: Report) -> list[str]:
    return [finding.code for finding in report.findings if finding.waived]


def test_a_waiver_of_no_rule_stops_the_judgement(demo: Path, settings: Settings) -> None:
    waiver = Waiver(code="TXT999", reason="?", until=date(2026, 9, 1), by="ana")
    with pytest.raises(SettingsError, match="TXT999"):
        judge(demo, replace(settings, waivers=(waiver,)))


def test_what_cannot_be_read_is_a_report(demo: Path, settings: Settings) -> None:
    (demo / "offer.yaml").write_text("a: [1\n", encoding="utf-8")
    report = judge(demo, settings)
    assert errors(report) == ["document-syntax"]
    assert report.offer == ""


def test_what_is_not_there_is_no_report(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(UsageError):
        judge(tmp_path / "gone", settings)


def test_json_is_judged_alike(demo: Path, settings: Settings) -> None:
    (demo / "offer.yaml").unlink()
    (demo / "offer.json").write_text(json.dumps({"format": "vm-offer/1", "offr": "x"}), encoding="utf-8")
    report = judge(demo, settings)
    assert first(report).rule == "document-unknown-key"
    assert first(report).line == 1


def first(report: Report) -> Finding:
    return next(finding for finding in report.findings if finding.column > 1)


def test_a_flood_of_unknown_keys_is_told_in_part(demo: Path, settings: Settings) -> None:
    flood = "".join(f"offre{number}: x\n" for number in range(90_000))
    (demo / "offer.yaml").write_text(flood, encoding="utf-8")
    assert [f.rule for f in judge(demo, settings).findings].count("document-unknown-key") == 100


def test_a_flood_of_json_values_is_refused(demo: Path, settings: Settings) -> None:
    (demo / "offer.yaml").unlink()
    (demo / "offer.json").write_text(f'{{"skus": [{"0," * 300_000}0]}}', encoding="utf-8")
    assert errors(judge(demo, settings)) == ["document-too-large"]
