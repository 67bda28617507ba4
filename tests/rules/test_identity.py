"""IDs from the hands of authors and attackers."""

import json
from pathlib import Path

import pytest

from publisher.document.model import Offer, Sku
from publisher.findings import Severity
from publisher.profiles import CLASSIC, PARTNER_CENTER, load_profile
from publisher.rules.identity import describe, id_reserved, offer_id_format, sku_id_format
from publisher.rules.registry import Flaw


def offer_flaws(value: str, profile: str = CLASSIC) -> list[Flaw]:
    return list(offer_id_format(Offer(offer=value), load_profile(profile)))


def sku_flaws(value: str, profile: str = CLASSIC) -> list[Flaw]:
    return list(sku_id_format(Sku(id=value, at="/skus/0"), load_profile(profile)))


@pytest.mark.parametrize("profile", [CLASSIC, PARTNER_CENTER])
@pytest.mark.parametrize("flaws_of", [offer_flaws, sku_flaws])
def test_every_known_bad_id_gets_the_clear_answer(shared: Path, profile: str, flaws_of) -> None:
    for line in (shared / "badinputs/lists/ids.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        flaws = flaws_of(row["value"], profile)
        assert bool(flaws) == (row["expect"] == "reject"), row
        assert all(flaw.severity is None for flaw in flaws), row
        reserved = list(id_reserved(Offer(offer=row["value"])))
        assert bool(reserved) == (row["expect"] == "warn"), row


@pytest.mark.parametrize(
    ("value", "nearest"),
    [
        ("cont\u043eso-vm", "contoso-vm"),
        ("contoso\u200bvm", "contosovm"),
        ("stra\u00dfe", "strasse"),
        ("k\u212aelvin", "kkelvin"),
        ("My Offer!", "my-offer"),
        ("--help", "help"),
        ("a" * 60, "a" * 50),
    ],
)
def test_the_cure_is_the_nearest_id(value: str, nearest: str) -> None:
    (flaw,) = offer_flaws(value)
    assert f"write '{nearest}'" in flaw.fix
    assert not offer_flaws(nearest)


def test_a_cure_is_not_invented() -> None:
    (flaw,) = offer_flaws("日本")
    assert "write" not in flaw.fix
    (flaw,) = offer_flaws("a!", PARTNER_CENTER)
    assert "write" not in flaw.fix


def test_upper_case_weighs_by_kind_and_profile() -> None:
    assert [flaw.severity for flaw in offer_flaws("Contoso")] == [Severity.WARNING]
    assert [flaw.severity for flaw in offer_flaws("Contoso", PARTNER_CENTER)] == [None]
    assert [flaw.severity for flaw in sku_flaws("Contoso")] == [None]


@pytest.mark.parametrize(
    ("character", "words"),
    [
        (" ", "a space"),
        ("/", "'/'"),
        ("\0", "U+0000 a control character"),
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE (invisible)"),
        ("\u212a", "U+212A KELVIN SIGN (looks like 'K')"),
        ("\u017f", "U+017F LATIN SMALL LETTER LONG S (looks like 's')"),
        ("\u00df", "U+00DF LATIN SMALL LETTER SHARP S"),
    ],
)
def test_characters_are_named(character: str, words: str) -> None:
    assert describe(character) == words


def test_a_huge_id_is_told_shortly() -> None:
    (flaw,) = offer_flaws("\u0430b" * 100_000)
    assert len(flaw.message) + len(flaw.fix) < 600
