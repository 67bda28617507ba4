"""The limits of a marketplace generation, from `workflows/profiles/*.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any, Final

from publisher.errors import SettingsError
from publisher.frozen import dataclass
from publisher.nearest import nearest
from publisher.resources import folder

CLASSIC: Final = "classic"
PARTNER_CENTER: Final = "partner-center"
PROFILES: Final = (CLASSIC, PARTNER_CENTER)


@dataclass(frozen=True, kw_only=True)
class LogoSize:
    """Permitted pixels of a logo: exact, or a square between two sizes; `required` at the stage gate."""

    width: tuple[int, int]
    height: tuple[int, int]
    square: bool
    required: bool

    def accepts(self, width: int, height: int) -> bool:
        """Whether a picture of these pixels fits."""
        fits = self.width[0] <= width <= self.width[1] and self.height[0] <= height <= self.height[1]
        return fits and (width == height or not self.square)

    def __str__(self) -> str:
        if self.width[0] == self.width[1]:
            return f"{self.width[0]}x{self.height[0]}"
        return f"square, {self.width[0]}x{self.height[0]} to {self.width[1]}x{self.height[1]}"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One generation of the marketplace. Lengths count UTF-16 code units after CRLF became LF.

    `categories` holds the known ones with their subcategories; none are listed where any will do.
    """

    name: str
    title: str
    language: str
    lengths: Mapping[str, int]
    counts: Mapping[str, int]
    days: Mapping[str, int]
    gigabytes: Mapping[str, int]
    prices: Mapping[str, int]
    free_trials: tuple[str, ...]
    tax_remitted: tuple[str, ...]
    html: Mapping[str, tuple[str, ...]]
    logos: Mapping[str, LogoSize]
    pictures: Mapping[str, LogoSize] = field(default_factory=dict)
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    video_hosts: tuple[str, ...] = ()
    core_sizes: tuple[int, ...] = ()
    language_notice: str = ""


def load_profile(name: str, figures: Path | None = None) -> Profile:
    """The profile of this name, with the figures of a file in place of its own.

    Raises SettingsError for an unknown name, and for a figure that has no place in a profile.
    """
    if figures is None:
        return _shipped(name)
    from publisher.figures import own_figures, replace_figures

    data = _data(name)
    replace_figures(data, own_figures(figures, name), f"{figures}: {name}")
    try:
        return _profile(data)
    except (TypeError, ValueError):
        raise SettingsError(
            f"{figures}: {name}: a size of a picture cannot be read",
            hint="write it as 115x115, or 216x216..350x350",
        ) from None


@cache
def _shipped(name: str) -> Profile:
    return _profile(_data(name))


def _data(name: str) -> dict[str, Any]:
    if name not in PROFILES:
        near = nearest(name, PROFILES)
        raise SettingsError(
            f"the profile {name!r} is not known",
            hint=f"did you mean {near!r}?" if near else f"known: {', '.join(PROFILES)}",
        )
    path = folder("workflows") / "profiles" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _profile(data: dict[str, Any]) -> Profile:
    logos = {name: _size(**spec) for name, spec in data.pop("logos").items()}
    pictures = {name: _size(size) for name, size in data.pop("pictures", {}).items()}
    for key in ("html", "categories"):
        data[key] = {name: tuple(words) for name, words in data.get(key, {}).items()}
    for key in ("free_trials", "tax_remitted", "video_hosts", "core_sizes"):
        data[key] = tuple(data.get(key, ()))
    return Profile(logos=logos, pictures=pictures, **data)


def _size(size: str, required: bool = False) -> LogoSize:
    smallest, _, largest = size.partition("..")
    low, high = _pixels(smallest), _pixels(largest or smallest)
    return LogoSize(
        width=(low[0], high[0]), height=(low[1], high[1]), square=bool(largest), required=required
    )


def _pixels(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)
