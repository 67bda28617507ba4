"""Fields are put in place of others in text of any style; what both have stays to the character."""

import random
import time
from decimal import Decimal
from typing import Any

import pytest

from publisher.document.change import Merge, applied, plain, spelled
from publisher.document.guard import read_yaml
from publisher.document.splice import spliced
from tests.document.test_splice import Author

FORMS = {
    "a word in braces": ("p: {a: {x: 1, y: 2}} # kept\n", {"a": {"x": "1", "y": Decimal("2.50")}}, "p: {a: {x: 1, y: 2.50}} # kept\n"),
    "quotes stay": ("p:\n  a: '1'\n  b: 2\n", {"a": Decimal("3"), "b": "2"}, "p:\n  a: '3'\n  b: 2\n"),
    "first, middle and last of a line": (
        "p: {a: 1, b: 2, c: 3, d: 4}\n", {"b": "2", "d": "4"}, "p: {b: 2, d: 4}\n"),
    "all of a line": ("p: { a: 1 }\n", {"b": Decimal("2")}, "p: { b: 2 }\n"),
    "lines go with their comments": (
        "p:\n  # of a\n  a: 1 # one\n  b:\n    x: 1\n    # end of b\n  c: 3\nq: 1\n",
        {"a": "1", "c": "3"},
        "p:\n  # of a\n  a: 1 # one\n  c: 3\nq: 1\n",
    ),
    "the last line becomes another": (
        "p:\n    a: 1\n    b: 2\nq: 1\n", {"a": "1", "c": {"x": Decimal("1")}}, "p:\n    a: 1\n    c: {x: 1}\nq: 1\n"),
    "a key that was not there": ("q: 1\n", {"a": {"x": {"y": "1"}}}, "q: 1\np:\n  a: {x: {y: '1'}}\n"),
    "a key without a value": ("p: # none\nq: 1\n", {"a": {"x": {"y": True}}}, "p: # none\n  a: {x: {y: true}}\nq: 1\n"),
    "a null": ("p: ~\nq: 1\n", {"a": "b"}, "p: {a: b}\nq: 1\n"),
    "Windows line ends": ("p:\r\n  a: 1\r\n  b: 2\r\n", {"b": "2", "c": "d"}, "p:\r\n  b: 2\r\n  c: d\r\n"),
    "no line end at the end": ("p:\n  a: 1", {"a": "1", "b": "c"}, "p:\n  a: 1\n  b: c"),
    "numbers of cores are bare": ("p: {}\n", {"2": Decimal("0.10")}, "p: {2: 0.10}\n"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_fields_change_where_they_stand(form: str) -> None:
    before, value, after = FORMS[form]
    change = Merge(pointer="/p", value=value)
    assert spliced(before, change) == after
    assert plain(read_yaml(after)) == spelled(applied(plain(read_yaml(before)), change))


def test_any_style_takes_other_fields_and_loses_nothing() -> None:
    seed = int(time.time())
    print(f"seed {seed}")
    for number in range(seed, seed + 60):
        dice = random.Random(number)
        before = {"a": "1", "skus": [{"id": "s", "p": fields(dice), "z": "end"}], "z": "end"}
        text = Author(number).document(before)
        assert plain(read_yaml(text)) == before, (number, text)
        change = Merge(pointer="/skus/0/p", value=fields(dice))
        after = spliced(text, change)
        assert plain(read_yaml(after)) == spelled(applied(before, change)), (number, change, text, after)
        assert after.count("\r\n") in (0, after.count("\n"))
        assert spliced(after, change) == after


def fields(dice: random.Random) -> dict[str, Any]:
    """One field at least, of two kinds, some of which two draws have in common."""
    names = dice.sample(["US", "NO", "DE", "SE"], dice.randint(1, 4))
    return {name: {"c": dice.choice("xy"), **some(dice)} for name in names} | {"note": dice.choice("xy")}


def some(dice: random.Random) -> dict[str, Any]:
    sizes = dice.sample(["1", "2", "4"], dice.randint(0, 3))
    return {"by": {size: dice.choice(["0.10", "2"]) for size in sizes}} if sizes else {"free": "true"}
