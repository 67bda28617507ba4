"""Puts an edited document in place of the old one: proved first, and all of it or nothing.

The edited text is written beside the document, read back and compared; only then it takes the
document's name. Nobody ever sees half a file, also after a power cut.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import Final

from publisher.document import Document, read_document
from publisher.document.change import Change, applied, changed_json, plain, spelled
from publisher.document.files import FileRefused, read_regular
from publisher.document.swap import take_place, write_beside
from publisher.errors import LostRace, Refused, UsageError, unwritten

_BOM: Final = b"\xef\xbb\xbf"


def open_for_edit(path: Path) -> Document:
    """The document of an offer folder. Raises Refused with every reading problem that it has."""
    document = read_document(path)
    if document.problems:
        raise Refused(
            f"{document.display()} is not edited by command before all of it can be read",
            reasons=tuple(_said(document)),
            hint="correct what is listed; `publisher validate` shows the lines",
        )
    if document.path.is_symlink():
        raise Refused(f"{document.display()} is a symbolic link", hint="name the file that it leads to")
    return document


def _said(document: Document) -> Iterator[str]:
    for problem in document.problems:
        mark = problem.mark or document.locate(problem.pointer)
        place = f":{mark.line}" if mark else ""
        yield f"{document.display(problem.file)}{place}: {problem.message}"


def save(document: Document, changes: Sequence[Change]) -> Document:
    """Make the changes on disk and return the document as it then reads; the file's mode stays.

    Raises Refused where the text has a form that does not take the changes, LostRace when somebody
    else wrote the file meanwhile, UsageError when the folder cannot be written. Then nothing changed.
    """
    try:
        old = read_regular(document.path)
        draft = write_beside(document.path, _edited(document, old, changes))
        try:
            after = _proved(document, draft, changes)
            if read_regular(document.path) != old:
                raise LostRace(f"{document.display()} was changed meanwhile", hint="run the command again")
            take_place(draft, document.path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise unwritten(document.display(), error, hint="look at the rights of the folder") from None
    except FileRefused as error:
        raise UsageError(f"{document.display()} cannot be edited: {error}") from None
    return Document(
        path=document.path, offer=after.offer, root=after.root, problems=after.problems, texts=after.texts
    )


def _edited(document: Document, old: bytes, changes: Sequence[Change]) -> bytes:
    text = old.decode("utf-8-sig")
    bom = _BOM if old.startswith(_BOM) else b""
    if document.path.suffix == ".json":
        return bom + reduce(changed_json, changes, text).encode()
    from ruamel.yaml.error import YAMLError

    from publisher.document.splice import spliced

    try:
        return bom + reduce(spliced, changes, text).encode()
    except (YAMLError, LookupError):
        raise _by_hand(document) from None


def _proved(document: Document, draft: Path, changes: Sequence[Change]) -> Document:
    """The draft as it reads, once it says what the old document and the changes say together."""
    after = read_document(draft)
    if after.problems or not after.root or not document.root:
        raise _by_hand(document)
    if plain(after.root) != spelled(reduce(applied, changes, plain(document.root))):
        raise _by_hand(document)
    return after


def _by_hand(document: Document) -> Refused:
    return Refused(
        f"{document.display()} is written in a form that cannot be edited without changing more",
        hint="make this edit by hand",
    )
