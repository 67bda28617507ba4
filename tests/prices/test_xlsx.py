"""Prices as workbooks: exact both ways, and suspicious of what strangers send."""

import sys
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.document import read_document
from publisher.prices import table_of
from publisher.prices.files import bounded, csv_text, read_file
from publisher.prices.table import Known, read_table
from publisher.prices.workbook import read_workbook, workbook_of
from tests.cli.conftest import desk as desk
from tests.prices.conftest import Sheet

HEAD = ("region", "currency", "2", "4")
AMOUNTS = st.from_regex(r"[0-9]{1,9}(\.[0-9]{1,9})?", fullmatch=True).map(lambda text: f"{Decimal(text):f}")


def workbook(*rows: tuple[Any, ...], title: str = "Sheet") -> bytes:
    """A workbook as somebody else makes it."""
    book = openpyxl.Workbook()
    assert book.active
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(data: bytes, name: str, *words: str) -> bytes:
    """The workbook with texts of one part replaced: old, new, old, new, …"""
    stream = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        assert name in source.namelist()
        for member in source.namelist():
            text = source.read(member)
            if member == name:
                for old, new in zip(words[::2], words[1::2], strict=True):
                    assert old.encode() in text
                    text = text.replace(old.encode(), new.encode(), 1)
            target.writestr(member, text)
    return stream.getvalue()


def test_amounts_are_numbers_that_look_as_they_were_written(sheet: Sheet) -> None:
    cells = openpyxl.load_workbook(sheet.give("prices.xlsx"))["prices"]
    assert [cell.value for cell in cells[1]] == ["region", "currency", "2", "4", "8"]
    assert (cells["C2"].value, cells["C2"].number_format) == (0.9, "0.00")
    assert {cell.data_type for row in cells["A1:B4"] for cell in row} == {"s"}


def test_a_workbook_that_says_the_same_changes_nothing(sheet: Sheet) -> None:
    before = sheet.text
    code, out, _ = sheet.take(sheet.give("prices.xlsx").read_bytes(), "again.xlsx")
    assert (code, "nothing changes" in out) == (0, True)
    assert sheet.text == before


@given(st.lists(AMOUNTS, min_size=2, max_size=2))
def test_every_amount_of_an_offer_comes_back_exactly(amounts: list[str]) -> None:
    table = [list(HEAD), ["US", "USD", *amounts]]
    for read in (bounded(read_workbook(workbook_of(table))), read_csv(csv_text(table))):
        price = read_table(read, Known())["US"]
        assert list(price.per_hour_by_cores.values()) == [Decimal(amount) for amount in amounts]


def read_csv(text: str) -> Any:
    from publisher.prices.files import _read_csv

    return list(_read_csv(text.encode()))


def test_what_was_typed_in_a_spreadsheet_is_taken(sheet: Sheet) -> None:
    rows = [("Region", "Currency", 2, 4.0), ("US", "USD", 0.1, 1), (None, None), ("SE", "SEK", 12.5, "0.29")]
    code, out, _ = sheet.take(workbook(*rows), "typed.xlsx")
    assert code == 0
    assert "US: {currency: USD, per_hour_by_cores: {2: 0.1, 4: 1}}" in sheet.text
    assert "SE: {currency: SEK, per_hour_by_cores: {2: 12.5, 4: 0.29}}" in sheet.text
    assert "prices in DE deleted" in out


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("=1+1", "C2: a formula: put its value in its place"),
        ('=HYPERLINK("http://x.example")', "C2: a formula"),
        (date(2026, 5, 1), "C2: a date"),
        (True, "C2: 'yes' is no price"),
        ("#REF!", "C2: an error (#REF!)"),
        (-0.5, "C2: '-0.5' is negative"),
        (1 / 3, "at most 9 before and 9 behind the point"),
        (1e300, "C2: '1000"),
        (10**20, "C2: '100000000000000000000' has too many digits"),
        ("0,10", "C2: '0,10' has a comma"),
        ("'=1", 'C2: "\'=1" is no price'),
    ],
)
def test_a_cell_that_is_no_amount_is_told(value: Any, says: str, sheet: Sheet) -> None:
    before = sheet.text
    code, _, err = sheet.take(workbook(HEAD, ("US", "USD", value)), "typed.xlsx")
    assert code == 1
    assert says in err
    assert sheet.text == before


def test_the_cached_value_of_a_formula_is_not_taken(sheet: Sheet) -> None:
    data = workbook(HEAD, ("US", "USD", 1))
    data = repacked(data, "xl/worksheets/sheet1.xml", "<v>1</v>", "<f>0.5+0.5</f><v>1</v>")
    code, _, err = sheet.take(data, "cached.xlsx")
    assert (code, "C2: a formula" in err) == (1, True)


def test_the_sheet_named_prices_is_meant(sheet: Sheet) -> None:
    book = openpyxl.Workbook()
    for name in ("notes", "Prices"):
        book.create_sheet(name).append(("region", "currency", "2"))
    book["Prices"].append(("US", "USD", 3))
    assert sheet.take(saved(book), "book.xlsx")[0] == 0
    assert "US: {currency: USD, per_hour_by_cores: {2: 3}}" in sheet.text
    book["Prices"].title = "other"
    code, _, err = sheet.take(saved(book), "book.xlsx")
    assert (code, "has 3 sheets; name the one to import 'prices'" in err) == (2, True)


def zipped(**members: bytes) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def wide(reference: str) -> bytes:
    data = workbook(HEAD, ("US", "USD", 1))
    return repacked(data, "xl/worksheets/sheet1.xml", 'r="C2"', f'r="{reference}"')


def row(number: str) -> bytes:
    data = workbook(HEAD, ("US", "USD", 1))
    return repacked(data, "xl/worksheets/sheet1.xml", '<row r="2">', f'<row r="{number}">')


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 50}">' for a, b in zip("abcde", "bcdef", strict=True))
    + "]>"
)

BROKEN = {
    "no archive": (b"region,currency\n", "is no XLSX workbook"),
    "empty": (b"", "is no XLSX workbook"),
    "other archive": (zipped(a=b"b"), "is no workbook that can be read"),
    "bomb": (zipped(bomb=b"\0" * 9_000_000), "unpacks to 9,000,000 bytes"),
    "many parts": (zipped(**{f"m{number}": b"" for number in range(1_001)}), "in 1,001 parts"),
    "far row": (row("99999999999"), "more than 10,000 rows"),
    "endless row": (row("9" * 5_000), "is no workbook that can be read"),
    "far column": (wide("ZZZ2"), "more than 1,024 columns"),
    "beside": (wide("IZ2"), "more than 256 columns"),
    "no column": (wide("ZZZZZZZZ2"), "is no workbook that can be read"),
    "entities": (
        repacked(
            workbook(HEAD),
            "xl/worksheets/sheet1.xml",
            "<worksheet",
            f"{ENTITIES}<worksheet",
            "<t>region",
            "<t>&f;",
        ),
        "declares a document type",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_sheet_of_prices_is_refused_soon(case: str, sheet: Sheet) -> None:
    data, says = BROKEN[case]
    before = sheet.text
    code, _, err = sheet.take(data, "broken.xlsx")
    assert code == 2
    assert says in err
    assert sheet.text == before


def test_macros_and_links_to_other_files_are_left_alone(sheet: Sheet) -> None:
    stream = BytesIO(workbook(HEAD, ("US", "USD", 3)))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    assert sheet.take(stream.getvalue(), "macros.xlsx")[0] == 0


def test_without_the_library_the_cure_is_told(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    code, _, err = sheet.call("export", str(sheet.offer), "--sku", "hourly", "--output", "prices.xlsx")
    assert code == 2
    assert "cure: pip install 'vm-offer-publisher[sheets]', or give a .csv file" in err


def test_locked_prices_are_told_and_left_to_the_rules(desk: Any) -> None:
    assert desk.release().code == 0
    file: Path = desk.folder / "prices.csv"
    assert desk("prices", "export", "beacon-metrics", "--sku", "hourly", "--output", str(file)).code == 0
    file.write_text(file.read_text().replace("0.90", "0.95"))
    said = desk("prices", "import", "tidewater-labs/beacon-metrics", "--sku", "hourly", str(file))
    assert said.code == 0
    assert "is live and its prices are locked" in said.err
    assert "price-immutable" in desk("validate", "beacon-metrics").out
    assert csv_text(table_of(read_document(desk.offer), "hourly")) == file.read_text()
    assert read_file(file)
