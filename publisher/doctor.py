"""Examines an installation, its settings, its catalogue and its folders, each point on its own."""

import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Literal

from publisher import __version__
from publisher.catalogue import SQLITE
from publisher.catalogue.database import HEAD, open_engine, schema_version
from publisher.catalogue.views import OfferView
from publisher.document.secrets import Secrets
from publisher.engine import Engine, open_marketplace
from publisher.engine import open_engine as open_all
from publisher.errors import PublisherError, Refused
from publisher.gates import lock_objection
from publisher.lifecycle import workflow
from publisher.marketplaces.core import SimulatedMarketplace
from publisher.profiles import PROFILES, load_profile
from publisher.redact import redact
from publisher.resources import folder
from publisher.secrecy import readable_by_all, secrets_files, tracked_by_git
from publisher.settings import INGESTION, Settings, load_settings

PYTHON: Final = (3, 11)
TOLERANCE: Final = timedelta(minutes=5)  # by which clocks may differ

State = Literal["ok", "fail", "skip"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One point. `cure` says what to do where it failed, `message` why where it was skipped."""

    name: str
    state: State
    message: str
    cure: str = ""


class _Skip(Exception):
    """A point that cannot be examined, or need not be."""


def examine(*, now: datetime) -> Iterator[Check]:
    """Every point, in an order in which a cure helps those that follow. Changes nothing but the schema."""
    yield _check("python", _python)
    yield _check("data", _data)
    try:
        settings = load_settings()
    except PublisherError as error:
        yield Check(name="settings", state="fail", message=error.message, cure=error.hint)
        names = ("folder", "clock", "account", "catalogue", *_OF_CATALOGUE, *_OF_ENGINE, "secrets")
        yield from _skipped(names, "the settings cannot be read")
        return
    yield _check("settings", partial(_settings, settings))
    yield _check("folder", partial(_folder, settings))
    yield _check("clock", partial(_clock, settings, now))
    yield _check("account", partial(_account, settings))
    yield (found := _check("catalogue", partial(_catalogue, settings)))
    if found.state == "ok":
        yield from (_check(name, partial(look, settings)) for name, look in _OF_CATALOGUE.items())
        yield from _engine_checks(settings, now)
    else:
        yield from _skipped((*_OF_CATALOGUE, *_OF_ENGINE), "the catalogue cannot be opened")
        yield _check("secrets", partial(_secrets, settings, []))


def _skipped(names: Iterable[str], reason: str) -> Iterator[Check]:
    yield from (Check(name=name, state="skip", message=reason) for name in names)


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name=name, state="ok", message=look())
    except _Skip as reason:
        return Check(name=name, state="skip", message=str(reason))
    except PublisherError as error:
        reasons = getattr(error, "reasons", ())
        return Check(name=name, state="fail", message="; ".join((error.message, *reasons)), cure=error.hint)
    except OSError as error:
        return Check(name=name, state="fail", message=str(error), cure="look at the disk and at permissions")


# -- the installation --


def _python() -> str:
    words = f"Python {platform.python_version()}, publisher {__version__}"
    if sys.version_info < PYTHON:
        raise Refused(words, hint=f"install Python {'.'.join(map(str, PYTHON))} or newer")
    return words


def _data() -> str:
    workflow("offer")
    workflow("sku")
    for name in PROFILES:
        load_profile(name)
    return f"{folder('workflows')} and {folder('templates')} are complete"


def _settings(settings: Settings) -> str:
    words = f"target {settings['target']}, profile {settings['profile']}"
    return (
        f"{settings.file}: {words}" if settings.file else f"no publisher.toml found, defaults hold: {words}"
    )


def _folder(settings: Settings) -> str:
    place = _standing(settings.home)
    with NamedTemporaryFile(dir=place, prefix=".publisher-doctor-"):
        return f"{place} can be written"


def _standing(path: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(place for place in (path, *path.parents) if place.is_dir())


def _clock(settings: Settings, now: datetime) -> str:
    with NamedTemporaryFile(dir=_standing(settings.home), prefix=".publisher-doctor-") as file:
        stamped = datetime.fromtimestamp(os.stat(file.name).st_mtime, UTC)
    _refuse_apart("the file system", stamped, now)
    return f"{now:%Y-%m-%d %H:%M:%S} UTC, as the file system says, too"


def _refuse_apart(who: str, theirs: datetime, now: datetime) -> None:
    if abs(theirs - now) > TOLERANCE:
        raise Refused(
            f"this machine says {now:%Y-%m-%d %H:%M} UTC, {who} says {theirs:%Y-%m-%d %H:%M} UTC",
            hint="set the clock (NTP): expiries of SAS URLs and waivers are judged by it",
        )


def _account(settings: Settings) -> str:
    """Whether the marketplace lets us in: one question that changes nothing."""
    target = settings["target"]
    if target not in INGESTION:
        return f"the target {target} needs none"
    with open_marketplace(settings, Secrets()) as market:
        offers = market.api.offers()  # type: ignore[attr-defined]  # what speaks the API has it
    return f"{target} lets this identity in; it sees {_many(len(offers), 'VM offer')}"


# -- the catalogue's database --


def _local_file(settings: Settings) -> Path | None:
    """The file of a catalogue in SQLite; None for a server."""
    url = settings.database_url
    return Path(url.removeprefix(SQLITE)) if url.startswith("sqlite") else None


def _needs_catalogue(settings: Settings) -> None:
    file = _local_file(settings)
    if file and not file.exists():
        raise _Skip("there is no catalogue yet")


def _catalogue(settings: Settings) -> str:
    file = _local_file(settings)
    if file and not file.exists():
        return f"{file} does not exist yet; the first `publisher stage` makes it"
    open_engine(settings.database_url).dispose()
    return redact(settings.database_url)


def _schema(settings: Settings) -> str:
    _needs_catalogue(settings)
    engine = open_engine(settings.database_url)
    try:
        found = schema_version(engine)
    finally:
        engine.dispose()
    if found != HEAD:
        raise Refused(f"the schema is {found}, {HEAD} is expected", hint="restore a backup of the catalogue")
    return f"schema {found}, the newest that this program knows"


def _journal(settings: Settings) -> str:
    """Whether an acknowledged commit survives a power cut."""
    _needs_catalogue(settings)
    if not _local_file(settings):
        raise _Skip("a PostgreSQL server looks after its own journal")
    engine = open_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            names = ("journal_mode", "synchronous", "foreign_keys")
            found = [str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in names]
    finally:
        engine.dispose()
    words = ", ".join(f"{name} {value}" for name, value in zip(names, found, strict=True))
    if found != ["wal", "2", "1"]:
        raise Refused(
            f"{words}; expected are wal, 2 (FULL) and 1",
            hint="keep the catalogue on a local disk, not a share",
        )
    return words


_OF_CATALOGUE: Final[dict[str, Callable[[Settings], str]]] = {"schema": _schema, "journal": _journal}


# -- what the engine sees --


def _engine_checks(settings: Settings, now: datetime) -> Iterator[Check]:
    views: list[OfferView] = []
    try:
        _needs_catalogue(settings)
        with open_all(settings, Secrets(), say=lambda _: None, clock=lambda: now) as engine:
            views = [view for key in engine.catalogue.offers() if (view := engine.catalogue.view(*key))]
            yield from (_check(name, partial(look, engine, views)) for name, look in _OF_ENGINE.items())
    except (_Skip, PublisherError) as error:
        yield from _skipped(_OF_ENGINE, str(error))
    yield _check("secrets", partial(_secrets, settings, views))


def _histories(engine: Engine, views: list[OfferView]) -> str:
    verdicts = {view.key: engine.catalogue.verify(view) for view in views}
    if broken := [f"{key}: {verdict.broken}" for key, verdict in verdicts.items() if verdict.broken]:
        raise Refused(
            "; ".join(broken), hint="keep the database for whoever investigates; restore the last good backup"
        )
    events = sum(verdict.events for verdict in verdicts.values())
    return f"{_many(len(views), 'offer')}, {_many(events, 'event')}: every one fits"


def _times(engine: Engine, views: list[OfferView]) -> str:
    """A clock that was set back shows in times that are still to come."""
    now = engine.clock()
    if not _local_file(engine.settings):
        _refuse_apart("the database", _server_time(engine.settings), now)
    since = [revision.since for view in views for revision in view.revisions]
    since += [sku.since for view in views for sku in view.skus]
    newest = max(map(datetime.fromisoformat, since), default=None)
    if newest is None:
        return "nothing happened yet"
    if newest - now > TOLERANCE:
        _refuse_apart("the newest change in the catalogue", newest, now)
    return f"the newest change is of {newest:%Y-%m-%d %H:%M} UTC"


def _server_time(settings: Settings) -> datetime:
    server = open_engine(settings.database_url)
    try:
        with server.connect() as connection:
            moment: datetime = connection.exec_driver_sql("SELECT CURRENT_TIMESTAMP").scalar_one()
    finally:
        server.dispose()
    return moment.astimezone(UTC)


def _marketplace(engine: Engine, views: list[OfferView]) -> str:
    market = engine.marketplace
    name = market.capabilities.name
    if not isinstance(market, SimulatedMarketplace):
        raise _Skip(f"nothing is known to ask of {name}")
    turned = market.knobs()
    words = ", ".join(
        f"{scope} {knob} {value}" for scope, knobs in turned.items() for knob, value in knobs.items()
    )
    return f"{name}, its file can be opened" + (f"; knobs are turned: {words}" if words else "")


def _locks(engine: Engine, views: list[OfferView]) -> str:
    faults = [fault for view in views if (fault := _lock_fault(engine, view))]
    if faults:
        raise Refused(
            "; ".join(faults), hint="`publisher lock PATH` rebuilds a lock file from this catalogue"
        )
    known = sum(1 for view in views if view.folder and Path(view.folder).is_dir())
    return f"{_many(known, 'remembered folder')}: nothing speaks against the catalogue"


def _lock_fault(engine: Engine, view: OfferView) -> str:
    if not view.folder or not Path(view.folder).is_dir():
        return ""
    try:
        reason = lock_objection(engine, view, Path(view.folder))
    except PublisherError as error:
        reason = error.message
    return f"{view.folder}: {reason}" if reason else ""


_OF_ENGINE: Final[dict[str, Callable[[Engine, list[OfferView]], str]]] = {
    "histories": _histories,
    "times": _times,
    "marketplace": _marketplace,
    "lock files": _locks,
}


def _secrets(settings: Settings, views: list[OfferView]) -> str:
    folders = [settings.root, Path.cwd(), *(Path(view.folder) for view in views if view.folder)]
    files = secrets_files(folders)
    tracked = [f"{file} is tracked by git" for file in files if tracked_by_git(file)]
    open_ = [f"{file} can be read by everyone" for file in files if readable_by_all(file)]
    cures = ["`git rm --cached FILE`, and renew what it held"] if tracked else []
    cures += ["`chmod 600 FILE`"] if open_ else []
    if cures:
        raise Refused("; ".join(tracked + open_), hint="; ".join(cures))
    return f"{_many(len(files), 'secrets file')} (*.env); none is tracked by git or open to everyone"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
