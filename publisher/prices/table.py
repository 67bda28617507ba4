"""Reads a table of prices cell by cell: everything that is wrong is told with its cell, as B7."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from publisher.document.model import Price
from publisher.errors import Refused
from publisher.nearest import nearest
from publisher.rules.currencies import CURRENCIES
from publisher.rules.regions import CODES, canonical

SHAPES: Final = ("free", "flat_per_hour", "per_core_per_hour")
CORES: Final = re.compile("[1-9][0-9]{0,3}")
REGION: Final = re.compile("[A-Z]{2}")
CURRENCY: Final = re.compile("[A-Z]{3}")
MAX_REASONS: Final = 10_000

_AMOUNT: Final = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?")
_YES: Final = {"yes": True, "true": True, "no": False, "false": False, "": False}
_HEADINGS: Final = ("region", "currency", *SHAPES)
_NO_AMOUNT: Final = ("region", "currency", "free")


@dataclass(frozen=True)
class Unusable:
    """A cell that holds no plain text or number; `reason` says what it is instead."""

    reason: str


Cell = str | Unusable
Grid = Sequence[Sequence[Cell]]


@dataclass(frozen=True, kw_only=True)
class Known:
    """Codes that are taken beside those of the lists."""

    regions: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()


def amount_text(amount: Decimal) -> str:
    """An amount as it was written, without an exponent."""
    return format(amount, "f")


def read_table(grid: Grid, known: Known) -> dict[str, Price]:
    """The price of each region in a table, whose first row that is not empty holds the headings.

    Raises Refused with cell and reason of everything that is wrong.
    """
    reader = _Reader(known)
    prices = reader.prices(grid)
    if reader.reasons:
        more = len(reader.reasons) - MAX_REASONS
        shown = reader.reasons[:MAX_REASONS] + ([f"and {more:,} more"] if more > 0 else [])
        raise Refused(
            "the table cannot be taken over; nothing was changed",
            reasons=tuple(shown),
            hint="correct the cells, then import again",
        )
    return prices


@dataclass
class _Reader:
    known: Known
    reasons: list[str] = field(default_factory=list)

    def prices(self, grid: Grid) -> dict[str, Price]:
        rows = ((number, row) for number, row in enumerate(grid, 1) if any(row))
        number, first = next(rows, (1, ()))
        headings = self._headings(number, first)
        if missing := [name for name in _HEADINGS[:2] if name not in headings.values()]:
            self._wrong(number, 0, f"no heading {' and no heading '.join(missing)} in this row")
            return {}
        seen: dict[str, int] = {}
        found: dict[str, Price] = {}
        for number, row in rows:
            cells = self._cells(number, row, headings)
            region = self._region(number, cells, seen)
            found[region] = self._price(number, cells)
        return found

    def _wrong(self, row: int, column: int, reason: str) -> None:
        self.reasons.append(f"{_letters(column)}{row}: {reason}")

    def _headings(self, number: int, row: Sequence[Cell]) -> dict[int, str]:
        """The meaning of each column."""
        found: dict[int, str] = {}
        for column, cell in enumerate(row):
            name = self._text(number, column, cell)
            name = name if CORES.fullmatch(name) else name.lower()
            if not name:
                continue
            if name in found.values():
                self._wrong(number, column, f"the heading {name} stands twice")
            elif name in _HEADINGS or CORES.fullmatch(name):
                found[column] = name
            else:
                self._wrong(number, column, _no_heading(name))
        return found

    def _cells(
        self, number: int, row: Sequence[Cell], headings: dict[int, str]
    ) -> dict[str, tuple[int, str]]:
        """Column and text of each cell by its heading."""
        cells = {name: (column, "") for column, name in headings.items()}
        for column, cell in enumerate(row):
            if name := headings.get(column):
                cells[name] = column, self._text(number, column, cell)
            elif cell:
                self._wrong(number, column, "this column has no heading that is known")
        return cells

    def _text(self, row: int, column: int, cell: Cell) -> str:
        if isinstance(cell, str):
            return cell.strip(" ")
        self._wrong(row, column, cell.reason)
        return ""

    def _region(self, row: int, cells: dict[str, tuple[int, str]], seen: dict[str, int]) -> str:
        column, code = cells["region"]
        if code not in CODES and code not in self.known.regions:
            meant = canonical(code)
            cure = f": write {meant}" if meant in CODES else ""
            self._wrong(row, column, f"{_quoted(code)} is no region{cure}" if code else "no region")
        elif code in seen:
            self._wrong(row, column, f"{code} stands in row {seen[code]} already")
        seen.setdefault(code, row)
        return code

    def _price(self, row: int, cells: dict[str, tuple[int, str]]) -> Price:
        judged = {name: self._amount(row, *cell) for name, cell in cells.items() if name not in _NO_AMOUNT}
        amounts = {name: amount for name, amount in judged.items() if amount is not None}
        free = self._truth(row, *cells["free"]) if "free" in cells else False
        return Price(
            currency=self._currency(row, *cells["currency"], free=free),
            flat_per_hour=amounts.pop("flat_per_hour", None),
            per_core_per_hour=amounts.pop("per_core_per_hour", None),
            per_hour_by_cores=amounts,
            free=free,
        )

    def _currency(self, row: int, column: int, code: str, *, free: bool) -> str:
        if code in CURRENCIES or code in self.known.currencies or (free and not code):
            return code
        meant = code.strip().upper()
        cure = f": write {meant}" if meant in CURRENCIES else ""
        self._wrong(row, column, f"{_quoted(code)} is no currency{cure}" if code else "no currency")
        return ""

    def _truth(self, row: int, column: int, word: str) -> bool:
        if (word := word.strip().lower()) in _YES:
            return _YES[word]
        self._wrong(row, column, f"{_quoted(word)} is neither yes nor no")
        return False

    def _amount(self, row: int, column: int, text: str) -> Decimal | None:
        if not text:
            return None
        if _AMOUNT.fullmatch(text):
            return Decimal(text)
        self._wrong(row, column, _no_amount(text))
        return None


def _no_heading(name: str) -> str:
    near = nearest(name, _HEADINGS)
    cure = f"did you mean {near}?" if near else "write region, currency or a number of cores"
    return f"the heading {_quoted(name)} is not known: {cure}"


def _no_amount(text: str) -> str:
    """Why a text is no price, and how it would be one."""
    bare = text.strip()
    if not bare.isascii():
        return f"{_quoted(text)} is no price: write digits 0 to 9 and a point, such as 0.10"
    if "," in bare:
        return f"{_quoted(text)} has a comma: write a point before the decimals, and no mark of thousands"
    if re.fullmatch(r"-[0-9.]+", bare):
        return f"{_quoted(text)} is negative"
    if bare[:1] in "=+-@":
        return f"{_quoted(text)} is a formula: write its value"
    if re.fullmatch(r"[0-9]*\.?[0-9]*", bare) and bare != ".":
        return f"{_quoted(text)} has too many digits, or lacks one: at most 9 before and 9 behind the point"
    return f"{_quoted(text)} is no price: write digits with at most one point, such as 0.10"


def _quoted(text: str) -> str:
    return ascii(text[:40])


def _letters(column: int) -> str:
    """A column as spreadsheets name it: A, …, Z, AA."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
