"""Prices as CSV: out, in, and every cell that is wrong by name."""

import json
from pathlib import Path

import pytest

from publisher.document import read_document
from publisher.errors import DiskFull
from publisher.prices import table_of
from publisher.prices.files import read_file, write_file
from tests.prices.conftest import Sheet

TABLE = """\
region,currency,2,4,8
SE,SEK,0.90,1.60,2.90
DE,EUR,0.08,0.14,0.26
US,USD,0.09,0.16,0.29
"""


def test_the_table_is_what_the_document_says_as_it_says_it(sheet: Sheet) -> None:
    assert sheet.call("export", str(sheet.offer), "--sku", "hourly") == (0, TABLE, "")
    assert sheet.give("prices.csv").read_text() == TABLE


def test_a_table_that_says_the_same_changes_nothing(sheet: Sheet) -> None:
    before = sheet.text
    code, out, err = sheet.take(TABLE.replace("0.90", "0.9"))
    assert (code, err) == (0, "")
    assert "the prices are the same, nothing changes" in out
    assert sheet.text == before


def test_changes_are_made_where_they_stand(sheet: Sheet) -> None:
    sheet.edit("0.90, 4: 1.60, 8: 2.90}}", "0.90, 4: 1.60, 8: 2.90}} # kronor")
    before = sheet.text
    code, out, _ = sheet.take(
        "region,currency,2,4,16\nSE,SEK,0.90,1.60,5.10\nDE,EUR,0.08,0.14,\nNO,NOK,1,2,\n"
    )
    assert code == 0
    assert sheet.text == before.replace("8: 2.90}} # kronor", "16: 5.10}} # kronor").replace(
        ", 8: 0.26}}", "}}"
    ).replace(
        "      US: {currency: USD, per_hour_by_cores: {2: 0.09, 4: 0.16, 8: 0.29}}\n",
        "      NO: {currency: NOK, per_hour_by_cores: {2: 1, 4: 2}}\n",
    )
    assert out.splitlines() == [
        f"beacon-metrics/offer.yaml: SKU hourly: {line}"
        for line in (
            "SE 8 cores 2.90 → none, 16 cores none → 5.10",
            "DE 8 cores 0.26 → none",
            "prices in US deleted",
            "prices in NO added",
        )
    ]


def test_all_shapes_of_a_price_go_both_ways(sheet: Sheet) -> None:
    sheet.edit("per_hour_by_cores: {2: 0.90, 4: 1.60, 8: 2.90}", "flat_per_hour: 0.50, per_core_per_hour: 0")
    sheet.edit("currency: EUR, per_hour_by_cores: {2: 0.08, 4: 0.14, 8: 0.26}", "free: true")
    text = sheet.give("shapes.csv").read_text()
    assert text.splitlines()[:3] == [
        "region,currency,free,flat_per_hour,per_core_per_hour,2,4,8",
        "SE,SEK,,0.50,0,,,",
        "DE,,yes,,,,,",
    ]
    before = sheet.text
    assert sheet.take(text)[0] == 0
    assert sheet.text == before
    assert sheet.take(text.replace("0.50", "0.55").replace("yes", "no").replace("DE,,", "DE,EUR,"))[0] == 0
    assert "SE: {currency: SEK, flat_per_hour: 0.55, per_core_per_hour: 0}" in sheet.text
    assert "DE: {currency: EUR}" in sheet.text


def test_a_sku_without_prices_gets_some(sheet: Sheet) -> None:
    code, out, _ = sheet.call("export", str(sheet.offer), "--sku", "byol")
    assert (code, out) == (0, "region,currency\n")
    file = sheet.offer.parent / "new.csv"
    file.write_text("region,currency,2\nSE,SEK,1.5\nGB,GBP,1\n")
    code, out, err = sheet.call("import", str(sheet.offer), "--sku", "byol", str(file))
    assert code == 0
    assert sheet.text.endswith(
        "    prices:\n"
        "      SE: {currency: SEK, per_hour_by_cores: {2: 1.5}}\n"
        "      GB: {currency: GBP, per_hour_by_cores: {2: 1}}\n"
    )
    assert "not among its regions yet: GB" in err


def test_json_keeps_its_numbers(sheet: Sheet) -> None:
    offer = {"format": "vm-offer/1", "skus": [{"id": "hourly", "prices": {"SE": {"currency": "SEK"}}}]}
    text = json.dumps(offer, indent=2).replace('"SEK"', '"SEK", "per_hour_by_cores": {"2": 0.90, "4": 1}')
    (sheet.offer / "offer.yaml").unlink()
    (sheet.offer / "offer.json").write_text(text)
    assert sheet.take("region,currency,2,4\nSE,SEK,0.9,1.10\n")[0] == 0
    written = (sheet.offer / "offer.json").read_text()
    assert '"2": 0.90' in written
    assert '"4": 1.10' in written


WRONG = {
    "formula": ("US,USD,=1+1", "C2: '=1+1' is a formula"),
    "sum": ("US,USD,+1", "C2: '+1' is a formula"),
    "negative": ("US,USD,-0.1", "C2: '-0.1' is negative"),
    "NaN": ("US,USD,NaN", "C2: 'NaN' is no price"),
    "infinite": ("US,USD,Infinity", "C2: 'Infinity' is no price"),
    "exponent": ("US,USD,1e3", "C2: '1e3' is no price"),
    "decimal comma": ('US,USD,"0,10"', "C2: '0,10' has a comma"),
    "thousands": ('US,USD,"1,000.00"', "C2: '1,000.00' has a comma"),
    "Arabic digit": ("US,USD,١", "C2: '\\u0661' is no price: write digits 0 to 9"),
    "too exact": ("US,USD,0.0000000001", "at most 9 before and 9 behind the point"),
    "no digit": ("US,USD,.5", "C2: '.5' has too many digits, or lacks one"),
    "sign": ("US,USD,$5", "C2: '$5' is no price"),
    "region": ("ZZ,USD,1", "A2: 'ZZ' is no region"),
    "UK": ("UK,USD,1", "A2: 'UK' is no region: write GB"),
    "no region": (",USD,1", "A2: no region"),
    "currency": ("US,XXQ,1", "B2: 'XXQ' is no currency"),
    "case": ("US,usd,1", "B2: 'usd' is no currency: write USD"),
    "no currency": ("US,,1", "B2: no currency"),
    "twice": ("US,USD,1\nUS,USD,2", "A3: US stands in row 2 already"),
    "beside": ("US,USD,1,2", "D2: this column has no heading that is known"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_cell(case: str, sheet: Sheet) -> None:
    row, says = WRONG[case]
    before = sheet.text
    code, out, err = sheet.take(f"region,currency,2\n{row}\n")
    assert (code, out) == (1, "")
    assert says in err
    assert sheet.text == before


@pytest.mark.parametrize(
    ("heading", "says"),
    [
        ("region,2", "A1: no heading currency in this row"),
        ("regoin,currency,2", "A1: the heading 'regoin' is not known: did you mean region?"),
        ("region,currency,02", "C1: the heading '02' is not known"),
        ("region,currency,2,2", "D1: the heading 2 stands twice"),
        ("region,currency,=1", "C1: the heading '=1' is not known"),
    ],
)
def test_headings_are_told_from_words_that_are_none(heading: str, says: str, sheet: Sheet) -> None:
    code, _, err = sheet.take(f"{heading}\nUS,USD,1\n")
    assert code == 1
    assert says in err


def test_every_wrong_cell_is_told_at_once(sheet: Sheet) -> None:
    code, _, err = sheet.take("region,currency,2,4\nZZ,USD,1,x\nUS,ABQ,-1,\n\nSE,SEK,1,2\nSE,SEK,1,y\n")
    assert code == 1
    assert [line[4:6] for line in err.splitlines() if line.startswith("  - ")] == [
        "A2",
        "D2",
        "C3",
        "B3",
        "A6",
        "D6",
    ]


def test_a_table_without_rows_deletes_nothing(sheet: Sheet) -> None:
    for content in ("region,currency,2\n", "region,currency,2\n,,\n"):
        code, _, err = sheet.take(content)
        assert code == 1
        assert "the table has no rows" in err
    assert sheet.take("")[0] == 1


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + TABLE,
        TABLE.replace("\n", "\r\n"),
        TABLE.replace(",", ";"),
        "sep=;\n" + TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        "\n\n" + TABLE + ",,,\n",
        TABLE.replace("0.90", '"0.90"').replace("SE,SEK,", "SE , SEK , "),
        TABLE.replace("region,currency", "Region,CURRENCY"),
    ],
    ids=["BOM", "CRLF", "semicolons", "sep", "tabs", "empty rows", "quotes and spaces", "case"],
)
def test_what_spreadsheets_make_of_csv_is_the_same_table(content: str, sheet: Sheet) -> None:
    code, out, _ = sheet.take(content)
    assert code == 0
    assert "nothing changes" in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (TABLE.encode("utf-16"), "not UTF-8 text"),
        (b"region,currency,2\nUS,\x00,1\n", "U+0000"),
        (b'region,currency,2\nUS,USD,"1', "unexpected end of data"),
        (b"region,currency\n" + b"US,USD\n" * 10_001, "more than 10,000 rows"),
        (b"region,currency" + b",1" * 300, "more than 256 columns"),
        (b"x" * (8 * 1024 * 1024 + 1), "at most 8,388,608 are read"),
    ],
    ids=["UTF-16", "NUL", "open quote", "rows", "columns", "bytes"],
)
def test_what_is_no_table_is_refused_whole(content: bytes, says: str, sheet: Sheet) -> None:
    before = sheet.text
    code, _, err = sheet.take(content)
    assert code == 2
    assert says in err
    assert "cure: give a CSV file in UTF-8, or an XLSX file" in err
    assert sheet.text == before


def test_a_value_that_could_be_a_formula_never_comes_into_a_table(sheet: Sheet, shared: Path) -> None:
    lines = (shared / "badinputs" / "lists" / "csv_formulas.jsonl").read_text().splitlines()
    for value in [json.loads(line)["value"] for line in lines]:
        assert refused(sheet, value), value
        (sheet.offer.parent / "in.csv").write_text(
            f'region,currency,2\n"{value.replace(chr(34), chr(34) * 2)}",USD,1\n'
        )
        code, _, err = sheet.call(
            "import", str(sheet.offer), "--sku", "hourly", str(sheet.offer.parent / "in.csv")
        )
        assert code == 1
        assert "A2: " in err


def refused(sheet: Sheet, value: str) -> bool:
    """Whether a document with this word for a region has no table."""
    before = sheet.text
    sheet.edit("      SE: {currency", f"      {json.dumps(value)}: {{currency")
    code, out, err = sheet.call("export", str(sheet.offer), "--sku", "hourly")
    (sheet.offer / "offer.yaml").write_text(before)
    return code == 1 and not out and "is no code of a region" in err


def test_an_offer_is_found_where_it_was_staged_from(sheet: Sheet) -> None:
    code, _, err = sheet.call("export", "beacon-metrix", "--sku", "hourly")
    assert code == 2
    assert "knows no offer" in err
    assert sheet.call("export", "./nowhere", "--sku", "hourly")[0] == 2


def test_an_unknown_sku_or_format_is_a_usage_error(sheet: Sheet) -> None:
    code, _, err = sheet.call("export", str(sheet.offer), "--sku", "hour")
    assert (code, "did you mean 'hourly'?" in err) == (2, True)
    code, _, err = sheet.call("export", str(sheet.offer), "--sku", "hourly", "--output", "prices.ods")
    assert (code, "end the name in .csv or .xlsx" in err) == (2, True)


def test_a_file_is_a_table_of_texts(sheet: Sheet) -> None:
    table = table_of(read_document(sheet.offer), "hourly")
    assert read_file(sheet.give("prices.csv")) == table


def test_a_full_disk_is_worth_another_try(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.symlink_to("/dev/full")
    with pytest.raises(DiskFull, match="no space left"):
        write_file([["region", "currency"]], file)
