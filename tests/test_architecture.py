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


def modules(code: str) -> set[str]:
    """What a program has loaded at its end."""
    argv = [sys.executable, "-c", f"{code}; import sys; print(*sys.modules, file=sys.stderr)"]
    return set(subprocess.run(argv, capture_output=True, text=True, check=True).stderr.split())


def libraries(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def loaded(module: str) -> set[str]:
    return libraries(modules(f"import {module}"))


@pytest.mark.parametrize(
    "module",
    ["publisher.document", "publisher.rules.runner", "publisher.lifecycle", "publisher.profiles", "publisher.findings",
     "publisher.ingestion", "publisher.lock", "publisher.validation", "publisher.diff", "publisher.sas", "publisher.media", "publisher.tickets"],
)  # fmt: skip
def test_the_core_imports_no_heavy_library(module: str) -> None:
    assert loaded(module) & set(HEAVY) == set()


def test_all_rules_together_import_no_heavy_library() -> None:
    found = modules("from publisher.rules.registry import load; load()")
    assert libraries(found) & set(HEAVY) == set()


def test_help_imports_no_command() -> None:
    found = modules("from publisher.cli import run; run(['--help'])")
    assert {name for name in found if name.startswith("publisher.cli.")} <= {"publisher.cli.console"}
    assert libraries(found) & (set(HEAVY) - {"typer"}) == set()


@pytest.mark.parametrize("layer", ["publisher.engine", "publisher.release"])
def test_what_acts_knows_nothing_of_the_command_line(layer: str) -> None:
    assert "typer" not in loaded(layer)


@pytest.mark.parametrize(
    "layer", ["publisher.engine", "publisher.staging", "publisher.pulling", "publisher.comparison"]
)
def test_the_database_is_loaded_when_the_catalogue_is_asked(layer: str) -> None:
    assert loaded(layer) & {"sqlmodel", "sqlalchemy", "pydantic"} == set()


def test_a_catalogue_in_a_file_loads_no_server_s_dialect() -> None:
    assert "sqlalchemy.dialects.postgresql" not in modules("import publisher.catalogue.store")
