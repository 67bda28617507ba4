"""The JSON Schemas of settings, lock files and reports fit what the program writes and reads."""

import json
import shutil
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from publisher.errors import SettingsError
from publisher.lock import LockBroken, read_lock
from publisher.settings import SETTINGS, load_settings
from tests.cli.conftest import Desk


@pytest.fixture
def schema(desk: Desk) -> Callable[[str], Draft202012Validator]:
    """What `publisher schema NAME` prints, as an editor would use it."""

    def load(name: str) -> Draft202012Validator:
        said = desk("schema", name)
        assert said.code == 0
        printed = json.loads(said.out)
        Draft202012Validator.check_schema(printed)
        return Draft202012Validator(printed)

    return load


def faults(validator: Draft202012Validator, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@pytest.mark.parametrize("gate", ["draft", "stage", "production"])
def test_reports_fit(desk: Desk, schema: Callable[[str], Draft202012Validator], gate: str) -> None:
    validator = schema("report")
    shutil.copytree("beacon-metrics", "other")
    Path("other", "offer.yaml").write_bytes(b"\xff")
    desk.edit("title: Beacon Metrics Server", f"title: {'x' * 51}")
    Path("publisher.toml").write_text(
        f'[[waivers]]\ncode = "TXT101"\nreason = "r"\nuntil = {datetime.now(UTC):%Y-%m-%d}\nby = "ana"\n',
        encoding="utf-8",
    )
    said = desk("validate", "beacon-metrics", "other", "--gate", gate, "--output-format", "json")
    report = json.loads(said.out)
    assert {bool(finding["waived"]) for finding in report["findings"]} == {True, False}
    assert report["skipped"]
    assert faults(validator, report) == []
    del report["findings"][0]["fix"]
    assert faults(validator, report)


SETTLED = """
target = "manual"
profile = "partner-center"
approvals = 2
required_test = true
select = ["TXT", "SAS101"]
fail_on = "warning"
waiver_days = 30

[account]
tax_profile = true

[links]
assume = ["*.example"]
cache_hours = 0
per_host = 2

[contact]
email = "ana@beacon.example"

[[waivers]]
code = "TXT101"
offer = "beacon"
reason = "renamed"
until = 2026-12-31
by = "Ana Ruiz"
"""


def settings(text: str) -> Any:
    """A settings file as JSON, in which days are texts."""
    return json.loads(json.dumps(tomllib.loads(text), default=date.isoformat))


def test_settings_fit(schema: Callable[[str], Draft202012Validator]) -> None:
    validator = schema("config")
    Path("publisher.toml").write_text(SETTLED, encoding="utf-8")
    load_settings(environ={})
    assert faults(validator, settings(SETTLED)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target", "tarket"),
        ("assume", "asume"),
        ('"manual"', '"elsewhere"'),
        ("required_test = true", 'required_test = "perhaps"'),
        ("approvals = 2", "approvals = -2"),
        ("per_host = 2", "per_host = 0"),
        ('["*.example"]', "[5]"),
        ('fail_on = "warning"', 'fail_on = "grave"'),
        ('by = "Ana Ruiz"', ""),
        ('by = "Ana Ruiz"', 'by = ""'),
        ('by = "Ana Ruiz"', 'by = "Ana Ruiz"\nbecause = "x"'),
        ("[[waivers]]", "[waivers]"),
    ],
)
def test_settings_that_are_refused_do_not_fit(
    schema: Callable[[str], Draft202012Validator], old: str, new: str
) -> None:
    validator = schema("config")
    assert old in SETTLED
    text = SETTLED.replace(old, new)
    Path("publisher.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError):
        load_settings(environ={})
    Path("publisher.toml").unlink()
    assert faults(validator, settings(text))


def test_every_setting_is_in_the_schema_and_its_default_fits(
    schema: Callable[[str], Draft202012Validator],
) -> None:
    validator = schema("config")
    for name, setting in SETTINGS.items():
        place = validator.schema
        for key in name.split("."):
            place = place["properties"][key]
        assert place["description"] == setting.help
        if "default" in place:
            assert Draft202012Validator(place).is_valid(place["default"]), name


@pytest.fixture
def lock(desk: Desk) -> Any:
    """The lock file of the demo offer, live."""
    assert desk.release().code == 0
    return json.loads((desk.offer / "offer.lock.json").read_text(encoding="utf-8"))


def test_lock_files_fit(desk: Desk, lock: Any, schema: Callable[[str], Draft202012Validator]) -> None:
    validator = schema("lock")
    assert faults(validator, lock) == []
    desk.edit("2.4.0", "2.4.1")
    assert desk("stage", "beacon-metrics").code == 0
    assert faults(validator, json.loads((desk.offer / "offer.lock.json").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lock: lock.pop("head"),
        lambda lock: lock.update(lock=2),
        lambda lock: lock.update(more=1),
        lambda lock: lock.update(offer=""),
        lambda lock: lock.update(events=-1),
        lambda lock: lock["live"].pop("hero"),
        lambda lock: lock["live"].update(standard_contract="yes"),
        lambda lock: lock["skus"][0]["terms"].pop("clouds"),
        lambda lock: lock["skus"][0]["terms"].update(visibility="hidden"),
        lambda lock: lock["skus"][0]["locked"]["prices"]["SE"].update(flat_per_hour="much"),
        lambda lock: lock["skus"][0].update(locked={}),
        lambda lock: lock["skus"][0].update(state="asleep"),
        lambda lock: lock["skus"][0]["versions"].append("2.4"),
        lambda lock: lock["skus"][0]["locked"].update(hidden="no"),
        lambda lock: lock["skus"][0]["locked"]["prices"]["SE"]["per_hour_by_cores"].update(two="1"),
        lambda lock: lock["skus"][0]["locked"]["prices"]["SE"]["per_hour_by_cores"].update({"2": "1,5"}),
    ],
)
def test_lock_files_that_are_refused_do_not_fit(
    desk: Desk, lock: Any, schema: Callable[[str], Draft202012Validator], spoil: Callable[[Any], Any]
) -> None:
    validator = schema("lock")
    spoil(lock)
    (desk.offer / "offer.lock.json").write_text(json.dumps(lock), encoding="utf-8")
    with pytest.raises(LockBroken):
        read_lock(desk.offer)
    assert faults(validator, lock)
