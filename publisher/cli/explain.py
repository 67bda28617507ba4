"""publisher explain: a rule by name or code, or all of them."""

from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from publisher.cli.completion import rules as known_rules
from publisher.cli.console import make_app, result
from publisher.errors import UsageError
from publisher.reports import explanation
from publisher.reports.json import dumps
from publisher.rules.registry import Rule, find, load

app = make_app()


@app.command()
def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RULE", help="Names or codes of rules, in any case.", autocompletion=known_rules
        ),
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every rule; in text, one line each.")] = False,
    output_format: Annotated[
        Literal["text", "json", "markdown"], typer.Option(help="Format of the result.")
    ] = "text",
) -> None:
    """Explain a rule by name or code: why it is there, how to satisfy it, when it blocks.

    Example: publisher explain title-length
    """
    rules = _wanted(names or [], every=every)
    if output_format == "json":
        typer.echo(dumps({"version": 1, "rules": [explanation.facts(rule) for rule in rules]}))
    elif output_format == "markdown":
        result("\n".join(explanation.markdown(rule) for rule in rules).rstrip("\n"))
    elif every:
        result("\n".join(explanation.line(rule) for rule in rules))
    else:
        result("\n\n".join(explanation.text(rule) for rule in rules))


def _wanted(names: Sequence[str], *, every: bool) -> list[Rule]:
    if every == bool(names):
        raise UsageError(
            "name rules, or give --all", hint="`publisher explain --all` lists every rule with its code"
        )
    return sorted(load().values(), key=lambda rule: rule.code) if every else [find(name) for name in names]
