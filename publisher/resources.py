"""Finds the shipped data, in a checkout and in an installed wheel alike."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def folder(name: str) -> Path:
    """The folder `workflows` or `templates`.

    Raises FileNotFoundError when the installation lost its data.
    """
    for place in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"this installation lacks its {name} folder; install the package again")
