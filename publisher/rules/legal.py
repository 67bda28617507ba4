"""Terms of use and their amendments, policies, and support contacts."""

import re
from collections.abc import Iterator
from typing import Final

from publisher.document.model import Amendment, Contact, Offer, Text
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, PARTNER_CENTER, Profile
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
def terms_present(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """The offer has terms of use.

    Why: customers accept them when they deploy; the portal stages no offer without.
    Fix: write them into a file, and name it under `legal` as `terms: {file: texts/terms.txt}`. In
    Partner Center, `terms_url` or `standard_contract: true` will do as well.
    Source: row 54; guide for VM offers, legal content; Partner Center documentation.
    """
    legal = offer.legal
    elsewhere = limits.name == PARTNER_CENTER and (legal.standard_contract or legal.terms_url.strip())
    if not legal.terms and not elsewhere:
        yield Flaw(at="/legal/terms", message="the terms of use are missing")


@rule("LGL102", "terms-length")
def terms_length(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """The terms of use keep to their limit.

    Why: the portal refuses longer ones.
    Fix: shorten the terms; the count is in UTF-16 code units, as a browser's text box counts, and a
    line end counts once. In Partner Center, longer ones stand on your site, named by `terms_url`.
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


@rule("LGL107", "amendment-limits", profiles=[PARTNER_CENTER])
def amendment_limits(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Amendments change the standard contract, are few and short, and name the customers they are for.

    Why: Partner Center takes amendments beside its standard contract alone, and so many with so many
    tenants as the message says. It prints no limit for their length; publishers met one.
    Fix: merge amendments that say the same, and name tenant IDs (GUIDs) in each.
    Source: row 57; Partner Center documentation, properties; reports of publishers on the length.
    """
    legal = offer.legal
    custom, most = legal.custom_amendments, limits.counts["amendments"]
    if len(custom) > most:
        message = f"{len(custom)} custom amendments; at most {most} are allowed"
        yield Flaw(at="/legal/custom_amendments", message=message)
    if (legal.amendment or custom) and not legal.standard_contract:
        at = "/legal/amendment" if legal.amendment else "/legal/custom_amendments"
        message = "amendments change the standard contract, which this offer does not use"
        fix = "write standard_contract: true, or delete the amendments"
        yield Flaw(at=at, message=message, fix=fix, severity=Severity.WARNING)
    yield from _too_long("/legal/amendment", legal.amendment, limits)
    for amendment in custom:
        yield from _amendment_faults(amendment, limits)


def _amendment_faults(amendment: Amendment, limits: Profile) -> Iterator[Flaw]:
    count, most = len(amendment.tenants), limits.counts["amendment_tenants"]
    if not amendment.text:
        yield Flaw(at=f"{amendment.at}/text", message="the amendment has no text")
    if not 1 <= count <= most:
        message = f"the amendment names {count} tenants; 1 to {most} are allowed"
        yield Flaw(at=f"{amendment.at}/tenants", message=message)
    yield from _too_long(f"{amendment.at}/text", amendment.text, limits)


def _too_long(at: str, text: Text, limits: Profile) -> Iterator[Flaw]:
    size, advised = length(text.value), limits.lengths["amendment_advised"]
    if size > advised:
        message = f"the amendment has {size:,} UTF-16 code units; up to {advised:,} are sure to be accepted"
        yield Flaw(at=at, message=message, fix=f"shorten it by {size - advised:,}", severity=Severity.WARNING)


@rule("LGL108", "privacy-url", gate=Gate.STAGE, profiles=[PARTNER_CENTER])
def privacy_url(offer: Offer) -> Iterator[Flaw]:
    """The offer names a privacy policy.

    Why: Partner Center does not take an offer without. Its form is judged by `policy-url`, and whether
    it answers by `link-reachable`.
    Fix: give the address of your privacy policy under `legal` as `privacy_policy_url`.
    Source: row 58; Partner Center documentation, offer listing.
    """
    if not offer.legal.privacy_policy_url.strip():
        yield Flaw(at="/legal/privacy_policy_url", message="the address of the privacy policy is missing")


@rule("LGL109", "support-url-gov", gate=Gate.STAGE, severity=Severity.WARNING, profiles=[PARTNER_CENTER])
def support_url_government(offer: Offer) -> Iterator[Flaw]:
    """An offer for the government cloud has a support site for it.

    Why: customers of the government cloud are shown an address of their own; without it they have none.
    Fix: give it under `support`, `customer`, as `government_url`; it may be the same site.
    Source: row 62; Partner Center documentation, offer listing.
    """
    sold = [sku.id for sku in offer.skus if "government" in sku.clouds]
    if sold and not offer.support.customer.government_url.strip():
        message = f"SKU {sold[0][:60]!a} is for the government cloud, and the support site for it is missing"
        yield Flaw(at="/support/customer/government_url", message=message)
