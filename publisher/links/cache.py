"""Remembers for a while which links answered, so that the next validation need not ask them again.

The file holds no secret: an address with more than host and path stands in it as a hash. A file that
cannot be read counts as none, and one that cannot be written is left.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from publisher.document.files import FileRefused, read_regular
from publisher.links.result import LinkResult, Outcome
from publisher.redact import redact

FILE: Final = "links.json"
VERSION: Final = 1
MOST: Final = 10_000  # links that are remembered
_PLAIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[^?#@]*)?")

Ask = Callable[[list[str]], Mapping[str, LinkResult]]


def remembered(
    urls: Iterable[str], ask: Ask, *, file: Path, age: timedelta, now: datetime
) -> dict[str, LinkResult]:
    """How each URL fared, in the order given: those that answered in the last `age` are not asked.

    Only links that were reached are remembered: what is broken may be cured at any moment.
    """
    wanted = tuple(dict.fromkeys(urls))
    times = {key: at for key, at in _read(file).items() if now - age < at <= now}
    known = {url: _known(url, times[_key(url)]) for url in wanted if _key(url) in times}
    if not (unknown := [url for url in wanted if url not in known]):
        return known
    answers = known | dict(ask(unknown))
    reached = [url for url in unknown if answers[url].outcome is Outcome.REACHABLE]
    if reached:
        _write(file, times | {_key(url): now for url in reached})
    return {url: answers[url] for url in wanted}


def _key(url: str) -> str:
    return (
        url
        if _PLAIN.fullmatch(url)
        else f"sha256:{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()}"
    )


def _known(url: str, at: datetime) -> LinkResult:
    return LinkResult(
        url=redact(url), outcome=Outcome.REACHABLE, detail=f"answered at {at:%Y-%m-%d %H:%M} UTC"
    )


def _read(file: Path) -> dict[str, datetime]:
    """When each link answered, by its key; nothing where the file holds anything else."""
    try:
        data = json.loads(read_regular(file))
        if data["version"] != VERSION:
            return {}
        return {key: _moment(at) for key, at in data["links"].items()}
    except (FileRefused, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value}: no time zone")
    return moment


def _write(file: Path, times: Mapping[str, datetime]) -> None:
    newest = sorted(times.items(), key=lambda item: item[1])[-MOST:]
    links = {key: at.isoformat(timespec="seconds") for key, at in sorted(newest)}
    draft = file.with_name(f".{file.name}.{os.urandom(6).hex()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"version": VERSION, "links": links}, indent=1), encoding="utf-8")
        draft.replace(file)
    except OSError:  # nothing depends on it
        with suppress(OSError):
            draft.unlink()
