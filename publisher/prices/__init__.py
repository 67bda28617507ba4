"""The hourly prices of a SKU as a table: a row for each region, a column for each core size.

The headings are `region`, `currency`, those of `SHAPES` that the SKU uses, and numbers of cores. Regions
and currencies are bare letters and amounts bare digits, or there is no table: no cell can be a formula.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from publisher.document import Document
from publisher.document.change import Merge, at, plain, steps
from publisher.document.edit import Edited, offer_of, sku_of
from publisher.document.model import Price, Sku
from publisher.document.save import save
from publisher.errors import Refused
from publisher.prices.table import CORES, CURRENCY, REGION, SHAPES, Cell, Grid, Known, amount_text, read_table

__all__ = ["Cell", "Grid", "table_of", "with_prices"]

Fact = str | Decimal | bool | None

_WORDS: Final = (("region", REGION), ("currency", re.compile(f"(?:{CURRENCY.pattern})?")))


def table_of(document: Document, sku_id: str) -> Grid:
    """The table of a SKU's prices, headings first.

    Raises Refused, naming each place, for regions, currencies and core sizes that are no such thing.
    """
    sku = sku_of(offer_of(document), sku_id)
    if reasons := tuple(_misfits(document, sku)):
        raise Refused(
            f"the prices of {sku.id} have no place in a table",
            reasons=reasons,
            hint="correct them; `publisher validate` shows the lines",
        )
    shapes = [name for name in SHAPES if any(_shape(price, name) for price in sku.prices.values())]
    sizes = sorted({size for price in sku.prices.values() for size in price.per_hour_by_cores}, key=int)
    return [["region", "currency", *shapes, *sizes], *_rows(sku, shapes, sizes)]


def with_prices(document: Document, sku_id: str, table: Grid) -> Edited:
    """Give a SKU the prices of a table; what stays the same keeps its place, spelling and comments.

    Raises Refused with cell and reason of everything that is wrong in the table; nothing is then changed.
    """
    sku = sku_of(offer_of(document), sku_id)
    new = read_table(table, _known(sku))
    if not new and sku.prices:
        raise Refused(
            "the table has no rows", hint=f"to sell {sku.id} without prices, delete them from the document"
        )
    done = tuple(_differences(sku, new))
    if not done:
        return Edited(document=document, done=(f"SKU {sku.id}: the prices are the same, nothing changes",))
    wanted = {region: _written(document, sku, region, price) for region, price in new.items()}
    after = save(document, [Merge(pointer=f"{sku.at}/prices", value=wanted)])
    left = tuple(_outside(sku, new))
    return Edited(document=after, done=done, left=left)


def _rows(sku: Sku, shapes: list[str], sizes: list[str]) -> Iterator[list[Cell]]:
    for region, price in sku.prices.items():
        by_cores = price.per_hour_by_cores
        yield [
            region,
            price.currency,
            *(_shape(price, name) for name in shapes),
            *(amount_text(by_cores[size]) if size in by_cores else "" for size in sizes),
        ]


def _shape(price: Price, name: str) -> str:
    """What stands under a heading of SHAPES; "" for nothing."""
    value = getattr(price, name)
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else amount_text(value)


def _misfits(document: Document, sku: Sku) -> Iterator[str]:
    for region, price in sku.prices.items():
        place = document.locate(price.at)
        shown = f"{document.display()}:{place.line}" if place else document.display()
        for (what, form), word in zip(_WORDS, (region, price.currency), strict=True):
            if not form.fullmatch(word):
                yield f"{shown}: {word[:40]!a} is no code of a {what}"
        for size in price.per_hour_by_cores:
            if not CORES.fullmatch(size):
                yield f"{shown}: {size[:40]!a} is no number of cores"


def _known(sku: Sku) -> Known:
    """What the SKU has already is known, whatever the lists of today say."""
    return Known(regions=frozenset(sku.prices), currencies=frozenset(p.currency for p in sku.prices.values()))


def _differences(sku: Sku, new: dict[str, Price]) -> Iterator[str]:
    for region in dict.fromkeys((*sku.prices, *new)):
        old_price, new_price = sku.prices.get(region), new.get(region)
        if old_price is None:
            yield f"SKU {sku.id}: prices in {region} added"
        elif new_price is None:
            yield f"SKU {sku.id}: prices in {region} deleted"
        elif changed := list(_changed(_facts(old_price), _facts(new_price))):
            yield f"SKU {sku.id}: {region} {', '.join(changed)}"


def _facts(price: Price) -> dict[str, Fact]:
    by_cores = {f"{size} cores": amount for size, amount in price.per_hour_by_cores.items()}
    flat = {name: getattr(price, name) for name in SHAPES}
    return {"currency": price.currency, **flat, **by_cores}


def _changed(old: dict[str, Fact], new: dict[str, Fact]) -> Iterator[str]:
    for name in dict.fromkeys((*old, *new)):
        if (before := old.get(name)) != (now := new.get(name)):
            yield f"{name} {_said(before)} → {_said(now)}"


def _said(value: Fact) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return amount_text(value) if isinstance(value, Decimal) else value or "none"


def _written(document: Document, sku: Sku, region: str, price: Price) -> dict[str, object]:
    """A price as it is to stand in the document; what does not change is spelled as its author did."""
    old = sku.prices.get(region, Price())
    if document.root and old.at and not any(_changed(_facts(old), _facts(price))):
        kept: dict[str, object] = at(plain(document.root), steps(old.at))
        return kept
    amounts = {
        size: _kept(old.per_hour_by_cores.get(size), amount)
        for size, amount in price.per_hour_by_cores.items()
    }
    fields = {"currency": price.currency, "per_hour_by_cores": amounts, "free": price.free}
    flat = {name: _kept(getattr(old, name), getattr(price, name)) for name in SHAPES if name != "free"}
    given = (fields | flat).items()
    return {name: value for name, value in given if isinstance(value, Decimal) or value}


def _kept(old: Decimal | None, new: Decimal | None) -> Decimal | None:
    return old if old == new else new


def _outside(sku: Sku, new: dict[str, Price]) -> Iterator[str]:
    """What its author has to do about prices where the SKU is not sold."""
    regions = [region for region in new if region not in sku.regions and region not in sku.prices]
    if regions and sku.markets == "listed":
        yield f"SKU {sku.id}: not among its regions yet: {', '.join(regions)}"
