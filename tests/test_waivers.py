"""Waivers: what they mark, when they end, and what is said about those that are of no use."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import SettingsError
from publisher.findings import Finding, Gate, Report, Severity
from publisher.settings import Waiver, load_settings
from publisher.waivers import apply, ending

TODAY = date(2026, 9, 1)
WAIVER = Waiver(code="TXT101", reason="renamed in\nspring", until=date(2026, 9, 30), by="ana")
LONG = Finding(
    code="TXT101",
    rule="title-length",
    severity=Severity.ERROR,
    gate=Gate.DRAFT,
    message="too long",
    offer="beacon",
)
SYNTAX = replace(LONG, code="DOC101", rule="document-syntax")
REPORT = Report(
    path="offer.yaml",
    publisher="tidewater",
    offer="beacon",
    profile="classic",
    gate=Gate.STAGE,
    findings=(LONG,),
)
CLEAN = replace(REPORT, findings=(), passed=("title-length",))


def waived(waiver: Waiver, report: Report = REPORT, today: date = TODAY) -> Report:
    return apply(report, (waiver,), today=today)


def rules(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]


def test_a_waived_finding_stays_and_does_not_block() -> None:
    report = waived(WAIVER)
    assert [finding.waived for finding in report.findings] == ["renamed in spring (until 2026-09-30, by ana)"]
    assert not report.blocks(Severity.INFO)
    assert report.count(Severity.ERROR) == 0


@pytest.mark.parametrize("code", ["TXT101", "txt101", "title-length", " Title-Length"])
def test_a_rule_is_named_by_code_or_name(code: str) -> None:
    assert waived(replace(WAIVER, code=code)).findings[0].waived


@pytest.mark.parametrize(
    ("offer", "holds"),
    [("", True), ("beacon", True), ("tidewater/beacon", True), ("gale/beacon", False), ("beac", False)],
)
def test_a_waiver_concerns_one_offer_or_all(offer: str, holds: bool) -> None:
    assert bool(waived(replace(WAIVER, offer=offer)).findings[0].waived) is holds


def test_other_rules_are_not_waived() -> None:
    report = waived(replace(WAIVER, code="title-length"), replace(REPORT, findings=(SYNTAX, LONG)))
    assert [bool(finding.waived) for finding in report.findings] == [False, True]


def test_the_last_day_counts() -> None:
    last = waived(WAIVER, today=WAIVER.until)
    assert rules(last) == ["title-length"]
    assert last.findings[0].waived
    report = waived(WAIVER, today=WAIVER.until + timedelta(days=1))
    assert rules(report) == ["title-length", "waiver-expired"]
    assert report.blocks()
    expired = report.findings[1]
    assert (expired.code, expired.severity) == ("CFG101", Severity.WARNING)
    assert "TXT101 (title-length) ended on 2026-09-30" in expired.message


def test_a_waiver_without_a_finding_is_unused() -> None:
    unused = waived(replace(WAIVER, offer="beacon"), CLEAN).findings[0]
    assert (unused.code, unused.severity) == ("CFG102", Severity.WARNING)
    assert "waives nothing in beacon" in unused.message


def test_a_waiver_for_every_offer_may_be_needed_by_another() -> None:
    assert waived(WAIVER, CLEAN).findings[0].severity is Severity.INFO


def test_a_rule_that_was_not_asked_leaves_its_waiver_alone() -> None:
    assert rules(waived(replace(WAIVER, code="link-reachable", offer="beacon"), CLEAN)) == []


def test_what_cannot_be_waived_is_not() -> None:
    report = waived(replace(WAIVER, code="document-syntax"), replace(REPORT, findings=(SYNTAX,)))
    assert [finding.code for finding in report.findings] == ["DOC101", "CFG104"]
    assert report.blocks()


def test_waivers_cannot_be_waived() -> None:
    assert [finding.code for finding in waived(replace(WAIVER, code="CFG102"), CLEAN).findings] == ["CFG104"]


def test_an_unknown_code_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"waivers\[1\]: no rule is called 'titel-length'") as caught:
        waived(replace(WAIVER, code="titel-length"))
    assert caught.value.hint == "did you mean 'title-length'?"


def test_a_secret_in_a_reason_is_masked() -> None:
    report = waived(replace(WAIVER, reason="see https://x.example/?sig=Zm9vYmFyYmF6"))
    assert "Zm9v" not in report.findings[0].waived


def test_the_place_is_the_line_of_the_waiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    row = '[[waivers]]\ncode = "TXT101"\noffer = "beacon"\nreason = "r"\nuntil = {}\nby = "ana"\n'
    Path("publisher.toml").write_text(
        'profile = "classic"\n\n' + row.format("2026-11-30") + "\n" + row.format("2026-08-31"),
        encoding="utf-8",
    )
    settings = load_settings(tmp_path, environ={})
    report = apply(REPORT, settings.waivers, today=TODAY, file=settings.file)
    assert [(f.code, f.file, f.line) for f in report.findings[1:]] == [("CFG101", "publisher.toml", 10)]
    assert report.findings[0].waived


def test_what_ends_within_a_fortnight() -> None:
    soon = replace(WAIVER, until=TODAY + timedelta(days=14))
    late = replace(WAIVER, until=TODAY + timedelta(days=15))
    gone = replace(WAIVER, until=TODAY - timedelta(days=1))
    assert ending((soon, late, gone), today=TODAY) == (soon,)


def test_a_time_of_day_in_the_settings_counts_as_its_day(tmp_path: Path) -> None:
    (tmp_path / "publisher.toml").write_text(
        f'[[waivers]]\ncode = "x"\nreason = "r"\nuntil = {datetime(2026, 9, 1, 8, tzinfo=UTC).isoformat()}\nby = "a"\n',
        encoding="utf-8",
    )
    assert load_settings(tmp_path, environ={}).waivers[0].until == TODAY


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("waivers = 5", "waivers: a list of tables"),
        ('[waivers]\ncode = "x"', "waivers: a list of tables"),
        ('[[waivers]]\ncode = 5\nreason = "r"\nuntil = 2026-09-01\nby = "a"', "code: a text"),
        ('[[waivers]]\ncode = "x"\nreason = "r"\nuntil = "soon"\nby = "a"', "until is no date"),
        ('[[waivers]]\ncode = "x"\nuntil = 2026-09-01\nby = "a"', "reason is missing"),
    ],
)
def test_a_waiver_that_is_none(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "publisher.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        load_settings(tmp_path, environ={})
