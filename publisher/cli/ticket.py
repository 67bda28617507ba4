"""publisher ticket: the support-ticket drafts that ask for deletions."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from publisher.catalogue.views import TicketView
from publisher.cli.common import engine
from publisher.cli.console import make_app, note, result
from publisher.cli.words import columns, moment
from publisher.engine import Engine
from publisher.errors import UsageError, unwritten
from publisher.reports.json import dumps
from publisher.tickets import TicketFacts, missing, render

app = make_app()


@app.callback()
def callback() -> None:
    """List and show support-ticket drafts; `publisher delete` drafts them, nothing is ever sent."""


@app.command("list")
def list_tickets(
    output_format: Annotated[Literal["text", "json"], typer.Option(help="How to print it.")] = "text",
) -> None:
    """List every ticket of every offer, the newest first.

    Example: publisher ticket list
    """
    with engine() as opened:
        tickets = opened.catalogue.tickets()
    if output_format == "json":
        result(dumps({"version": 1, "tickets": [_facts(ticket) for ticket in tickets]}))
    elif not tickets:
        note("no tickets: `publisher delete OFFER` drafts one")
    else:
        for line in columns([("NUMBER", "DELETES", "STATE", "DRAFTED", "MISSING"), *map(_row, tickets)]):
            result(line)


@app.command()
def show(
    ticket: Annotated[
        str, typer.Argument(metavar="NUMBER|OFFER", help="A ticket, or the newest open one of an offer.")
    ],
    format: Annotated[
        Literal["md", "txt", "eml", "json"],
        typer.Option("--output-format", "--format", help="How to write it."),
    ] = "md",
    language: Annotated[str, typer.Option(help="en or fr; the settings decide without it.")] = "",
    output: Annotated[Path | None, typer.Option(help="Write the draft into this file.")] = None,
) -> None:
    """Show a ticket draft, with what the support desk will ask for and the draft does not say.

    Example: publisher ticket show relaygate-mail --format eml --output ticket.eml
    """
    with engine() as opened:
        found = _find(opened, ticket)
        facts = TicketFacts.from_dict(found.facts)
        text = render(facts, format=format, language=language or opened.settings["language"])
    write_draft(text, output)
    if found.state != "open":
        note(f"ticket {found.number} is {found.state}: it was closed at {moment(found.closed or '')}")
    elif gaps := missing(facts):
        note(f"missing in the ticket: {', '.join(gaps).replace('_', ' ')}")


def write_draft(text: str, output: Path | None) -> None:
    """A rendered draft on stdout or in a file, byte for byte: a mail keeps its CRLF.

    Raises UsageError or DiskFull where the file cannot be written; the ticket is recorded all the same.
    """
    from publisher.document.swap import put

    data = text.encode("utf-8")
    if output is None:
        typer.echo(data, nl=False)
        return
    try:
        put(output, data)
    except OSError as error:
        hint = "the ticket is recorded: `publisher ticket show` prints it"
        raise unwritten(output, error, hint=hint) from None
    result(str(output))


def _find(opened: Engine, word: str) -> TicketView:
    """The ticket of a number, or the one of an offer: an open one before a closed one, then the newest."""
    tickets = opened.catalogue.tickets()
    if found := next((ticket for ticket in tickets if ticket.number == word), None):
        return found
    try:
        key = opened.find(word)
    except UsageError as error:
        known = ", ".join(ticket.number for ticket in tickets[:5]) or "none"
        raise UsageError(
            f"no ticket and no offer is called {word[:80]!a}", hint=f"tickets: {known}; {error.hint}"
        ) from None
    own = [ticket for ticket in tickets if (ticket.publisher, ticket.offer) == key]
    if not own:
        hint = f"`publisher delete {key[1]}` drafts one"
        raise UsageError(f"no ticket of {'/'.join(key)} was drafted", hint=hint)
    return min(own, key=lambda ticket: ticket.state != "open")


def _row(ticket: TicketView) -> tuple[str, str, str, str, str]:
    what = f"{ticket.publisher}/{ticket.offer}" + (f", SKU {ticket.sku}" if ticket.sku else "")
    if ticket.facts.get("removal"):
        what += ", from customers"
    gaps = missing(TicketFacts.from_dict(ticket.facts)) if ticket.state == "open" else ()
    state = f"{ticket.state} {moment(ticket.closed)}" if ticket.closed else ticket.state
    return ticket.number, what, state, moment(ticket.created), ", ".join(gaps).replace("_", " ") or "-"


def _facts(ticket: TicketView) -> dict[str, Any]:
    gaps = missing(TicketFacts.from_dict(ticket.facts))
    return vars(ticket) | {"facts": dict(ticket.facts), "missing": list(gaps)}
