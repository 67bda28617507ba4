"""The values that every part of an offer is made of: texts, files, disks, links."""

from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from publisher.frozen import dataclass
from publisher.redact import Secret, public_url

if TYPE_CHECKING:
    from publisher.media import Picture

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False)
def record(cls: type[T]) -> type[T]:
    """A dataclass whose values are never changed: the type checker sees to that.

    At run time it is not frozen and has no equality: for forty classes that costs half the time that
    a short command may take to start.
    """
    return dataclass(kw_only=True, eq=False)(cls)


def described(help_text: str, *, default: Any = "", choices: tuple[str, ...] = ()) -> Any:
    """A field with the sentence that editors and scaffolds show for it.

    `choices` are the words that it, or each of its items, may hold.
    """
    metadata = {"help": help_text, "choices": choices}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@record
class Text:
    """A long text, written in place or in a file beside the document (`file` is "" in place)."""

    at: str = ""
    value: str = field(default="", repr=False)
    file: str = ""

    def __bool__(self) -> bool:
        return bool(self.value.strip())


@record
class Asset:
    """A media file inside the folder."""

    at: str = ""
    file: str = ""
    data: bytes = field(default=b"", repr=False)

    @cached_property
    def sha256(self) -> str:
        """The hash of its bytes, in hex."""
        from hashlib import sha256  # OpenSSL takes its time to load

        return sha256(self.data).hexdigest()

    @cached_property
    def picture(self) -> "Picture | str":
        """What it is as a PNG; for anything else the reason, to follow the file's name: "is empty"."""
        from publisher.media import NotAPicture, inspect

        try:
            return inspect(self.data)
        except NotAPicture as error:
            return error.reason


@record
class VhdUrl:
    """The SAS URL of a disk: by the name of a secret, or written out; `url` is None while unresolved."""

    at: str = ""
    secret: str = ""
    url: Secret | None = None

    @cached_property
    def address(self) -> str:
        """The URL without its query: what may be stored and shown; "" while unresolved."""
        return public_url(self.url.reveal()) if self.url else ""


@record
class Link:
    """A titled address that customers follow."""

    at: str = ""
    title: str = described("what the link shows")
    url: str = described("absolute http(s) address")
