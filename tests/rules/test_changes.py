"""What findings about changes propose, and what they leave to others."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from conftest import Case

from publisher.findings import Finding


def missing(folder: Path, case: Case) -> Finding:
    (found,) = [f for f in case.run(folder).findings if f.rule == "sku-id-immutable"]
    return found


def test_a_rename_is_undone_by_the_old_name(tmp_path: Path) -> None:
    found = missing(tmp_path, Case("", "", set={"/skus/0/id": "hourly-std"}, published={}))
    assert found.fix == "write hourly again in place of 'hourly-std'"


def test_a_sku_that_was_published_itself_is_no_new_name_of_another(tmp_path: Path) -> None:
    two = {"set": {"/skus/1/id": "hourly-2"}}
    found = missing(tmp_path, Case("", "", remove=["/skus/0"], set={"/skus/0/id": "hourly-2"}, published=two))
    assert found.message == "SKU hourly (live) is missing"
    assert "ask for its deletion" in found.fix


def test_an_empty_id_is_not_a_missing_sku_as_well(tmp_path: Path) -> None:
    report = Case("", "", set={"/skus/0/id": ""}, published={}).run(tmp_path)
    assert "sku-id-immutable" not in {f.rule for f in report.findings}


def test_a_price_that_is_no_price_is_told_once(tmp_path: Path) -> None:
    edits = {"/skus/0/prices/US/per_hour_by_cores": {"two": "0.09"}, "/skus/0/prices/SE/currency": "sek"}
    report = Case("", "", set=edits, published={}).run(tmp_path)
    assert {f.rule for f in report.findings if f.severity == "error"} == {"price-core-size", "price-currency"}


def test_a_hostile_id_is_cut_and_escaped(tmp_path: Path) -> None:
    hostile = "Ü::error::" + "x" * 5000
    edits = {"/skus/0/id": hostile, "/skus/0/images/-": {"version": "2.4.0"}}
    report = Case("", "", set=edits).run(tmp_path)
    (found,) = [f for f in report.findings if f.rule == "version-increment"]
    assert "SKU '\\xdc::error::xxx" in found.message
    assert len(found.message) < 200
