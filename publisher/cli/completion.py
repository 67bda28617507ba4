"""What the shell completes beside commands and options: rules, offers of the local catalogue, offer folders.

Nothing here asks a network or makes a file, and whatever is wrong means that nothing is completed.
"""

import os
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from typer.core import TyperArgument, TyperCommand

from publisher.catalogue import SQLITE
from publisher.errors import PublisherError

Words = Callable[[str], Sequence[Any]]

# Commands whose first word names an offer: completing it would not be worth the import of a database.
OF_OFFERS: Final = {
    "status", "test", "approve", "request-production", "release", "cancel", "discard", "delete", "keep",
    "history", "pull",
}  # fmt: skip
# A decorator, a call, or a line of a table; the title begins the text.
_RULE: Final = re.compile(
    r'^(?:@rule\(| +\(?)\s*"([A-Z]{3}[0-9]{3})",\s*"([a-z0-9-]+)".*?"""(.+?)"*$', re.DOTALL | re.MULTILINE
)
_PATIENCE: Final = 0.2  # seconds for a catalogue that somebody writes


def rules(incomplete: str) -> list[tuple[str, str]]:
    """Names of rules, or codes where capitals are typed, with their titles."""
    codes = incomplete[:1].isupper()
    found = ((code if codes else name, title) for code, name, title in written_rules())
    return sorted((word, title) for word, title in found if word.startswith(incomplete))


def written_rules() -> Iterator[tuple[str, str, str]]:
    """Code, name and title of each rule as its source says them: importing rules takes too long here."""
    for file in sorted((Path(__file__).parents[1] / "rules").glob("*.py")):
        yield from _RULE.findall(file.read_text(encoding="utf-8"))


def offers(incomplete: str) -> list[str]:
    """Offers of the local catalogue: by their ID where it is unique, else with the publisher."""
    known = _known()
    often = Counter(offer for _, offer in known)
    words = (
        f"{publisher}/{offer}" if "/" in incomplete or often[offer] > 1 else offer
        for publisher, offer in known
    )
    return sorted(word for word in words if word.startswith(incomplete))


def places(incomplete: str) -> list[str]:
    """Offers, and offer folders."""
    return [*offers(incomplete), *_folders(incomplete)]


def _known() -> list[tuple[str, str]]:
    """Publisher and offer of each offer in the catalogue, if that is a file of this machine."""
    from publisher.settings import load_settings

    try:
        file = load_settings().database_url.removeprefix(SQLITE)
        if not os.path.isfile(file):
            return []
        with closing(
            sqlite3.connect(f"{Path(file).absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)
        ) as database:
            return database.execute("SELECT publisher, offer FROM offer").fetchall()
    except (PublisherError, sqlite3.Error, OSError):
        return []


def _folders(incomplete: str) -> Iterator[str]:
    """Folders that an offer lies in, or somewhere below."""
    above, _, name = incomplete.rpartition("/")
    try:
        for entry in sorted(
            os.scandir(f"{above}/" if "/" in incomplete else "."), key=lambda entry: entry.name
        ):
            if entry.is_dir() and entry.name.startswith(name) and (name or not entry.name.startswith(".")):
                yield f"{above}/{entry.name}" if "/" in incomplete else entry.name
    except OSError:
        return


def words_of(name: str) -> Words | None:
    """What completes the first word of a command; None where only the command itself knows."""
    if name == "explain":
        return rules
    if name in {"release", "request-production"}:
        return places
    return offers if name in OF_OFFERS else None


class FirstWord(TyperCommand):
    """Stands for a command while its first word is completed; of options the command itself knows."""

    def __init__(self, name: str, words: Words, real: Any) -> None:
        argument = TyperArgument(
            param_decls=["word"], type=str, autocompletion=lambda _ctx, _args, incomplete: words(incomplete)
        )
        super().__init__(name, params=[argument])
        self._real = real

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Options of the command."""
        real = self._real()
        return real.shell_complete(
            real.make_context(self.name, [], parent=ctx.parent, resilient_parsing=True), incomplete
        )
