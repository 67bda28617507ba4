"""publisher request-production: ask the marketplace to publish what was staged."""

from typing import Annotated

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
from publisher.cli.console import make_app
from publisher.document import Document, read_document
from publisher.engine import Engine, Key
from publisher.production import request_production
from publisher.submissions import Outcome, observe

app = make_app()


@app.command()
def command(
    offer: Annotated[
        str,
        typer.Argument(
            metavar="OFFER|PATH",
            help="A staged offer; a path must hold what was staged.",
            autocompletion=places,
        ),
    ],
    confirm: Annotated[
        str, typer.Option(help="The offer ID, as the answer to the question before going live.")
    ] = "",
    wait: Wait = False,
    timeout: Timeout = 0,
    secrets_file: SecretsFile = None,
    target: Target = "",
) -> None:
    """Ask the production gate about exactly what was staged, links included, and request production.

    Example: publisher request-production relaygate-mail --confirm relaygate-mail --wait
    """
    with engine(secrets_file, target) as opened:
        document = read_document(existing_path(offer), opened.secrets) if is_path(offer) else None
        if document is not None and document.offer:
            key = opened.find(document.offer.key)
        else:
            key = opened.find(offer)
        confirm_offer(key, confirm, f"{'/'.join(key)} goes to production")
        outcome = patiently(lambda: _requested(opened, key, document, wait=wait), wait=wait, timeout=timeout)
        report(follow(opened, key, outcome, wait=wait, timeout=timeout))


def _requested(opened: Engine, key: Key, document: Document | None, *, wait: bool) -> Outcome:
    """Who waits again for a request that is under way goes on waiting."""
    if wait and opened.view(key).state == "production_requested":
        return observe(opened, key)
    return request_production(opened, key, document)
