"""What acting commands share: the engine, options, and how an outcome is said and waited for."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.completion import offers
from publisher.cli.console import note, result
from publisher.document.secrets import read_secrets
from publisher.engine import Engine, Key, open_engine
from publisher.errors import (
    MarketplaceConflict,
    MarketplaceThrottled,
    MarketplaceUnavailable,
    UsageError,
    WaitTimedOut,
)
from publisher.settings import TARGETS, load_settings
from publisher.submissions import Outcome, observe, refuse_failed

HEARTBEAT = 60.0  # seconds; pipelines kill jobs that say nothing

SecretsFile = Annotated[
    Path | None,
    typer.Option(help="File of lines NAME=VALUE for the offer's secrets; the environment is asked as well."),
]
OfferName = Annotated[
    str,
    typer.Argument(help="publisher/offer, or the offer ID where it is unique.", autocompletion=offers),
]
Place = Annotated[Path, typer.Argument(help="An offer folder, or its offer.yaml.")]
Wait = Annotated[bool, typer.Option("--wait", help="Stay until the marketplace has finished.")]
Timeout = Annotated[float, typer.Option(min=0, help="Seconds that --wait lasts at most; 0 means for ever.")]


Target = Annotated[
    str,
    typer.Option(help=f"Marketplace of this run ({', '.join(TARGETS)}); the settings decide without it."),
]


@contextmanager
def engine(secrets_file: Path | None = None, target: str = "") -> Iterator[Engine]:
    """The engine of the current directory's settings; `target` takes the place of theirs.

    It says nothing twice.
    """
    environ = {**os.environ, "PUBLISHER_TARGET": target} if target else None
    said: set[str] = set()

    def say(line: str) -> None:
        if line not in said:
            said.add(line)
            note(line)

    with open_engine(load_settings(environ=environ), read_secrets(secrets_file), say=say) as opened:
        yield opened


def is_path(word: str) -> bool:
    """Whether an argument PATH|OFFER names an offer folder rather than an offer."""
    return "\\" in word or word.startswith((".", "/", "~")) or Path(word).exists()


def confirm_offer(key: Key, given: str, what: str) -> None:
    """Go on only if the offer's ID is given by --confirm, or typed back on a terminal."""
    from publisher.cli.console import ask

    answer = given or ask(f"{what}: type the offer ID {key[1]} to confirm", flag=f"--confirm {key[1]}")
    if answer not in {key[1], "/".join(key)}:
        from publisher.errors import Declined

        raise Declined(f"{answer[:60]!a} is not {key[1]}: nothing was done", hint=f"--confirm {key[1]}")


def report(outcome: Outcome) -> None:
    """Say where the offer stands; a refusal of the marketplace is an error."""
    refuse_failed(outcome)
    tell(outcome)


def tell(outcome: Outcome) -> None:
    """Say where the offer stands, whatever became of its latest submission."""
    for step in outcome.steps:
        result(step)
    result(outcome.message)
    if outcome.look_again is not None:
        note(f"the marketplace is at work; look again in {outcome.look_again:.0f} s, or use --wait")


def follow(
    opened: Engine,
    key: Key,
    outcome: Outcome,
    *,
    wait: bool,
    timeout: float,
    look: Callable[[Engine, Key], Outcome] = observe,
) -> Outcome:
    """With `wait`, look again until nothing is awaited; says each change, and that it is alive."""
    deadline = time.monotonic() + timeout if timeout else None
    said = time.monotonic()
    while wait and outcome.look_again is not None:
        _pause(outcome.look_again, deadline, outcome.message)
        previous, steps = outcome.message, outcome.steps
        outcome = replace(_looked(opened, key, outcome, look), steps=steps)
        if outcome.message != previous or time.monotonic() - said > HEARTBEAT:
            note(outcome.message)
            said = time.monotonic()
    return outcome


def _looked(opened: Engine, key: Key, outcome: Outcome, look: Callable[[Engine, Key], Outcome]) -> Outcome:
    """A marketplace that does not answer for a while ends no wait."""
    try:
        return look(opened, key)
    except (MarketplaceUnavailable, MarketplaceThrottled) as error:
        note(f"looking again: {error.message}")
        return replace(outcome, look_again=max(outcome.look_again or 0, getattr(error, "retry_after", 5)))


def patiently(act: Callable[[], Outcome], *, wait: bool, timeout: float) -> Outcome:
    """Act; with `wait`, act again while another publication of the offer is in the way."""
    deadline = time.monotonic() + timeout if timeout else None
    while True:
        try:
            return act()
        except MarketplaceConflict as error:
            if not wait:
                raise
            note(f"waiting: {error.message}")
            _pause(error.look_again, deadline, error.message)


def _pause(seconds: float, deadline: float | None, what: str) -> None:
    left = deadline - time.monotonic() if deadline is not None else seconds
    if left <= 0:
        raise WaitTimedOut(
            f"still waiting: {what}",
            hint="run the same command again; it continues where it stands",
        )
    time.sleep(max(0.05, min(seconds, left, 30.0)))


def existing_path(word: str) -> Path:
    """A path that was given, with ~ expanded. Raises UsageError where nothing is."""
    path = Path(word).expanduser()
    if not path.exists():
        raise UsageError(
            f"{word}: no such offer folder", hint="give an offer folder, or an offer that is known"
        )
    return path
