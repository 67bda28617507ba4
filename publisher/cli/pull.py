"""publisher pull: an offer folder out of what stands in the marketplace."""

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from publisher.cli.common import Target, engine
from publisher.cli.console import make_app, note, result

app = make_app()

_SHOWN: Final = 10  # lines of what could not be carried over


@app.command(epilog="next: publisher diff DIR")
def command(
    offer: Annotated[
        str, typer.Argument(help="publisher/offer, or the ID of an offer that the catalogue knows.")
    ],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="New folder for the offer.", show_default=False)
    ],
    source: Annotated[
        Literal["draft", "preview", "live"] | None,
        typer.Option("--from", help="Where to look.", show_default="live, else preview, else draft"),
    ] = None,
    target: Target = "",
) -> None:
    """Write what stands in the marketplace as an offer folder; nothing is sent, nothing is overwritten.

    Texts and pictures become files, SAS URLs go to secrets.env, and what the offer format does not know
    to marketplace.json, which is sent back as it is. The lock file says what is published.

    Example: publisher pull contoso/gateway offers/gateway
    """
    from publisher.document.writing import SECRETS, write_folder
    from publisher.pulling import key_of, pull

    with engine(target=target) as opened:
        pulled = pull(opened, key_of(opened, offer), source or "")
        document = write_folder(pulled.new, folder)
    result(str(document))
    note(f"this is what stands in {pulled.target}")
    left = pulled.new.left_out
    for item in left[:_SHOWN]:
        note(f"not carried over: {item.place}: {item.reason}")
    if len(left) > _SHOWN:
        note(f"and {len(left) - _SHOWN:,} more")
    if pulled.new.secrets:
        note(f"SAS URLs are in {folder / SECRETS}: give it with --secrets-file, and never commit it")
    if pulled.live and not pulled.known:
        note(f"this catalogue does not know that it is live: publisher adopt {folder}")
