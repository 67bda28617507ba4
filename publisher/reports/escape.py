"""Keeps terminals and the agents of pipelines from acting upon texts that only pass through a report."""

import re
from collections.abc import Mapping
from typing import Final

from publisher.redact import redact

# What a terminal would act on: C0, DEL, C1, line separators, direction overrides; and lone surrogates,
# which no stream can write.
_ACTIVE: Final = "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
_COMMAND: Final = r"(?m)^([^\S\n]*:)(?=:)|(#)(?=#[A-Za-z]*\[)"
_NAMES: Final = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


def visible(text: str) -> str:
    """One line in which every active character shows as its escape."""
    return text if text.isprintable() else re.sub(_ACTIVE, _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    return _NAMES.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def quiet(text: str, environ: Mapping[str, str]) -> str:
    """In a pipeline, the text without what its agent would take as a command (`::error::`, `##vso[…]`)."""
    return tame(text) if environ.get("CI") or environ.get("TF_BUILD") else text


def tame(text: str) -> str:
    """The text without what an agent of a pipeline would take as a command."""
    return re.sub(_COMMAND, lambda found: f"{found.group()} ", text)


def inert(text: str) -> str:
    """One line without secrets, upon which neither a terminal nor an agent acts."""
    return tame(visible(redact(text)))
