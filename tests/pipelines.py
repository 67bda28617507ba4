"""Runs the shell parts of pipelines with bash, as GitHub, GitLab and Azure DevOps would run them."""

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Plain = dict[str, str]


@dataclass(frozen=True)
class Step:
    """One step of a pipeline that is a shell script; its job, and the environment that it declares."""

    job: str
    script: str
    env: Plain


def github(pipeline: dict[str, Any], known: Mapping[str, str]) -> Iterator[Step]:
    """The scripts of a workflow; `known` has the value of every expression that it uses."""
    for name, job in pipeline["jobs"].items():
        for step in job["steps"]:
            if "run" in step:
                declared = pipeline.get("env", {}) | job.get("env", {}) | step.get("env", {})
                yield Step(name, step["run"], expressions(declared, known))


def expressions(declared: Mapping[str, Any], known: Mapping[str, str]) -> Plain:
    """An environment with each `${{ … }}` replaced by its value."""
    return {
        name: re.sub(r"\$\{\{ (.+?) \}\}", lambda found: known[found[1]], str(value))
        for name, value in declared.items()
    }


def gitlab(pipeline: dict[str, Any], rule: int) -> Iterator[Step]:
    """The scripts of a GitLab pipeline, where the rule of this number matches, else the last."""
    for name in ("validate-offer", "stage-offer", "release-offer"):
        job = pipeline[name]
        rules = job["rules"]
        env = pipeline["variables"] | rules[min(rule, len(rules) - 1)].get("variables", {})
        for line in [*pipeline["default"]["before_script"], *job["script"]]:
            yield Step(name.removesuffix("-offer"), line, env)


def azure(pipeline: dict[str, Any], known: Mapping[str, str], branch: str) -> Iterator[Step]:
    """The scripts of an Azure pipeline; `branch` begins the key of the variables that count."""
    variables = {name: value for name, value in pipeline["variables"].items() if isinstance(value, str)}
    variables |= next(v for name, v in pipeline["variables"].items() if name.startswith(f"${{{{ {branch}"))
    for stage in pipeline["stages"]:
        [job] = stage["jobs"]
        steps = job["steps"] if "steps" in job else job["strategy"]["runOnce"]["deploy"]["steps"]
        for step in steps:
            if "bash" in step:
                secret = {
                    name: re.sub(r"\$\((\w+)\)", lambda found: known.get(found[1], found[0]), value)
                    for name, value in step.get("env", {}).items()
                }
                yield Step(stage["stage"].lower(), step["bash"], variables | secret)


def bash(script: str, env: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as runners do, with nothing of this process's environment but the way to programs.

    `pip` only writes down what it was asked for, in the file `pip.log` of the folder.
    """
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "pip").write_text('#!/bin/sh\necho "$@" >> pip.log\n', encoding="utf-8")
    (tools / "pip").chmod(0o755)
    path = os.pathsep.join([str(tools), sysconfig.get_path("scripts"), "/usr/bin", "/bin"])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        env={"CI": "true", "HOME": str(folder), "PATH": path, **env},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


def spoil(offer: str = "beacon-metrics") -> None:
    """Give an offer of the current directory a title that is too long."""
    file = Path(offer) / "offer.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("title: Beacon Metrics Server", f"title: {'Beacon ' * 9}"), encoding="utf-8")
