"""Characters that nobody sees, and words in letters of two scripts."""

import re
from collections.abc import Iterator
from typing import Final
from unicodedata import name as unicode_name

from publisher.document.model import Listing, Offer, SkuListing, Text
from publisher.document.nodes import Mark
from publisher.findings import Severity
from publisher.rules.likeness import LOOKALIKES, folded
from publisher.rules.registry import Flaw, rule

Place = tuple[str, str, Text]  # pointer, what stands there, and the text

# Invisible characters, and before them where they belong: a hyphen for the end of a line within a word,
# the selector of a variant, emoji that are joined, flags of regions, and scripts that need them.
_RIGHT_TO_LEFT: Final = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_JOINING: Final = f"{_RIGHT_TO_LEFT}\u0900-\u1cff\ua800-\uabff\U00010800-\U00011fff\U0001e800-\U0001efff"
_UNSPACED: Final = "\u0e00-\u109f\u1780-\u17ff\u1900-\u1aaf"
_EMOJI: Final = "\u2190-\u2bff\U0001f000-\U0001fbff"
_SELECTORS: Final = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_UNSEEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_INVISIBLE: Final = (  # compiled for the first text that is not plain ASCII
    r"(?<=[^\W\d_])\u00ad(?=[^\W\d_])"
    f"|(?<=[^\\sA-Za-z{_UNSEEN}{_SELECTORS}])[{_SELECTORS}]"
    f"|(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])"
    "|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
    f"|(?<=[{_JOINING}])[\u034f\u115f\u1160\u180e\u200c\u200d]|[\u115f\u1160](?=[\u1100-\u11ff])"
    f"|(?<=[{_UNSPACED}])\u200b|\u200b(?=[{_UNSPACED}])"
    f"|([{_UNSEEN}{_SELECTORS}])"
)
_DIRECTIONS: Final = "\u061c\u200e\u200f"

# Letters of Greek and Cyrillic that nobody tells from Latin ones. Small Greek letters that only resemble
# them stand beside Latin ones in names and formulas.
_TWINS: Final = frozenset(chr(code) for code in LOOKALIKES if 0x370 <= code < 0x530) - set("αγικρτυχω")


@rule("TXT122", "text-invisible", severity=Severity.WARNING)
def text_invisible(offer: Offer) -> Iterator[Flaw]:
    """The texts of the listing hold no invisible characters.

    Why: they come along with copied text, keep customers from finding a word, and break it where nobody
    expects that; some hide a message. What emoji and the writing of a language need is in order.
    Fix: delete the character that is named, or type the word again.
    Source: our design; Unicode, default ignorable code points.
    """
    for at, what, text in _texts(offer):
        found = _unseen(text.value)
        if found and folded(text.value):  # a text that shows nothing at all is a missing one
            yield Flaw(
                at=at,
                message=f"{what} holds {_told(text.value, found)}",
                file=text.file,
                mark=_mark(text.value, found[0]) if text.file else None,
            )


def _told(text: str, found: list[int]) -> str:
    """The first invisible character, by its name and by what stands before it, and how many there are."""
    several = f"{len(found):,} invisible characters, the first"
    before = text[max(0, found[0] - 20) : found[0]]
    first = f"{_named(text[found[0]])} behind {before!a}"
    return f"{several if len(found) > 1 else 'the invisible character'} {first}"


def _unseen(text: str) -> list[int]:
    """Where invisible characters stand that have no business there."""
    if text.isascii() or not re.search(f"[{_UNSEEN}{_SELECTORS}]", text):
        return []
    found = [match.start() for match in re.finditer(_INVISIBLE, text) if match[1]]
    if any(text[at] in _DIRECTIONS for at in found) and re.search(f"[{_RIGHT_TO_LEFT}]", text):
        found = [at for at in found if text[at] not in _DIRECTIONS]
    return found


@rule("TXT123", "text-mixed-script", severity=Severity.WARNING)
def text_mixed_script(offer: Offer) -> Iterator[Flaw]:
    """No word of a title mixes Latin letters with Greek or Cyrillic ones that look the same.

    Why: a search for the word does not find it, and names in mixed letters are how products are forged.
    Words of one script, and letters that look like no Latin one, are in order.
    Fix: type the word again on one keyboard.
    Source: our design; the letters are a choice from Unicode Technical Standard 39.
    """
    for at, what, title in _titles(offer):
        for word in [] if title.isascii() else re.findall(r"[^\W\d_]+", title):
            if twin := _twin(word):
                message = f"{what} writes {word[:40]!a} with {_named(twin)}"
                yield Flaw(at=at, message=f"{message}, which looks like {LOOKALIKES[ord(twin)]!r}")
                break


def _twin(word: str) -> str:
    """The first foreign letter of a word that is Latin but for such letters; "" for any other word."""
    twins = [letter for letter in word if letter in _TWINS]
    latin = [letter for letter in word if letter < "\u0250" or "\u1e00" <= letter < "\u1f00"]
    return twins[0] if twins and latin and len(twins) + len(latin) == len(word) else ""


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicode_name(character, 'without a name')}"


def _mark(text: str, at: int) -> Mark:
    return Mark(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _titles(offer: Offer) -> Iterator[tuple[str, str, str]]:
    for listing in offer.listing.values():
        yield f"{listing.at}/title", "the title", listing.title
    for sku in offer.skus:
        for texts in sku.listing.values():
            yield f"{texts.at}/title", f"the title of the SKU {sku.id[:60]!a}", texts.title


def _texts(offer: Offer) -> Iterator[Place]:
    for listing in offer.listing.values():
        yield from _own_texts(listing, "")
        yield f"{listing.at}/long_summary", "the long summary", listing.long_summary
        for keyword in listing.search_keywords:
            yield f"{listing.at}/search_keywords", "a search keyword", Text(value=keyword)
        for link in listing.links:
            yield f"{link.at}/title", "the title of a link", Text(value=link.title)
        for video in listing.videos:
            yield f"{video.at}/title", "the title of a video", Text(value=video.title)
        for image in listing.sample_images:
            yield f"{image.at}/caption", "the caption of a sample image", Text(value=image.caption)
    for sku in offer.skus:
        for texts in sku.listing.values():
            yield from _own_texts(texts, f" of the SKU {sku.id[:60]!a}")


def _own_texts(texts: Listing | SkuListing, whose: str) -> Iterator[Place]:
    yield f"{texts.at}/title", f"the title{whose}", Text(value=texts.title)
    yield f"{texts.at}/summary", f"the summary{whose}", Text(value=texts.summary)
    yield f"{texts.at}/description", f"the description{whose}", texts.description
