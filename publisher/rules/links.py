"""Addresses that customers follow: their form, and whether they answer."""

from collections.abc import Iterator, Mapping

from publisher.document.model import Link, Listing, Offer
from publisher.findings import Gate, Severity
from publisher.links.result import Verdict
from publisher.links.target import read_target
from publisher.profiles import PARTNER_CENTER, Profile
from publisher.redact import redact
from publisher.rules.registry import Flaw, rule
from publisher.rules.runner import LinkAnswer


def url_fault(url: str) -> str:
    """What keeps a browser from following a URL, as the rest of a sentence; "" for a sound one."""
    try:
        read_target(url)
    except Verdict as verdict:
        return verdict.detail
    return ""


def shown(url: str) -> str:
    """A URL as a message names it: short, and without what may be a password."""
    return "the URL" if "@" in url else f"{redact(url)[:120]!a}"


def link_urls(offer: Offer, profile: str) -> Iterator[tuple[str, str]]:
    """Pointer and URL of each sound address that a customer or the marketplace may follow.

    What the profile of this name does not use is left out. A URL that stands in several places comes
    several times.
    """
    for at, url in (*_urls(offer), *(_newer_urls(offer) if profile == PARTNER_CENTER else ())):
        if url and not url_fault(url):
            yield at, url


def _urls(offer: Offer) -> Iterator[tuple[str, str]]:
    for listing in offer.listing.values():
        for link in listing.links:
            yield f"{link.at}/url", link.url
    yield "/support/customer/url", offer.support.customer.url
    yield "/legal/privacy_policy_url", offer.legal.privacy_policy_url
    yield "/legal/policies_url", offer.legal.policies_url


def _newer_urls(offer: Offer) -> Iterator[tuple[str, str]]:
    """The addresses that the classic portal does not know."""
    for listing in offer.listing.values():
        yield f"{listing.at}/reseller_materials_url", listing.reseller_materials_url
        for video in listing.videos:
            yield f"{video.at}/url", video.url
    yield "/legal/terms_url", offer.legal.terms_url
    yield "/support/customer/government_url", offer.support.customer.government_url
    for sku in offer.skus:
        for certification in sku.government_certifications:
            yield f"{certification.at}/url", certification.url


@rule("LNK101", "link-fields")
def link_fields(listing: Listing) -> Iterator[Flaw]:
    """A useful link has a title and an absolute http or https URL.

    Why: the portal takes neither a title without an address nor an address without a title, and a
    browser that reads an odd address reads it otherwise than its author.
    Fix: give both; begin the URL with https:// and leave out user names, spaces and backslashes.
    Source: row 50; guide for VM offers, links; Partner Center API schema.
    """
    for link in listing.links:
        yield from _link_faults(link)


def _link_faults(link: Link) -> Iterator[Flaw]:
    title, url = link.title.strip(), link.url.strip()
    if not title and not url:
        yield Flaw(at=link.at, message="the link has neither a title nor a URL")
    elif not title:
        yield Flaw(at=f"{link.at}/title", message=f"the link to {shown(url)} has no title")
    elif not url:
        yield Flaw(at=f"{link.at}/url", message=f"the link {title[:80]!a} has no URL")
    if url and (fault := url_fault(link.url)):
        yield Flaw(at=f"{link.at}/url", message=f"{shown(link.url)} {fault}")


@rule("LNK103", "policy-url")
def policy_url(offer: Offer) -> Iterator[Flaw]:
    """Addresses of policies are absolute http or https URLs.

    Why: customers follow them from the store before they buy; a relative or odd address leads nowhere.
    Fix: begin the URL with https:// and leave out user names, spaces and backslashes.
    Source: rows 54 and 58; guide for VM offers, legal content; Partner Center documentation.
    """
    legal = {"privacy_policy_url": offer.legal.privacy_policy_url, "policies_url": offer.legal.policies_url}
    for field, url in legal.items():
        if url.strip() and (fault := url_fault(url)):
            yield Flaw(at=f"/legal/{field}", message=f"{shown(url)} {fault}")


@rule("LNK104", "link-https", gate=Gate.STAGE, severity=Severity.WARNING, profiles=[PARTNER_CENTER])
def link_https(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Addresses begin with https.

    Why: pages for other kinds of offers demand it, and browsers warn of anything else.
    Fix: write https:// in place of http://, if the site answers there too.
    Source: row 52; Partner Center documentation, listings of other kinds of offers.
    """
    for at, url in link_urls(offer, limits.name):
        if url[:5].lower() == "http:":
            yield Flaw(at=at, message=f"{shown(url)} is not encrypted")


@rule("LNK105", "link-count", severity=Severity.WARNING, profiles=[PARTNER_CENTER])
def link_count(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """There are no more useful links than the store is known to take.

    Why: the documentation prints a limit for another kind of offer, and none for this one.
    Fix: keep the links that help most, and lead from them to the others.
    Source: row 53; Partner Center documentation, listings of container offers.
    """
    count, most = len(listing.links), limits.counts["links"]
    if count > most:
        yield Flaw(at=f"{listing.at}/links", message=f"{count} links; up to {most} are sure to be taken")


@rule("LNK106", "address-form", profiles=[PARTNER_CENTER])
def address_form(offer: Offer) -> Iterator[Flaw]:
    """Addresses of terms, reseller material, support and certificates are absolute http or https URLs.

    Why: customers and resellers follow them from the store; a relative or odd address leads nowhere.
    Fix: begin the URL with https:// and leave out user names, spaces and backslashes.
    Source: rows 50, 55 and 62; Partner Center API schema.
    """
    videos = {f"{video.at}/url" for listing in offer.listing.values() for video in listing.videos}
    for at, url in _newer_urls(offer):
        if url.strip() and at not in videos and (fault := url_fault(url)):
            yield Flaw(at=at, message=f"{shown(url)} {fault}")


@rule(
    "LNK102",
    "link-reachable",
    gate=Gate.STAGE,
    severity={"production": Severity.ERROR, "else": Severity.WARNING},
)
def link_reachable(offer: Offer, links: Mapping[str, LinkAnswer], limits: Profile) -> Iterator[Flaw]:
    """Every link answers: useful links, the support site, and the policies.

    Why: broken links are a frequent reason for refusing a production request. Reachable means that the
    last answer after at most five redirects is 2xx; a site that turns robots away is a warning only.
    Fix: open the address in a browser, and correct it or the site.
    Source: rows 51, 58 and 61; guide for VM offers, links and production checklist.
    """
    first: dict[str, str] = {}
    for at, url in link_urls(offer, limits.name):
        first.setdefault(url, at)
    for url, at in first.items():
        answer = links.get(url)
        if answer is None:
            yield Flaw(at=at, message=f"{shown(url)}: it was not asked")
        elif not answer.ok:
            weight = Severity.WARNING if answer.outcome == "unsure" else None
            yield Flaw(at=at, message=f"{shown(url)}: {answer.detail}", severity=weight)
