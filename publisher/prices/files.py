"""Tables in files: comma-separated text, and workbooks of spreadsheets, told apart by their suffix."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Final

from publisher.document.files import FileRefused, read_regular
from publisher.document.guard import decode
from publisher.document.nodes import Unreadable
from publisher.document.swap import put
from publisher.errors import UsageError, unwritten
from publisher.prices.table import Cell, Grid

XLSX: Final = ".xlsx"
CSV: Final = ".csv"
MAX_ROWS: Final = 10_000
MAX_COLUMNS: Final = 256

_SEPARATOR_LINE: Final = re.compile(r"sep=(.)\n")  # as spreadsheets write and obey it


def read_file(path: Path) -> list[list[Cell]]:
    """The table in a file.

    Raises UsageError for a file that cannot be read, is too large, or is no table.
    """
    read = {CSV: _read_csv, XLSX: _read_xlsx}.get(_suffix(path), _read_csv)
    try:
        data = read_regular(path.resolve())
        return bounded(read(data))
    except (FileRefused, Unreadable, csv.Error) as error:
        raise UsageError(f"{path}: {error}", hint="give a CSV file in UTF-8, or an XLSX file") from None


def bounded(rows: Iterator[list[Cell]]) -> list[list[Cell]]:
    """The rows. Raises FileRefused where there are more, or longer ones, than any table of prices has."""
    found: list[list[Cell]] = []
    for row in rows:
        if len(found) == MAX_ROWS:
            raise FileRefused(f"has more than {MAX_ROWS:,} rows; delete those below the table")
        if any(row[MAX_COLUMNS:]):
            raise FileRefused(f"has more than {MAX_COLUMNS} columns; delete those beside the table")
        found.append(row[:MAX_COLUMNS])
    return found


def csv_text(table: Grid) -> str:
    """A table as comma-separated text with LF line ends."""
    stream = StringIO()
    csv.writer(stream, lineterminator="\n").writerows(table)
    return stream.getvalue()


def write_file(table: Grid, path: Path) -> None:
    """Write a table as the file's suffix says, all of it or nothing. Raises UsageError, or DiskFull."""
    if _suffix(path) not in (CSV, XLSX):
        raise UsageError(f"{path}: the format is not known", hint="end the name in .csv or .xlsx")
    try:
        put(path, csv_text(table).encode() if _suffix(path) == CSV else _workbook(table))
    except OSError as error:
        raise unwritten(path, error, hint="name another file") from None


def _suffix(path: Path) -> str:
    return path.suffix.lower()


def _read_csv(data: bytes) -> Iterator[list[Cell]]:
    text = decode(data)
    if found := _SEPARATOR_LINE.match(text):
        # An empty row in its place: the numbers of rows stay those that a spreadsheet shows.
        yield []
        text, separator = text[found.end() :], found[1]
    else:
        heading = text.lstrip("\n").partition("\n")[0]
        separator = max(",;\t", key=heading.count)
    for row in csv.reader(
        StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    ):
        yield [*row]


def _read_xlsx(data: bytes) -> Iterator[list[Cell]]:
    from publisher.prices.workbook import read_workbook

    return read_workbook(data)


def _workbook(table: Grid) -> bytes:
    from publisher.prices.workbook import workbook_of

    return workbook_of(table)
