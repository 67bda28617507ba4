"""`publisher schema`: what editors need to complete and explain, and programs to check what they read."""

from typing import Any

from publisher.cli.console import make_app, result

app = make_app(group=True)


@app.callback()
def callback() -> None:
    """Print the JSON Schema (draft 2020-12) of a format."""


@app.command()
def offer() -> None:
    """Print the JSON Schema of offer documents.

    Example: publisher schema offer > .vm-offer.schema.json
    """
    from publisher.document.schema import offer_schema

    _show(offer_schema())


@app.command()
def config() -> None:
    """Print the JSON Schema of publisher.toml, and of [tool.publisher] in pyproject.toml.

    Example: publisher schema config > .publisher-config.schema.json
    """
    from publisher.schemas import config_schema

    _show(config_schema())


@app.command()
def lock() -> None:
    """Print the JSON Schema of offer.lock.json.

    Example: publisher schema lock > offer-lock.schema.json
    """
    from publisher.schemas import lock_schema

    _show(lock_schema())


@app.command()
def report() -> None:
    """Print the JSON Schema of what `publisher validate --output-format json` prints.

    Example: publisher schema report > report.schema.json
    """
    from publisher.reports.json import SCHEMA

    _show(SCHEMA)


def _show(schema: dict[str, Any]) -> None:
    import json

    result(json.dumps(schema, indent=1, ensure_ascii=False))
