"""`publisher prices`: the hourly prices of a SKU as a sheet, and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.console import make_app, note, result

if TYPE_CHECKING:
    from publisher.document import Document

app = make_app(group=True)

Offer = Annotated[
    str,
    typer.Argument(metavar="PATH|OFFER", help="Offer folder, or an offer that is known.", show_default=False),
]
SkuOption = Annotated[
    str, typer.Option("--sku", metavar="ID", help="SKU whose prices are meant.", show_default=False)
]


@app.callback()
def callback() -> None:
    """Write the hourly prices of a SKU into a CSV or XLSX file, or take them from one."""


@app.command(epilog="next: publisher prices import PATH --sku ID FILE")
def export(
    offer: Offer,
    sku: SkuOption,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File ending in .csv or .xlsx.", show_default="CSV on stdout"),
    ] = None,
) -> None:
    """Write a table: a row for each region, with its currency and a column for each number of cores.

    XLSX needs the extra `sheets`: pip install 'vm-offer-publisher[sheets]'.

    Example: publisher prices export my-offer --sku hourly --output prices.xlsx
    """
    from publisher.prices import table_of
    from publisher.prices.files import csv_text, write_file

    table = table_of(_document(offer), sku)
    if output is None:
        result(csv_text(table).removesuffix("\n"))
        return
    write_file(table, output)
    result(str(output))


@app.command("import", epilog="next: publisher diff PATH")
def import_(
    offer: Offer,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="File ending in .csv or .xlsx.", show_default=False),
    ],
    sku: SkuOption,
) -> None:
    """Give a SKU the prices of a table; comments, order and style of the document stay.

    Every cell that cannot be taken over is named with its reason, and then nothing is changed. Whether
    the prices may change is judged by `publisher validate`.

    Example: publisher prices import my-offer --sku hourly prices.xlsx
    """
    from publisher.prices import with_prices
    from publisher.prices.files import read_file

    document = _document(offer)
    locked = _locked(document, sku)
    edited = with_prices(document, sku, read_file(file))
    for line in edited.done:
        result(f"{document.display()}: {line}")
    for line in edited.left:
        note(line)
    if locked and edited.document is not document:
        note(f"SKU {sku} is live and its prices are locked: `publisher validate` tells what it refuses")


def _document(word: str) -> "Document":
    from publisher.document.save import open_for_edit

    path = Path(word).expanduser()
    return open_for_edit(path if path.exists() else _folder(word))


def _folder(word: str) -> Path:
    """Where an offer of the catalogue was last staged from."""
    from publisher.cli.common import engine, existing_path, is_path
    from publisher.errors import UsageError

    if is_path(word):
        return existing_path(word)
    with engine() as opened:
        view = opened.view(opened.find(word))
    if not view.folder:
        raise UsageError(f"of {view.key} no folder is known", hint="give the offer folder instead")
    return Path(view.folder)


def _locked(document: "Document", sku_id: str) -> bool:
    """Whether customers pay these prices already, as far as the lock file tells."""
    from publisher.lock import read_lock

    lock = read_lock(document.folder)
    return any(sku.id == sku_id and sku.locked and sku.locked.prices for sku in lock.skus) if lock else False
