"""Texts as Partner Center wants them: titles without emoji, descriptions in paragraphs, and in English."""

import re
from collections.abc import Iterator
from typing import Final
from unicodedata import name as unicode_name

from publisher.document.model import Listing, Offer
from publisher.findings import Gate, Severity
from publisher.profiles import PARTNER_CENTER, Profile
from publisher.rules.likeness import LONGEST, folded
from publisher.rules.registry import Flaw, rule

# What Unicode shows as a picture by itself, and what a selector turns into one. The signs of copyright
# and trademarks are no emoji, with a selector or without.
_EMOJI: Final = (
    "[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab"
    "\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c"
    "\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001faff]"
    "|[^\u00a9\u00ae\u2122](?=\ufe0f)"
)
_BLOCK: Final = r"(?i)<(/?)(p|h[1-6]|ul|ol|li)\b[^<>]*>|\n[ \t]*\n|<br[ \t]*/?>\s{0,9}<br[ \t]*/?>"
_PLAIN: Final = frozenset({"p", "li"})  # they end a paragraph; the others hold what is none


@rule("TXT116", "title-emoji", profiles=[PARTNER_CENTER])
def title_emoji(listing: Listing) -> Iterator[Flaw]:
    """The title of the offer holds no emoji.

    Why: Partner Center refuses titles with pictures in them; signs of copyright and trademarks are in
    order.
    Fix: delete the character that is named.
    Source: row 16; Partner Center documentation, offer listing.
    """
    if found := re.search(_EMOJI, listing.title):
        what = unicode_name(found[0], "no name").lower()
        message = f"the title holds the emoji {found[0]!a} ({what})"
        yield Flaw(at=f"{listing.at}/title", message=message)


@rule("TXT117", "language-notice", gate=Gate.STAGE, profiles=[PARTNER_CENTER])
def language_notice(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Where no listing is in English, descriptions begin with the sentence that says so.

    Why: the store speaks English, and takes other languages only under this notice.
    Fix: begin the description with "This application is available only in" and the name of the language,
    or add a listing in English.
    Source: row 30; Partner Center documentation, offer listing.
    """
    if any(language.lower().partition("-")[0] == "en" for language in offer.listing):
        return
    for language, listing in offer.listing.items():
        text = folded(listing.description.value)
        if text and not text.startswith(f"{folded(limits.language_notice)} "):
            yield Flaw(
                at=f"{listing.at}/description",
                message=f"the description in {language[:40]} does not begin with the language notice",
                fix=f'begin it with "{limits.language_notice} …" and the name of the language',
                file=listing.description.file,
            )


@rule(
    "TXT118",
    "description-quality",
    gate=Gate.PRODUCTION,
    severity=Severity.WARNING,
    profiles=[PARTNER_CENTER],
    requires={"html-tags"},
)
def description_quality(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """The description is told in two or three paragraphs.

    Why: those who approve an offer expect a text that says for whom it is and what it is good for; one
    block is not read, and a list of features alone is sent back. Whether the text is good, only a person
    can tell.
    Fix: write two or three short paragraphs, the benefit first; lists may follow them.
    Source: row 32; Partner Center documentation, listing guidelines.
    """
    text, least = listing.description, limits.counts["description_paragraphs_min"]
    if not folded(text.value) or (count := len(list(paragraphs(text.value)))) >= least:
        return
    found = "no paragraph beside lists and headings" if not count else "only one paragraph"
    message = f"the description has {found}; {least} or {least + 1} are expected"
    yield Flaw(at=f"{listing.at}/description", message=message, file=text.file)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of simple HTML or plain text, without lists and headings, as readers compare them."""
    text = text[:LONGEST]
    depth = start = 0
    for block in re.finditer(_BLOCK, f"{text}<p>"):
        if not depth and (piece := folded(text[start : block.start()])):
            yield piece
        start = block.end()
        if block[2] and block[2].lower() not in _PLAIN:
            depth = max(0, depth + (-1 if block[1] else 1))
