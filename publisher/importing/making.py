"""What every kind of foreign document needs on its way to an offer folder."""

import re
from typing import Any, Final

from publisher.document.writing import text_value
from publisher.ingestion.words import category_name
from publisher.redact import Secret

LANGUAGE: Final = "en-us"  # the only one that these documents know

_WORDS: Final = re.compile("(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_SIZE: Final = re.compile("([a-z]{1,4})([0-9]{1,4})([a-z]{0,4})-(basic|standard)(-v[0-9])?")


def said(value: Any) -> Any:
    """Without fields that are empty or false."""
    if isinstance(value, dict):
        kept = {key: said(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item or (item == 0 and item is not False)}
    return [said(item) for item in value] if isinstance(value, list) else value


def long_text(files: dict[str, bytes], name: str, text: str) -> Any:
    """A long text, in a file of `texts/` that is not there yet where it is no short one."""
    stem, _, suffix = name.rpartition(".")
    number = 1
    while f"texts/{name}" in files:
        name = f"{stem}-{(number := number + 1)}.{suffix}"
    return text_value(files, f"texts/{name}", text)


def slug(words: str) -> str:
    """Words in lower case, with dashes between them; letters and digits of ASCII alone."""
    return "-".join(filter(None, _WORDS.split(words))).lower()


def size_name(size: str) -> str:
    """A VM size as deployments name it, such as Standard_D2s_v3 for d2s-standard-v3."""
    if not (found := _SIZE.fullmatch(size)):
        return size
    family, number, rest, tier, version = found.groups(default="")
    return f"{tier.capitalize()}_{family.upper()}{number}{rest}{version.replace('-', '_')}"


def file_name(words: str) -> str:
    """Words as part of a file's name."""
    return slug(words)[:60].strip("-") or "unnamed"


def categories(category: str, subcategories: list[str]) -> list[str]:
    """`name` or `name/subcategory` of the ids that the marketplace uses."""
    return [category_name(category, subcategory) for subcategory in subcategories or [""]]


class Disks:
    """SAS URLs under names; one URL has one name, wherever it stands."""

    def __init__(self) -> None:
        self.secrets: dict[str, Secret] = {}
        self._names: dict[Secret, str] = {}
        self._open: set[str] = set()

    def refer(self, words: str, url: str) -> dict[str, str]:
        """The reference to a disk; without a URL, to a secret that is still to be given."""
        value = Secret(url)
        if url and value in self._names:
            return {"secret": self._names[value]}
        name = self._free(re.sub("[^A-Z0-9]+", "_", f"SAS_{words}".upper())[:100])
        if url:
            self.secrets[name], self._names[value] = value, name
        else:
            self._open.add(name)
        return {"secret": name}

    def _free(self, name: str) -> str:
        free, number = name, 1
        while free in self.secrets or free in self._open:
            free = f"{name}_{(number := number + 1)}"
        return free
