"""How canonical values and the differences between texts are put into a few short lines."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, Final

from publisher.document.canonical import UNRESOLVED

_SHORT: Final = 60  # characters of a value that stand on a line
_WIDE: Final = 96  # characters of a line of an excerpt
_AROUND: Final = 20  # characters shown before what differs
_LINES: Final = 12  # lines of an excerpt
_COMPARED: Final = 200_000  # characters; comparing longer texts line by line takes too long
_SENTENCE: Final = re.compile(r"(?<=[.!?;>]) +")
_PLAIN: Final = re.compile(r"[^\s\"]+")


def shown(value: Any, *, width: int = _SHORT) -> str:
    """A canonical value on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _secret(value) or _quoted(_clipped(value, width))
        case {"length": int(length)}:
            return f"text of {length:,} characters"
        case {"bytes": int(size), "sha256": str(sha256)}:
            return f"file of {size:,} bytes (sha256 {sha256[:8]})"
        case Mapping():
            return _clipped(", ".join(f"{key} {shown(item, width=24)}" for key, item in value.items()), width)
        case list():
            return _clipped(", ".join(shown(item, width=24) for item in value), width)
    return str(value)


def between(old: Any, new: Any) -> str:
    """Old -> new on one line; of longer texts, the part that differs."""
    if any(_length(value) for value in (old, new)):
        before, after = _characters(old), _characters(new)
        return f"text of {after:,} characters changed" + (f" (before: {before:,})" if before != after else "")
    if isinstance(old, str) and isinstance(new, str):
        old_words, new_words = _apart(old, new, _SHORT)
    else:
        old_words, new_words = shown(old), shown(new)
    return f"{old_words} -> {new_words}"


def excerpt(old: Any, new: Any, text_of: Callable[[str], str | None]) -> list[str]:
    """What differs between two long texts, as a few lines beginning with - or +.

    `text_of` gives the text of a hash, None where it is not known. Empty for whatever is no long
    text, for one that is not known, and for one too long to compare.
    """
    before, after = _text(old, text_of), _text(new, text_of)
    if before is None or after is None or not (_length(old) or _length(new)):
        return []
    if max(len(before), len(after)) > _COMPARED:
        return []
    lines = list(_differing(_pieces(before), _pieces(after)))
    more = len(lines) - _LINES
    return lines[:_LINES] + ([f"... and {more} more lines"] if more > 0 else [])


def _differing(old: list[str], new: list[str]) -> Iterator[str]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            continue
        pairs = zip(old[a:b], new[c:d], strict=False) if b - a == d - c else ()
        for before, after in (_apart(*pair, _WIDE) for pair in pairs):
            yield from (f"- {before}", f"+ {after}")
        if b - a != d - c:
            yield from (f"- {_quoted(_clipped(line, _WIDE))}" for line in old[a:b])
            yield from (f"+ {_quoted(_clipped(line, _WIDE))}" for line in new[c:d])


def _pieces(text: str) -> list[str]:
    """Lines, and the sentences of long ones."""
    return [piece for line in text.split("\n") for piece in _SENTENCE.split(line)]


def _text(value: Any, text_of: Callable[[str], str | None]) -> str | None:
    return value if isinstance(value, str) else text_of(value["sha256"]) if _length(value) else None


def _length(value: Any) -> int:
    return value["length"] if isinstance(value, Mapping) and "length" in value else 0


def _characters(value: Any) -> int:
    return _length(value) or len(value)


def _apart(old: str, new: str, width: int) -> tuple[str, str]:
    """Two texts cut down to where they differ."""
    if max(len(old), len(new)) <= width or _secret(old) or _secret(new):
        return shown(old, width=width), shown(new, width=width)
    same = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    start = max(0, same - _AROUND)
    lead = "..." if start else ""
    old, new = (_quoted(lead + _clipped(text[start:], width - len(lead))) for text in (old, new))
    return old, new


def _clipped(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def _quoted(text: str) -> str:
    """On one line, whatever it holds; quotes only where they help."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _secret(text: str) -> str:
    name = text.removeprefix(f"{UNRESOLVED}:")
    return f"secret {name}, not looked up" if name != text else ""
