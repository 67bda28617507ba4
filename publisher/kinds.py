"""The kinds of values that settings have: how each is read, and what it is in JSON Schema."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from publisher.frozen import dataclass
from publisher.nearest import nearest

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


@dataclass(frozen=True)
class Kind:
    """Reads a value from a settings file, or from the text of an environment variable.

    `read` raises ValueError, saying what is expected; `schema` is for settings files.
    """

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]


def choice(*known: str) -> Kind:
    """One of a few words."""

    def read(value: Any) -> str:
        if value not in known:
            near = nearest(str(value), known)
            raise ValueError(f"did you mean {near!r}?" if near else f"one of {', '.join(known)} is expected")
        return str(value)

    return Kind(read, {"enum": list(known)})


def number(least: int, most: int) -> Kind:
    """A whole number between two, both allowed."""

    def read(value: Any) -> int:
        text = str(value)
        if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 20):
            raise ValueError(f"a whole number from {least} to {most} is expected")
        if not least <= int(text) <= most:
            raise ValueError(f"{text} is not from {least} to {most}")
        return int(text)

    return Kind(read, {"type": "integer", "minimum": least, "maximum": most})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is expected")
    return value


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in _TRUE | _FALSE:
        return str(value).lower() in _TRUE
    raise ValueError("true or false is expected")


def _optional_flag(value: Any) -> bool | None:
    return None if value in (None, "") else _flag(value)


def _texts(value: Any) -> tuple[str, ...]:
    items = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("a list of texts is expected")
    return tuple(item for item in items if item)


def _proxy(value: Any) -> str:
    parts = urlsplit(_text(value))
    if value and not (parts.scheme in {"http", "https"} and parts.hostname and not parts.path.strip("/")):
        raise ValueError("an address such as http://proxy.example:3128 is expected")
    return str(value)


TEXT: Final = Kind(_text, {"type": "string"})
TEXTS: Final = Kind(_texts, {"type": "array", "items": {"type": "string"}})
PROXY: Final = Kind(_proxy, {"type": "string", "pattern": "^(https?://[^/]+/?)?$"})
FLAG: Final = Kind(_flag, {"type": "boolean"})
OPTIONAL_FLAG: Final = Kind(_optional_flag, {"type": "boolean"})  # nothing means that it is not known
