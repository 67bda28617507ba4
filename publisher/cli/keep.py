"""publisher keep: withdraw a deletion."""

from typing import Annotated

import typer

from publisher.cli.common import OfferName, Target, Timeout, Wait, engine, follow, report, tell
from publisher.cli.console import make_app
from publisher.deletion import keep
from publisher.deprecation import deprecates, restore

app = make_app()


@app.command()
def command(
    offer: OfferName,
    sku: Annotated[str, typer.Option(help="Only this SKU; without it, the whole offer.")] = "",
    wait: Wait = False,
    timeout: Timeout = 0,
    target: Target = "",
) -> None:
    """Withdraw a deletion that was asked for: back to the state before. Tell the support, too.

    An offer that was deprecated in today's marketplace is put back into the store.

    Example: publisher keep relaygate-mail --sku byol-ent
    """
    with engine(target=target) as opened:
        key = opened.find(offer)
        if sku or not deprecates(opened):
            report(keep(opened, key, sku))
            return
        tell(follow(opened, key, restore(opened, key), wait=wait, timeout=timeout, look=restore))
