"""What the commands that deprecate have in common: their options, and how an edit is said."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from publisher.cli.console import note, result

if TYPE_CHECKING:
    from publisher.document.edit import Edited

Reason = Literal["critical-security-issue", "end-of-support", "other"]

InDays = Annotated[int, typer.Option(min=0, help="Days of notice, from the publication on.")]
ReasonOption = Annotated[Reason | None, typer.Option(help="Why.", show_default="none is given")]
Alternative = Annotated[
    str, typer.Option(metavar="ID", help="What customers can take instead: another SKU, or another offer.")
]


def say(edited: "Edited") -> None:
    """What was done, and what is left to do."""
    for line in edited.done:
        result(f"{edited.document.display()}: {line}")
    for line in edited.left:
        note(line)
