"""publisher demo: a shipped offer goes to live on this machine, with every command shown."""

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from publisher.cli.console import make_app, note, result
from publisher.errors import PublisherError, UsageError, unwritten
from publisher.resources import folder as shipped

app = make_app()

_OFFER: Final = "beacon-metrics"
_SECRETS: Final = ("--secrets-file", f"{_OFFER}/demo.env")
_SETTINGS: Final = """\
# Settings of the demo: nothing leaves this machine.
target = "local"

[links]
assume = ["*.tidewater-labs.example"] # invented hosts; taken as reachable in rehearsals only

[contact]
name = "Jonas Lindqvist"
email = "jonas.lindqvist@tidewater-labs.example"
phone = "+46 8 555 010 20"
"""


@app.command()
def command(
    folder: Annotated[
        Path | None, typer.Option(help="A new folder for the demo's files; publisher-demo without it.")
    ] = None,
) -> None:
    """Take a shipped offer from draft to live on the embedded marketplace, then try to break the rules.

    No account and no network are needed. Every command that is run is shown, with the files to look at.
    """
    root = _prepare(folder)
    with _inside(root):
        for step in _STEPS:
            step()
    result("")
    result(f"Done. Everything lies in {root}: the offer in {_OFFER}/offer.yaml, what is locked in")
    result(f"{_OFFER}/offer.lock.json, the ticket in ticket.md, the catalogue in .publisher/.")
    result(f"Go on by hand: cd {root} && publisher status {_OFFER}")


def _prepare(folder: Path | None) -> Path:
    """The demo's folder with a copy of the shipped offer and settings of its own."""
    root = folder or _free_name()
    if root.exists():
        raise UsageError(f"{root} exists already", hint="give a new folder with --folder")
    try:
        shutil.copytree(shipped("templates") / "demo" / _OFFER, root / _OFFER)
        (root / _OFFER / "demo.env").chmod(0o600)
        (root / "publisher.toml").write_text(_SETTINGS, encoding="utf-8")
    except OSError as error:
        raise unwritten(root, error, hint="give a writable folder with --folder") from None
    return root


def _free_name() -> Path:
    names = (Path("publisher-demo" + (f"-{number}" if number > 1 else "")) for number in range(1, 1000))
    return next(name for name in names if not name.exists())


@contextmanager
def _inside(root: Path) -> Iterator[None]:
    """Work in the demo's folder, with none of the user's own settings from the environment."""
    before, here = dict(os.environ), Path.cwd()
    for name in [name for name in os.environ if name.startswith("PUBLISHER_")]:
        del os.environ[name]
    os.chdir(root)
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)


def _say(title: str, why: str) -> None:
    result("")
    result(f"== {title}")
    result(f"   {why}")


def _run(*args: str, expect: int = 0) -> None:
    """Show a command, run it, and see that it ended as this demo promises."""
    from publisher.cli import run

    result(f"$ publisher {shlex.join(args)}")
    sys.stdout.flush()
    code = run(list(args))
    sys.stderr.flush()
    if code != expect:
        raise PublisherError(
            f"the demo expected exit code {expect}, got {code}", hint="see the messages above"
        )
    if expect:
        note(f"(exit code {code}, as expected)")


@contextmanager
def _edited(changes: Mapping[str, str]) -> Iterator[None]:
    """The offer with some texts replaced, put back afterwards."""
    path = Path(_OFFER) / "offer.yaml"
    before = path.read_text(encoding="utf-8")
    after = before
    for old, new in changes.items():
        after = after.replace(old, new, 1)
        result(f"   offer.yaml: {old.strip()!r} becomes {new.strip()!r}")
    path.write_text(after, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def _validate() -> None:
    _say(
        "The offer folder is checked offline",
        "Every rule that needs no network runs, in a fraction of a second.",
    )
    _run("validate", _OFFER, *_SECRETS)


def _stage() -> None:
    _say("It is staged", "Only the listed subscriptions see it. From now on the IDs cannot change.")
    _run("stage", _OFFER, *_SECRETS, "--wait")


def _test() -> None:
    _say("The staged offer is tested", "Exit status and a digest of the output are kept as evidence.")
    probe = "import os; print('probing', os.environ['PUBLISHER_TEST_VERSIONS'])"
    _run("test", _OFFER, "--", sys.executable, "-c", probe)


def _live() -> None:
    _say("It goes live", "The production gate asks every rule and every link about exactly what was staged.")
    _run("request-production", _OFFER, *_SECRETS, "--confirm", _OFFER, "--wait")


def _next_version() -> None:
    _say(
        "A new image version follows",
        "It must be higher than every version before; customers see 2.4.0 meanwhile.",
    )
    vhds = ("--os-vhd-secret", "BEACON_OS_VHD_NEXT", "--data-vhd-secret", "BEACON_DATA_VHD_NEXT")
    _run("image", "add", _OFFER, "--all-skus", "--version", "2.4.1", *vhds)
    _run("release", _OFFER, "--to", "live", *_SECRETS, "--confirm", _OFFER, "--wait")


def _price() -> None:
    _say(
        "A forbidden change: the price",
        "The price of a live SKU is fixed; the marketplace would say so days later.",
    )
    with _edited({"{2: 0.90,": "{2: 0.80,"}):
        _run("validate", _OFFER, *_SECRETS, expect=1)


def _version() -> None:
    _say("A forbidden change: a lower version", "A version number is burned for ever once it was live.")
    with _edited({"version: 2.4.1": "version: 2.3.9"}):
        _run("stage", _OFFER, *_SECRETS, expect=1)
    _run("discard", _OFFER)


def _delete() -> None:
    _say(
        "A deletion becomes a ticket draft", "Nothing that is live is deleted directly: the support does it."
    )
    why = (
        "--reason",
        "The licence model is withdrawn.",
        "--replacement",
        "SKU hourly",
        "--output",
        "ticket.md",
    )
    _run("delete", _OFFER, "--sku", "byol", *why)


def _status() -> None:
    _say("Where it stands", "What is live, since when, what can be done next; and the history is proved.")
    _run("status", _OFFER)
    _run("history", _OFFER, "--verify")


_STEPS: Final[Sequence[Callable[[], None]]] = (
    _validate, _stage, _test, _live, _next_version, _price, _version, _delete, _status,
)  # fmt: skip
