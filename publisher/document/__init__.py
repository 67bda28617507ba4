"""The offer folder: read with care, every value with its place."""

import os
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Final

from publisher.document.bind import Binder
from publisher.document.files import FileRefused, read_regular
from publisher.document.guard import decode, read_yaml
from publisher.document.model import FORMAT, Offer
from publisher.document.nodes import Mapping, Mark, Node, Problem, Unreadable, locate
from publisher.document.secrets import Secrets
from publisher.errors import UsageError
from publisher.frozen import dataclass

NAMES: Final = ("offer.yaml", "offer.yml", "offer.json")


@dataclass(frozen=True, kw_only=True)
class Document:
    """One offer folder as it stood when it was read.

    `offer` is None when nothing could be read; `problems` says why, and what else was wrong.
    `texts` holds the content of `offer.yaml` and of each text file, by its name inside the folder.
    """

    path: Path
    offer: Offer | None
    root: Node | None = field(repr=False)
    problems: tuple[Problem, ...] = ()
    texts: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        """The offer folder."""
        return self.path.parent

    @cached_property
    def unresolved(self) -> tuple[str, ...]:
        """Names of the secrets that could not be looked up, each once."""
        vhds = self.offer.vhds() if self.offer else ()
        return tuple(dict.fromkeys(vhd.secret for vhd in vhds if vhd.secret and not vhd.url))

    def locate(self, pointer: str) -> Mark | None:
        """The place of a pointer, or of the nearest thing above it."""
        return locate(self.root, pointer) if self.root else None

    def display(self, file: str = "") -> str:
        """A file of the folder as the user would name it from the current directory."""
        path = self.folder / file if file else self.path
        shown = os.path.relpath(path)
        return str(path) if shown.startswith("..") else shown


def find_document(path: Path) -> Path:
    """The document of an offer folder, or the document itself.

    Raises UsageError when there is none, or when there are several.
    """
    if path.is_file() or (path.exists() and not path.is_dir()):
        return path
    if not path.is_dir():
        raise UsageError(f"{path}: no such offer folder", hint="`publisher init DIR` makes one")
    found = [path / name for name in NAMES if (path / name).exists()]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{path}: {' and '.join(file.name for file in found)} stand side by side",
            hint="keep one of them",
        )
    raise UsageError(f"{path}: holds no offer.yaml or offer.json", hint=f"`publisher init {path}` writes one")


def read_document(path: Path, secrets: Secrets | None = None) -> Document:
    """Read an offer folder, or its document, with everything that it names.

    Never raises for what stands in the document. Raises UsageError for a path that cannot be read.
    """
    path = find_document(path)
    try:
        data = _read(path)
        text = decode(data)
    except Unreadable as error:
        return Document(path=path, offer=None, root=None, problems=(error.problem,))
    texts = {path.name: text}
    try:
        root = _parse(path, text)
    except Unreadable as error:
        return Document(path=path, offer=None, root=None, problems=(error.problem,), texts=texts)
    binder = Binder(Path(os.path.realpath(path.parent)), secrets or Secrets())
    offer = binder.bind(Offer, root, "")
    problems = tuple(binder.problems) + _format_problem(offer)
    return Document(path=path, offer=offer, root=root, problems=problems, texts=texts | binder.texts)


def _read(path: Path) -> bytes:
    try:
        return read_regular(os.path.realpath(path))
    except FileRefused as error:
        if "bytes" in str(error):
            raise Unreadable(Problem(rule="document-too-large", message=str(error))) from None
        raise UsageError(f"{path}: {error}", hint="give an offer folder or its offer.yaml") from None


def _parse(path: Path, text: str) -> Node:
    if path.suffix == ".json":
        from publisher.document.strict_json import read_json

        root = read_json(text)
    else:
        root = read_yaml(text)
    if not isinstance(root, Mapping):
        raise Unreadable(
            Problem(
                rule="document-root",
                message="fields (key: value) expected at the top",
                fix="see `publisher init`",
                mark=root.mark,
            )
        )
    return root


def _format_problem(offer: Offer) -> tuple[Problem, ...]:
    if offer.format == FORMAT:
        return ()
    return (
        Problem(
            rule="document-format",
            message=f"the format {offer.format[:40]!a} is not known",
            fix=f"write format: {FORMAT}",
            pointer="/format",
        ),
    )
