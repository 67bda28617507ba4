"""Changes go into YAML text of any style, and everything around them stays to the character."""

import random
import time
from typing import Any

import pytest

from publisher.document.change import Append, Change, Copy, Replace, applied, plain, spelled
from publisher.document.guard import read_yaml
from publisher.document.splice import spliced

ITEM = {"version": "2.0.0", "os_vhd": {"secret": "OS"}}
ADD = Append(pointer="/images", item=ITEM)

FORMS = {
    "lines": ("images:\n  - version: 1.0.0\n", "images:\n  - version: 1.0.0\n  - version: 2.0.0\n    os_vhd: {secret: OS}\n"),
    "dashes below the key": (
        "images:\n- version: 1.0.0\nlast: 1\n",
        "images:\n- version: 1.0.0\n- version: 2.0.0\n  os_vhd: {secret: OS}\nlast: 1\n",
    ),
    "wide dashes": (
        "images:\n    -   version: 1.0.0\n",
        "images:\n    -   version: 1.0.0\n    -   version: 2.0.0\n        os_vhd: {secret: OS}\n",
    ),
    "no line end at the end": (
        "images:\n  - version: 1.0.0",
        "images:\n  - version: 1.0.0\n  - version: 2.0.0\n    os_vhd: {secret: OS}",
    ),
    "Windows line ends": (
        "images:\r\n  - version: 1.0.0 # first\r\nlast: 1\r\n",
        "images:\r\n  - version: 1.0.0 # first\r\n  - version: 2.0.0\r\n    os_vhd: {secret: OS}\r\nlast: 1\r\n",
    ),
    "a blank line between items": (
        "images:\n  - version: 1.0.0\n\n  - version: 1.1.0\n\nlast: 1\n",
        "images:\n  - version: 1.0.0\n\n  - version: 1.1.0\n\n  - version: 2.0.0\n    os_vhd: {secret: OS}\n\nlast: 1\n",
    ),
    "comments of the last item, of the list, of the next key": (
        "images:\n  - version: 1.0.0 # kept\n    # os_vhd: later\n\n  # newest last\n# what follows\nlast: 1\n",
        "images:\n  - version: 1.0.0 # kept\n    # os_vhd: later\n  - version: 2.0.0\n    os_vhd: {secret: OS}\n"
        "\n  # newest last\n# what follows\nlast: 1\n",
    ),
    "a block text at the end": (
        "images:\n  - notes: |\n      one\n      # two\n\nlast: 1\n",
        "images:\n  - notes: |\n      one\n      # two\n  - version: 2.0.0\n    os_vhd: {secret: OS}\n\nlast: 1\n",
    ),
    "nothing at the end": (
        "images:\n  - version: # open\n# what follows\nlast: 1\n",
        "images:\n  - version: # open\n  - version: 2.0.0\n    os_vhd: {secret: OS}\n# what follows\nlast: 1\n",
    ),
    "in line": ("images: [{version: 1.0.0}]\n", "images: [{version: 1.0.0}, {version: 2.0.0, os_vhd: {secret: OS}}]\n"),
    "in brackets over lines": (
        "images: [\n  {version: 1.0.0}, # old\n  {version: 1.1.0}, # new\n]\n",
        "images: [\n  {version: 1.0.0}, # old\n  {version: 1.1.0},\n  {version: 2.0.0, os_vhd: {secret: OS}}, # new\n]\n",
    ),
    "an empty list": ("images: [] # none\nlast: 1\n", "images: # none\n  - version: 2.0.0\n    os_vhd: {secret: OS}\nlast: 1\n"),
    "an empty list with a comment inside": (
        "images: [\n  # none\n]\n",
        "images: [{version: 2.0.0, os_vhd: {secret: OS}}\n  # none\n]\n",
    ),
    "a null": ("images: ~\nlast: 1\n", "images:\n  - version: 2.0.0\n    os_vhd: {secret: OS}\nlast: 1\n"),
    "nothing": (
        "images: # none yet\n  # - version: 1.0.0\nlast: 1\n",
        "images: # none yet\n  - version: 2.0.0\n    os_vhd: {secret: OS}\n  # - version: 1.0.0\nlast: 1\n",
    ),
    "no such key": ("id: x # SKU\n# end\n", "id: x # SKU\n# end\nimages:\n  - version: 2.0.0\n    os_vhd: {secret: OS}\n"),
    "no such key in line": ("{id: x}\n", "{id: x, images: [{version: 2.0.0, os_vhd: {secret: OS}}]}\n"),
    "an empty mapping": ("{}\n", "{images: [{version: 2.0.0, os_vhd: {secret: OS}}]}\n"),
    "nothing in line": ("{images: , id: x}\n", "{images: [{version: 2.0.0, os_vhd: {secret: OS}}] , id: x}\n"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_an_item_is_appended_in_the_style_that_it_finds(form: str) -> None:
    before, after = FORMS[form]
    assert spliced(before, ADD) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: {version: 1.0.0} # x\n", "a: {version: 2.0.0} # x\n"),
        ("a:\n  version:   '1.0.0'   # x\n", "a:\n  version:   '2.0.0'   # x\n"),
        ('a: {"version": "1.0.0"}\n', 'a: {"version": "2.0.0"}\n'),
        ("a:\n  version: >-\n    1.0.0\n  b: 1\n", "a:\n  version: 2.0.0\n  b: 1\n"),
    ],
)
def test_a_word_is_replaced_in_its_quotes(before: str, after: str) -> None:
    assert spliced(before, Replace(pointer="/a/version", word="2.0.0")) == after


def test_a_copy_keeps_the_style_of_what_it_is_made_from() -> None:
    text = "list:\n- a: 'x'\n  b: {c: 0.90, d: \"y\"}\n  e:\n  - [1, 2]\n"
    change = Append(pointer="/list", item=Copy(pointer="/list/0", changes={"/b/d": "z", "/f": {"g": "h"}}))
    assert (
        spliced(text, change) == text + "- a: 'x'\n  b: {c: 0.90, d: \"z\"}\n  e:\n  - [1, 2]\n  f: {g: h}\n"
    )


@pytest.mark.parametrize("word", ["true", "1e5", "2026-01-01", "a: b", "# x", "'", "- x", "~"])
def test_a_word_that_yaml_reads_otherwise_is_quoted(word: str) -> None:
    text = spliced("list: []\n", Append(pointer="/list", item={"id": word}))
    assert plain(read_yaml(text)) == {"list": [{"id": word}]}


class Author:
    """Writes trees as YAML in a style that changes from line to line."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.line_end = self.dice.choice(["\n", "\r\n"])

    def document(self, tree: dict[str, Any]) -> str:
        lines = self.mapping(tree)
        return self.line_end.join(lines) + self.dice.choice(["", self.line_end])

    def mapping(self, tree: dict[str, Any]) -> list[str]:
        return [line for key, value in tree.items() for line in (*self.remark(), *self.field(key, value))]

    def field(self, key: str, value: Any) -> list[str]:
        if isinstance(value, str | None) or not value or self.dice.random() < 0.2:
            return [f"{key}:{' ' * self.dice.randint(1, 3)}{self.flow(value)}{self.eol()}"]
        deep = " " * self.dice.randint(1, 4)
        if isinstance(value, dict):
            return [f"{key}:{self.eol()}", *(self.deeper(deep, line) for line in self.mapping(value))]
        return [f"{key}:{self.eol()}", *self.items(value, self.dice.choice(["", deep]))]

    def items(self, values: list[Any], deep: str) -> list[str]:
        gap, lines = " " * self.dice.randint(1, 3), []
        for value in values:
            first, *rest = self.mapping(value) if self.dice.random() < 0.8 else [self.flow(value)]
            if first.lstrip().startswith("#") or not first.strip():
                lines += [self.deeper(deep, first)]
                first, *rest = rest
                while first.lstrip().startswith("#") or not first.strip():
                    first, *rest = rest
            lines += [f"{deep}-{gap}{first}", *(self.deeper(f"{deep} {gap}", line) for line in rest)]
        return lines

    def deeper(self, deep: str, line: str) -> str:
        return deep + line if line else line

    def flow(self, value: Any) -> str:
        space = self.dice.choice(["", " "])
        if isinstance(value, dict):
            return "{" + space + ", ".join(f"{k}: {self.flow(v)}" for k, v in value.items()) + space + "}"
        if isinstance(value, list):
            return "[" + space + ", ".join(map(self.flow, value)) + space + "]"
        return self.dice.choice([value, f"'{value}'", f'"{value}"']) if value else "~"

    def remark(self) -> list[str]:
        return self.dice.choice([[]] * 6 + [["# remark: x"], [""], ["", "# - y"]])

    def eol(self) -> str:
        return self.dice.choice(["", "", "", "  # why"])


def tree(dice: random.Random) -> dict[str, Any]:
    skus = [sku(dice, number) for number in range(dice.randint(1, 3))]
    return {"a": "1", "skus": skus, "z": dice.choice([None, "end"])}


def sku(dice: random.Random, number: int) -> dict[str, Any]:
    images = [image(dice, number) for number in range(dice.randint(0, 3))]
    return {"id": f"s{number}", "note": dice.choice([None, "x y"]), "images": images}


def image(dice: random.Random, number: int) -> dict[str, Any]:
    return {"version": f"1.{number}.0", "os": {"secret": "A"}, "disks": [{"lun": "0"}] * dice.randint(0, 2)}


def test_any_style_takes_changes_and_loses_nothing() -> None:
    seed = int(time.time())
    print(f"seed {seed}")
    for number in range(seed, seed + 60):
        dice = random.Random(number)
        before = tree(dice)
        text = Author(number).document(before)
        assert plain(read_yaml(text)) == before, (number, text)
        last = f"/skus/{len(before['skus']) - 1}"
        changes: list[Change] = [
            Append(
                pointer="/skus",
                item=Copy(pointer="/skus/0", changes={"/id": "new"}),
                airy=dice.random() < 0.5,
            ),
            Append(pointer=f"{last}/images", item={"version": "2.0.0", "disks": [{"lun": 0}], "note": None}),
            Append(pointer="/others", item={"id": "x"}),
            Replace(pointer=f"{last}/id", word="1.2.3"),
        ]
        for change in changes:
            after = spliced(text, change)
            assert plain(read_yaml(after)) == spelled(applied(before, change)), (number, change, text, after)
            assert after.count("#") == text.count("#")
            assert after.count("\r\n") in (0, after.count("\n"))
