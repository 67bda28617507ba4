"""How commands put times, lengths of time, tables, and lines of JSON."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def moment(text: str) -> str:
    """An ISO time of the catalogue, to the minute."""
    return text[:16].replace("T", " ") + " UTC"


def age(text: str, now: datetime) -> str:
    """How long ago an ISO time was: `3 min`, `2 h 5 min`, `4 d 3 h`."""
    return lasting((now - datetime.fromisoformat(text)).total_seconds())


def lasting(seconds: float) -> str:
    """A length of time in its two largest units."""
    left = max(0, round(seconds))
    parts = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        parts.append((count, unit))
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    units = parts[first : first + (1 if parts[first][1] == "min" else 2)]
    return " ".join(f"{count} {unit}" for count, unit in units if count or len(units) == 1) or "0 s"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of equal length, aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def json_line(value: Any) -> str:
    """JSON on one line, in ASCII; `##` begins a command for the agents of some pipelines."""
    return json.dumps(value).replace("##", "#\\u0023")
