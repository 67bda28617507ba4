"""The report for programs: the promised envelope, its schema, and text that no agent acts upon."""

import json
from dataclasses import replace

import jsonschema

from publisher import __version__
from publisher.findings import Finding, Gate, Report, Severity, Skipped
from publisher.reports.json import SCHEMA, render

FINDING = Finding(
    code="TXT101",
    rule="title-length",
    severity=Severity.ERROR,
    gate=Gate.DRAFT,
    message="too long",
    fix="shorten it",
    file="offer.yaml",
    line=2,
    column=8,
    pointer="/listing/en-us/title",
    offer="relaygate-mail",
    sku="",
)
REPORT = Report(
    path="relaygate-mail/offer.yaml",
    publisher="harbourline",
    offer="relaygate-mail",
    profile="classic",
    gate=Gate.STAGE,
    findings=(FINDING, replace(FINDING, severity=Severity.INFO, waived="known (until 2026-09-30, by ana)")),
    skipped=(Skipped(rule="link-reachable", reason="no network"),),
)


def test_the_envelope() -> None:
    assert json.loads(render([REPORT])) == {
        "version": 1,
        "tool": {"name": "publisher", "version": __version__},
        "offers": [
            {
                "path": "relaygate-mail/offer.yaml",
                "publisher": "harbourline",
                "offer": "relaygate-mail",
                "profile": "classic",
                "gate": "stage",
            }
        ],
        "findings": [
            {
                "code": "TXT101",
                "rule": "title-length",
                "severity": "error",
                "gate": "draft",
                "message": "too long",
                "fix": "shorten it",
                "file": "offer.yaml",
                "line": 2,
                "column": 8,
                "pointer": "/listing/en-us/title",
                "offer": "relaygate-mail",
                "sku": "",
                "waived": waived,
                "page": "https://github.com/vm-offer-publisher/vm-offer-publisher/blob/main/docs/rules/title-length.md",
            }
            | ({"severity": "info"} if waived else {})
            for waived in ("", "known (until 2026-09-30, by ana)")
        ],
        "skipped": [{"rule": "link-reachable", "reason": "no network"}],
        "summary": {"errors": 1, "warnings": 0, "infos": 0, "waived": 1},
    }


def test_several_offers_in_one_envelope() -> None:
    data = json.loads(render([REPORT, replace(REPORT, offer="other")]))
    assert [offer["offer"] for offer in data["offers"]] == ["relaygate-mail", "other"]
    assert data["summary"]["errors"] == 2
    assert len(data["skipped"]) == 1


def test_the_schema_holds_for_reports_and_lets_new_fields_pass() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    data = json.loads(render([REPORT]))
    jsonschema.validate(data, SCHEMA)
    jsonschema.validate(data | {"new": 1}, SCHEMA)
    jsonschema.validate(json.loads(render([])), SCHEMA)


def test_the_schema_knows_every_field() -> None:
    data = json.loads(render([REPORT]))
    properties = SCHEMA["properties"]
    assert set(data) == set(properties)
    for key in ("offers", "findings", "skipped"):
        assert set(data[key][0]) == set(properties[key]["items"]["properties"])


def test_hostile_texts_stay_texts() -> None:
    hostile = "##vso[task.setvariable] ### \n::error::\x1b[2J\x7f\u202e"
    text = render([replace(REPORT, findings=(replace(FINDING, message=hostile),))])
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert "##" not in text
    assert not [line for line in text.split("\n") if line.lstrip().startswith("::")]
    assert json.loads(text)["findings"][0]["message"] == hostile


def test_secrets_are_masked_and_the_json_stays_whole() -> None:
    report = replace(
        REPORT,
        path="x://user:pass",
        findings=(replace(FINDING, message="?sig=Zm9vYmFyYmF6", file="a@b\udcff"),),
    )
    text = render([report])
    assert "Zm9v" not in text
    assert json.loads(text)["findings"][0]["file"] == "a@b\\udcff"
