"""Misfortune on the wire, by rule: which call is answered wrongly, how, and how often."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final

from publisher.errors import UsageError
from publisher.marketplaces.emulator.answers import Json

OPERATIONS: Final = (
    "any", "token", "configure", "status", "detail", "cancel", "list", "products", "plans", "submissions",
    "tree", "resource",
)  # fmt: skip
LISTS: Final = frozenset({"products", "plans", "submissions"})
KINDS: Final = {
    "status": "answer with the HTTP status `status`, and Retry-After `retry_after` where it is set",
    "echo": "answer 400 with a message that repeats the request",
    "drop": "close the connection without an answer",
    "html": "answer 200 with a page of HTML",
    "truncate": "answer, and break off in the middle of the JSON",
    "replay": "carry the call out twice, as a proxy that repeats it; the second answer counts",
    "slow": "wait `seconds` before answering",
    "trickle": "send the answer in pieces over `seconds`",
    "bomb": "answer with `count` megabytes packed into a few kilobytes",
    "lifetime": "give a token that is good for `seconds`",
    "words": "say these `words` as jobStatus, one an answer",
    "stale": "repeat the answer before",
    "pages": "answer a list in pages of `count`; `host` and `token` change the link to the next",
    "history": "fill the list of submissions with `count` older ones",
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One rule. It lets `skip` calls of `op` pass, then spoils `times` of them.

    `commit`: the call is carried out first, and only its answer is spoiled.
    """

    op: str = "any"
    fault: str
    times: int = 1
    skip: int = 0
    commit: bool = False
    status: int = 500
    retry_after: str = ""
    seconds: float = 0.0
    count: int = 0
    words: tuple[str, ...] = ()
    host: str = ""
    token: str = ""

    def meets(self, op: str) -> bool:
        """Whether it speaks of this operation."""
        return self.op in {"any", op} or (self.op == "list" and op in LISTS)


def read_fault(values: Mapping[str, Any]) -> Fault:
    """A fault from a table of a file or of a request. Raises UsageError."""
    known = {field.name: field for field in fields(Fault)}
    for name in values:
        if name not in known:
            raise UsageError(f"a fault has no member {name[:60]!r}", hint=f"members: {', '.join(known)}")
    words = values.get("words", ())
    values = {**values, "words": tuple(words) if isinstance(words, list | tuple) else words}
    for name, value in values.items():
        if name != "fault" and not _fits(value, known[name].default):
            raise UsageError(f"fault: {name} = {value!r} means nothing", hint="see docs/emulator.md")
    if values.get("fault") not in tuple(KINDS):
        raise UsageError(f"there is no fault {values.get('fault')!r}", hint=f"faults: {', '.join(KINDS)}")
    if values.get("op", "any") not in OPERATIONS:
        raise UsageError(f"there is no operation {values['op']!r}", hint=", ".join(OPERATIONS))
    fault = Fault(**values)
    return replace(fault, times=len(fault.words)) if fault.fault == "words" else fault


def read_file(path: Path) -> tuple[list[Fault], Json, Json]:
    """Faults, switches (`[strict]`) and knobs (`[knobs]`) of a file: TOML, or one fault a line of JSON.

    Raises UsageError.
    """
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":
            content: Json = tomllib.loads(text)
        else:
            content = {"faults": [json.loads(line) for line in text.splitlines() if line.strip()]}
        return [read_fault(row) for row in content.get("faults", ())], *_tables(content)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: {error}", hint="see docs/emulator.md") from None


def _tables(content: Json) -> tuple[Json, Json]:
    return dict(content.get("strict", {})), dict(content.get("knobs", {}))


def add(db: Connection, fault: Fault) -> None:
    """Put a fault at the end of the rules."""
    db.execute("INSERT INTO faults (body) VALUES (?)", (json.dumps(asdict(fault)),))


def listed(db: Connection) -> list[Fault]:
    """The faults that are still to come."""
    return [_fault(row["body"]) for row in db.execute("SELECT body FROM faults ORDER BY seq")]


def clear(db: Connection) -> None:
    """Take all faults away."""
    db.execute("DELETE FROM faults")


def take(db: Connection, op: str) -> Fault | None:
    """The fault that spoils this call, if any; it is used up by one."""
    for row in db.execute("SELECT seq, body FROM faults ORDER BY seq").fetchall():
        fault = _fault(row["body"])
        if not fault.meets(op):
            continue
        if fault.skip:
            _write(db, row["seq"], replace(fault, skip=fault.skip - 1))
            continue
        _write(db, row["seq"], replace(fault, times=fault.times - 1, words=fault.words[1:]))
        return fault
    return None


def _write(db: Connection, seq: int, fault: Fault) -> None:
    if fault.times:
        db.execute("UPDATE faults SET body = ? WHERE seq = ?", (json.dumps(asdict(fault)), seq))
    else:
        db.execute("DELETE FROM faults WHERE seq = ?", (seq,))


def _fault(body: str) -> Fault:
    values = json.loads(body)
    return Fault(**{**values, "words": tuple(values["words"])})


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, int | float):
        return isinstance(value, int if isinstance(default, int) else int | float) and 0 <= value <= 1_000_000
    return isinstance(value, type(default)) and all(isinstance(word, str) for word in value)
