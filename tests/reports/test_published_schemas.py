"""Reports against the schemas that others published of their formats; see `schemas/README.md`."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from jsonschema import Draft4Validator, Draft202012Validator

from publisher.cli import run
from publisher.findings import Report
from tests.reports.sample import REPORT, rendered, saying

SCHEMAS = Path(__file__).parent / "schemas"
DEMO = Path(__file__).resolve().parents[2] / "templates" / "demo" / "beacon-metrics"
REPORTS: dict[str, list[Report]] = {
    "nothing judged": [],
    "nothing found": [replace(REPORT, findings=(), skipped=())],
    "all kinds of findings": [REPORT],
    "two offers": [REPORT, replace(REPORT, offer="other")],
    "commands in texts": [saying("::error::##vso[task.complete]]]>\x1b[31m\x00")],
    "a long text": [saying("x" * 70_000)],
}

# The table of GitLab's documentation: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
GITLAB: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": r"^(/|\./)"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


@cache
def sarif() -> Draft4Validator:
    schema = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


@cache
def junit() -> Any:
    return xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))


def of_sarif(text: str) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in sarif().iter_errors(json.loads(text))]


def of_junit(text: str) -> list[str]:
    return [f"{error.path}: {error.reason}" for error in junit().iter_errors(text)]


def of_gitlab(text: str) -> list[str]:
    assert not text.startswith("\ufeff")
    entries = json.loads(text)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    return [error.message for error in Draft202012Validator(GITLAB).iter_errors(entries)]


FAULTS: dict[str, Callable[[str], list[str]]] = {"sarif": of_sarif, "junit": of_junit, "gitlab": of_gitlab}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("case", REPORTS)
def test_whatever_is_reported_fits(name: str, case: str) -> None:
    assert FAULTS[name](rendered(name, REPORTS[case])) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("sarif", '"ruleId"', '"rule"'),
        ("sarif", '"level": "error"', '"level": "grave"'),
        ("sarif", '"startLine": 12', '"startLine": 0'),
        ("junit", "<skipped message", "<skip message"),
        ("junit", 'classname="', 'class="'),
        ("gitlab", '"severity": "major"', '"severity": "error"'),
    ],
)
def test_what_is_spoiled_does_not(name: str, old: str, new: str) -> None:
    text = rendered(name, [REPORT])
    assert old in text
    assert FAULTS[name](
        text.replace(old, new).replace("</skipped>", "</skip>" if "skip " in new else "</skipped>")
    )


@pytest.mark.parametrize("profile", ["classic", "partner-center"])
def test_reports_of_the_command_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], profile: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(DEMO, "beacon-metrics")
    files = [word for name in FAULTS for word in ("--output-file", f"{name}={name}.txt")]
    run(["validate", "beacon-metrics", "--profile", profile, *files])
    assert "error" in capsys.readouterr().out  # its secrets are not at hand
    for name, faults in FAULTS.items():
        assert faults(Path(f"{name}.txt").read_text(encoding="utf-8")) == [], name
