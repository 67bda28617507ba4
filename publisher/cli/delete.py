"""publisher delete: the way on which a staged or live offer or SKU leaves its marketplace."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.common import OfferName, Target, Timeout, Wait, confirm_offer, engine, follow, report, tell
from publisher.cli.console import ask, interactive, make_app, note
from publisher.cli.ticket import write_draft
from publisher.deletion import Wish, finish_deletion, request_deletion
from publisher.deprecation import check, deprecate, deprecates, finish, leave, notice_of
from publisher.engine import Engine, Key
from publisher.errors import UsageError
from publisher.submissions import Outcome
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
    in_days: Annotated[
        int | None, typer.Option(min=0, help="Deprecation: days of notice.", show_default="90")
    ] = None,
    alternative: Annotated[
        str, typer.Option(metavar="OFFER", help="Deprecation: your offer that customers can take instead.")
    ] = "",
    confirm: Annotated[
        str, typer.Option(help="Deprecation: the offer ID, as the answer to the question before it.")
    ] = "",
    from_customers: Annotated[
        bool, typer.Option("--from-customers", help="Draft the ticket that takes it from customers, too.")
    ] = False,
    wait: Wait = False,
    timeout: Timeout = 0,
    target: Target = "",
) -> None:
    """Draft the support ticket that deletes what was staged or is live; nothing else deletes it.

    A draft that was never staged is dropped with `publisher discard`. Mark the answer of the support
    with --done; withdraw the wish with `publisher keep`.

    Today's marketplace (targets partner-center and emulator) has no such ticket: a live offer is
    deprecated, which takes it out of the store after a notice; `publisher keep` restores it. A live SKU
    is deprecated with `publisher sku deprecate`. What never was live is deleted at once. A ticket is
    wanted there only to take something from customers who have it: --from-customers.

    Example: publisher delete relaygate-mail --sku byol-ent --reason "no customers left" --language fr
    """
    with engine(target=target) as opened:
        key = opened.find(offer)
        today = deprecates(opened)
        if not today and (from_customers or in_days is not None or alternative):
            raise UsageError(
                f"{opened.marketplace.capabilities.name} knows no deprecation: the support deletes",
                hint="leave --from-customers, --in-days and --alternative out",
            )
        if today and not from_customers and (wanted_date or replacement or customer_note):
            raise UsageError(
                "--wanted-date, --replacement and --customer-note are for tickets; a deprecation needs none",
                hint="use --in-days and --alternative, or draft a ticket with --from-customers",
            )
        if done:
            tell(finish(opened, key, sku)) if today else report(finish_deletion(opened, key, sku))
            return
        if today and not from_customers:
            wish = Wish(reason=reason, replacement=alternative)
            outcome = _leave(opened, key, sku, wish, in_days, confirm)
            again = partial(_again, sku=sku, wish=wish, in_days=in_days)
            tell(follow(opened, key, outcome, wait=wait, timeout=timeout, look=again))
            return
        language = language or opened.settings["language"]
        wish = Wish(
            reason=reason or _reason(sku or key[1]),
            wanted_date=wanted_date.date() if wanted_date else None,
            replacement=replacement,
            customer_note=customer_note,
        )
        facts = request_deletion(
            opened, key, sku, wish, formats=(output_format, language), from_customers=from_customers
        )
    write_draft(render(facts, format=output_format, language=language), output)
    for name in missing(facts):
        note(f"missing in the ticket: {name.replace('_', ' ')}")
    done_by = f"publisher delete {key[1]}{_option(sku)} --done"
    note(f"ticket {facts.number} is drafted, not sent: send it; once it is answered: {done_by}")


def _reason(what: str) -> str:
    return ask(f"why is {what} to be deleted?", flag="--reason TEXT") if interactive() else ""


def _option(sku: str) -> str:
    return f" --sku {sku}" if sku else ""


def _leave(opened: Engine, key: Key, sku: str, wish: Wish, in_days: int | None, confirmed: str) -> Outcome:
    """The way out of today's marketplace, once the offer's ID is typed back."""
    if not sku and check(opened, key).live is None:
        confirm_offer(key, confirmed, f"{'/'.join(key)} never was live and is deleted for good")
    elif not sku:
        days = notice_of(wish, in_days=in_days).in_days
        confirm_offer(key, confirmed, f"{'/'.join(key)} leaves the store in {days} days")
    return _again(opened, key, sku=sku, wish=wish, in_days=in_days)


def _again(opened: Engine, key: Key, *, sku: str, wish: Wish, in_days: int | None) -> Outcome:
    if sku or opened.view(key).live is None:
        return leave(opened, key, sku, wish)
    return deprecate(opened, key, notice_of(wish, in_days=in_days), wish)
