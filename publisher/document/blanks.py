"""What a document leaves open for its author: empty values, empty text files, secrets without a value."""

from collections.abc import Iterator
from dataclasses import dataclass

from publisher.document import Document
from publisher.document.nodes import Mapping, Node, Scalar, Sequence, step


@dataclass(frozen=True, kw_only=True)
class Blank:
    """One open value: its JSON pointer, and how to tell the author about it."""

    pointer: str
    words: str


def blanks(document: Document, under: str = "") -> Iterator[Blank]:
    """What is open at a pointer and below, in the order of the document; secrets last."""
    if document.root is not None:
        for pointer, node in _values(document.root, ""):
            below = pointer == under or pointer.startswith(f"{under}/")
            if below and (words := _words(document, pointer, node)):
                yield Blank(pointer=pointer, words=words)
    unresolved = {vhd.secret: vhd for vhd in document.offer.vhds() if not vhd.url} if document.offer else {}
    for name, vhd in unresolved.items():
        if name and vhd.at.startswith(f"{under}/"):
            yield Blank(pointer=f"{vhd.at}/secret", words=f"the secret {name}: the SAS URL of a disk")


def _words(document: Document, pointer: str, node: Node) -> str:
    if not isinstance(node, Scalar):
        return ""
    if node.null:
        mark = document.locate(pointer) or node.mark
        return f"{document.display()}:{mark.line}: {pointer[1:]}"
    if pointer.endswith("/file") and not document.texts.get(node.text, "text").strip():
        return f"{document.display(node.text)}: {pointer[1:].removesuffix('/file')}"
    return ""


def _values(node: Node, at: str) -> Iterator[tuple[str, Node]]:
    """Every node below, with its pointer; that of a file is the field that names it."""
    yield at, node
    children: Iterator[tuple[str | int, Node]] = iter(())
    if isinstance(node, Mapping):
        children = iter(node.items.items())
    elif isinstance(node, Sequence):
        children = iter(enumerate(node.items))
    for key, child in children:
        yield from _values(child, step(at, key))
