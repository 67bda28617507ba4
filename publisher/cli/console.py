"""What commands say and ask: results on stdout, everything else on stderr, never a secret."""

import os
import re
import sys
from collections.abc import Generator, Iterable
from typing import Final, TextIO, TypeVar

import typer

from publisher.errors import Declined, GateRefused, PublisherError, Refused
from publisher.redact import redact
from publisher.reports.escape import quiet

T = TypeVar("T")

# What a terminal would act on: C0 but tab and line feed, DEL, C1, direction overrides.
_ESCAPES: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def make_app(*, group: bool = False) -> typer.Typer:
    """A typer application for one command, or for a group of them."""
    return typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=group,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def plain(text: str) -> str:
    """The text with everything visible that a terminal would act on."""
    return _ESCAPES.sub(lambda found: f"\\x{ord(found.group()):02x}", text)


def result(text: str = "") -> None:
    """One piece of the command's result, on stdout."""
    typer.echo(quiet(plain(redact(text)), os.environ))


def note(text: str = "") -> None:
    """Talk and progress, on stderr."""
    typer.echo(quiet(plain(redact(text)), os.environ), err=True)


def counted(items: Iterable[T], total: int, what: str) -> Generator[T, None, None]:
    """The items as they come; on a terminal, stderr counts them on a line that is gone at the end."""
    quiet_place = os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    if total < 2 or not _terminal(sys.stderr) or quiet_place:
        yield from items
        return
    try:
        for number, item in enumerate(items, 1):
            sys.stderr.write(f"\r{number}/{total} {what}\x1b[K")
            sys.stderr.flush()
            yield item
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def interactive() -> bool:
    """Whether somebody is there to answer: a terminal, and no pipeline."""
    return _terminal(sys.stdin) and _terminal(sys.stderr) and not os.environ.get("CI")


def _terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits there; a stream that was closed (`<&-`) is None."""
    return stream is not None and stream.isatty()


def ask(question: str, *, flag: str) -> str:
    """An answer typed on the terminal. Raises Declined, naming the flag that answers, where nobody can."""
    if not interactive():
        raise Declined(f"{question} cannot be asked here", hint=f"answer with {flag}")
    try:
        return str(typer.prompt(question, default="", show_default=False, err=True)).strip()
    except (typer.Abort, EOFError):
        raise Declined("nothing was answered; nothing was done") from None


def confirm(question: str, *, flag: str) -> None:
    """Go on only after a yes. Raises Declined otherwise."""
    if ask(f"{question} [y/N]", flag=flag).lower() not in {"y", "yes", "o", "oui"}:
        raise Declined("declined; nothing was done")


def complain(error: PublisherError) -> int:
    """Say an error, every reason and the cure; return its exit code."""
    if isinstance(error, GateRefused):
        from publisher.reports.text import render

        result(render(error.report))
    note(f"error: {error.message}")
    if isinstance(error, Refused):
        for reason in error.reasons:
            note(f"  - {reason}")
    if error.hint:
        note(f"  cure: {error.hint}")
    return error.exit_code


def interrupted() -> int:
    """Say that the user stopped the command."""
    note("interrupted; what was acknowledged is kept, the next command continues")
    return 130


def crashed(error: BaseException) -> int:
    """Say that the program itself failed; the details go to stderr only when asked for."""
    import traceback

    note(f"error: {type(error).__name__}: {error} (this is a fault of the program)")
    if os.environ.get("PUBLISHER_DEBUG"):
        note("".join(traceback.format_exception(error)))
    else:
        note("  cure: run again with PUBLISHER_DEBUG=1 and report what it prints; secrets are masked")
    return 2
