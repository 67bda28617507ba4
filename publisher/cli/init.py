"""`publisher init`: a commented offer folder to start from."""

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

import typer

from publisher.cli.console import ask, interactive, make_app, note, result
from publisher.errors import UsageError
from publisher.profiles import CLASSIC, PROFILES

app = make_app()


def _place(word: str) -> Path:
    """A variable that is not set must not fill the current directory."""
    if not word.strip():
        raise typer.BadParameter("the name is empty")
    return Path(word)


@app.command(epilog="next: publisher validate DIR")
def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", parser=_place, help="Where the offer is to live.", show_default=False),
    ],
    profile: Annotated[
        str,
        typer.Option(help=f"Generation of the marketplace: {' or '.join(PROFILES)}.", show_default="asked"),
    ] = "",
    publisher: Annotated[
        str, typer.Option(metavar="ID", help="Publisher ID.", show_default="left open")
    ] = "",
    offer: Annotated[str, typer.Option(metavar="ID", help="Offer ID.", show_default="left open")] = "",
    ci: Annotated[
        Literal["github", "gitlab", "azure"] | None,
        typer.Option(help="Write a pipeline for the repository as well; DIR may then hold an offer already."),
    ] = None,
) -> None:
    """Scaffold a commented offer folder; what only its owner can know is left open and listed.

    Example: publisher init my-offer --profile classic --publisher contoso --offer my-offer
    """
    from publisher.document import NAMES
    from publisher.scaffold import scaffold

    if ci:
        _room_for_pipeline(ci, folder)
    if not ci or not any((folder / name).exists() for name in NAMES):
        profile = _known(profile or _asked())
        for path in scaffold(folder, profile=profile, publisher=publisher, offer=offer):
            result(str(path))
        _say_what_is_open(folder)
    if ci:
        _write_pipeline(ci, folder)


def _room_for_pipeline(platform: str, folder: Path) -> None:
    """Refuse before anything is written."""
    from publisher.pipelines import pipeline_file

    pipeline_file(platform, folder)


def _write_pipeline(platform: str, folder: Path) -> None:
    from publisher.pipelines import write_pipeline

    file = write_pipeline(platform, folder)
    result(os.path.relpath(file))
    note(f"before the first run, do what the head of {file.name} says; OFFER_ID there is the offer ID")


def _asked() -> str:
    if not interactive():
        return CLASSIC
    return ask(f"Profile: {' or '.join(PROFILES)} [{CLASSIC}]", flag="--profile") or CLASSIC


def _known(profile: str) -> str:
    if profile in PROFILES:
        return profile
    near = get_close_matches(profile, PROFILES, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(PROFILES)}"
    raise UsageError(f"the profile {profile[:40]!a} is not known", hint=hint)


def _say_what_is_open(folder: Path) -> None:
    from publisher.document import read_document
    from publisher.document.blanks import blanks

    note("fill in:")
    for blank in blanks(read_document(folder)):
        note(f"  {blank.words}")
    note(f"replace the placeholders: {folder / 'media'}")
    note(f"next: publisher validate {folder}")
