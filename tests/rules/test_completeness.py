"""Which language tags are well formed."""

import pytest

from publisher.document.model import Listing, Offer
from publisher.profiles import load_profile
from publisher.rules.completeness import language_supported


def flaws(*tags: str) -> list[str]:
    offer = Offer(listing={tag: Listing(at=f"/listing/{tag}") for tag in tags})
    return [flaw.fix or flaw.message for flaw in language_supported(offer, load_profile("partner-center"))]


@pytest.mark.parametrize(
    "tag",
    [
        "en",
        "EN-us",
        "es-419",
        "zh-Hant-TW",
        "zh-cmn-hans-cn",
        "sl-rozaj-biske-1994",
        "de-CH-x-phonebk",
        "x-own",
        "en-a-bbb-x-a-ccc",
        "de-1996",
    ],
)
def test_well_formed(tag: str) -> None:
    assert flaws(tag) == []


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "e",
        "english",
        "en-",
        "-en",
        "en--us",
        "en-us-",
        "en us!",
        "en-us\n",
        "ен",
        "en-x",
        "a-DE",
        "en-" + "a" * 300,
    ],
)
def test_malformed(tag: str) -> None:
    assert len(flaws(tag)) == 1


def test_a_near_tag_is_proposed() -> None:
    assert flaws("fr_FR") == ["write fr-fr"]
    assert flaws("en US ") == ["write en-us"]
