"""Terms of use, support contacts and categories."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from publisher.document.model import Contact, Offer
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, Profile
from publisher.rules.links import shown, url_fault
from publisher.rules.registry import Flaw, rule
from publisher.rules.texts import length

KINDS: Final = ("engineering", "customer")

# The dot-atom form of RFC 5321 with a domain of at least two labels; every repetition is bounded or
# begins with a character that the one before cannot hold.
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?![0-9]){_LABEL}")
_MAX_EMAIL, _MAX_LOCAL = 254, 64
_ZEROS: Final = "0" * 7


@rule("LGL101", "terms-present", gate=Gate.STAGE)
def terms_present(offer: Offer) -> Iterator[Flaw]:
    """The offer has terms of use.

    Why: customers accept them when they deploy; the portal stages no offer without.
    Fix: write them into a file, and name it under `legal` as `terms: {file: texts/terms.txt}`.
    Source: row 54; guide for VM offers, legal content; Partner Center documentation.
    """
    if not offer.legal.terms:
        yield Flaw(at="/legal/terms", message="the terms of use are missing")


@rule("LGL102", "terms-length")
def terms_length(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """The terms of use keep to their limit.

    Why: the portal refuses longer ones.
    Fix: shorten the terms; the count is in UTF-16 code units, as a browser's text box counts, and a
    line end counts once.
    Source: row 55; guide for VM offers, legal content; Partner Center documentation.
    """
    size, most = length(offer.legal.terms.value), limits.lengths["terms"]
    if size > most:
        message = f"the terms have {size:,} UTF-16 code units; at most {most:,} are allowed"
        yield Flaw(at="/legal/terms", message=message)


@rule("LGL103", "support-contacts", gate=Gate.STAGE)
def support_contacts(offer: Offer) -> Iterator[Flaw]:
    """Both support contacts have a name, an e-mail address and a telephone number.

    Why: the marketplace turns to the engineering contact, customers to the other; the portal wants all
    three of both.
    Fix: fill in what the message names; who answers e-mail only gives 000-000-0000 as telephone number.
    Source: row 59; guide for VM offers, support; Cloud Partner Portal documentation.
    """
    for kind in KINDS:
        contact: Contact = getattr(offer.support, kind)
        if not contact.at:
            message = f"the {kind} contact is missing: name, e-mail address and telephone number"
            yield Flaw(at=f"/support/{kind}", message=message)
            continue
        for field, wrong in _contact_faults(contact):
            yield Flaw(at=f"/support/{kind}/{field}", message=f"the {kind} contact {wrong}")


def _contact_faults(contact: Contact) -> Iterator[tuple[str, str]]:
    if not contact.name.strip():
        yield "name", "has no name"
    if not contact.email.strip():
        yield "email", "has no e-mail address"
    elif not is_email(contact.email):
        yield "email", f"has an e-mail address that cannot be one: {contact.email[:80]!a}"
    if not contact.phone.strip():
        yield "phone", "has no telephone number"
    elif not _digits(contact.phone):
        yield "phone", f"has a telephone number without digits: {contact.phone[:40]!a}"


def is_email(text: str) -> bool:
    """Whether a text is one plain e-mail address in ASCII, without a display name."""
    sized = len(text) <= _MAX_EMAIL and text.find("@") <= _MAX_LOCAL
    return sized and _EMAIL.fullmatch(text) is not None


def _digits(phone: str) -> str:
    return "".join(c for c in phone if c.isascii() and c.isdigit())


@rule("LGL104", "support-email-only", gate=Gate.STAGE, severity=Severity.INFO, profiles=[CLASSIC])
def support_email_only(offer: Offer) -> Iterator[Flaw]:
    """Support is reached by telephone too.

    Why: the portal wants a number; one of zeros says that only e-mail is answered. This is recorded,
    nothing needs to be done.
    Fix: leave it, if only e-mail is answered; else give the real number.
    Source: row 60; guide for VM offers, support.
    """
    for kind in KINDS:
        phone = getattr(offer.support, kind).phone
        digits = _digits(phone)
        if digits and (_ZEROS in digits or len(set(digits)) == 1 or digits in "01234567890"):
            message = f"e-mail only: the {kind} contact's telephone number {phone[:40]!a} is a dummy"
            yield Flaw(at=f"/support/{kind}/phone", message=message)


@rule("LGL105", "support-url", gate=Gate.STAGE)
def support_url(offer: Offer) -> Iterator[Flaw]:
    """The customer contact has the absolute URL of a support site.

    Why: customers are sent there from the store. Whether it answers is judged by `link-reachable`.
    Fix: give the address of the support site under `support`, `customer`, `url`; begin it with https://.
    Source: row 61; guide for VM offers, support; Partner Center documentation.
    """
    customer = offer.support.customer
    if not customer.at:
        return  # the whole contact is missing: support-contacts says so
    if not customer.url.strip():
        yield Flaw(at="/support/customer/url", message="the customer contact has no support URL")
    elif fault := url_fault(customer.url):
        yield Flaw(at="/support/customer/url", message=f"{shown(customer.url)} {fault}")


@rule("LGL106", "category-count")
def category_count(offer: Offer, limits: Profile, gate: Gate) -> Iterator[Flaw]:
    """The offer has a few categories, each with a name, each named once.

    Why: customers find it by category, and the portal takes no more than the message says. None at all
    is in order until the stage gate.
    Fix: list categories as `name` or `name/subcategory`, and delete those that are too many.
    Source: row 63; guide for VM offers, categories; Partner Center documentation, properties.
    """
    seen: dict[str, str] = {}
    for index, category in enumerate(offer.categories):
        name, at = _folded(category), f"/categories/{index}"
        if not all(name.split("/")):
            yield Flaw(at=at, message=f"{category[:60]!a} is no name of a category")
        elif name in seen:
            yield Flaw(at=at, message=f"the category {category[:60]!a} is named twice")
        else:
            seen[name] = category
    if not offer.categories and gate >= Gate.STAGE:
        yield Flaw(at="/categories", message=f"the offer has no category; {_bounds(limits)} are wanted")
    yield from _too_many(list(seen), limits)


def _too_many(names: list[str], limits: Profile) -> Iterator[Flaw]:
    subcategories = limits.counts.get("subcategories_max")
    by_category = Counter(name.partition("/")[0] for name in names)
    count = len(names) if subcategories is None else len(by_category)
    if count > limits.counts["categories_max"]:
        yield Flaw(at="/categories", message=f"{count} categories; {_bounds(limits)} are allowed")
    for category, number in by_category.items():
        if subcategories is not None and number > subcategories:
            message = f"{category[:60]!a} has {number} subcategories; at most {subcategories} are allowed"
            yield Flaw(at="/categories", message=message)


def _bounds(limits: Profile) -> str:
    return f"{limits.counts['categories_min']} to {limits.counts['categories_max']}"


def _folded(category: str) -> str:
    """A category as two spellings of it are compared; its parts are stripped."""
    return "/".join(" ".join(part.split()) for part in category.casefold().split("/"))
