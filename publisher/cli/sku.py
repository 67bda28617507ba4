"""`publisher sku`: edits of an offer folder about SKUs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from publisher.cli.console import make_app, note, result

app = make_app(group=True)


@app.callback()
def callback() -> None:
    """Add a SKU to an offer folder."""


@app.command(epilog="next: publisher image add PATH --sku ID --version X.Y.Z --os-vhd-secret NAME")
def add(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="Offer folder or its document.", show_default=False)
    ],
    sku_id: Annotated[str, typer.Option("--id", metavar="ID", help="ID of the new SKU.", show_default=False)],
    billing: Annotated[
        Literal["hourly", "byol"] | None,
        typer.Option(help="Billing model.", show_default="as in --like, else hourly"),
    ] = None,
    like: Annotated[
        str, typer.Option(metavar="SKU", help="Take regions, prices, OS, sizes and ports from this SKU.")
    ] = "",
) -> None:
    """Append a SKU; comments, order and style of the document stay.

    Example: publisher sku add my-offer --id byol --billing byol --like hourly
    """
    from publisher.document.edit import add_sku
    from publisher.document.save import open_for_edit

    edited = add_sku(open_for_edit(path), sku_id, billing=billing or "", like=like)
    for line in edited.done:
        result(f"{edited.document.display()}: {line}")
    for line in edited.left:
        note(line)
