"""The `publisher` command: finds a command by name, and imports nothing else.

Each command is a module of this package with a `typer.Typer` called `app`; its line of help stands
here, so that `--help` and completion import none of them.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from publisher import __version__
from publisher.errors import DiskFull, PublisherError, full_disk

COMMANDS: Final = {
    "init": "Scaffold a commented offer folder.",
    "import": "Make an offer folder of what another tool wrote.",
    "pull": "Write what stands in the marketplace as an offer folder.",
    "validate": "Check an offer folder against the marketplace's rules.",
    "explain": "Explain a rule by name or code.",
    "diff": "Compare an offer folder with what is staged and live.",
    "stage": "Move an offer folder to the staging slot.",
    "test": "Run a command against the staged offer and record the outcome.",
    "approve": "Approve the staged content for production.",
    "request-production": "Ask the marketplace to publish what was staged.",
    "release": "Do everything that is missing on the way to staging or live.",
    "cancel": "Cancel the running submission, or take a staged offer back.",
    "discard": "Drop a draft that was never staged.",
    "delete": "Draft the support ticket that deletes a staged or live offer or SKU.",
    "keep": "Withdraw a deletion.",
    "adopt": "Record an offer that is already live elsewhere.",
    "lock": "Rebuild offer.lock.json from the catalogue.",
    "status": "Show where offers stand and what can be done next.",
    "history": "Show, verify or export the history of an offer.",
    "sku": "Add a SKU to an offer folder.",
    "image": "Add or replace an image version in an offer folder.",
    "prices": "Write the prices of a SKU into a sheet, or take them from one.",
    "ticket": "List and show support-ticket drafts.",
    "workflow": "Draw the lifecycle of offers and SKUs.",
    "schema": "Print the JSON Schema of offers, settings, lock files or reports.",
    "config": "Show every setting, its value, and where it came from.",
    "doctor": "Check the installation, the settings and the catalogue.",
    "marketplace": "Look into the embedded marketplace, and rehearse its moods.",
    "emulator": "Serve the marketplace's API on this machine, for rehearsals.",
    "demo": "Take a shipped offer from draft to live on this machine.",
}


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are called, not when they are listed."""

    _listing = False

    def list_commands(self, ctx: Any) -> list[str]:
        """Every command, in the order of an offer's life."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command itself, or its line of help while only listing."""
        if cmd_name not in COMMANDS:
            return None
        if self._listing:
            return TyperCommand(cmd_name, help=COMMANDS[cmd_name])
        app = import_module(f"publisher.cli.{cmd_name.replace('-', '_')}").app
        command = typer.main.get_command(app)
        command.name = cmd_name
        # Options of commands only: a variable PUBLISHER_VERSION must not turn every command into --version.
        twins = f"PUBLISHER_{cmd_name.upper().replace('-', '_')}"
        command.context_settings["auto_envvar_prefix"] = twins
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that a command line names, or a light one where only its first word is completed."""
        if ctx.resilient_parsing and len(args) == 1:
            from publisher.cli.completion import FirstWord, words_of

            if words := words_of(name := args[0]):
                return name, FirstWord(name, words, partial(self.get_command, ctx, name)), []
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands without importing them."""
        with self._only_listing():
            super().format_commands(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Complete a command's name without importing any."""
        with self._only_listing():
            return super().shell_complete(ctx, incomplete)

    @contextmanager
    def _only_listing(self) -> Iterator[None]:
        self._listing = True
        try:
            yield
        finally:
            self._listing = False


app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="next: publisher demo",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"publisher {__version__}")
        raise typer.Exit


@app.callback()
def callback(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Publish marketplace VM offers: validate, stage, test, request production, keep the history.

    PATH is an offer folder or its offer.yaml; OFFER is publisher/offer, or the offer ID where it is unique.
    Exit codes: 0 nothing blocks, 1 refused or findings, 2 could not judge, 3 try again, 130 interrupted.
    """


def run(args: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; every error is said on stderr."""
    from publisher.cli.console import complain, crashed, interrupted

    stdout = sys.stdout
    try:
        code = typer.main.get_command(app)(
            list(sys.argv[1:] if args is None else args), prog_name="publisher", standalone_mode=False
        )
        if sys.stdout is not None:  # closed by `>&-`
            sys.stdout.flush()  # a full disk or a closed pipe shows here, where it can be told
    except PublisherError as error:
        return complain(error)
    except typer.Abort:
        return interrupted()
    except typer.TyperException as error:
        return _misused(error)
    except BrokenPipeError:
        return _pipe_closed()
    except SystemExit:
        if sys.stdout is stdout:
            raise
        sys.stdout = stdout  # typer wraps it where the reader left, and would end with 1
        return _pipe_closed()
    except OSError as error:
        return complain(_no_room()) if full_disk(error) else crashed(error)
    except Exception as error:  # an uncaught exception would exit 1, which reads as findings
        return crashed(error)
    return code if isinstance(code, int) else 0


def _misused(error: typer.TyperException) -> int:
    if show := getattr(error, "show", None):
        show()
    else:
        typer.echo(f"Error: {error}", err=True)
    return 2


def _no_room() -> PublisherError:
    """Mostly stdout is a file on that disk: what was done is kept, what was to be said is not."""
    return DiskFull(
        "no space left on the disk", hint="make room, then run the same command again; it continues"
    )


def _pipe_closed() -> int:
    """The reader left (`publisher … | head`): that is no fault."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def main() -> None:
    """The console script."""
    import gc

    gc.set_threshold(100_000)  # a start makes much that stays, and no garbage worth a search
    _leave(run())


def _leave(code: int) -> NoReturn:
    """End at once: to take a process apart object by object costs a tenth of a short command."""
    import os
    import threading

    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # closed by `>&-`
                stream.flush()
    except (OSError, ValueError):
        os._exit(code)  # it was told; Python would fail at it once more, with a code of its own
    if threading.active_count() > 1:
        sys.exit(code)
    os._exit(code)
