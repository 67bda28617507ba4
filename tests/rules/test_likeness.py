"""When two texts are the same to a reader."""

import json
import time
import unicodedata
from pathlib import Path

import pytest

from publisher.rules.likeness import LOOKALIKES, Likeness, folded, latin, likeness


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Beacon Server", "beacon  server "),
        ("Straße", "STRASSE"),
        ("café", "cafe\u0301"),
        ("hello", "hel\u200blo"),
        ("e\u200b\u0301", "é"),
        ("the team’s “best” – ever…", 'the team\'s "best" - ever...'),
        ("<p>Fast <b>and</b> safe</p><p>Cheap</p>", "Fast and safe cheap"),
        ("<B>B</B>eacon", "Beacon"),
        ("R&amp;D", "r&d"),
        ("❤\ufe0f", "❤"),
        ("①", "1"),
        ("\uac00", "\u1100\u1161"),
    ],
)
def test_the_same_to_a_reader(a: str, b: str) -> None:
    assert likeness(a, b) is likeness(b, a) is Likeness.SAME


@pytest.mark.parametrize(
    ("a", "b"),
    [("paypal", "p\u0430ypal"), ("BEACON", "ВЕАСОN"), ("Beacon", "Βeacοn"), ("á", "\u0430\u0301")],
)
def test_letters_of_another_script_only_look_alike(a: str, b: str) -> None:
    assert likeness(a, b) is likeness(b, a) is Likeness.LOOKALIKE


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Beacon", "Beacons"),
        ("rn", "m"),
        ("👨\u200d💻", "👨💻"),
        ("👨🏽\u200d💻", "👨🏽💻"),
        ("a < b and c > d", "a d"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴"),
        ("", ""),
        ("<p></p>", "\u200b"),
    ],
)
def test_different_or_nothing_to_compare(a: str, b: str) -> None:
    assert likeness(a, b) is None


def test_a_joiner_in_a_word_shows_nothing() -> None:
    assert likeness("Bea\u200dcon", "Beacon") is Likeness.SAME


def test_every_look_alike_is_a_letter_of_another_kind() -> None:
    for code, like in LOOKALIKES.items():
        assert like.isascii()
        assert not chr(code).isascii()
        assert unicodedata.category(chr(code)).startswith("L")


@pytest.mark.parametrize(
    ("character", "like"), [("о", "o"), ("‐", "-"), ("\u212a", "K"), ("ｃ", "c"), ("ß", "")]
)
def test_what_a_character_is_taken_for(character: str, like: str) -> None:
    assert latin(character) == like


FLOODS = {
    "marks": "a" + "\u0315\u0300\u05ae\u0321" * 100_000,
    "brackets": "<" * 400_000,
    "tags": "<a " * 100_000,
    "one tag": "<" + "a" * 400_000,
    "comments": "x" + "<!--" * 100_000,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flood_is_compared_in_no_time(flood: str) -> None:
    start = time.perf_counter()
    assert likeness(flood, flood + "x") is Likeness.SAME
    assert time.perf_counter() - start < 1


def test_a_flood_of_marks_is_cut() -> None:
    assert len(folded("a" + "\u0315\u0300\u05ae\u0321" * 100)) < 40


def test_known_pairs(shared: Path) -> None:
    allowed = {
        True: {Likeness.SAME, Likeness.LOOKALIKE},
        "warn": {Likeness.SAME, Likeness.LOOKALIKE},
        False: {None, Likeness.LOOKALIKE},
    }
    for line in (shared / "badinputs/lists/unicode_pairs.jsonl").read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        assert likeness(pair["a"], pair["b"]) in allowed[pair["same"]], pair


def test_folding_twice_changes_nothing() -> None:
    for text in ("Straße ﬁ ŉ İ", "aß\u0301", "ǅ ㎏ ½", "ﷺ", "e\u200b\u0301\u200d x"):
        assert folded(folded(text)) == folded(text)
