"""publisher adopt: record an offer that is already live elsewhere."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from publisher.adoption import adopt, prepare
from publisher.cli.common import Place, SecretsFile, Target, engine, report
from publisher.cli.console import confirm, make_app, note
from publisher.document import read_document

app = make_app()


@app.command()
def command(
    path: Place,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Live since this day (UTC); the lock file, if there is one, or now."
        ),
    ] = None,
    version: Annotated[
        list[str] | None,
        typer.Option(help="SKU=X.Y.Z that was published earlier and is no longer listed; repeatable."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Answer the question with yes.")] = False,
    secrets_file: SecretsFile = None,
    target: Target = "",
) -> None:
    """Record an offer as live that was published without this tool. Nothing is sent.

    The folder must say what is live now. What will be locked is shown first.

    Example: publisher adopt offers/relaygate --since 2024-05-01 --version hourly-std=1.0.0
    """
    with engine(secrets_file, target) as opened:
        document = read_document(path, opened.secrets)
        moment = since.replace(tzinfo=UTC) if since else None
        adoption = prepare(opened, document, since=moment, versions=version or [])
        for line in adoption.lines():
            note(line)
        if not yes:
            confirm("record this as live?", flag="--yes")
        report(adopt(opened, document, adoption))
