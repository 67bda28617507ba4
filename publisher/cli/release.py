"""publisher release: everything that is missing on the way to staging or live."""

from typing import Annotated, Literal

import typer

from publisher.cli.common import (
    SecretsFile,
    Target,
    Timeout,
    Wait,
    confirm_offer,
    engine,
    existing_path,
    follow,
    is_path,
    patiently,
    report,
)
from publisher.cli.completion import places
from publisher.cli.console import make_app, note
from publisher.document import Document, read_document
from publisher.engine import Engine, Key
from publisher.marketplaces import Slot
from publisher.release import advance
from publisher.staging import stage
from publisher.submissions import Outcome, observe, refuse_failed

app = make_app()


@app.command()
def command(
    offer: Annotated[
        str,
        typer.Argument(
            metavar="PATH|OFFER", help="An offer folder, or an offer that was staged.", autocompletion=places
        ),
    ],
    to: Annotated[Literal["staging", "live"], typer.Option(help="How far to go.")],
    confirm: Annotated[
        str, typer.Option(help="The offer ID, as the answer to the question before going live.")
    ] = "",
    wait: Wait = False,
    timeout: Timeout = 0,
    secrets_file: SecretsFile = None,
    target: Target = "",
) -> None:
    """Do what is missing, in order, and continue where an earlier run stopped.

    Without --wait it goes as far as the marketplace has finished, and exits 0 when something is pending.

    Example: publisher release offers/relaygate --to live --confirm relaygate-mail --wait
    """
    goal = Slot.STAGING if to == "staging" else Slot.PRODUCTION
    with engine(secrets_file, target) as opened:
        document = read_document(existing_path(offer), opened.secrets) if is_path(offer) else None
        outcome = patiently(lambda: _begun(opened, offer, document), wait=wait, timeout=timeout)
        key = (outcome.view.publisher, outcome.view.offer)
        if _goes_on(outcome, goal, wait=wait):
            note(outcome.message)
        outcome = _staged(opened, key, outcome, wait=wait, timeout=timeout)
        if goal is Slot.PRODUCTION and outcome.look_again is None:
            outcome = _published(opened, key, outcome, document, confirm, wait=wait, timeout=timeout)
        report(outcome)


def _begun(opened: Engine, offer: str, document: Document | None) -> Outcome:
    return stage(opened, document) if document else observe(opened, opened.find(offer))


def _goes_on(outcome: Outcome, goal: Slot, *, wait: bool) -> bool:
    """Whether more follows in this command; what is the last word is reported."""
    if outcome.look_again is not None:
        return wait
    return goal is Slot.PRODUCTION and outcome.view.state == "staging"


def _staged(opened: Engine, key: Key, outcome: Outcome, *, wait: bool, timeout: float) -> Outcome:
    outcome = follow(opened, key, outcome, wait=wait, timeout=timeout)
    if outcome.view.state != "live":
        refuse_failed(outcome)
    return outcome


def _published(
    opened: Engine,
    key: Key,
    outcome: Outcome,
    document: Document | None,
    confirm: str,
    *,
    wait: bool,
    timeout: float,
) -> Outcome:
    if outcome.view.state == "staging":
        confirm_offer(key, confirm, f"{'/'.join(key)} goes to production")
        outcome = patiently(
            lambda: advance(opened, key, goal=Slot.PRODUCTION, document=document), wait=wait, timeout=timeout
        )
    return follow(opened, key, outcome, wait=wait, timeout=timeout)
