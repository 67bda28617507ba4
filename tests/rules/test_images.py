"""Limits of images that are too long to be written as cases."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import Case


@pytest.mark.parametrize(("count", "blocked"), [(100, False), (101, True)])
def test_a_hundred_openings_are_the_limit(count: int, blocked: bool, tmp_path: Path) -> None:
    ports = [{"label": f"p{n}", "range": 1000 + n} for n in range(count)]
    report = Case("port-range", "", set={"/skus/0/ports": ports}).run(tmp_path)
    found = [f.message for f in report.findings if f.rule == "port-range"]
    assert found == (["101 openings are listed; at most 100 are allowed"] if blocked else [])
