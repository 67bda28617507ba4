"""The lines and lists that GitHub, Azure Pipelines and GitLab show beside the changed lines of an offer."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from publisher.reports import azure, github, gitlab
from tests.reports.sample import INFO, REPORT, TITLE, WAIVED, WARNING


@pytest.fixture(autouse=True)
def outside_gitlab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)


def test_github_shows_each_finding_at_its_line() -> None:
    assert github.render([REPORT]).splitlines() == [
        "::notice title=waived MED101 logo-set,file=offers/relay/offer.yaml,line=7,col=12::"
        f"{TITLE.message}%0Awaived: drawn anew (until 2026-09-30, by ana)",
        "::error title=TXT101 title-length,file=offers/relay/offer.yaml,line=12,col=12::"
        f"{TITLE.message}%0Afix: shorten it by 1",
        "::warning title=SAS109 sas-secret,file=offers/relay/offer.yaml,line=40,col=12::"
        f"{TITLE.message}%0Afix: shorten it by 1",
        "::notice title=LGL104 support-email-only,file=offers/relay/offer.yaml::"
        f"{TITLE.message}%0Afix: shorten it by 1",
    ]


def test_github_escapes() -> None:
    finding = replace(TITLE, file="a,b:c%.yaml", message="50 % over: a, b", fix="x")
    [line] = github.render([replace(REPORT, findings=(finding,))]).splitlines()
    assert (
        line
        == "::error title=TXT101 title-length,file=a%2Cb%3Ac%25.yaml,line=12,col=12::50 %25 over: a, b%0Afix: x"
    )


def test_azure_shows_errors_and_warnings_and_says_the_rest() -> None:
    place = "sourcepath=offers/relay/offer.yaml;linenumber={};columnnumber=12"
    text = f"{TITLE.message} (fix: shorten it by 1)"
    assert azure.render([REPORT]).splitlines() == [
        f"offers/relay/offer.yaml:7:12: error[MED101 logo-set] {TITLE.message} (waived: {WAIVED.waived})",
        f"##vso[task.logissue type=error;{place.format(12)};code=TXT101 title-length;]{text}",
        f"##vso[task.logissue type=warning;{place.format(40)};code=SAS109 sas-secret;]{text}",
        f"offers/relay/offer.yaml: info[LGL104 support-email-only] {TITLE.message}",
    ]


def test_azure_escapes() -> None:
    finding = replace(TITLE, file="a;b]%.yaml", message="50 %;]", fix="x")
    [line] = azure.render([replace(REPORT, findings=(finding,))]).splitlines()
    assert "sourcepath=a%3Bb%5D%AZP25.yaml;" in line
    assert line.endswith("]50 %AZP25;] (fix: x)")


def entries(*findings: Any) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = json.loads(gitlab.render([replace(REPORT, findings=findings)]))
    return shown


def test_gitlab_has_the_fields_of_a_code_quality_report() -> None:
    [entry] = entries(TITLE)
    assert len(entry.pop("fingerprint")) == 32
    assert entry == {
        "description": f"{TITLE.message}. Fix: shorten it by 1",
        "check_name": "TXT101 title-length",
        "severity": "major",
        "location": {"path": "offers/relay/offer.yaml", "lines": {"begin": 12}},
    }


def test_gitlab_weighs() -> None:
    shown = entries(TITLE, WARNING, INFO, WAIVED)
    assert [entry["severity"] for entry in shown] == ["major", "minor", "info", "info"]
    assert shown[2]["location"]["lines"]["begin"] == 1
    assert shown[3]["description"].startswith("waived: drawn anew")


def test_gitlab_gets_fingerprints_that_are_unique_and_stay() -> None:
    same = [TITLE, replace(TITLE, line=13), replace(TITLE, line=14)]
    marks = [entry["fingerprint"] for entry in entries(*same)]
    assert len(set(marks)) == 3
    assert marks == [entry["fingerprint"] for entry in entries(*(replace(f, line=f.line + 5) for f in same))]


def test_gitlab_names_files_from_the_root_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project" / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project" / "sub")
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path / "project"))
    assert entries(TITLE)[0]["location"]["path"] == "sub/offers/relay/offer.yaml"
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path / "elsewhere"))
    assert entries(TITLE)[0]["location"]["path"] == "offers/relay/offer.yaml"


@pytest.mark.parametrize("module", [github, azure])
def test_nothing_found_is_nothing_said(module: Any) -> None:
    assert module.render([replace(REPORT, findings=())]) == ""
