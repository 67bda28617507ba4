"""`publisher schema`: what editors need to complete and explain."""

from publisher.cli.console import make_app, result

app = make_app(group=True)


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
