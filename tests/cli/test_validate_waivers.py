"""Waivers as pipelines meet them: what they let pass, until when, and what is said of them."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Desk, Said

TODAY = datetime.now(UTC).date()
LONG = ("title: Beacon Metrics Server", f"title: {'x' * 51}")


def waive(code: str = "TXT101", *, days: int = 30, offer: str = "beacon-metrics", head: str = "") -> date:
    """Write the only waiver, and say on which day it ends."""
    until = TODAY + timedelta(days=days)
    named = f'offer = "{offer}"\n' if offer else ""
    Path("publisher.toml").write_text(
        f'{head}[[waivers]]\ncode = "{code}"\n{named}reason = "renamed soon"\nuntil = {until}\nby = "Ana Ruiz"\n',
        encoding="utf-8",
    )
    return until


def found(said: Said) -> list[tuple[str, str, bool]]:
    """Code, severity, and whether it is waived."""
    findings = json.loads(said.out)["findings"]
    return [(finding["code"], finding["severity"], bool(finding["waived"])) for finding in findings]


def judge(desk: Desk, *args: str) -> Said:
    return desk("validate", *(args or ("beacon-metrics",)), "--output-format", "json")


@pytest.fixture
def flawed(desk: Desk) -> Desk:
    desk.edit(*LONG)
    return desk


def test_a_waived_finding_passes_and_stays_in_the_report(flawed: Desk) -> None:
    until = waive("title-length")
    said = judge(flawed)
    assert (said.code, found(said)) == (0, [("TXT101", "error", True)])
    [finding] = json.loads(said.out)["findings"]
    assert finding["waived"] == f"renamed soon (until {until}, by Ana Ruiz)"
    assert "note:" not in said.err
    assert flawed("validate", "beacon-metrics", "--fail-on", "info").code == 0


def test_an_expired_waiver_brings_the_finding_back(flawed: Desk) -> None:
    until = waive(days=-1)
    said = judge(flawed)
    assert (said.code, found(said)) == (1, [("TXT101", "error", False), ("CFG101", "warning", False)])
    assert f"ended on {until}" in said.out


@pytest.mark.parametrize(("days", "noted"), [(0, True), (14, True), (15, False)])
def test_a_waiver_that_is_due_is_noted_on_stderr(flawed: Desk, days: int, noted: bool) -> None:
    until = waive(days=days)
    said = judge(flawed)
    assert said.code == 0
    assert (f"note: the waiver of TXT101 ends on {until}: renamed soon" in said.err) is noted


def test_a_waiver_that_waives_nothing_is_a_warning(desk: Desk) -> None:
    waive()
    assert found(judge(desk)) == [("CFG102", "warning", False)]


def test_a_waiver_of_every_offer_is_needed_where_one_needs_it(flawed: Desk) -> None:
    shutil.copytree(flawed.offer, "other")
    flawed.edit(LONG[1], LONG[0])
    waive(offer="")
    assert found(judge(flawed, "beacon-metrics")) == [("CFG102", "info", False)]
    assert found(judge(flawed, "beacon-metrics", "other")) == [("TXT101", "error", True)]


@pytest.mark.parametrize(("days", "counts"), [(90, True), (91, False)])
def test_a_waiver_ends_within_ninety_days(flawed: Desk, days: int, counts: bool) -> None:
    waive(days=days)
    expected = [("TXT101", "error", counts)] + [("CFG109", "warning", False)] * (not counts)
    assert found(judge(flawed)) == expected


@pytest.mark.parametrize(
    ("setting", "days", "counts"), [(400, 400, True), (7, 8, False), (0, 40_000, True), (36_500, 400, True)]
)
def test_how_far_ahead_is_a_setting(flawed: Desk, setting: int, days: int, counts: bool) -> None:
    waive(days=days, head=f"waiver_days = {setting}\n")
    assert judge(flawed).code == int(not counts)


def test_what_cannot_be_waived_is_not(desk: Desk) -> None:
    desk.edit("version: 2.4.0", "version: two")
    waive("version-format")
    said = judge(desk)
    assert (said.code, found(said)) == (1, [("VER101", "error", False), ("CFG104", "warning", False)])


def test_gates_heed_waivers_alike(flawed: Desk) -> None:
    waive()
    assert flawed("stage", "beacon-metrics").code == 0
    waive(days=91)
    flawed.edit("summary: Metrics", "summary: All metrics")
    said = flawed("stage", "beacon-metrics")
    assert said.code == 1
    assert "waiver-too-long" in said.out
