"""The GitHub Action: its shell parts, run with the environment that GitHub sets."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipelines import Plain, bash, expressions, spoil

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
INSTALL, CHECK = ACTION["runs"]["steps"]


@pytest.fixture
def action(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, Plain, str]]:
    """Runs the step that checks; gives its exit code, log, outputs and job summary."""
    monkeypatch.chdir(tmp_path)

    def call(**inputs: str) -> tuple[int, str, Plain, str]:
        known = {f"inputs.{name}": str(about.get("default", "")) for name, about in ACTION["inputs"].items()}
        known |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
        files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        github = {"GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(tmp_path)} | {
            n: str(f) for n, f in files.items()
        }
        done = bash(CHECK["run"], github | expressions(CHECK["env"], known), tmp_path)
        outputs, summary = (file.read_text(encoding="utf-8") for file in files.values())
        pairs = dict(line.split("=", 1) for line in outputs.splitlines())
        return done.returncode, done.stdout + done.stderr, pairs, summary

    return call


def test_the_action_passes_a_good_offer(action: Callable[..., Any]) -> None:
    code, log, outputs, summary = action(path="beacon-metrics", secrets_file="beacon-metrics/demo.env")
    assert (code, outputs["result"]) == (0, "passed")
    assert "::error" not in log
    assert "No findings." in summary
    assert json.loads(Path(outputs["report"]).read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_the_action_annotates_and_fails_a_bad_offer(action: Callable[..., Any]) -> None:
    spoil()
    code, log, outputs, summary = action(path="beacon-metrics\n", gate="draft", profile="classic")
    assert (code, outputs["result"]) == (1, "findings")
    assert "::error title=TXT101 title-length,file=beacon-metrics/offer.yaml,line=13,col=12::" in log
    assert "TXT101 title-length" in summary
    [result] = json.loads(Path(outputs["report"]).read_text(encoding="utf-8"))["runs"][0]["results"]
    assert result["ruleId"] == "TXT101"


def test_the_action_checks_several_offers_and_says_where_it_could_not(action: Callable[..., Any]) -> None:
    code, log, outputs, summary = action(path="nowhere\nbeacon-metrics", gate="draft")
    assert (code, outputs["result"]) == (2, "error")
    assert "nowhere: no such offer folder" in log
    assert "tidewater-labs/beacon-metrics" in summary
    assert Path(outputs["report"]).is_file()


def test_the_action_hands_every_input_on(action: Callable[..., Any]) -> None:
    assert action(path="beacon-metrics", gate="draft", fail_on="info")[0] == 0
    Path("beacon-metrics/offer.yaml").write_text("format: vm-offer/1\nprofile: classic\n", encoding="utf-8")
    assert "(profile partner-center)" in action(path="beacon-metrics", profile="partner-center")[1]
    assert "draft gate" in action(path="beacon-metrics", gate="draft")[1]
    assert action(path="beacon-metrics", fail_on="fatal")[0] == 2
    assert action(path="beacon-metrics", secrets_file="nowhere.env")[0] == 2


def test_the_action_asks_links_only_when_told_to(action: Callable[..., Any]) -> None:
    Path("publisher.toml").write_text('[links]\nassume = ["*.tidewater-labs.example"]\n', encoding="utf-8")
    for network in ("true", "false"):
        skipped = action(path="beacon-metrics", gate="stage", network=network)[3]
        assert ("link-reachable" in skipped) is (network == "false")


@pytest.mark.parametrize(
    "text", ["$(touch pwned)", "`touch pwned`", "; touch pwned", "--help", "'\"; touch pwned #", "nothing*"]
)
def test_an_input_is_never_taken_for_a_command(text: str, action: Callable[..., Any], tmp_path: Path) -> None:
    assert action(path="beacon-metrics", gate="draft", network=text)[0] == 0
    code, log, outputs, _ = action(path=text, gate="draft")
    assert (code, outputs["result"]) == (2, "error")
    assert "no such offer folder" in log
    names = ("path", "gate", "profile", "secrets_file", "fail_on", "network")
    assert action(**dict.fromkeys(names, text))[0] == 2
    assert not (tmp_path / "pwned").exists()


def test_expressions_reach_scripts_by_the_environment_alone() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"]]
    workflow = yaml.safe_load((ROOT / "templates/ci/github.yml").read_text(encoding="utf-8"))
    scripts += [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert not [script for script in scripts if "${{" in script]


@pytest.mark.parametrize(("version", "package"), [("", "/action"), ("0.1.0", "vm-offer-publisher==0.1.0")])
def test_the_action_installs_itself_or_the_version_that_is_asked_for(
    version: str, package: str, tmp_path: Path
) -> None:
    (tmp_path / "tools").mkdir()
    python = tmp_path / "tools" / "python3"
    python.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && exec {sys.executable} "$@"\n'
        'mkdir -p "$3/bin" && printf \'#!/bin/sh\\necho "$@" >> pip.log\\n\' > "$3/bin/python" && chmod +x "$3/bin/python"\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    env = {
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_PATH": str(tmp_path / "path"),
        "GITHUB_ACTION_PATH": "/action",
    }
    done = bash(INSTALL["run"], env | expressions(INSTALL["env"], {"inputs.version": version}), tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pip.log").read_text(encoding="utf-8").split()[-1] == package
    assert (tmp_path / "path").read_text(encoding="utf-8").strip() == str(tmp_path / "publisher" / "bin")
