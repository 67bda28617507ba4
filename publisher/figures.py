"""Figures of one's own in place of a profile's: a TOML file with a table for each profile."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from publisher.errors import SettingsError
from publisher.nearest import nearest
from publisher.profiles import PROFILES

_OPEN: Final = ("prices", "categories")  # tables to which names may be added: currencies, categories
_FIXED: Final = ("name", "title")
_HINT: Final = "`workflows/profiles` of the package holds every figure with its name"


def own_figures(file: Path, profile: str) -> Mapping[str, Any]:
    """What a file says of a profile. Raises SettingsError for a file that cannot be read, or knows more
    profiles than there are."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{file}: {error}", hint="the setting figures names a TOML file") from None
    for name in data:
        if name not in PROFILES or not isinstance(data[name], dict):
            raise SettingsError(
                f"{file}: {name[:40]!a} is no table of a profile", hint=f"known: {', '.join(PROFILES)}"
            )
    found: Mapping[str, Any] = data.get(profile, {})
    if fixed := [key for key in _FIXED if key in found]:
        raise SettingsError(f"{file}: {profile}.{fixed[0]} is no figure of the profile", hint=_HINT)
    return found


def replace_figures(shipped: dict[str, Any], own: Mapping[str, Any], place: str) -> None:
    """Put figures into a profile's data. Raises SettingsError for a name or kind that has no place there."""
    for key, value in own.items():
        at = f"{place}.{key}"
        if key not in shipped and not place.endswith(_OPEN):
            near = nearest(key, shipped, 0.5)
            raise SettingsError(
                f"{at} is no figure of the profile", hint=f"did you mean {near!r}?" if near else _HINT
            )
        like = shipped.get(key, next(iter(shipped.values())))
        if type(value) is not type(like) or (isinstance(value, int) and value < 0):
            raise SettingsError(
                f"{at}: {_KINDS[type(like)]} is expected", hint=f"the package has {like!r:.80}"
            )
        if isinstance(value, dict):
            replace_figures(shipped[key], value, at)
        elif isinstance(value, list) and any(type(item) is not type(like[0]) for item in value if like):
            raise SettingsError(f"{at}: {_KINDS[type(like[0])]} is expected in the list", hint=_HINT)
        else:
            shipped[key] = value


_KINDS: Final = {
    int: "a whole number, 0 or more",
    str: "a text",
    list: "a list",
    dict: "a table",
    bool: "true or false",
}
