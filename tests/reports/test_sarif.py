"""SARIF: the structure that the standard asks for, and what code scanning makes of it."""

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from publisher.reports.sarif import artifact, render
from publisher.rules.registry import load
from tests.reports.sample import INFO, REPORT, TITLE, WAIVED, WARNING, saying


def closed(required: str, **properties: Any) -> dict[str, Any]:
    """An object without any other property than these, as the standard's own schema has them."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": required.split(),
    }


def listed(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
URI = TEXT | {"pattern": "^https://[^ ]+$"}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
MESSAGE = closed("text", text=TEXT, markdown=TEXT)
INDEX = {"type": "integer", "minimum": 0}
BAG = {"type": "object", "properties": {"tags": listed(TEXT, uniqueItems=True)}}
RULE = closed(
    "id name shortDescription fullDescription help helpUri defaultConfiguration properties",
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE | {"required": ["text", "markdown"]},
    helpUri=URI,
    defaultConfiguration=closed("level", level=LEVEL),
    properties=BAG,
)
ARTIFACT = closed("uri", uri=TEXT | {"pattern": r"^[A-Za-z0-9._~/%:-]+$"}, uriBaseId={"const": "%SRCROOT%"})
REGION = closed(
    "startLine", startLine={"type": "integer", "minimum": 1}, startColumn={"type": "integer", "minimum": 1}
)
LOCATION = closed(
    "physicalLocation",
    physicalLocation=closed("artifactLocation", artifactLocation=ARTIFACT, region=REGION),
    logicalLocations=listed(closed("fullyQualifiedName", fullyQualifiedName=TEXT), uniqueItems=True),
)
SUPPRESSION = closed(
    "kind status justification",
    kind={"enum": ["inSource", "external"]},
    status={"const": "accepted"},
    justification=TEXT,
)
RESULT = closed(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=TEXT,
    ruleIndex=INDEX,
    level=LEVEL,
    message=MESSAGE,
    locations=listed(LOCATION, minItems=1),
    partialFingerprints={"type": "object", "additionalProperties": TEXT, "minProperties": 1},
    suppressions=listed(SUPPRESSION, minItems=1),
    properties=BAG,
)
NOTE = closed(
    "level message", level=LEVEL, message=MESSAGE, associatedRule=closed("id index", id=TEXT, index=INDEX)
)
RUN = closed(
    "tool invocations results columnKind",
    tool=closed(
        "driver",
        driver=closed(
            "name version rules",
            name=TEXT,
            version=TEXT,
            semanticVersion=TEXT,
            informationUri=URI,
            rules=listed(RULE, uniqueItems=True),
        ),
    ),
    invocations=listed(
        closed(
            "executionSuccessful",
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications=listed(NOTE),
        )
    ),
    originalUriBaseIds={"type": "object", "additionalProperties": closed("description", description=MESSAGE)},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=listed(RESULT),
)
LOG = closed(
    "version runs", **{"$schema": URI}, version={"const": "2.1.0"}, runs=listed(RUN, minItems=1, maxItems=1)
)


def run_of(*reports: Any) -> dict[str, Any]:
    log = json.loads(render(reports))
    jsonschema.validate(log, LOG)
    run: dict[str, Any] = log["runs"][0]
    return run


@pytest.mark.parametrize(
    "reports", [[], [REPORT], [REPORT, saying("::x")], [replace(REPORT, findings=(), skipped=())]]
)
def test_the_structure_of_the_standard(reports: list[Any]) -> None:
    run_of(*reports)


def test_the_structure_is_closed() -> None:
    log = json.loads(render([REPORT]))
    log["runs"][0]["results"][0]["severity"] = "error"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, LOG)


def test_every_result_finds_its_rule() -> None:
    run = run_of(REPORT)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        "MED101",
        "TXT101",
        "SAS109",
        "LGL104",
    ]
    assert [result["ruleId"] for result in run["results"]] == ["MED101", "TXT101", "SAS109", "LGL104"]
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning", "note"]


def test_every_rule_in_force_is_described_from_its_own_explanation() -> None:
    described = {rule["name"]: rule for rule in run_of(REPORT)["tool"]["driver"]["rules"]}
    assert described.keys() == {
        rule.name
        for rule in load().values()
        if rule.kind != "guard" and rule.gate <= REPORT.gate and "classic" in rule.profiles
    }
    rule = load()["title-length"]
    assert described["title-length"]["shortDescription"]["text"] == rule.title
    assert rule.fix in described["title-length"]["help"]["text"]
    assert described["title-length"]["helpUri"].endswith("/docs/rules/title-length.md")


def test_a_place() -> None:
    assert run_of(REPORT)["results"][1]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "offers/relay/offer.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 12, "startColumn": 12},
            },
            "logicalLocations": [{"fullyQualifiedName": "/listing/en-us/title"}],
        }
    ]
    assert (
        "region"
        not in run_of(replace(REPORT, findings=(INFO,)))["results"][0]["locations"][0]["physicalLocation"]
    )


def test_a_file_as_a_uri() -> None:
    assert artifact("a b/ü#1:?.yaml") == {"uri": "a%20b/%C3%BC%231%3A%3F.yaml", "uriBaseId": "%SRCROOT%"}
    assert artifact("/srv/a b/offer.yaml") == {"uri": "file:///srv/a%20b/offer.yaml"}


def test_a_waived_finding_is_suppressed_with_its_reason() -> None:
    [waived] = [result for result in run_of(REPORT)["results"] if "suppressions" in result]
    assert waived["ruleId"] == WAIVED.code
    assert waived["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": WAIVED.waived}
    ]


def test_a_skipped_rule_is_a_note_of_the_run() -> None:
    run = run_of(REPORT)
    [note] = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "link-reachable was skipped: links are asked at the production gate"
    assert run["tool"]["driver"]["rules"][note["associatedRule"]["index"]]["name"] == "link-reachable"


def test_no_report_at_all_means_that_nothing_could_be_judged() -> None:
    assert run_of(REPORT)["invocations"][0]["executionSuccessful"] is True
    assert run_of()["invocations"][0]["executionSuccessful"] is False


def fingerprints(*findings: Any) -> list[str]:
    results = run_of(replace(REPORT, findings=findings))["results"]
    return [result["partialFingerprints"]["vmOffer/v1"] for result in results]


def test_a_fingerprint_stays_when_lines_and_words_change() -> None:
    assert fingerprints(TITLE) == fingerprints(replace(TITLE, line=99, column=1, message="other words"))


@pytest.mark.parametrize(
    "change", [{"code": "TXT102"}, {"offer": "x"}, {"sku": "x"}, {"pointer": "/x"}, {"file": "x"}]
)
def test_a_fingerprint_tells_findings_apart(change: dict[str, str]) -> None:
    assert fingerprints(TITLE) != fingerprints(replace(TITLE, **change))


def test_two_findings_at_one_pointer_have_two_fingerprints() -> None:
    assert len(set(fingerprints(TITLE, replace(TITLE, line=13), replace(TITLE, line=14), WARNING))) == 4


def test_a_text_does_not_become_a_link() -> None:
    assert "](" not in run_of(saying("[click](https://evil.example)"))["results"][0]["message"]["text"]
