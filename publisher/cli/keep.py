"""publisher keep: withdraw a deletion."""

from typing import Annotated

import typer

from publisher.cli.common import OfferName, Target, engine, report
from publisher.cli.console import make_app
from publisher.deletion import keep

app = make_app()


@app.command()
def command(
    offer: OfferName,
    sku: Annotated[str, typer.Option(help="Only this SKU; without it, the whole offer.")] = "",
    target: Target = "",
) -> None:
    """Withdraw a deletion that was asked for: back to the state before. Tell the support, too.

    Example: publisher keep relaygate-mail --sku byol-ent
    """
    with engine(target=target) as opened:
        report(keep(opened, opened.find(offer), sku))
