"""Logos, the hero banner and sample images: their presence, form, size and colours."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final

from publisher import media
from publisher.baseline import Published
from publisher.document.model import Asset, Listing, Offer
from publisher.findings import Gate, Severity
from publisher.frozen import dataclass
from publisher.media import Colour, Look
from publisher.profiles import CLASSIC, PARTNER_CENTER, Profile
from publisher.rules.registry import Flaw, rule

HERO: Final = "hero"
LIGHT: Final = 75.0  # L* of CIELAB from which a background counts as light; our judgement
_LOST: Final = {CLASSIC: ("black", "white"), PARTNER_CENTER: ("black", "white", "blue")}


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A picture that the profile uses; `key` is its name among the logos, "" for a sample image."""

    key: str
    asset: Asset

    def __str__(self) -> str:
        kind = {HERO: "hero banner", "": "sample image"}.get(self.key, f"{self.key} logo")
        return f"the {kind} {self.asset.file}"


def _logos(listing: Listing, limits: Profile) -> Iterator[_Shown]:
    """The logos that this profile uses; others are accepted and not looked at."""
    for key, asset in listing.logos.given():
        if key in limits.logos:
            yield _Shown(key=key, asset=asset)


def _samples(listing: Listing) -> Iterator[_Shown]:
    for image in listing.sample_images:
        if image.file:
            yield _Shown(key="", asset=image.file)


def _malformed(shown: _Shown) -> Iterator[Flaw]:
    """What keeps a file from being a still PNG."""
    picture = shown.asset.picture
    if isinstance(picture, str):
        yield Flaw(at=shown.asset.at, message=f"{shown} {picture}")
    elif picture.animated:
        yield Flaw(
            at=shown.asset.at, message=f"{shown} is animated", fix="export a single frame of it as PNG"
        )


def _missized(shown: _Shown, limits: Profile) -> Iterator[Flaw]:
    picture, size = shown.asset.picture, limits.logos[shown.key]
    if not isinstance(picture, str) and not size.accepts(picture.width, picture.height):
        message = f"{shown} has {picture.width}x{picture.height} pixels; it must be {size}"
        yield Flaw(at=shown.asset.at, message=message, fix=f"export it again in the size {size}")


@rule("MED101", "logo-set", gate=Gate.STAGE)
def logo_set(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """Every logo that the marketplace demands is there.

    Why: each place of the store shows a logo of its own size, and none is derived from another.
    Fix: add the missing logo as a PNG file and name it under `logos`.
    Source: row 36; guide for VM offers (2016), marketing; Partner Center documentation, offer listing.
    """
    for name, size in limits.logos.items():
        if size.required and getattr(listing.logos, name) is None:
            yield Flaw(
                at=f"{listing.at}/logos/{name}",
                message=f"the {name} logo is missing",
                fix=f"add a PNG file ({size} pixels) and name it as `{name}` under `logos`",
            )


@rule("MED102", "logo-size", requires={"logo-format"})
def logo_size(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """Every logo has exactly the pixels of its place in the store.

    Why: the portal refuses other sizes, and a scaled logo is blurred or distorted.
    Fix: export the logo again in the size that is named, without stretching it.
    Source: row 37; guide for VM offers (2016), marketing; Partner Center documentation, offer listing.
    """
    for shown in _logos(listing, limits):
        if shown.key != HERO:
            yield from _missized(shown, limits)


@rule("MED103", "logo-format")
def logo_format(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """Logos and the hero banner are plain, still PNG files.

    Why: the store shows PNG only; a file that is damaged, animated or something else by its content
    is refused, whatever its name says.
    Fix: export the picture again as a PNG of one frame and at most 4 megapixels, without extras.
    Source: row 38; guide for VM offers (2016), marketing; Partner Center documentation, offer listing.
    """
    for shown in _logos(listing, limits):
        yield from _malformed(shown)


@rule("MED105", "hero-size", profiles=[CLASSIC], requires={"logo-format"})
def hero_size(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """The hero banner has exactly the pixels of its place in the store.

    Why: the portal refuses other sizes, and a banner cannot be removed once the offer was staged.
    Fix: export the banner again in the size that is named, or leave it out while nothing is staged.
    Source: row 41; guide for VM offers (2016), marketing.
    """
    for shown in _logos(listing, limits):
        if shown.key == HERO:
            yield from _missized(shown, limits)


@rule("MED106", "hero-not-removable", profiles=[CLASSIC], waivable=False)
def hero_not_removable(offer: Offer, published: Published) -> Iterator[Flaw]:
    """An offer that was staged with a hero banner keeps one.

    Why: the portal can replace a banner, and cannot remove it.
    Fix: name a banner again as `hero` under `logos`; it may be another picture than before.
    Source: row 42; guide for VM offers (2016), hero.
    """
    listings = list(offer.listing.values())
    if published.hero and not any(listing.logos.hero for listing in listings):
        at = f"{listings[0].at}/logos" if listings else "/listing"
        yield Flaw(at=at, message="the hero banner was removed, but the offer was staged with one")


@rule("MED108", "sample-image-count", severity={CLASSIC: Severity.WARNING, "else": Severity.ERROR})
def sample_image_count(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """There are no more sample images than the store shows.

    Why: the classic store shows one of them, picked at random; Partner Center refuses a sixth.
    Fix: keep the pictures that say most about the product.
    Source: row 45; guide for VM offers (2016), sample images; Partner Center documentation, media.
    """
    count, most = len(listing.sample_images), limits.counts["sample_images"]
    if count > most:
        yield Flaw(
            at=f"{listing.at}/sample_images",
            message=f"there are {count} sample images; at most {most} can be shown",
        )


@rule("MED109", "sample-image-format")
def sample_image_format(listing: Listing) -> Iterator[Flaw]:
    """Sample images are plain, still PNG files.

    Why: a file that is damaged, animated or something else by its content may not be shown.
    Fix: export the picture again as a PNG of one frame and at most 4 megapixels, without extras.
    Source: row 46 as to PNG, for both generations; a rule of this program.
    """
    for shown in _samples(listing):
        yield from _malformed(shown)


@lru_cache(maxsize=2)
def _looks(pictures: tuple[bytes, ...], now: datetime) -> dict[bytes, Look]:
    """Each picture decoded once a check: `now` keeps a decoder's bad day from being remembered."""
    del now
    return dict(zip(pictures, media.look(pictures), strict=True))


def _seen(offer: Offer, limits: Profile, now: datetime) -> Iterator[tuple[_Shown, Look]]:
    """Every picture that the profile uses, with what it shows."""
    shown = [
        item for listing in offer.listing.values() for item in (*_logos(listing, limits), *_samples(listing))
    ]
    looks = _looks(tuple(dict.fromkeys(item.asset.data for item in shown)), now)
    return ((item, looks[item.asset.data]) for item in shown)


@rule("MED112", "picture-decodes", gate=Gate.PRODUCTION, requires={"logo-format", "sample-image-format"})
def picture_decodes(offer: Offer, limits: Profile, now: datetime) -> Iterator[Flaw]:
    """Every picture can be decoded to its last pixel.

    Why: a file with a proper header and broken pixels is shown half or not at all.
    Fix: open the picture in an editor and export it again as PNG.
    Source: row 38 as to PNG; a rule of this program.
    """
    for shown, look in _seen(offer, limits, now):
        if look.error:
            yield Flaw(at=shown.asset.at, message=f"{shown} {look.error}")


@rule("MED110", "logo-blank", gate=Gate.PRODUCTION, severity=Severity.WARNING, requires={"logo-format"})
def logo_blank(offer: Offer, limits: Profile, now: datetime) -> Iterator[Flaw]:
    """A logo shows something.

    Why: a logo of one colour, or without a visible pixel, is mostly a placeholder or a failed export.
    Fix: export the logo again with the product's mark on it.
    Source: a rule of this program, next to row 40.
    """
    for shown, look in _seen(offer, limits, now):
        if look.flat and shown.key not in {HERO, ""}:
            yield Flaw(at=shown.asset.at, message=f"{shown} {_blank(look)}")


@rule("MED111", "sample-image-blank", gate=Gate.PRODUCTION, severity=Severity.WARNING,
      requires={"sample-image-format"})  # fmt: skip
def sample_image_blank(offer: Offer, limits: Profile, now: datetime) -> Iterator[Flaw]:
    """A sample image shows something.

    Why: a picture of one colour, or without a visible pixel, is mostly a placeholder or a failed export.
    Fix: take the picture again, or leave it out: sample images are optional.
    Source: a rule of this program, next to row 49.
    """
    for shown, look in _seen(offer, limits, now):
        if look.flat and not shown.key:
            yield Flaw(at=shown.asset.at, message=f"{shown} {_blank(look)}")


def _blank(look: Look) -> str:
    return f"is one flat colour ({look.background})" if look.background else "is fully transparent"


@rule("MED104", "logo-background", gate=Gate.PRODUCTION, severity=Severity.WARNING, requires={"logo-format"})
def logo_background(offer: Offer, limits: Profile, now: datetime) -> Iterator[Flaw]:
    """A logo stands out from the pages of the store.

    Why: those pages are white and black: a background of that colour dissolves into them, and so does
    a mark in the colours of the store (in Partner Center blue as well) on a transparent background.
    Fix: put the mark on a plain colour that is neither white nor black, or colour the mark.
    Source: row 39; guide for VM offers (2016), logo rules; Partner Center documentation, logos.
    """
    for shown, look in _seen(offer, limits, now):
        if look.ok and not look.flat and shown.key not in {HERO, ""} and (lost := _lost(look, limits)):
            yield Flaw(at=shown.asset.at, message=f"{shown} {lost}")


def _lost(look: Look, limits: Profile) -> str:
    """What of a logo dissolves into the page, "" for nothing."""
    if look.background:
        name = look.background.name
        return f"has a {name} background ({look.background})" if name in {"black", "white"} else ""
    if look.mark and look.mark.name in _LOST[limits.name]:
        return f"has a {look.mark.name} mark ({look.mark}) on a transparent background"
    return ""


@rule("MED107", "hero-background", gate=Gate.PRODUCTION, profiles=[CLASSIC], requires={"logo-format"})
def hero_background(offer: Offer, limits: Profile, now: datetime) -> Iterator[Flaw]:
    """The hero banner has a background that is neither black, white, transparent nor light.

    Why: the store writes over the banner, and approval refuses one on which that cannot be read; a
    banner cannot be removed once the offer was staged.
    Fix: fill the background with a plain colour of middle or dark tone.
    Source: row 43; guide for VM offers (2016), hero.
    """
    for shown, look in _seen(offer, limits, now):
        if look.ok and shown.key == HERO and (tone := _unreadable(look)):
            yield Flaw(at=shown.asset.at, message=f"{shown} has a {tone} background")


def _unreadable(look: Look) -> str:
    """The tone of a background that bears no text, "" for one that does."""
    if look.background is None or look.transparent > 0.5:
        return "transparent"
    return _tone(look.background)


def _tone(colour: Colour) -> str:
    tone = colour.name if colour.name in {"black", "white"} else ""
    tone = tone or ("light" if colour.lightness >= LIGHT else "")
    return tone and f"{tone} ({colour})"
