"""Reads a folder that is not written yet: the same values as if it were, without a disk."""

from pathlib import Path
from typing import Any, Final

from publisher.document.bind import Binder
from publisher.document.model import Offer
from publisher.document.nodes import Mapping, Mark, Node, Scalar, Sequence
from publisher.document.secrets import Secrets
from publisher.document.writing import NewFolder

_NOWHERE: Final = Mark(0, 0)


class _Binder(Binder):
    """Finds files among those of the new folder."""

    def __init__(self, new: NewFolder) -> None:
        values = {name: secret.reveal() for name, secret in new.secrets.items()}
        super().__init__(Path(), Secrets(values, environ={}))
        self._files = new.files

    def file(self, name: str, at: str) -> bytes | None:
        """The bytes of a file of the new folder."""
        if name not in self._files:
            self.problem("document-file", f"{name[:120]!a} does not exist", at)
        return self._files.get(name)


def offer_of(new: NewFolder) -> Offer:
    """The offer that the folder will hold; what cannot be read of it is left at its default."""
    offer: Offer = _Binder(new).bind(Offer, _node(new.offer), "")
    return offer


def _node(value: Any) -> Node:
    match value:
        case dict():
            return Mapping(_NOWHERE, {str(key): _node(item) for key, item in value.items()})
        case list() | tuple():
            return Sequence(_NOWHERE, [_node(item) for item in value])
        case bool():
            return Scalar("true" if value else "false", False, _NOWHERE)
        case None:
            return Scalar("", True, _NOWHERE)
    return Scalar(str(value), False, _NOWHERE)
