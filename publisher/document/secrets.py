"""Looks up the secrets that an offer names, in a file given for this run or in the environment."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from publisher.errors import UsageError
from publisher.redact import Secret

_LINE: Final = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


class Secrets:
    """Secrets by name; the file wins over the environment."""

    def __init__(
        self, values: Mapping[str, str] | None = None, *, environ: Mapping[str, str] | None = None
    ) -> None:
        self._values = dict(values or {})
        self._environ = os.environ if environ is None else environ

    def get(self, name: str) -> Secret | None:
        """The secret of this name; None when it is nowhere, or empty."""
        value = self._values.get(name) or self._environ.get(name)
        return Secret(value) if value else None


def read_secrets(path: Path | None) -> Secrets:
    """Secrets from lines NAME=VALUE ('#' begins a comment line; quotes around the value are dropped).

    Raises UsageError naming file and line, never the value.
    """
    if path is None:
        return Secrets()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: the secrets file cannot be read ({type(error).__name__})",
            hint="give a text file of lines NAME=VALUE with --secrets-file",
        ) from None
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not (line := line.strip()) or line.startswith("#"):
            continue
        if not (found := _LINE.fullmatch(line)):
            raise UsageError(f"{path}:{number}: not of the form NAME=VALUE", hint="the value is not shown")
        values[found[1]] = _unquote(found[2])
    return Secrets(values)


def _unquote(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value
