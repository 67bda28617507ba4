"""`publisher validate` about a part of the rules: --select, --ignore, and the settings of the same names."""

import json
from pathlib import Path

import pytest

from publisher.rules.registry import load
from tests.cli.conftest import Desk, Said

LONG = ("title: Beacon Metrics Server", f"title: {'x' * 51}")
NO_REGIONS = ("    regions: [SE, DE, US]\n    operating_system", "    operating_system")


@pytest.fixture
def flawed(desk: Desk) -> Desk:
    """Two causes: a title that is too long (TXT101), and a SKU without regions (BIL106)."""
    desk.edit(*LONG)
    desk.edit(*NO_REGIONS)
    return desk


def codes(said: Said) -> list[str]:
    return [finding["code"] for finding in json.loads(said.out)["findings"]]


def skipped(said: Said) -> dict[str, str]:
    return {skip["rule"]: skip["reason"] for skip in json.loads(said.out)["skipped"]}


def judge(desk: Desk, *options: str) -> Said:
    return desk("validate", "beacon-metrics", "--output-format", "json", *options)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), ["TXT101", "BIL106"]),
        (("--select", "title-length"), ["TXT101"]),
        (("--select", "Title-Length"), ["TXT101"]),
        (("--select", "txt101"), ["TXT101"]),
        (("--select", "TXT"), ["TXT101"]),
        (("--select", "BIL1", "--select", "SAS"), ["BIL106"]),
        (("--select", "TXT,BIL"), ["TXT101", "BIL106"]),
        (("--select", "SAS"), []),
        (("--ignore", "title-length"), ["BIL106"]),
        (("--ignore", "TXT", "--ignore", "BIL106"), []),
        (("--select", "TXT", "--ignore", "TXT101"), []),
    ],
)
def test_what_is_told(flawed: Desk, options: tuple[str, ...], found: list[str]) -> None:
    said = judge(flawed, *options)
    assert codes(said) == found
    assert said.code == int(bool(found))


def test_what_is_not_told_is_skipped_with_the_reason(flawed: Desk) -> None:
    assert skipped(judge(flawed, "--ignore", "TXT101"))["title-length"] == "ignored by --ignore"
    reasons = skipped(judge(flawed, "--select", "TXT"))
    assert reasons["price-byol-and-hourly"] == "not named by --select"
    assert "title-length" not in reasons


@pytest.mark.parametrize("option", ["--select", "--ignore"])
@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("titel-length", "title-length"),
        ("TXT9", "txt"),
        ("SAX", "sas"),
        ("version-incremnt", "version-increment"),
    ],
)
def test_an_unknown_rule_names_the_nearest(desk: Desk, option: str, word: str, near: str) -> None:
    said = judge(desk, option, word)
    assert said.code == 2
    assert f"{option}: no rule is called {word!r}" in said.err
    assert f"did you mean '{near}" in said.err


@pytest.mark.parametrize(
    "rule", [rule.name for rule in load().values() if not rule.waivable and rule.kind == "rule"]
)
def test_what_cannot_be_waived_cannot_be_ignored(desk: Desk, rule: str) -> None:
    said = judge(desk, "--ignore", rule)
    assert (said.code, said.out) == (2, "")
    assert f"{rule} cannot be ignored" in said.err


@pytest.mark.parametrize("word", ["document-syntax", "DOC", "lock-broken", "CFG"])
def test_what_the_reader_refuses_cannot_be_ignored(desk: Desk, word: str) -> None:
    assert judge(desk, "--ignore", word).code == 2


def test_the_beginning_of_codes_leaves_what_cannot_be_ignored_and_says_so(desk: Desk) -> None:
    desk.edit("version: 2.4.0", "version: 2.4")
    said = judge(desk, "--ignore", "VER")
    assert codes(said) == ["VER101"]
    assert "asked all the same, for they cannot be ignored: version-format, version-increment" in said.err


def test_what_the_reader_refuses_is_told_whatever_is_selected(desk: Desk) -> None:
    desk.edit("alias:", "alais:")
    assert codes(judge(desk, "--select", "SAS")) == ["DOC111"]


@pytest.mark.parametrize("word", ["stage-tested", "LCY105"])
def test_what_only_an_act_asks_cannot_be_selected(desk: Desk, word: str) -> None:
    said = judge(desk, "--select", word)
    assert said.code == 2
    assert "is not asked by a validation" in said.err


def test_a_rule_stays_silent_where_the_ignored_one_that_it_needs_fails(desk: Desk) -> None:
    desk.edit("version: 2.4.0", "version: two")
    assert codes(judge(desk, "--select", "version-part-range")) == []
    reasons = skipped(judge(desk, "--select", "version-part-range"))
    assert reasons["version-part-range"] == "version-format failed"
    assert reasons["version-format"] == "not named by --select"


def test_the_settings_say_it_for_everybody(flawed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("publisher.toml").write_text('ignore = ["TXT101"]\n', encoding="utf-8")
    assert codes(judge(flawed)) == ["BIL106"]
    assert skipped(judge(flawed))["title-length"] == "ignored by the setting ignore"
    monkeypatch.setenv("PUBLISHER_IGNORE", "BIL106, SAS104")
    assert codes(judge(flawed)) == ["TXT101"]
    assert codes(judge(flawed, "--ignore", "TXT101", "--ignore", "BIL106")) == []
    monkeypatch.setenv("PUBLISHER_SELECT", "TXT")
    assert codes(judge(flawed, "--select", "LNK")) == []


@pytest.mark.parametrize(
    "text", ['ignore = ["VER102"]', 'select = ["nothing"]', "ignore = 5", 'ignor = ["TXT"]']
)
def test_wrong_words_in_the_settings_are_exit_2(desk: Desk, text: str) -> None:
    Path("publisher.toml").write_text(text, encoding="utf-8")
    said = judge(desk)
    assert (said.code, said.out) == (2, "")


def test_a_gate_asks_every_rule_whatever_the_settings_ignore(flawed: Desk) -> None:
    Path("publisher.toml").write_text('ignore = ["TXT101", "BIL106"]\nfail_on = "info"\n', encoding="utf-8")
    assert judge(flawed).code == 0
    said = flawed("stage", "beacon-metrics")
    assert said.code == 1
    assert "TXT101" in said.out
    assert "BIL106" in said.out


@pytest.mark.parametrize(
    ("setting", "options", "code"),
    [("error", (), 0), ("warning", (), 1), ("warning", ("--fail-on", "error"), 0), ("grave", (), 2)],
)
def test_what_fails_is_a_setting_too(desk: Desk, setting: str, options: tuple[str, ...], code: int) -> None:
    Path("publisher.toml").write_text(f'fail_on = "{setting}"\n', encoding="utf-8")
    desk.edit("{2: 0.90, 4: 1.60, 8: 2.90}", "{2: 0, 4: 1.60, 8: 2.90}")  # free of charge: a warning
    assert judge(desk, *options).code == code
