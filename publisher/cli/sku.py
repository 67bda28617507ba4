"""`publisher sku`: edits of an offer folder about SKUs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from publisher.cli.console import make_app
from publisher.cli.notice import Alternative, InDays, ReasonOption, say

app = make_app(group=True)

PathArgument = Annotated[
    Path, typer.Argument(metavar="PATH", help="Offer folder or its document.", show_default=False)
]
SkuOption = Annotated[str, typer.Option("--sku", metavar="ID", help="SKU to edit.", show_default=False)]


@app.callback()
def callback() -> None:
    """Add a SKU to an offer folder, take one out of the store, or put it back."""


@app.command(epilog="next: publisher image add PATH --sku ID --version X.Y.Z --os-vhd-secret NAME")
def add(
    path: PathArgument,
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

    say(add_sku(open_for_edit(path), sku_id, billing=billing or "", like=like))


@app.command(epilog="next: publisher release PATH --to live")
def deprecate(
    path: PathArgument,
    sku: SkuOption,
    in_days: InDays = 90,
    reason: ReasonOption = None,
    alternative: Alternative = "",
) -> None:
    """Write that a SKU leaves the store; it takes effect once the folder is released, and can be undone.

    Machines that run go on; nobody deploys new ones after the day. For the marketplace of today.

    Example: publisher sku deprecate my-offer --sku byol --reason end-of-support --alternative hourly
    """
    from publisher.document.deprecating import deprecate_sku
    from publisher.document.model import Deprecation
    from publisher.document.save import open_for_edit

    notice = Deprecation(in_days=in_days, reason=reason or "", alternative=alternative)
    say(deprecate_sku(open_for_edit(path), sku, notice))


@app.command(epilog="next: publisher release PATH --to live")
def restore(path: PathArgument, sku: SkuOption) -> None:
    """Write that a SKU stays after all.

    Example: publisher sku restore my-offer --sku byol
    """
    from publisher.document.deprecating import restore_sku
    from publisher.document.save import open_for_edit

    say(restore_sku(open_for_edit(path), sku))
