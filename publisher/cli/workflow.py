"""publisher workflow: the lifecycle of offers and SKUs as a table or a drawing."""

from typing import Annotated, Literal

import typer

from publisher.cli.console import make_app, result
from publisher.lifecycle import draw, workflow

# Only --offer needs the catalogue: a drawing must not pay for it.
app = make_app(group=True)


@app.callback()
def callback() -> None:
    """Draw the lifecycle of offers and SKUs."""


@app.command()
def show(
    which: Annotated[Literal["offer", "sku"], typer.Argument(metavar="offer|sku", help="Whose lifecycle.")],
    format: Annotated[Literal["table", "mermaid", "dot"], typer.Option(help="How to draw it.")] = "table",
    offer: Annotated[str, typer.Option(help="Mark the state in which this offer is now.")] = "",
    sku: Annotated[str, typer.Option(help="Of --offer, the SKU whose state is marked.")] = "",
) -> None:
    """Draw states, steps and guards; with --offer, mark the current state.

    Example: publisher workflow show offer --format mermaid --offer relaygate-mail
    """
    current = _current(which, offer, sku) if offer or sku else None
    result(draw(workflow(which), format, current=current).rstrip("\n"))


def _current(which: str, offer: str, sku: str) -> str:
    """The state of an offer, or of its SKU. Raises UsageError where it is not clear which SKU is meant."""
    from publisher.cli.common import engine
    from publisher.errors import UsageError

    if not offer:
        raise UsageError("--sku needs the offer, too", hint="add --offer OFFER")
    with engine() as opened:
        view = opened.view(opened.find(offer))
    if which == "offer":
        return view.state
    states = {known.sku: known.state for known in view.skus}
    if sku in states:
        return states[sku]
    known = ", ".join(states) or "none"
    if sku:
        raise UsageError(f"{view.key} has no SKU {sku[:60]!a}", hint=f"known: {known}")
    if len(set(states.values())) == 1:
        return next(iter(states.values()))
    raise UsageError(f"the SKUs of {view.key} are in different states", hint=f"add --sku, one of {known}")
