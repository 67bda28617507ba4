"""What only a person can judge: questions to ask oneself before the offer goes to production.

Each is one info, never a pass, as long as there is something to look at. Who has looked may waive it.
"""

import re
from collections.abc import Iterator
from typing import Final

from publisher.document.model import Listing, Offer
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, PARTNER_CENTER, Profile
from publisher.rules.likeness import folded
from publisher.rules.registry import Flaw, rule

_BRANDS: Final = r"\b(?:microsoft|azure|windows|office|sql server|active directory|entra|hyper-v)\b"


def _question(at: str, question: str) -> Iterator[Flaw]:
    yield Flaw(at=at, message=f"ask yourself: {question}")


def _titled(offer: Offer) -> Listing | None:
    return next((listing for listing in offer.listing.values() if listing.title.strip()), None)


@rule(
    "TXT119",
    "title-matches-website",
    gate=Gate.PRODUCTION,
    severity=Severity.INFO,
    profiles=[PARTNER_CENTER],
)
def title_matches_website(offer: Offer) -> Iterator[Flaw]:
    """The product has the same title on your website.

    Why: those who approve an offer compare it with how the product is promoted elsewhere.
    Fix: use one title in both places; then waive this, or leave it.
    Source: row 33; certification policies, title; Partner Center documentation, listing guidelines.
    """
    if listing := _titled(offer):
        title = listing.title.strip()[:80]
        yield from _question(f"{listing.at}/title", f"does your website call the product {title!r} too?")


@rule(
    "TXT120", "title-repackaged-oss", gate=Gate.PRODUCTION, severity=Severity.INFO, profiles=[PARTNER_CENTER]
)
def title_repackaged(offer: Offer) -> Iterator[Flaw]:
    """The title of repackaged software says what you add to it, or who sells it.

    Why: an offer that repackages what others wrote is refused under their title alone.
    Fix: put into the title what you add or, where that is nothing, your name.
    Source: row 34; certification policies, title.
    """
    if listing := _titled(offer):
        question = (
            "if others wrote this software, does the title say what you add to it, or that you sell it?"
        )
        yield from _question(f"{listing.at}/title", question)


@rule("TXT121", "brand-usage", gate=Gate.PRODUCTION, severity=Severity.INFO, profiles=[PARTNER_CENTER])
def brand_usage(offer: Offer) -> Iterator[Flaw]:
    """Names of Microsoft's products are used as its guide asks, and videos name no competitor.

    Why: both are looked at before an offer is approved. The question comes up where a text names such a
    product, or where there is a video.
    Fix: write product names in full, as Microsoft does, and never as part of your own.
    Source: row 35; Partner Center documentation, listing guidelines and best practices.
    """
    for at, text in _texts(offer):
        if found := re.search(_BRANDS, folded(text)):
            question = f"is {found[0]!a} used as Microsoft's trademark guide asks?"
            yield from _question(at, question)
            return
    for listing in offer.listing.values():
        if listing.videos:
            yield from _question(f"{listing.at}/videos", "does no video name a competitor?")
            return


def _texts(offer: Offer) -> Iterator[tuple[str, str]]:
    for listing in offer.listing.values():
        yield f"{listing.at}/title", listing.title
        yield f"{listing.at}/summary", listing.summary
        yield f"{listing.at}/long_summary", listing.long_summary.value
        yield f"{listing.at}/description", listing.description.value
    for sku in offer.skus:
        for texts in sku.listing.values():
            yield f"{texts.at}/title", texts.title
            yield f"{texts.at}/summary", texts.summary
            yield f"{texts.at}/description", texts.description.value


@rule("MED116", "logo-gradient-text-stretch", gate=Gate.PRODUCTION, severity=Severity.INFO)
def logo_style(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Logos are flat and of few colours, without text, and not stretched.

    Why: logos with gradients, text or a distorted mark are a frequent reason for sending an offer back.
    Fix: use the mark alone on a plain colour, drawn for each size.
    Source: row 40; guide for VM offers (2016), logo rules; Partner Center documentation, logos.
    """
    for listing in offer.listing.values():
        if any(name in limits.logos and name != "hero" for name, _ in listing.logos.given()):
            question = "are the logos flat, of few colours, without text or gradient, and not stretched?"
            yield from _question(f"{listing.at}/logos", question)
            return


@rule("MED117", "hero-text-area", gate=Gate.PRODUCTION, severity=Severity.INFO, profiles=[CLASSIC])
def hero_text_area(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """The hero banner has no text, and leaves room for what the store writes over it.

    Why: the store writes title and publisher into the right of the banner, in white.
    Fix: keep the area that is named free of detail, and the whole banner free of text.
    Source: row 44; guide for VM offers (2016), hero.
    """
    area, left = limits.pictures["hero_text_area"], limits.counts["hero_text_left"]
    for listing in offer.listing.values():
        if listing.logos.hero:
            free = f"is its area of {area} pixels, {left} from the left, free of detail?"
            yield from _question(listing.logos.hero.at, f"is the hero banner without text, and {free}")
            return


@rule("MED118", "image-blur", gate=Gate.PRODUCTION, severity=Severity.INFO, profiles=[PARTNER_CENTER])
def image_blur(offer: Offer) -> Iterator[Flaw]:
    """Screenshots and thumbnails are sharp at their full size.

    Why: blurred pictures are sent back.
    Fix: take the picture again at its full size in place of enlarging a smaller one.
    Source: row 49; Partner Center documentation, marketplace media.
    """
    for listing in offer.listing.values():
        places = [image.at for image in listing.sample_images] + [video.at for video in listing.videos]
        if places:
            question = "are all screenshots and thumbnails sharp at full size, and is their text legible?"
            yield from _question(places[0], question)
            return
