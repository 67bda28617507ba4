"""Finds files that hold secrets, and who else can read them; never says what they hold."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from publisher.redact import redact

PATTERN: Final = "*.env"
_LARGEST: Final = 1_000_000  # bytes; a larger file is no secrets file


def secrets_files(folders: Iterable[Path]) -> list[Path]:
    """The files `*.env` directly in these folders that hold what must not be shown, each once."""
    files = (file for folder in folders if folder.is_dir() for file in sorted(folder.glob(PATTERN)))
    return list(dict.fromkeys(file.resolve() for file in files if _holds_secrets(file)))


def _holds_secrets(file: Path) -> bool:
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return False
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False  # what we cannot read, others have closed
    return redact(text) != text


def readable_by_all(file: Path) -> bool:
    """Whether everyone on this machine may read it; False where that cannot be told."""
    return os.name == "posix" and bool(file.stat().st_mode & 0o004)


def tracked_by_git(file: Path) -> bool:
    """Whether it is under version control; False where there is no git."""
    git = shutil.which("git")
    if git is None:
        return False
    # The monitor is a program that a repository may name: nothing of it is run here.
    command = [git, "-c", "core.fsmonitor=false", "-C", str(file.parent)]
    asked = subprocess.run(  # noqa: S603  # git, with a file's name as data
        [*command, "ls-files", "--error-unmatch", "--", file.name], capture_output=True, check=False
    )
    return asked.returncode == 0
