"""Where SKUs are sold: codes that the marketplace knows, and at least one of them."""

from collections.abc import Iterator
from typing import Final

from publisher.document.model import Sku
from publisher.findings import Gate
from publisher.profiles import CLASSIC, Profile
from publisher.rules.registry import Flaw, rule

# ISO 3166-1 alpha-2: the second letters of the 249 assigned codes, by the first.
_LETTERS: Final = {
    "A": "DEFGILMOQRSTUWXZ",
    "B": "ABDEFGHIJLMNOQRSTVWYZ",
    "C": "ACDFGHIKLMNORUVWXYZ",
    "D": "EJKMOZ",
    "E": "CEGHRST",
    "F": "IJKMOR",
    "G": "ABDEFGHILMNPQRSTUWY",
    "H": "KMNRTU",
    "I": "DELMNOQRST",
    "J": "EMOP",
    "K": "EGHIMNPRWYZ",
    "L": "ABCIKRSTUVY",
    "M": "ACDEFGHKLMNOPQRSTUVWXYZ",
    "N": "ACEFGILOPRUZ",
    "O": "M",
    "P": "AEFGHKLMNRSTWY",
    "Q": "A",
    "R": "EOSUW",
    "S": "ABCDEGHIJKLMNORSTVXYZ",
    "T": "CDFGHJKLMNORTVWZ",
    "U": "AGMSYZ",
    "V": "ACEGINU",
    "W": "FS",
    "Y": "ET",
    "Z": "AMW",
}
CODES: Final = frozenset(first + second for first, seconds in _LETTERS.items() for second in seconds)
_COMMON_ERRORS: Final = {"UK": "GB", "EL": "GR"}  # EL: Greece in the EU's own papers


def canonical(code: str) -> str:
    """The code that the author meant: in upper case, GB for UK."""
    code = code.strip().upper()
    return _COMMON_ERRORS.get(code, code)


@rule("BIL111", "region-code")
def region_code(sku: Sku) -> Iterator[Flaw]:
    """Regions are ISO 3166 codes of two upper-case letters.

    Why: the marketplace knows a market by this code alone; another word sells nowhere.
    Fix: write the two-letter code of the country or region, such as US; the United Kingdom is GB.
    Source: row 79; Partner Center documentation, geographic availability; ISO 3166-1.
    """
    for index, code in enumerate(sku.regions):
        if code not in CODES:
            meant = canonical(code)
            yield Flaw(
                at=f"{sku.at}/regions/{index}",
                message=f"{code[:40]!a} is no ISO 3166 region code",
                fix=f"write {meant}" if meant in CODES else "",
            )


@rule("BIL113", "region-duplicate")
def region_duplicate(sku: Sku) -> Iterator[Flaw]:
    """A SKU names each region once.

    Why: of two entries for one market nobody knows whether the second was meant to be another one.
    Fix: delete the second entry, or write the region that was meant.
    Source: our design.
    """
    seen: set[str] = set()
    for index, code in enumerate(sku.regions):
        if code in seen:
            yield Flaw(at=f"{sku.at}/regions/{index}", message=f"the region {code[:40]!a} is named twice")
        seen.add(code)


@rule("BIL112", "region-min", gate=Gate.STAGE, requires={"price-byol-and-hourly"})
def region_min(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """Every SKU is sold in at least one region.

    Why: a SKU without a region is staged, certified, and then nobody can buy it.
    Fix: list the regions under `regions`, as ISO 3166 codes such as US; in Partner Center,
    `markets: all` or `markets: tax-remitted` stands for a list.
    Source: row 76; Partner Center documentation, pricing and availability; guide for VM offers, pricing.
    """
    if not sku.regions and (limits.name == CLASSIC or sku.markets == "listed"):
        yield Flaw(at=f"{sku.at}/regions", message=f"the SKU {sku.id[:60]!a} names no region")
