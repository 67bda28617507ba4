"""publisher import: an offer folder out of what another tool wrote."""

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from publisher.cli.console import make_app, note, result

app = make_app()

_SHOWN: Final = 10  # lines of what was left out; the report has all of them


@app.command(epilog="next: publisher validate DIR")
def command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON or YAML file of another tool.", show_default=False)
    ],
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", help="New folder for the offer.", show_default="named like the offer"
        ),
    ] = None,
    publisher: Annotated[
        str, typer.Option(metavar="ID", help="Publisher ID, where the file names none.")
    ] = "",
    network: Annotated[
        bool, typer.Option("--network", help="Fetch logos and pictures from where the file says they are.")
    ] = False,
) -> None:
    """Make an offer folder of a file that another tool wrote; nothing is sent, nothing is overwritten.

    Known are resource trees of the Product Ingestion API, VM offers of the Cloud Partner Portal (pub,
    azpc vm), and manifests of azpc with their listing configuration. What could not be carried over
    stands in import-report.md; SAS URLs go to secrets.env.

    Example: publisher import vm_config.json my-offer
    """
    from publisher.document.writing import write_folder
    from publisher.importing import REPORT, read_offer

    imported = read_offer(file, publisher=publisher, fetch=_fetch if network else None)
    document = write_folder(imported.new, folder or _named(imported.new.offer))
    note(f"{file} is {imported.kind}")
    result(str(document))
    left = imported.new.left_out
    for item in left[:_SHOWN]:
        note(f"not carried over: {item.place}: {item.reason}")
    if left:
        note(f"{len(left):,} not carried over in all: {document.parent / REPORT}")


def _fetch(url: str) -> bytes:
    from publisher.links.download import download

    return download(url)


def _named(offer: dict[str, object]) -> Path:
    """A folder here that is named like the offer, if that is a name."""
    name = str(offer.get("offer", ""))
    return Path(name if re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]{0,49}", name) else "imported-offer")
