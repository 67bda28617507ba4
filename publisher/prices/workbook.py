"""XLSX workbooks, which are ZIP archives from strangers: measured before anything is unpacked.

A number of up to 15 digits is a number in the workbook, shown with the digits that it was written with;
a spreadsheet could not hold a longer one, so that is text. Read back, both say exactly what they said.
"""

import warnings
import zlib
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from publisher.document.files import FileRefused
from publisher.errors import UsageError
from publisher.prices.table import Cell, Grid, Unusable

SHEET: Final = "prices"
MAX_UNPACKED: Final = 4 * 1024 * 1024  # bytes; the largest table of prices has a tenth of it
MAX_WIDTH: Final = 1_024  # columns, empty ones too
MAX_MEMBERS: Final = 1_000
EXACT_DIGITS: Final = 15  # of a binary double

_DOCTYPE: Final = b"<!DOCTYPE"  # entities are declared there: a few lines that unpack to gigabytes


def workbook_of(table: Grid) -> bytes:
    """A workbook with the table as its only sheet; headings and codes are text."""
    book = _openpyxl().Workbook()
    sheet = book.active
    sheet.title = SHEET
    for number, row in enumerate(table, 1):
        for column, cell in enumerate(row, 1):
            if cell:
                _fill(sheet.cell(number, column), str(cell), number > 1 and column > 2)
    sheet.freeze_panes = "C2"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def read_workbook(data: bytes) -> Iterator[list[Cell]]:
    """The rows of the sheet `prices`, or of the only sheet. Nothing that it refers to is opened.

    Raises FileRefused for what is no workbook, unpacks to more than 4 MiB, or has other sheets.
    """
    _measure(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the library leaves out: we want the cells alone
        try:
            book = _openpyxl().load_workbook(BytesIO(data), read_only=True, keep_links=False)
            sheet = _sheet(book.worksheets)
            sheet.reset_dimensions()
            for row in sheet.iter_rows():
                if len(row) > MAX_WIDTH:
                    raise FileRefused(f"has more than {MAX_WIDTH:,} columns; delete those beside the table")
                yield [_text(cell) for cell in row]
        except (FileRefused, UsageError):
            raise
        except Exception as error:  # the library has no error of its own for broken parts
            raise FileRefused(f"is no workbook that can be read ({type(error).__name__})") from None


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise UsageError(
            "XLSX files need the package openpyxl",
            hint="pip install 'vm-offer-publisher[sheets]', or give a .csv file",
        ) from None
    return openpyxl


def _fill(cell: Any, text: str, amount: bool) -> None:
    if not amount or not _exact(text):
        cell.value, cell.data_type = text, "s"
        return
    cell.value = Decimal(text)
    _, _, fraction = text.partition(".")
    cell.number_format = f"0.{'0' * len(fraction)}" if fraction else "0"


def _exact(text: str) -> bool:
    """Whether a text is an amount that a spreadsheet holds as it stands; the library writes 16 digits."""
    if len(text) > EXACT_DIGITS or not text.replace(".", "", 1).isdecimal():
        return False
    return Decimal(repr(float(f"{float(text):.16g}"))) == Decimal(text)


def _measure(data: bytes) -> None:
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if unpacked > MAX_UNPACKED or len(members) > MAX_MEMBERS:
                raise FileRefused(
                    f"unpacks to {unpacked:,} bytes in {len(members):,} parts, too much for prices"
                )
            if any(_DOCTYPE in archive.read(member).replace(b"\0", b"") for member in members):
                raise FileRefused("declares a document type, as no workbook does")
    except (BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, zlib.error):
        raise FileRefused("is no XLSX workbook") from None


def _sheet(sheets: list[Any]) -> Any:
    named = [sheet for sheet in sheets if sheet.title.casefold() == SHEET] or sheets
    if len(named) != 1:
        raise FileRefused(f"has {len(sheets)} sheets; name the one to import {SHEET!r}")
    return named[0]


def _text(cell: Any) -> Cell:
    value, kind = cell.value, cell.data_type
    match value:
        case _ if kind == "f":
            return Unusable("a formula: put its value in its place")
        case None:
            return ""
        case _ if kind == "e":
            return Unusable(f"an error ({str(value)[:20]})")
        case bool():
            return "yes" if value else "no"
        case float() | int():
            return _number(value)
        case date() | time() | timedelta():
            return Unusable("a date: a spreadsheet made it of what was typed; format the cell as a number")
    return str(value)


def _number(value: float | int) -> str:
    """The shortest decimal that is this number: what was typed, where it had at most 15 digits."""
    if isinstance(value, int):
        return str(value)
    number = Decimal(repr(value))
    if not number.is_finite():
        return str(number)
    whole = number == number.to_integral_value()
    return format(number.to_integral_value() if whole else number, "f")
