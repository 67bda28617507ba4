"""Completion in the shell, asked as bash asks: by a child process with what was typed so far."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.cli import COMMANDS
from publisher.cli.completion import OF_OFFERS, offers, places, rules, written_rules
from publisher.rules.registry import load
from tests.cli.conftest import Desk


def completed(typed: str, *, imported: str = "") -> list[str]:
    """What bash is offered for the last word; `imported` modules must not have been."""
    words = typed.split(" ")
    asked = {"_PUBLISHER_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    run = subprocess.run(
        [sys.executable, *(["-X", "importtime"] if imported else []), "-m", "publisher"],
        env={**os.environ, **asked}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not imported or f" {imported}\n" not in run.stderr
    return run.stdout.split()


@pytest.mark.parametrize("typed", ["publisher explain title-", "publisher validate x --select title-",
                                   "publisher validate x --ignore title-"])  # fmt: skip
def test_names_of_rules(typed: str) -> None:
    assert completed(typed, imported="sqlmodel") == [
        "title-emoji", "title-length", "title-matches-website", "title-repackaged-oss",
    ]  # fmt: skip


def test_codes_where_capitals_are_typed() -> None:
    assert [code for code, _ in rules("VER10")] == [f"VER10{number}" for number in range(1, 7)]
    assert {name for name, _ in rules("")} == set(load())


def test_offers_of_the_local_catalogue(desk: Desk) -> None:
    assert completed("publisher status ") == []
    assert not Path(".publisher").exists()
    assert desk("stage", "beacon-metrics").code == 0
    assert completed("publisher status bea", imported="sqlmodel") == ["beacon-metrics"]
    assert completed("publisher delete tidewater-labs/") == ["tidewater-labs/beacon-metrics"]
    assert completed("publisher status --output-format json b") == ["beacon-metrics"]
    shutil.rmtree("beacon-metrics")
    assert completed("publisher release ") == ["beacon-metrics"]


def test_options_of_a_command_whose_offer_is_completed() -> None:
    assert completed("publisher history --ver") == ["--verify"]


def test_an_id_of_two_publishers_is_told_apart(desk: Desk) -> None:
    assert desk("stage", "beacon-metrics").code == 0
    desk.edit("publisher: tidewater-labs", "publisher: harbourline")
    (desk.offer / "offer.lock.json").unlink()
    assert desk("stage", "beacon-metrics").code == 0
    assert offers("") == ["harbourline/beacon-metrics", "tidewater-labs/beacon-metrics"]


def test_folders_where_one_may_be_named(desk: Desk) -> None:
    Path("beacons/two").mkdir(parents=True)
    Path("beacon.txt").touch()
    assert places("bea") == ["beacon-metrics", "beacons"]
    assert places("beacons/") == ["beacons/two"]
    assert places("nowhere/") == []


@pytest.mark.parametrize(
    "spoil", ["[links]\nasume = []", "database_url = 'postgresql://nobody@127.0.0.1:1/x'"]
)
def test_whatever_is_wrong_completes_nothing(desk: Desk, spoil: str) -> None:
    assert desk("stage", "beacon-metrics").code == 0
    Path("publisher.toml").write_text(spoil, encoding="utf-8")
    assert offers("") == []


def test_a_broken_catalogue_completes_nothing(desk: Desk) -> None:
    Path(".publisher").mkdir()
    Path(".publisher/catalogue.db").write_bytes(b"no database" * 100)
    assert offers("") == []


def test_every_command_that_is_completed_is_one() -> None:
    assert set(COMMANDS) >= OF_OFFERS


def test_rules_as_they_are_written_are_those_that_are_asked() -> None:
    asked = sorted((rule.code, rule.name, rule.title) for rule in load().values())
    assert sorted(written_rules()) == asked


def test_a_rule_is_completed_without_importing_any() -> None:
    assert completed("publisher explain title-l", imported="publisher.rules.registry") == ["title-length"]
