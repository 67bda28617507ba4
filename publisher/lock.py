"""The lock file: what of an offer is published, kept beside it for pipelines that have no catalogue."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from publisher import shapes
from publisher.baseline import LOCK as LOCK
from publisher.baseline import Published, PublishedSku
from publisher.document.files import FileRefused, read_regular
from publisher.document.guard import decode
from publisher.document.nodes import Mapping as Branch
from publisher.document.nodes import Mark, Node, Scalar, Unreadable
from publisher.document.swap import replace
from publisher.errors import PublisherError
from publisher.frozen import dataclass
from publisher.locked import facts, read_locked, read_terms, terms_facts

FORMAT: Final = 1
STATES: Final = (
    "draft",
    "staging",
    "production_requested",
    "live",
    "discarded",
    "superseded",
    "deletion_requested",
    "deleted",
)


class LockBroken(PublisherError):
    """A lock file that cannot be trusted; the message names the field, `line` and `column` the place."""

    def __init__(self, message: str, mark: Mark | None = None) -> None:
        super().__init__(
            message,
            hint="take offer.lock.json back from version control, or run `publisher lock PATH`",
        )
        self.line, self.column = (mark.line, mark.column) if mark else (0, 0)


class LockNotWritten(PublisherError):
    """The folder does not take the file; what the catalogue knows is unharmed."""


@dataclass(frozen=True, kw_only=True)
class Live:
    """The live revision: its number, its digest, since when, whether it has a banner, and whether its
    terms are the standard contract (None in files from before this was kept)."""

    revision: int
    digest: str
    since: datetime
    hero: bool
    standard_contract: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Lock:
    """What the lock file says. `skus` holds every SKU that was staged, `staged` whether something
    stands in the staging slot; `events` and `head` are length and last hash of the history."""

    publisher: str
    offer: str
    skus: tuple[PublishedSku, ...]
    live: Live | None
    staged: bool
    events: int
    head: str


def published(lock: Lock) -> Published:
    """The measure for rules about changes."""
    live = lock.live
    # A banner may have been staged since an offer without one went live: then nobody knows here.
    known = live is not None and (live.hero or not lock.staged)
    return Published(
        source="lock",
        publisher=lock.publisher,
        offer=lock.offer,
        live=live is not None,
        skus=lock.skus,
        hero=live.hero if live and known else None,
        standard_contract=live.standard_contract if live else None,
    )


def lock_file(lock: Lock) -> bytes:
    """The content of the lock file."""
    return (json.dumps(_lock_facts(lock), indent=2, ensure_ascii=False) + "\n").encode()


def write_lock(folder: Path, lock: Lock) -> bool:
    """Put the lock file beside the offer, at once or not at all; False when it already says this.

    Raises LockNotWritten with the reason.
    """
    data = lock_file(lock)
    path = folder / LOCK
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        replace(path, data)
    except OSError as error:
        raise LockNotWritten(
            f"{path}: {(error.strerror or 'cannot be written').lower()}",
            hint=f"once the folder can be written, `publisher lock {folder}` writes the file",
        ) from None
    return True


def _lock_facts(lock: Lock) -> dict[str, Any]:
    return {
        "lock": FORMAT,
        "publisher": lock.publisher,
        "offer": lock.offer,
        "skus": [
            {
                "id": sku.id,
                "state": sku.state,
                "versions": list(sku.versions),
                "locked": facts(sku.locked) if sku.locked else {},
                **({"terms": terms_facts(sku.terms)} if sku.terms else {}),
            }
            for sku in lock.skus
        ],
        "live": _live_facts(lock.live) if lock.live else None,
        "staged": lock.staged,
        "events": lock.events,
        "head": lock.head,
    }


def contents(lock: Lock) -> dict[str, Any]:
    """What a lock file says of the offer, as JSON, without its place in the history."""
    history = {"lock", "events", "head"}
    return {name: value for name, value in _lock_facts(lock).items() if name not in history}


def _live_facts(live: Live) -> dict[str, Any]:
    since = live.since.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    known = {"revision": live.revision, "digest": live.digest, "since": since, "hero": live.hero}
    contract = live.standard_contract
    return known if contract is None else {**known, "standard_contract": contract}


def read_lock(folder: Path) -> Lock | None:
    """The lock file of an offer folder; None where there is none. Raises LockBroken for any doubt."""
    path = folder / LOCK
    if not os.path.lexists(path):
        return None
    from publisher.document.strict_json import read_json

    try:
        return _lock(read_json(decode(read_regular(Path(os.path.realpath(path))))))
    except FileRefused as error:
        raise LockBroken(str(error)) from None
    except Unreadable as error:
        raise LockBroken(error.problem.message, error.problem.mark) from None
    except shapes.Misshapen as error:
        raise LockBroken(str(error), error.mark) from None


def _lock(root: Node) -> Lock:
    items = shapes.fields(root, "")
    number = shapes.count(items["lock"], "lock") if "lock" in items else FORMAT
    if number != FORMAT:
        raise shapes.Misshapen(
            "lock", f"format {number} is not known here, only {FORMAT}", items["lock"].mark
        )
    values = _LOCK(root, "")
    del values["lock"]
    return Lock(**values)


def _skus(node: Node, at: str) -> tuple[PublishedSku, ...]:
    skus: tuple[PublishedSku, ...] = shapes.array(_sku)(node, at)
    seen: set[str] = set()
    for sku in skus:
        if sku.id in seen:
            raise shapes.Misshapen(at, f"the ID {sku.id!r} stands twice", node.mark)
        seen.add(sku.id)
    return skus


def _sku(node: Node, at: str) -> PublishedSku:
    sku = PublishedSku(**_SKU(node, at))
    if sku.state == "live" and sku.locked is None:
        raise shapes.Misshapen(f"{at}.locked", "is empty, though the SKU is live", node.mark)
    return sku


def _nothing(node: Node) -> bool:
    return isinstance(node, Branch) and not node.items


def _null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.null


_SKU: Final = shapes.record(
    {
        "id": shapes.name,
        "state": shapes.one_of(STATES),
        "versions": shapes.array(
            shapes.matching(re.compile(r"[0-9]{1,20}(\.[0-9]{1,20}){2}"), "a version X.Y.Z")
        ),
        "locked": shapes.or_none(_nothing, read_locked),
    },
    optional={"terms": read_terms},
)
_LIVE: Final = shapes.record(
    {"revision": shapes.count, "digest": shapes.text, "since": shapes.time, "hero": shapes.flag},
    optional={"standard_contract": shapes.flag},
)
_LOCK: Final = shapes.record(
    {
        "lock": shapes.count,
        "publisher": shapes.name,
        "offer": shapes.name,
        "skus": _skus,
        "live": shapes.or_none(_null, lambda node, at: Live(**_LIVE(node, at))),
        "staged": shapes.flag,
        "events": shapes.count,
        "head": shapes.text,
    }
)
