"""publisher delete: draft the support ticket that deletes a staged or live offer or SKU."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.common import OfferName, Target, engine, report
from publisher.cli.console import ask, interactive, make_app, note
from publisher.cli.ticket import write_draft
from publisher.deletion import Wish, finish_deletion, request_deletion
from publisher.tickets import missing, render

app = make_app()

Sku = Annotated[str, typer.Option(help="Only this SKU; without it, the whole offer.")]


@app.command()
def command(
    offer: OfferName,
    sku: Sku = "",
    reason: Annotated[str, typer.Option(help="Why; the support asks for it.")] = "",
    wanted_date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When it should be gone.")
    ] = None,
    replacement: Annotated[str, typer.Option(help="What customers can move to.")] = "",
    customer_note: Annotated[str, typer.Option(help="What customers are told.")] = "",
    output_format: Annotated[str, typer.Option(help="md, txt, eml or json.")] = "md",
    language: Annotated[str, typer.Option(help="en or fr; the settings decide without it.")] = "",
    output: Annotated[Path | None, typer.Option(help="Write the draft into this file.")] = None,
    done: Annotated[bool, typer.Option("--done", help="Mark the deletion as done by the support.")] = False,
    target: Target = "",
) -> None:
    """Draft the support ticket that deletes what was staged or is live; nothing else deletes it.

    A draft that was never staged is dropped with `publisher discard`. Mark the answer of the support
    with --done; withdraw the wish with `publisher keep`.

    Example: publisher delete relaygate-mail --sku byol-ent --reason "no customers left" --language fr
    """
    with engine(target=target) as opened:
        key = opened.find(offer)
        if done:
            report(finish_deletion(opened, key, sku))
            return
        language = language or opened.settings["language"]
        wish = Wish(
            reason=reason or _reason(sku or key[1]),
            wanted_date=wanted_date.date() if wanted_date else None,
            replacement=replacement,
            customer_note=customer_note,
        )
        facts = request_deletion(opened, key, sku, wish, formats=(output_format, language))
    write_draft(render(facts, format=output_format, language=language), output)
    for name in missing(facts):
        note(f"missing in the ticket: {name.replace('_', ' ')}")
    done_by = f"publisher delete {key[1]}{_option(sku)} --done"
    note(f"ticket {facts.number} is drafted, not sent: send it; once it is answered: {done_by}")


def _reason(what: str) -> str:
    return ask(f"why is {what} to be deleted?", flag="--reason TEXT") if interactive() else ""


def _option(sku: str) -> str:
    return f" --sku {sku}" if sku else ""
