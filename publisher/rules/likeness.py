"""Tells whether two texts are the same to a reader, whatever they are written with."""

import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from html import unescape
from typing import Final
from unicodedata import combining, normalize

LONGEST: Final = 20_000  # far beyond every limit of a listing text; what follows is not compared

# Letters of Cyrillic and Greek that readers take for Latin ones; a choice from UTS 39.
_CYRILLIC: Final = ("асеһіјорԛѕхуԝԁӏѵкпАВСЕНІЈКМОРЅТХУԚԜѴӀЗ", "acehijopqsxywdlvknABCEHIJKMOPSTXYQWVI3")
_GREEK: Final = ("αογικνρτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aoyikvptuxwABEZHIKMNOPTYX")
_LATIN: Final = ("ɑɡıƖ", "agil")
LOOKALIKES: Final = {
    ord(letter): latin
    for letters, likes in (_CYRILLIC, _GREEK, _LATIN)
    for letter, latin in zip(letters, likes, strict=True)
}

_PUNCTUATION: Final = {
    **dict.fromkeys(map(ord, "‐‑‒–—―−⁃"), "-"),
    **dict.fromkeys(map(ord, "‘’‚‛′`´ʼʹ‹›"), "'"),
    **dict.fromkeys(map(ord, "“”„‟″«»"), '"'),
}

_TAG: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>|<!--.*?(?:-->|\Z)", re.DOTALL)
_INLINE: Final = frozenset({"a", "b", "i", "em", "strong", "u", "s", "span", "small", "sub", "sup", "code"})

# These are compiled for the first text that is not plain ASCII: it takes longer than most rules.
_SELECTOR: Final = "[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_EMOJI: Final = "[\u2190-\u2bff\U0001f000-\U0001fbff]"
_IGNORABLE: Final = (  # a joiner between emoji, and the tags of a regional flag, are kept
    f"({_EMOJI}\u200d(?={_EMOJI}))|(\U0001f3f4[\U000e0020-\U000e007f]+)|"
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_FLOOD: Final = rb"(?<=[^\0]{30})[^\0]+"

_COMMON: Final = "eatoinsr "
_WORK: Final = 2_000_000_000  # products of two lengths; about 10 ms
_LEAST: Final = 300_000  # what a pair costs at least, in the same unit


class Likeness(Enum):
    """How alike two texts are: the same, the same to the eye alone, or nearly the same."""

    SAME = "same"
    LOOKALIKE = "look-alike"
    NEAR = "near"


class Nearness:
    """Tells which texts are nearly the same, for about 10 ms; from then on none are.

    They are when at least `percent` of the characters of both stand in both, in the same order.
    """

    def __init__(self, *, percent: int) -> None:
        self.percent, self.left = percent, _WORK
        self._distance: Callable[..., int] | None = None

    def between(self, a: str, b: str) -> bool:
        """Whether two folded texts are nearly the same, or the same."""
        self.left -= _LEAST
        most = (len(a) + len(b)) * (100 - self.percent) // 100  # characters that only one of them has
        if self.left < 0 or abs(len(a) - len(b)) > most:
            return False
        if self._distance is None:  # the library is dear to import, and seldom needed
            if _apart(a, b, most):
                return False
            from rapidfuzz.distance.Indel import distance

            self._distance = distance
        self.left -= len(a) * len(b)
        return self._distance(a, b, score_cutoff=most) <= most


def _apart(a: str, b: str, most: int) -> bool:
    """Whether the numbers of common letters alone show more differences than `most`."""
    found = 0
    for letter in _COMMON:
        found += abs(a.count(letter) - b.count(letter))
        if found > most:
            return True
    return False


def likeness(a: str, b: str, near: Nearness | None = None) -> Likeness | None:
    """How alike two texts are; None when they differ, or when one shows nothing.

    Markup, case, white space, the kind of quotes and dashes, invisible characters and compatible
    spellings (NFKC) make no difference. Letters that only look alike do: they give `LOOKALIKE`.
    Small differences give `NEAR`, where somebody asks for it.
    """
    if not folded(a) or not folded(b):
        return None
    if folded(a) == folded(b):
        return Likeness.SAME
    if skeleton(a) == skeleton(b):
        return Likeness.LOOKALIKE
    return Likeness.NEAR if near and near.between(folded(a), folded(b)) else None


def folded(text: str) -> str:
    """The text without what makes no difference to a reader; "" for one that shows nothing."""
    return _folded(text[:LONGEST])


def skeleton(text: str) -> str:
    """The folded text with look-alike letters of other scripts made Latin."""
    if text.isascii() and "&" not in text:  # nor a reference to other letters
        return folded(text)
    return _skeleton(text[:LONGEST])


def latin(character: str) -> str:
    """The ASCII text that a character is taken for; "" when it resembles none."""
    like = normalize("NFKC", character.translate(LOOKALIKES).translate(_PUNCTUATION))
    return like if like != character and like.isascii() and like.isprintable() else ""


def invisible(character: str) -> bool:
    """Whether a character shows nothing by itself, and is not a space."""
    return bool(re.fullmatch(_IGNORABLE, character) or re.fullmatch(_SELECTOR, character))


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    return _fold(_plain(text))


@lru_cache(maxsize=256)
def _skeleton(text: str) -> str:
    return _fold(normalize("NFKC", _calm(_plain(text))).translate(LOOKALIKES))


def _fold(text: str) -> str:
    if text.isascii():
        return " ".join(text.replace("`", "'").casefold().split())
    text = normalize("NFC", _calm(text)).translate(_PUNCTUATION)
    for _ in range(2):  # casing and composing each make work for the other
        text = _visible(normalize("NFKC", text).casefold().translate(_PUNCTUATION))
    return " ".join(text.split())


def _plain(text: str) -> str:
    """The text without markup: words in one another stay whole, paragraphs stay apart."""
    return unescape(_TAG.sub(lambda tag: "" if (tag[1] or "").lower() in _INLINE else " ", text))


def _visible(text: str) -> str:
    return re.sub(_IGNORABLE, r"\1\2", re.sub(_SELECTOR, "", text))


def _calm(text: str) -> str:
    """At most 30 combining marks in a row: sorting a flood of them takes quadratic time."""
    if text.isascii():
        return text
    end, kept = 0, []
    for flood in re.finditer(_FLOOD, bytes(map(combining, text))):
        kept.append(text[end : flood.start()])
        end = flood.end()
    return "".join([*kept, text[end:]])
