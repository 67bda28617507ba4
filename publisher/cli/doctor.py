"""publisher doctor: one line per point, with the cure for what fails."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from publisher.cli.console import make_app, note, result
from publisher.doctor import Check, examine
from publisher.reports.json import dumps

app = make_app()


@app.command()
def command(
    output_format: Annotated[Literal["text", "json"], typer.Option(help="How to print it.")] = "text",
) -> None:
    """Check the installation, the settings, the catalogue, the marketplace's file, and the secrets files.

    Exits 1 when something fails. Never prints a secret.

    Example: publisher doctor
    """
    checks = list(examine(now=datetime.now(UTC)))
    failed = [check.name for check in checks if check.state == "fail"]
    if output_format == "json":
        result(dumps({"version": 1, "healthy": not failed, "checks": [vars(check) for check in checks]}))
    else:
        for check in checks:
            _say(check)
        note(f"failing: {', '.join(failed)}" if failed else "nothing fails")
    if failed:
        raise typer.Exit(1)


def _say(check: Check) -> None:
    result(f"{check.state:4}  {check.name:11}  {check.message}")
    if check.cure:
        result(f"{'':19}cure: {check.cure}")
