"""Finds the documents that a command line means: of folders, folders of folders, and patterns."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from publisher.document import NAMES, find_document
from publisher.errors import UsageError

_WILD: Final = frozenset("*?[")


def documents(paths: Iterable[Path]) -> Iterator[Path | UsageError]:
    """The document of each offer that is meant, each offer once, in order; an error where none is.

    A folder without a document stands for the offer folders in it, a pattern that no shell expanded
    (`offers/*`, `**/offer.yaml`) for those that it matches, both sorted by name.
    """
    seen: set[object] = set()
    for path in paths:
        for found in _meant(path):
            if isinstance(found, UsageError) or (key := _identity(found)) not in seen:
                yield found
            if not isinstance(found, UsageError):
                seen.add(key)


def _identity(document: Path) -> object:
    """The same for every spelling of a path: the folder itself, and the name in it."""
    status = document.parent.stat()
    return status.st_dev, status.st_ino, document.name


def _meant(path: Path) -> Iterator[Path | UsageError]:
    if not _WILD.isdisjoint(str(path)) and not os.path.lexists(path):
        yield from _matching(path)
        return
    try:
        for place in _offers_in(path) or [path]:
            yield _document(place)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        yield UsageError(f"{path}: {reason}", hint="give a folder that can be read")


def _document(folder: Path) -> Path | UsageError:
    try:
        return find_document(folder)
    except UsageError as error:
        return error


def _matching(pattern: Path) -> Iterator[Path | UsageError]:
    """What a pattern matches, without what is no offer: README.md beside offer folders is none."""
    from glob import glob

    matches = [Path(match) for match in sorted(glob(str(pattern), recursive=True))]
    found = [
        document
        for match in matches
        if match.name in NAMES or _holds(match) or _offers_in(match)
        for document in _meant(match)
    ]
    yield from found or [
        UsageError(f"{pattern}: no such offer folder; as a pattern it matches none", hint="see it with `ls`")
    ]


def _holds(folder: Path) -> bool:
    """Whether a folder holds a document of an offer."""
    return any(os.path.lexists(folder / name) for name in NAMES)


def _offers_in(folder: Path) -> list[Path]:
    """The offer folders right in a folder that is none itself; hidden ones are left alone."""
    if not folder.is_dir() or _holds(folder):
        return []
    return sorted(child for child in folder.iterdir() if child.name[0] != "." and _holds(child))
