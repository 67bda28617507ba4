"""`publisher schema`: what editors need to complete and explain."""

import typer

from publisher.cli.console import result

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def callback() -> None:
    """Print the JSON Schema of a format."""


@app.command()
def offer() -> None:
    """Print the JSON Schema (draft 2020-12) of offer documents.

    Example: publisher schema offer > .vm-offer.schema.json
    """
    import json

    from publisher.document.schema import offer_schema

    result(json.dumps(offer_schema(), indent=1, ensure_ascii=False))
