"""The IDs of publisher, offer and SKUs: their alphabet, their length, and that nobody else has them."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from publisher.baseline import OtherOffer
from publisher.document.model import Listing, Offer, Sku
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, PARTNER_CENTER, PROFILES, Profile, load_profile
from publisher.rules.likeness import Likeness, folded, invisible, latin, likeness
from publisher.rules.registry import Flaw, rule
from publisher.rules.texts import length

ALPHABET: Final = "lower-case letters a-z, digits, '-' and '_'"
_FOREIGN: Final = re.compile(r"[^A-Za-z0-9_-]")
_SHOWN: Final = 3  # characters named in one message

# Words that other tools read as something else, devices of Windows, and versions of a URN.
_READ_OTHERWISE: Final = re.compile(
    r"true|false|yes|no|on|off|y|n|null|nil|none|nan|inf|undefined|con|prn|aux|nul|(com|lpt)[0-9]|latest"
    r"|[0-9][0-9_]*(e-?[0-9]+)?|0x[0-9a-f]+|0o[0-7]+|0b[01]+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
)


@rule("IDN101", "offer-id-format", requires={"offer-id-immutable"}, waivable=False)
def offer_id_format(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """The offer ID is made of lower-case letters a-z, digits, '-' and '_'.

    Why: the ID is part of every address and command that names the offer, and is fixed once it is
    staged. Upper case is only a warning in the classic profile, whose guide recommends lower case.
    Fix: choose an ID of lower-case letters, digits, '-' and '_' that begins with a letter or digit.
    Source: row 1; Partner Center documentation and API schema; length and ASCII in classic: our design.
    """
    capitals = Severity.WARNING if limits.name == CLASSIC else None
    yield from _format("/offer", "offer ID", offer.offer, _bounds(limits, "offer_id"), capitals)


@rule("IDN108", "publisher-id-format", requires={"publisher-id-immutable"}, waivable=False)
def publisher_id_format(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """The publisher ID is made of lower-case letters a-z, digits, '-' and '_'.

    Why: it stands before the offer ID in every address. Upper case is only a warning, because the
    marketplace knows publishers that have it.
    Fix: write the publisher ID exactly as the portal shows it.
    Source: our design; the marketplace documents no alphabet for publisher IDs.
    """
    bounds = _bounds(limits, "publisher_id")
    yield from _format("/publisher", "publisher ID", offer.publisher, bounds, Severity.WARNING)


@rule("IDN103", "sku-id-format", waivable=False)
def sku_id_format(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """A SKU ID is made of lower-case letters a-z, digits, '-' and '_'.

    Why: the ID is part of the address of every image, and is fixed once it is staged.
    Fix: choose an ID of lower-case letters, digits, '-' and '_'; '-' cannot come first.
    Source: row 3; guide for VM offers, SKUs (lower case); Partner Center API schema (alphabet); that
    '-' cannot come first is our design: the ID would read as an option on a command line.
    """
    yield from _format(f"{sku.at}/id", "SKU ID", sku.id, _bounds(limits, "sku_id"), None)


@rule(
    "IDN102", "offer-id-strict", severity=Severity.WARNING, requires={"offer-id-format", "offer-id-immutable"}
)
def offer_id_strict(offer: Offer) -> Iterator[Flaw]:
    """The offer ID fits every generation of the marketplace.

    Why: an ID can never be changed, and portals before and after this one refuse some that it takes.
    Fix: use lower-case letters, digits and '-', at least 3 characters, with no '-' at the end.
    Source: row 2, our design; the narrowest of the published patterns (Cloud Partner Portal, API schema).
    """
    shortest = max(_bounds(load_profile(name), "offer_id")[0] for name in PROFILES)
    reasons = {
        "holds '_'": "_" in offer.offer,
        "ends in '-'": offer.offer.endswith("-"),
        f"has fewer than {shortest} characters": len(offer.offer) < shortest,
    }
    if wrong := " and ".join(reason for reason, applies in reasons.items() if applies):
        yield Flaw(at="/offer", message=f"the offer ID {offer.offer!a} {wrong}; some portals refuse that")


@rule("IDN109", "id-reserved", severity=Severity.WARNING)
def id_reserved(offer: Offer) -> Iterator[Flaw]:
    """No ID is a word that other tools read as something else.

    Why: an ID such as `true`, `1e5` or `nul` becomes a flag, a number or a device in the next script,
    table or file name, and `latest` already means a version.
    Fix: add a word to the ID, such as the name of the product.
    Source: our design.
    """
    named = [("/publisher", "publisher ID", offer.publisher), ("/offer", "offer ID", offer.offer)]
    named += [(f"{sku.at}/id", "SKU ID", sku.id) for sku in offer.skus]
    for at, what, value in named:
        if _READ_OTHERWISE.fullmatch(value.lower()):
            yield Flaw(at=at, message=f"the {what} {value[:60]!a} is a word, number or date to other tools")


@rule("IDN104", "sku-id-unique", waivable=False)
def sku_id_unique(offer: Offer) -> Iterator[Flaw]:
    """Every SKU of the offer has an ID of its own.

    Why: two SKUs with one ID are one SKU to the marketplace, and one of them is lost.
    Fix: give the second SKU another ID, or merge the two.
    Source: row 4; guide for VM offers, SKUs; Partner Center documentation.
    """
    first: dict[str, int] = {}
    for number, sku in enumerate(offer.skus, 1):
        earlier = first.setdefault(sku.id.lower(), number)
        if sku.id and earlier != number:
            yield Flaw(at=f"{sku.at}/id", message=f"the SKU ID {sku.id[:60]!a} is also that of SKU {earlier}")


@rule("IDN105", "sku-id-unique-publisher", profiles=[CLASSIC])
def sku_id_unique_publisher(sku: Sku, offer: Offer, others: tuple[OtherOffer, ...]) -> Iterator[Flaw]:
    """No other offer of the publisher has a SKU of the same ID.

    Why: the classic portal keeps SKU IDs by publisher, not by offer, and refuses the second one.
    Fix: choose another SKU ID, for instance with the name of the offer before it.
    Source: row 4; guide for VM offers, SKUs (unique in the publisher's profile).
    """
    for other in others:
        taken = {sku_id.lower() for sku_id in other.skus}
        if other.offer != offer.offer and sku.id.lower() in taken:
            message = f"the offer {other.offer!a} already has a SKU {sku.id[:60]!a}"
            yield Flaw(at=f"{sku.at}/id", message=message)


@rule("IDN106", "offer-has-sku", gate=Gate.STAGE, requires={"sku-id-immutable"}, waivable=False)
def offer_has_sku(offer: Offer) -> Iterator[Flaw]:
    """The offer has at least one SKU.

    Why: customers buy SKUs; an offer without one shows nothing that can be deployed.
    Fix: add a SKU, by hand or with `publisher sku add`.
    Source: row 8; Partner Center documentation.
    """
    if not offer.skus:
        yield Flaw(at="/skus", message="the offer has no SKU")


@rule(
    "IDN107",
    "offer-duplicate",
    gate=Gate.STAGE,
    severity={"production": Severity.ERROR, "else": Severity.WARNING},
    profiles=[CLASSIC],
)
def offer_duplicate(listing: Listing, offer: Offer, others: tuple[OtherOffer, ...]) -> Iterator[Flaw]:
    """No other offer of the publisher has the same title.

    Why: a second offer for the same product is refused at the production request.
    Fix: add a SKU or an image version to the other offer, or choose a title that tells the two apart.
    Source: row 10; guide for VM offers, production checklist.
    """
    for other in others:
        found = {likeness(listing.title, title) for title in other.titles} - {None}
        if not found or other.offer == offer.offer:
            continue
        same = Likeness.SAME in found
        only_looks = (
            f"the title of the offer {other.offer!a} looks like this one, in letters of another script"
        )
        yield Flaw(
            at=f"{listing.at}/title",
            message=f"the offer {other.offer!a} has the same title" if same else only_looks,
            severity=None if same else Severity.WARNING,
        )


def _bounds(limits: Profile, key: str) -> tuple[int, int]:
    """The shortest and longest ID of a kind."""
    return limits.lengths.get(f"{key}_min", 1), limits.lengths[key]


def _format(
    at: str, what: str, value: str, bounds: tuple[int, int], capitals: Severity | None
) -> Iterator[Flaw]:
    if not value.strip():
        yield Flaw(at=at, message=f"the {what} is missing", fix=f"give the {what}: {ALPHABET}")
        return
    wrong = [*_strangers(value), *_beginning(value, what), *_size(value, bounds)]
    weight = None if wrong else capitals
    if letters := sorted(set(re.findall("[A-Z]", value))):
        wrong.append(f"holds upper case ({', '.join(letters[:_SHOWN])})")
    if wrong:
        message = f"the {what} {value[:60]!a} {'; '.join(wrong)}"
        yield Flaw(at=at, message=message, fix=_cure(value, what, bounds), severity=weight)


def _strangers(value: str) -> Iterator[str]:
    found = list(dict.fromkeys(_FOREIGN.findall(value)))
    if found:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        yield f"holds {', '.join(map(describe, found[:_SHOWN]))}{more}"


def describe(character: str) -> str:
    """A character that has no place in an ID, so that the author finds it."""
    if character == " ":
        return "a space"
    if character.isascii() and character.isprintable():
        return repr(character)
    name = unicodedata.name(character, "a control character")
    like = latin(character)
    note = "invisible" if invisible(character) else f"looks like {like!r}" if like else ""
    return f"U+{ord(character):04X} {name}{f' ({note})' if note else ''}"


def _beginning(value: str, what: str) -> Iterator[str]:
    if value[0] == "-" or (value[0] == "_" and what != "SKU ID"):
        yield f"begins with {value[0]!r}"


def _size(value: str, bounds: tuple[int, int]) -> Iterator[str]:
    shortest, longest = bounds
    if len(value) < shortest:
        yield f"has {len(value)} characters; at least {shortest} are needed"
    if len(value) > longest:
        yield f"has {len(value)} characters, {len(value) - longest} more than the {longest} allowed"


def _cure(value: str, what: str, bounds: tuple[int, int]) -> str:
    """An ID as near to the author's as the alphabet allows."""
    plain = folded("".join(latin(c) or c for c in value[: 4 * bounds[1]]))
    near = re.sub(r"[^a-z0-9_-]+", "-", plain)[: bounds[1]].strip("-_")
    proposal = f"write {near!r}, or another" if len(near) >= bounds[0] and near != value else "choose a"
    return f"{proposal} {what} of {ALPHABET}, {bounds[0]} to {bounds[1]} characters long"


@rule("IDN110", "plan-count", profiles=[PARTNER_CENTER])
def plan_count(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """The offer has no more SKUs than Partner Center takes, and of these no more private ones.

    Why: Partner Center, which calls SKUs plans, refuses what goes beyond. Publishers who make a SKU of
    each release meet this first.
    Fix: publish releases as image versions of one SKU, and serve several customers by one private SKU.
    Source: row 9; Partner Center documentation, plans.
    """
    counts = {"SKUs": len(offer.skus), "private SKUs": sum(sku.visibility == "private" for sku in offer.skus)}
    for (what, count), key in zip(counts.items(), ("skus", "private_skus"), strict=True):
        if count > limits.counts[key]:
            message = f"the offer has {count} {what}; at most {limits.counts[key]} are allowed"
            yield Flaw(at="/skus", message=message)


@rule("IDN111", "alias-length", profiles=[PARTNER_CENTER])
def alias_length(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Your own names for the offer and its SKUs keep to their limits.

    Why: Partner Center refuses longer ones; customers never see them.
    Fix: shorten the alias; the count is in UTF-16 code units, as a browser's text box counts.
    Source: row 11; Partner Center API schema.
    """
    named = [("", "the alias of the offer", offer.alias, "alias")]
    named += [(sku.at, f"the alias of SKU {sku.id[:60]!a}", sku.alias, "sku_alias") for sku in offer.skus]
    for at, what, alias, key in named:
        size, most = length(alias), limits.lengths[key]
        if size > most:
            message = f"{what} has {size:,} UTF-16 code units; at most {most:,} are allowed"
            yield Flaw(at=f"{at}/alias", message=message, fix=f"shorten it by {size - most:,}")
