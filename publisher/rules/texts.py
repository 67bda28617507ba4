"""Lengths of the listing's texts, and texts that say the same twice."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from publisher.document.model import Listing, Offer, Sku, SkuListing, Text
from publisher.document.nodes import Mark
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, PARTNER_CENTER, Profile
from publisher.rules.likeness import Likeness, Nearness, folded, likeness, skeleton
from publisher.rules.registry import Flaw, rule


def length(text: str) -> int:
    """UTF-16 code units after CRLF became LF, as a browser's text box counts."""
    text = text.replace("\r\n", "\n")
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@rule("TXT101", "title-length")
def title_length(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """The title of the offer keeps to its limit.

    Why: the portal cuts or refuses longer titles, and the store shows one line of it.
    Fix: shorten the title; the count is in UTF-16 code units, as a browser's text box counts.
    Source: row 15; guide for VM offers, marketing texts.
    """
    yield from _measure(f"{listing.at}/title", "the title", listing.title, "title", limits)


@rule("TXT102", "summary-length")
def summary_length(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """The summary of the offer keeps to its limit.

    Why: the summary is the line below the title in search results; the portal refuses a longer one.
    Fix: shorten the summary; markup counts, in UTF-16 code units, as a browser's text box counts.
    Source: row 17; guide for VM offers, marketing texts; certification policy 100.1.
    """
    yield from _measure(f"{listing.at}/summary", "the summary", listing.summary, "summary", limits)


@rule("TXT103", "longsummary-length")
def long_summary_length(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """The long summary of the offer keeps to its limit.

    Why: the portal refuses a longer one.
    Fix: shorten the long summary; markup counts, in UTF-16 code units, as a browser's text box counts.
    Source: row 18; guide for VM offers, marketing texts; Partner Center documentation (2020).
    """
    at = f"{listing.at}/long_summary"
    yield from _measure(at, "the long summary", listing.long_summary, "long_summary", limits)


@rule("TXT104", "description-length")
def description_length(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """The description of the offer keeps to its limit, markup included.

    Why: the portal refuses a longer one, and counts the markup that nobody sees.
    Fix: shorten the description or use less markup; the count is in UTF-16 code units.
    Source: row 19; guide for VM offers, marketing texts; Partner Center documentation (2020).
    """
    at = f"{listing.at}/description"
    yield from _measure(at, "the description", listing.description, "description", limits)


@rule("TXT105", "sku-title-length")
def sku_title_length(sku_listing: SkuListing, limits: Profile) -> Iterator[Flaw]:
    """The title of a SKU keeps to its limit.

    Why: the portal refuses a longer one. In partner-center, pages of the documentation disagree: what
    goes beyond the smaller number is a warning.
    Fix: shorten the title; the count is in UTF-16 code units, as a browser's text box counts.
    Source: row 20; guide for VM offers, SKU texts; Partner Center documentation, plan listing.
    """
    yield from _measure(f"{sku_listing.at}/title", "the SKU title", sku_listing.title, "sku_title", limits)


@rule("TXT106", "sku-summary-length")
def sku_summary_length(sku_listing: SkuListing, limits: Profile) -> Iterator[Flaw]:
    """The summary of a SKU keeps to its limit.

    Why: the portal refuses a longer one.
    Fix: shorten the summary; the count is in UTF-16 code units, as a browser's text box counts.
    Source: row 21; guide for VM offers, SKU texts; Partner Center documentation, plan listing.
    """
    at = f"{sku_listing.at}/summary"
    yield from _measure(at, "the SKU summary", sku_listing.summary, "sku_summary", limits)


@rule("TXT107", "sku-description-length")
def sku_description_length(sku_listing: SkuListing, limits: Profile) -> Iterator[Flaw]:
    """The description of a SKU keeps to its limit.

    Why: the portal refuses a longer one. In partner-center, pages of the documentation disagree: what
    goes beyond the smaller number is a warning.
    Fix: shorten the description; markup counts, in UTF-16 code units.
    Source: row 22; guide for VM offers, SKU texts; Partner Center documentation, plan listing.
    """
    at = f"{sku_listing.at}/description"
    yield from _measure(at, "the SKU description", sku_listing.description, "sku_description", limits)


@rule(
    "TXT108",
    "text-duplicate-description",
    gate=Gate.STAGE,
    severity={PARTNER_CENTER: Severity.WARNING, "else": Severity.ERROR},
)
def text_duplicate_description(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """The description of a SKU says something else than that of the offer.

    Why: the store shows both on one page, and offers that repeat themselves are sent back. Nearly the
    same text is a warning.
    Fix: say in the SKU's description what this SKU adds, and for whom it is.
    Source: row 23; guide for VM offers, SKU texts; what counts as nearly the same is our design.
    """
    near = _nearness(limits)
    for sku, texts, listing in _side_by_side(offer):
        text = texts.description
        same = likeness(text.value, listing.description.value, near)
        what = f"the description of the SKU {sku.id[:60]!a}"
        yield from _repeated(f"{texts.at}/description", same, what, "that of the offer", text)


@rule("TXT109", "text-duplicate-title-longsummary", gate=Gate.STAGE, profiles=[CLASSIC])
def text_duplicate_title_long_summary(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """The title of a SKU is not the offer's long summary.

    Why: offers that repeat themselves are sent back. Nearly the same text is a warning.
    Fix: let the SKU's title name what is bought, such as "Beacon by the hour".
    Source: row 24; guide for VM offers, SKU texts; what counts as nearly the same is our design.
    """
    near = _nearness(limits)
    for sku, texts, listing in _side_by_side(offer):
        same = likeness(texts.title, listing.long_summary.value, near)
        what = f"the title of the SKU {sku.id[:60]!a}"
        yield from _repeated(f"{texts.at}/title", same, what, "the offer's long summary")


@rule("TXT110", "text-duplicate-title-summary", gate=Gate.STAGE, profiles=[CLASSIC])
def text_duplicate_title_summary(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """The title of a SKU is not the offer's summary.

    Why: offers that repeat themselves are sent back. Nearly the same text is a warning.
    Fix: let the SKU's title name what is bought, such as "Beacon by the hour".
    Source: row 25; guide for VM offers, SKU texts; what counts as nearly the same is our design.
    """
    near = _nearness(limits)
    for sku, texts, listing in _side_by_side(offer):
        same = likeness(texts.title, listing.summary, near)
        what = f"the title of the SKU {sku.id[:60]!a}"
        yield from _repeated(f"{texts.at}/title", same, what, "the offer's summary")


@rule("TXT111", "sku-title-unique", gate=Gate.STAGE)
def sku_title_unique(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Every SKU has a title of its own.

    Why: customers choose between SKUs by their titles; the marketplace refuses two equal ones. Nearly
    the same titles are a warning, unless a number or a word of at most three letters tells them apart.
    Fix: name in the title what sets this SKU apart: how it is paid for, its size, its edition.
    Source: row 26; guide for VM offers, production checklist; Partner Center documentation, plans; what
    counts as nearly the same is our design.
    """
    near = _nearness(limits)
    plain: defaultdict[str, dict[str, Sku]] = defaultdict(dict)  # SKUs by title, by language
    latin: defaultdict[str, dict[str, Sku]] = defaultdict(dict)
    titles = [(sku, texts, tag.lower()) for sku in offer.skus for tag, texts in sku.listing.items()]
    for sku, texts, language in titles:
        if not (title := folded(texts.title)):
            continue
        found = {
            Likeness.SAME: plain[language].setdefault(title, sku),
            Likeness.LOOKALIKE: latin[language].setdefault(skeleton(texts.title), sku),
        }
        others = ((same, other) for same, other in found.items() if other is not sku)
        same, other = next(others, None) or (Likeness.NEAR, _nearly(title, sku, plain[language], near))
        if other is not None:
            what = f"the title of the SKU {sku.id[:60]!a}"
            yield from _repeated(f"{texts.at}/title", same, what, f"that of the SKU {other.id[:60]!a}")


def _nearly(title: str, sku: Sku, titles: dict[str, Sku], near: Nearness) -> Sku | None:
    """The first other SKU whose title is nearly the same."""
    for text, other in titles.items():
        if other is not sku and near.between(title, text) and not _told_apart(title, text):
            return other
    return None


def _told_apart(a: str, b: str) -> bool:
    """Whether a word that only one of two titles has is a number, or as short as II or XL."""
    return any(len(word) <= 3 or not word.isalpha() for word in _words(a) ^ _words(b))


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


def _measure(at: str, what: str, text: str | Text, key: str, limits: Profile) -> Iterator[Flaw]:
    text = Text(value=text) if isinstance(text, str) else text
    size, most = length(text.value), limits.lengths[key]
    advised = limits.lengths.get(f"{key}_advised", most)
    if size <= advised:
        return
    limit, rest, weight = most, "are allowed", None
    if size <= most:
        limit, rest, weight = advised, "are sure to be accepted", Severity.WARNING
    yield Flaw(
        at=at,
        message=f"{what} has {size:,} UTF-16 code units; at most {limit:,} {rest}",
        fix=f"shorten it by {size - limit:,}",
        severity=weight,
        file=text.file,
        mark=_place(text.value, limit) if text.file else None,
    )


def _place(text: str, units: int) -> Mark:
    """The place behind so many UTF-16 code units."""
    before = text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")
    return Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _nearness(limits: Profile) -> Nearness:
    return Nearness(percent=limits.counts["near_equal_percent"])


def _side_by_side(offer: Offer) -> Iterator[tuple[Sku, SkuListing, Listing]]:
    """The texts of each SKU with those of the offer in the same language."""
    listings: dict[str, Listing] = {}
    for tag, listing in offer.listing.items():
        listings.setdefault(tag.lower(), listing)
    for sku in offer.skus:
        for tag, texts in sku.listing.items():
            if tag.lower() in listings:
                yield sku, texts, listings[tag.lower()]


_SAYS: Final = {
    Likeness.SAME: "{} repeats {}",
    Likeness.LOOKALIKE: "{} looks like {}, in letters of another script",
    Likeness.NEAR: "{} is nearly the same as {}",
}


def _repeated(
    at: str, same: Likeness | None, what: str, other: str, text: Text | None = None
) -> Iterator[Flaw]:
    if same is None:
        return
    yield Flaw(
        at=at,
        message=_SAYS[same].format(what, other),
        severity=None if same is Likeness.SAME else Severity.WARNING,
        file=text.file if text else "",
        mark=Mark(1, 1) if text and text.file else None,
    )
