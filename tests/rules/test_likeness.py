"""When two texts are the same to a reader."""

import html
import json
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from publisher.rules.likeness import LOOKALIKES, Likeness, Nearness, folded, latin, likeness


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
        ("the team`s", "the team's"),
        ("a\u1ffdb", "a\u00b4b"),
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
def test_a_flood_is_compared_to_its_end(flood: str) -> None:
    start = time.process_time()
    assert likeness(flood, flood + "x") is Likeness.SAME
    assert time.process_time() - start < 20


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


# What texts are made of: letters whose case, composition and width are told apart nowhere, marks, markup.
PIECES = st.sampled_from(
    [*"abzAZ09 .,-'\"`´<>&;#!/", *"éÉßſŉǆǅΐΰςΣ가ᄀ각ﬁ①ｃ…–’“№", "e\u0301", "\u0323\u0307", "ṩ", "\u1ffd", "\u00a0",
     "\u200b", "\u00ad", "\n", "\t", "❤\ufe0f", "👨\u200d💻", "о", "А", "<b>", "</b>", "<p>", "</p>", "<br/>", "<!--",
     "-->", "&amp;", "&#65;", "&lt;", "i\u0307", "İ"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=40)


def shown(text: str) -> bool:
    return bool(folded(text))


@given(TEXTS)
def test_a_text_is_like_itself_unless_it_shows_nothing(text: str) -> None:
    assert likeness(text, text) is (Likeness.SAME if shown(text) else None)


@given(TEXTS, TEXTS)
def test_two_texts_are_as_alike_in_either_order(a: str, b: str) -> None:
    for one, other in ((a, b), (a, a + b), (a + b, b), (a, a[:-1])):
        there, back = likeness(one, other, Nearness(percent=50)), likeness(other, one, Nearness(percent=50))
        assert there is back


@given(TEXTS, st.sampled_from(["NFC", "NFD"]))
def test_composition_makes_no_difference(text: str, form: str) -> None:
    assume(shown(text))
    assert likeness(text, unicodedata.normalize(form, text)) is Likeness.SAME


@given(TEXTS, st.sampled_from([str.upper, str.lower, str.swapcase, str.casefold, str.title]))
def test_case_makes_no_difference(text: str, change: object) -> None:
    assume(shown(text) and "ı" not in text)  # the Turkish letter, whose upper case is another letter's
    escaped = html.unescape(text).replace("<", "(").replace("&", "+")  # &AMP; and <!DOCTYPE> are other things
    assume(shown(escaped))
    assert callable(change)
    assert likeness(escaped, change(escaped)) is Likeness.SAME


@given(TEXTS, st.sampled_from([" ", "\n", "\t", "\u00a0", "  \n\u2003"]))
def test_white_space_makes_no_difference(text: str, space: str) -> None:
    assume(shown(text) and "<" not in text)
    assert likeness(text, f"{space}{text.replace(' ', space)}{space}") is Likeness.SAME


@given(
    TEXTS,
    st.sampled_from([("<p>", "</p>"), ("<b>", "</b>"), ("<ul><li>", "</li></ul>"), ("<A HREF='x'>", "</A>")]),
)
def test_being_wrapped_in_markup_makes_no_difference(text: str, tags: tuple[str, str]) -> None:
    assume(shown(text))
    assert likeness(text, text.join(tags)) is Likeness.SAME
    assert likeness(html.unescape(text), html.escape(html.unescape(text))) in {Likeness.SAME, None}


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("abcdefghij" * 2, "abcdefghij" * 2 + "x", True),
        ("abcdefghij" * 5, "abcdefghij" * 4 + "abcdefgxyz", False),
        ("abcdefghij" * 10, "abcdefghij" * 9 + "abcdevwxyz", True),
        ("abcdefghij" * 10, "abcdefghij" * 9 + "abcduvwxyz", False),
        ("the relay guards your mail", "the relay guards your mails", True),
        ("the relay guards your mail", "your mail guards the relay", False),
        ("<p>The relay guards your mail</p>", "the RELAY  guards your mai1", True),
        ("Das Relais schützt Ihre Post zuverlässig", "Das Relais schützt ihre Post zuverlässig.", True),
    ],
)
def test_nearly_the_same_is_95_of_100_characters_in_order(a: str, b: str, near: bool) -> None:
    assert likeness(a, b, Nearness(percent=95)) is (Likeness.NEAR if near else None)
    assert likeness(a, b) is None


@given(st.text("aeit x", max_size=60), st.text("aeit x", max_size=60), st.integers(50, 100))
def test_counting_letters_first_changes_no_answer(a: str, b: str, percent: int) -> None:
    fresh, used = Nearness(percent=percent), Nearness(percent=percent)
    assert used.between("a", "a")
    assert fresh.between(a, b) == used.between(a, b)


def test_nearness_is_asked_for_a_while_only() -> None:
    near, long = Nearness(percent=95), "abcdefghij" * 2_000
    asked = [near.between(long, f"{long}x") for _ in range(20)]
    assert asked[0]
    assert not asked[-1]
    assert asked == sorted(asked, reverse=True)
