"""Runs every case of every file in `cases/`: one file per rule, good and bad rows."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from publisher.findings import Finding
from publisher.rules.registry import load
from tests.rules.conftest import Case

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


def cases() -> list[Any]:
    rows = []
    for file in FILES:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        for row in data["cases"]:
            case = Case(rule=data["rule"], **row)
            rows.append(pytest.param(case, id=f"{case.rule}: {case.name}"))
    return rows


@pytest.mark.parametrize("case", cases())
def test_case(case: Case, tmp_path: Path) -> None:
    report = case.run(tmp_path)
    mine = [finding for finding in report.findings if finding.rule == case.rule]
    if case.skips:
        assert case.skips in {skip.rule: skip.reason for skip in report.skipped}[case.rule]
    elif case.good:
        assert not mine
        assert case.rule in report.passed
    else:
        wanted = case.finds if isinstance(case.finds, list) else [case.finds or {}]
        assert len(mine) == len(wanted), mine
        for finding, want in zip(mine, wanted, strict=True):
            same(finding, want)
    others = {f.rule for f in report.findings if f.severity == "error" and f.rule != case.rule}
    assert others <= set(case.also), "one cause, one finding"


def same(finding: Finding, want: dict[str, Any]) -> None:
    assert finding.severity == want.get("severity", "error")
    assert finding.line > 0
    assert finding.fix
    if "at" in want:
        assert finding.pointer == want["at"]
    if "file" in want:
        assert finding.file.endswith(want["file"])
    if "line" in want:
        assert finding.line == want["line"]
    assert want.get("says", "") in finding.message
    assert want.get("fixes", "") in finding.fix


def test_every_rule_has_good_and_bad_cases() -> None:
    rules = {rule.name for rule in load().values() if rule.kind == "rule"}
    covered: dict[str, set[bool]] = {}
    for param in cases():
        case = param.values[0]
        if not case.skips:
            covered.setdefault(case.rule, set()).add(case.good)
    assert {name for name in rules if covered.get(name) != {True, False}} == set()
