"""Whatever stands for a price is accepted, or is one clear finding."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import Case

from publisher.rules.regions import CODES

AT = "/skus/0/prices/US/per_hour_by_cores/2"


def findings(price: str, folder: Path) -> list[tuple[str, str, str]]:
    """Rule, severity and place of what is found when the demo offer charges this for two cores."""
    report = Case("", "", gate="stage", set={AT: price}).run(folder)
    return [(f.rule, f.severity.value, f.pointer) for f in report.findings]


def test_odd_numbers_are_one_finding_or_none(shared: Path, tmp_path: Path) -> None:
    rows = (shared / "badinputs" / "lists" / "numbers.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, rows):
        found = findings(row["value"], tmp_path / str(row["n"]))
        wanted = {
            "0": [("price-range", "warning", AT)],
            "1.005": [],
        }.get(row["value"], [("document-type", "error", AT)])
        assert found == wanted, row


@pytest.mark.parametrize(
    "price", ["-1", "+1", ".5", "5.", "1_000", "0x10", "1 000", "$1", "NaN", "1/2", "0.05 USD"]
)
def test_what_is_no_decimal_is_one_finding(price: str, tmp_path: Path) -> None:
    assert findings(price, tmp_path) == [("document-type", "error", AT)]


@pytest.mark.parametrize(
    ("pointer", "value", "fix"),
    [
        ("/skus/1/regions/0", "UK", "write GB"),
        ("/skus/1/regions/0", " se", "write SE"),
        ("/skus/0/prices/DE/currency", "eur", "write EUR"),
    ],
)
def test_a_slip_is_told_with_its_cure(pointer: str, value: str, fix: str, tmp_path: Path) -> None:
    report = Case("", "", set={pointer: value}).run(tmp_path)
    assert [(f.pointer, f.fix) for f in report.findings] == [(pointer, fix)]


def test_a_price_in_lower_case_is_told_with_its_cure(tmp_path: Path) -> None:
    price = {"currency": "USD", "per_hour_by_cores": {"2": "0.09"}}
    case = Case("", "", remove=["/skus/0/prices/US"], set={"/skus/0/prices/us": price})
    assert [f.fix for f in case.run(tmp_path).findings] == ["write US"]


def test_the_account_matters_at_the_production_gate_only(tmp_path: Path) -> None:
    case = Case("", "", account={"tax_profile": False, "bank_account": False})
    assert case.run(tmp_path).findings == ()


def test_the_regions_are_those_of_the_standard() -> None:
    assert len(CODES) == 249
    assert {"US", "GB", "NO", "TW", "PS", "AX", "SX"} <= CODES
    assert not {"UK", "EU", "XK", "AN", "CS"} & CODES
