"""Reads files that an offer names, and only those that lie inside its folder."""

import os
import re
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

MAX_FILE_BYTES: Final = 8 * 1024 * 1024
_UNSAFE: Final = re.compile('[\x00-\x1f\x7f-\x9f\\\\:*?"<>|$%\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]')
_DEVICE: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


class FileRefused(Exception):
    """A file that is not read; the message says why, for the author."""


def read_inside(root: Path, name: str) -> bytes:
    """The bytes of a regular file inside `root`, at most 8 MiB.

    Raises FileRefused for any other name or kind of file; never blocks on a pipe or device.
    """
    check_name(name)
    path = f"{root}/{name}"
    return read_regular(_followed(root, path) if _linked(root, name) else path)


def _linked(root: Path, name: str) -> bool:
    """Whether any step from `root` to the file is a symbolic link: only then it may lead elsewhere."""
    path = str(root)
    return any(os.path.islink(path := f"{path}/{part}") for part in name.split("/"))


def _followed(root: Path, path: str) -> str:
    """Where links lead. Raises FileRefused where that is outside of `root`."""
    top = os.path.realpath(root)
    try:
        real = os.path.realpath(path, strict=True)
    except OSError as error:
        raise FileRefused(_why(error)) from None
    if not real.startswith(f"{top.rstrip('/')}/"):
        raise FileRefused("leads out of the offer folder")
    return real


@lru_cache(maxsize=256)
def check_name(name: str) -> None:
    """Raises FileRefused for a name that leads out of a folder, or is not portable."""
    if not name.strip():
        raise FileRefused("the name is empty")
    if len(name) > 1024:
        raise FileRefused(f"the name has {len(name):,} characters")
    if found := _UNSAFE.search(name):
        raise FileRefused(f"the name holds {found.group()!a}; use letters, digits, '-', '_', '.' and '/'")
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        raise FileRefused("no file of this system can have that name; use a UTF-8 locale") from None
    if name.startswith(("/", "~")):
        raise FileRefused("the path is absolute; write it relative to the offer folder")
    for part in name.split("/"):
        _check_part(part)


def _check_part(part: str) -> None:
    if part in {"", ".", ".."}:
        raise FileRefused("the path holds an empty part, '.' or '..'; write it relative to the offer folder")
    if part.endswith((".", " ")) or _DEVICE.fullmatch(part):
        raise FileRefused(f"{part!r} is no portable file name")
    if len(part.encode("utf-8", "replace")) > 255:
        raise FileRefused("a part of the path is longer than 255 bytes")


def read_regular(path: Path | str) -> bytes:
    """The bytes of a regular file of at most 8 MiB. Raises FileRefused."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise FileRefused(_why(error)) from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise FileRefused("is not a regular file")
        if status.st_size > MAX_FILE_BYTES:
            raise FileRefused(f"has {status.st_size:,} bytes; at most {MAX_FILE_BYTES:,} are read")
        return b"".join(_parts(handle, status.st_size))
    finally:
        os.close(handle)


def _parts(handle: int, size: int) -> Iterator[bytes]:
    """What the file held when its size was asked: one that grows meanwhile is not followed."""
    while size > 0 and (part := os.read(handle, size)):
        yield part
        size -= len(part)


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "does not exist"
    return (error.strerror or "cannot be read").lower()
