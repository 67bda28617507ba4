"""`publisher explain`: every rule, by name or code."""

import json

import pytest

from publisher.rules.registry import load
from tests.cli.conftest import Desk


@pytest.mark.parametrize("word", ["TXT101", "txt101", "title-length", "Title-Length"])
def test_a_rule_by_name_or_code(desk: Desk, word: str) -> None:
    said = desk("explain", word)
    assert said.code == 0
    assert said.out.startswith("TXT101 title-length\n  The title of the offer keeps to its limit.\n")
    for part in ("Severity:", "Gate:", "Profiles:", "Waivable:", "Since:", "Why:", "Fix:", "Source:"):
        assert part in said.out


def test_a_severity_that_differs_says_where(desk: Desk) -> None:
    assert "error in classic; warning in partner-center" in desk("explain", "region-remove").out
    assert "warning at stage, error at production" in desk("explain", "link-reachable").out


def test_several_rules(desk: Desk) -> None:
    out = desk("explain", "DOC101", "CFG103").out
    assert out.index("DOC101") < out.index("CFG103")


def test_all_rules_in_one_line_each(desk: Desk) -> None:
    lines = desk("explain", "--all").out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(rule.code for rule in load().values())


def test_as_json(desk: Desk) -> None:
    rules = json.loads(desk("explain", "--all", "--output-format", "json").out)["rules"]
    assert {rule["rule"] for rule in rules} == set(load())
    [rule] = json.loads(desk("explain", "link-reachable", "--output-format", "json").out)["rules"]
    assert rule["severity"]["classic"] == {"stage": "warning", "production": "error"}
    assert rule["waivable"] is load()["link-reachable"].waivable


def test_as_markdown(desk: Desk) -> None:
    out = desk("explain", "title-length", "--output-format", "markdown").out
    assert out.startswith("# TXT101: title-length\n\nThe title of the offer keeps to its limit.\n")
    assert "\n## How to fix\n" in out


def test_an_unknown_rule_names_the_nearest(desk: Desk) -> None:
    said = desk("explain", "titel-length")
    assert said.code == 2
    assert "did you mean 'title-length'?" in said.err
    assert desk("explain").code == 2
    assert desk("explain", "--all", "TXT101").code == 2
