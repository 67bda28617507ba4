"""Imports point one way, and heavy libraries stay where they are used."""

import subprocess
import sys

import pytest

HEAVY = (
    "typer",
    "sqlmodel",
    "sqlalchemy",
    "requests",
    "PIL",
    "jinja2",
    "pydantic",
    "ruamel",
    "transitions",
    "rapidfuzz",
    "openpyxl",
)


def loaded(module: str) -> set[str]:
    code = f"import sys, {module}; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return {name.partition(".")[0] for name in out.split()}


@pytest.mark.parametrize(
    "module",
    ["publisher.document", "publisher.rules.runner", "publisher.lifecycle", "publisher.profiles", "publisher.findings",
     "publisher.ingestion", "publisher.lock", "publisher.validation", "publisher.diff", "publisher.sas", "publisher.media", "publisher.tickets"],
)  # fmt: skip
def test_the_core_imports_no_heavy_library(module: str) -> None:
    assert loaded(module) & set(HEAVY) == set()


def test_all_rules_together_import_no_heavy_library() -> None:
    code = "import sys; from publisher.rules.registry import load; load(); print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {name.partition(".")[0] for name in out.split()} & set(HEAVY) == set()


def test_help_imports_no_command() -> None:
    code = "import sys; from publisher.cli import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr
    modules = set(out.split())
    assert {name for name in modules if name.startswith("publisher.cli.")} <= {"publisher.cli.console"}
    assert {name.partition(".")[0] for name in modules} & (set(HEAVY) - {"typer"}) == set()


@pytest.mark.parametrize("layer", ["publisher.engine", "publisher.release"])
def test_what_acts_knows_nothing_of_the_command_line(layer: str) -> None:
    assert "typer" not in loaded(layer)


@pytest.mark.parametrize(
    "layer", ["publisher.engine", "publisher.staging", "publisher.pulling", "publisher.comparison"]
)
def test_the_database_is_loaded_when_the_catalogue_is_asked(layer: str) -> None:
    assert loaded(layer) & {"sqlmodel", "sqlalchemy", "pydantic"} == set()
