"""Any prices that an offer can have go out and come back; any table that is in order is what comes out again."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.document.save import open_for_edit
from publisher.prices import table_of, with_prices
from publisher.prices.files import read_file, write_file
from publisher.rules.currencies import CURRENCIES
from publisher.rules.regions import CODES
from tests.conftest import DEMO

AMOUNTS = st.from_regex(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?", fullmatch=True)
PRICES = st.fixed_dictionaries(
    {"currency": st.sampled_from(sorted(CURRENCIES))},
    optional={
        "per_hour_by_cores": st.dictionaries(st.sampled_from(["1", "2", "16", "416"]), AMOUNTS, min_size=1),
        "flat_per_hour": AMOUNTS,
        "per_core_per_hour": AMOUNTS,
        "free": st.sampled_from(["true", "false"]),
    },
)
TABLES = st.dictionaries(st.sampled_from(sorted(CODES)), PRICES, min_size=1, max_size=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An offer folder without texts and pictures."""
    return tmp_path_factory.mktemp("offer")


def written(folder: Path, prices: Any) -> str:
    """The document of the folder, with these prices in the author's style."""
    text = (DEMO / "offer.yaml").read_text(encoding="utf-8")
    sku = text[text.index("  - id: hourly") : text.index("    operating_system:")]
    lines = yaml.safe_dump({"prices": prices}, default_flow_style=None, sort_keys=False, width=1000)
    indented = "".join(f"    {line}\n" for line in lines.replace("'", "").splitlines())
    text = f"skus:\n{sku[: sku.index('    prices:')]}{indented}    # the end\n"
    (folder / "offer.yaml").write_text(text, encoding="utf-8")
    return text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLES, st.sampled_from(["prices.csv", "prices.xlsx"]))
def test_what_goes_out_comes_back_and_changes_nothing(folder: Path, prices: Any, name: str) -> None:
    before = written(folder, prices)
    write_file(table_of(open_for_edit(folder), "hourly"), folder / name)
    edited = with_prices(open_for_edit(folder), "hourly", read_file(folder / name))
    assert edited.done == ("SKU hourly: the prices are the same, nothing changes",)
    assert (folder / "offer.yaml").read_text(encoding="utf-8") == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLES, TABLES, st.sampled_from(["prices.csv", "prices.xlsx"]))
def test_what_comes_in_goes_out_again(folder: Path, old: Any, new: Any, name: str) -> None:
    written(folder, new)
    table = table_of(open_for_edit(folder), "hourly")
    write_file(table, folder / name)
    written(folder, old)
    with_prices(open_for_edit(folder), "hourly", read_file(folder / name))
    assert amounts(table_of(open_for_edit(folder), "hourly")) == amounts(table)
    assert (folder / "offer.yaml").read_text(encoding="utf-8").endswith("    # the end\n")


def amounts(table: Any) -> dict[str, dict[str, Any]]:
    """A table by region and heading, without the order of its rows and the spelling of its amounts."""
    headings, *rows = table
    return {
        row[0]: {
            name: Decimal(cell) if name not in ("currency", "free") else cell
            for name, cell in zip(headings, row, strict=True)
            if cell and name != "region"
        }
        for row in rows
    }
