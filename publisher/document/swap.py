"""Puts new bytes in place of a file's: all of them or none, whatever fails on the way.

They are written beside the file and then take its name. Nobody ever sees half a file, also after a
power cut.
"""

import os
from contextlib import suppress
from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Put a file with this content in the place of `path`; a link there is replaced, not followed."""
    draft = write_beside(path, data)
    try:
        take_place(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def put(path: Path, data: bytes) -> None:
    """Write where a user pointed: through links, and into what is no file, such as a pipe."""
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        path.write_bytes(data)
    else:
        replace(path, data)


def write_beside(path: Path, data: bytes) -> Path:
    """The data in a new file beside `path`, on the disk, with the rights that `path` has."""
    draft = path.with_name(f".{path.stem}.{os.urandom(6).hex()}{path.suffix}")
    try:
        with open(draft, "xb") as file:
            with suppress(FileNotFoundError):
                os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def take_place(draft: Path, path: Path) -> None:
    """Give a draft the name of the file that it lies beside."""
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
