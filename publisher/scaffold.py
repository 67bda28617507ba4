"""Writes a commented offer folder that lacks only what its owner alone can know."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from publisher.document import NAMES
from publisher.document.writing import IGNORED, SCHEMA, ignored, schema_file
from publisher.errors import Refused, UsageError, unwritten
from publisher.profiles import CLASSIC, Profile, load_profile
from publisher.resources import folder as shipped

_ID: Final = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,49}")

# Neither white nor black, and far from the blue of the store.
_BACKGROUND: Final = (78, 96, 84)
_MARK: Final = (226, 217, 196)


def scaffold(
    folder: Path, *, profile: str = CLASSIC, publisher: str = "", offer: str = ""
) -> tuple[Path, ...]:
    """Write the folder and return the files that were written, the document last.

    Files that are there are kept; `.gitignore` gets the lines that it lacks. Raises Refused where an
    offer document is there already, UsageError for a malformed ID or where nothing can be written.
    """
    for name in filter(None, (publisher, offer)):
        if not _ID.fullmatch(name):
            raise UsageError(
                f"{name[:60]!a} is no ID", hint="give at most 50 lower-case letters, digits, '-' and '_'"
            )
    if taken := next((name for name in NAMES if os.path.lexists(folder / name)), None):
        raise Refused(f"{folder / taken} is already there", hint="name another folder; nothing was changed")
    try:
        return tuple(_written(folder, load_profile(profile), publisher, offer))
    except OSError as error:
        raise unwritten(folder, error, hint="name a folder of your own") from None


def _written(folder: Path, limits: Profile, publisher: str, offer: str) -> Iterator[Path]:
    for name, content in _files(folder, limits, publisher, offer):
        path = folder / name
        there = os.path.lexists(path)
        if there and (name != IGNORED or path.read_bytes() == content):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        yield path


def _files(folder: Path, limits: Profile, publisher: str, offer: str) -> Iterator[tuple[str, bytes]]:
    templates = shipped("templates") / "scaffold"
    yield IGNORED, ignored(folder / IGNORED)
    yield SCHEMA, schema_file()
    yield "secrets.env.example", (templates / "secrets.env.example").read_bytes()
    yield "texts/description.html", b""
    yield "texts/terms.txt", b""
    for name, size in limits.logos.items():
        if size.required:
            yield f"media/logo-{name}.png", _placeholder(size.width[0], size.height[0])
    yield NAMES[0], _document(templates, limits, publisher, offer).encode()


def _document(templates: Path, limits: Profile, publisher: str, offer: str) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701  # YAML, not HTML; the only values from outside are IDs
        loader=FileSystemLoader(templates), undefined=StrictUndefined, keep_trailing_newline=True
    )
    return environment.get_template("offer.yaml.j2").render(
        schema=SCHEMA, limits=limits, classic=limits.name == CLASSIC,
        publisher=_scalar(publisher), offer=_scalar(offer),
    )  # fmt: skip


def _scalar(text: str) -> str:
    """A value as it stands behind a key: nothing, or in quotes unless every YAML reader sees a text."""
    import yaml

    if not text:
        return ""
    return f" {text}" if yaml.safe_load(text) == text else f' "{text}"'


def _placeholder(width: int, height: int) -> bytes:
    """A PNG with a disc on a plain colour."""
    from io import BytesIO

    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (width, height), _BACKGROUND)
    radius = min(width, height) // 4
    box = (width // 2 - radius, height // 2 - radius, width // 2 + radius, height // 2 + radius)
    ImageDraw.Draw(picture).ellipse(box, fill=_MARK)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
