"""One of several processes that move the same offer as fast as they can; runs in a process of its own."""

import random
import time
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from publisher.catalogue.store import Catalogue
from publisher.catalogue.views import Draft, OfferView
from publisher.catalogue.work import Work
from publisher.errors import LostRace, PublisherError
from publisher.lifecycle import workflow

KEY = ("rivals", "contested")


def draft(number: int) -> Draft:
    """Any content."""
    locks: dict[str, Any] = {"": {}, "hourly": {"locked": {}, "versions": {f"1.0.{number}": []}}}
    digest = sha256(str(number).encode()).hexdigest()
    return Draft(document={"number": number}, digest=digest, locks=locks, subscriptions=(), files={})


def race(url: str, name: str, seed: int, count: int) -> dict[str, Any]:
    """Move the offer `count` times; how often another was faster, the longest wait, and any error."""
    dice, catalogue = random.Random(seed), Catalogue(url)
    told: dict[str, Any] = {"done": 0, "lost": 0, "longest": 0.0, "error": ""}
    try:
        while told["done"] < count:
            begin = time.monotonic()
            try:
                _move(catalogue, name, dice)
                told["done"] += 1
            except LostRace:
                told["lost"] += 1
            told["longest"] = max(told["longest"], time.monotonic() - begin)
    except PublisherError as error:
        told["error"] = f"{type(error).__name__}: {error}"
    finally:
        catalogue.close()
    return told


def _move(catalogue: Catalogue, name: str, dice: random.Random) -> None:
    """Half of the moves are decided before the lock is taken, as a command does; half within it."""
    now = datetime.now(UTC)
    if dice.random() < 0.5:
        view = catalogue.view(*KEY)
        assert view is not None
        with catalogue.write(*KEY, actor=name, now=now, seen=view.rev) as work:
            _step(work, _choice(view, dice), dice)
    else:
        with catalogue.write(*KEY, actor=name, now=now) as work:
            _step(work, _choice(work.view, dice), dice)


def _choice(view: OfferView, dice: random.Random) -> str:
    """A legal trigger; "" opens the next revision."""
    if view.current is None or view.state == "live":
        return ""
    steps = workflow("offer").next_triggers(view.state, before=view.current.before)
    return dice.choice([step.trigger for step in steps if step.trigger != "delete"])


def _step(work: Work, trigger: str, dice: random.Random) -> None:
    if trigger:
        work.fire(trigger)
    else:
        work.open_revision(draft(dice.randrange(10**9)))
