"""The values that every part of an offer is made of: texts, files, disks, links."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from publisher.redact import Secret, public_url


def described(help_text: str, *, default: Any = "", choices: tuple[str, ...] = ()) -> Any:
    """A field with the sentence that editors and scaffolds show for it.

    `choices` are the words that it, or each of its items, may hold.
    """
    metadata = {"help": help_text, "choices": choices}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A long text, written in place or in a file beside the document (`file` is "" in place)."""

    at: str = ""
    value: str = field(default="", repr=False)
    file: str = ""

    def __bool__(self) -> bool:
        return bool(self.value.strip())


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A media file inside the folder."""

    at: str = ""
    file: str = ""
    data: bytes = field(default=b"", repr=False)

    @cached_property
    def sha256(self) -> str:
        """The hash of its bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, kw_only=True)
class VhdUrl:
    """The SAS URL of a disk: by the name of a secret, or written out; `url` is None while unresolved."""

    at: str = ""
    secret: str = ""
    url: Secret | None = None

    @cached_property
    def address(self) -> str:
        """The URL without its query: what may be stored and shown; "" while unresolved."""
        return public_url(self.url.reveal()) if self.url else ""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A titled address that customers follow."""

    at: str = ""
    title: str = described("what the link shows")
    url: str = described("absolute http(s) address")
