"""Fuzzes the reader of offers, as YAML and as JSON: `python tests/fuzz/fuzz_document.py -max_total_time=600`.

Whatever the bytes: reading raises nothing, says the same twice, and places every problem inside its file.
"""

import atexit
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fuzz.engine import fuzz, watched

with watched(__name__):
    from publisher.document import Document, read_document
    from publisher.document.guard import decode, read_yaml
    from publisher.document.nodes import Mark, Node, Problem, Unreadable
    from publisher.document.secrets import Secrets
    from publisher.document.strict_json import read_json
    from publisher.redact import Secret

SECRETS = Secrets({"DISK": "https://account.blob.core.windows.net/vhds/disk.vhd?sig=FAKE"}, environ={})


@cache
def folder() -> Path:
    """An offer folder with a few files to name: `text` holds the fuzzed bytes as well."""
    path = Path(tempfile.mkdtemp(prefix="fuzz-offer-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    (path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (path / "deep").mkdir()
    return path


def check(data: bytes) -> None:
    """Raise when a promise of the reader is broken by these bytes."""
    (folder() / "text").write_bytes(data)
    for name in ("offer.yaml", "offer.json"):
        path = folder() / name
        path.write_bytes(data)
        document = read_document(path, SECRETS)
        assert facts(document) == facts(read_document(path, SECRETS)), "read twice, it differs"
        for problem in document.problems:
            assert problem.rule, problem
            assert problem.message, problem
            within(place(document, problem), text_of(document, problem, data))
    trees(data)


def trees(data: bytes) -> None:
    """Text and trees by themselves: an answer, or the one declared exception."""
    text = attempt(decode, data)
    for read in (read_yaml, read_json):
        if text is not None:
            first, again = attempt(read, text), attempt(read, text)
            assert first == again


def attempt(read: Callable[[Any], Any], given: bytes | str) -> str | Node | None:
    """What was read; None when it was refused as unreadable."""
    try:
        return read(given)
    except Unreadable:
        return None


def place(document: Document, problem: Problem) -> Mark | None:
    """Where a report shows the problem."""
    return problem.mark or (None if problem.file else document.locate(problem.pointer))


def text_of(document: Document, problem: Problem, data: bytes) -> str:
    """The file that the problem is in, as far as it is text."""
    name = problem.file or document.path.name
    return document.texts.get(name) or data.decode("utf-8-sig", "replace")


def within(mark: Mark | None, text: str) -> None:
    """The place exists: behind the last character of a line at most."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert mark, "no place"
    assert 1 <= mark.line <= len(lines), (mark, len(lines))
    assert 1 <= mark.column <= len(lines[mark.line - 1]) + 1, (mark, lines[mark.line - 1])


def facts(value: Any) -> Any:
    """A document as plain values, which compare."""
    if isinstance(value, Secret | Node | Problem):
        return value
    if isinstance(value, dict):
        return {key: facts(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(facts, value))
    return facts(vars(value)) if hasattr(value, "__dict__") else value


if __name__ == "__main__":
    fuzz(check, "document")
