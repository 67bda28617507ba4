"""What Partner Center offers around an offer: leads, a test drive, resellers, notes to the certifiers."""

from collections.abc import Iterator
from dataclasses import fields

from publisher.document.model import Leads, Offer, Sku
from publisher.findings import Gate, Severity
from publisher.nearest import nearest
from publisher.profiles import PARTNER_CENTER
from publisher.rules.legal import is_email
from publisher.rules.links import shown, url_fault
from publisher.rules.registry import Flaw, rule


@rule("LGL111", "choice-known", profiles=[PARTNER_CENTER])
def choice_known(offer: Offer) -> Iterator[Flaw]:
    """Where the format offers words to choose from, one of them is written.

    Why: a word that is not known means nothing, and the offer would go out with another choice.
    Fix: write one of the words that the message lists.
    Source: the offer format vm-offer/1; Partner Center API schema.
    """
    for at, owner, names in (
        ("", offer, ("resellers",)),
        ("/leads", offer.leads, ("destination",)),
        ("/test_drive", offer.test_drive, ("type",)),
    ):
        for field in fields(owner):
            word, choices = getattr(owner, field.name), field.metadata.get("choices", ())
            if field.name in names and word and word not in choices:
                near = nearest(word[:40].lower(), choices)
                yield Flaw(
                    at=f"{at}/{field.name}",
                    message=f"{word[:40]!a} is none of {', '.join(choices)}",
                    fix=f"write {near}" if near else "",
                )


@rule("LGL112", "leads-form", profiles=[PARTNER_CENTER], requires={"choice-known"})
def leads_form(offer: Offer, gate: Gate) -> Iterator[Flaw]:
    """Leads have a destination, and an address that fits it and holds no key.

    Why: the portal checks that leads arrive before it publishes. Keys and connection strings are not
    kept here: a query in the address may be one.
    Fix: give `destination`, and for email and https the `address`; enter keys in the portal.
    Source: rows 142 and 103; Partner Center documentation, customer leads; API schema.
    """
    leads = offer.leads
    if leads.address.strip() and leads.destination in {"", "none"}:
        yield Flaw(
            at="/leads/destination", message="leads have an address, and no destination to send them to"
        )
    elif not leads.address.strip():
        if leads.destination in {"email", "https"} and gate >= Gate.STAGE:
            yield Flaw(
                at="/leads/address", message=f"the address for leads by {leads.destination} is missing"
            )
    elif fault := _address_fault(leads):
        yield Flaw(at="/leads/address", message=f"the address for leads {fault}")


def _address_fault(leads: Leads) -> str:
    if "?" in leads.address:
        return "has a query, which may be a key: what follows '?' belongs into the portal alone"
    if leads.destination == "email" and not is_email(leads.address):
        return f"cannot be an e-mail address: {leads.address[:80]!a}"
    if leads.destination != "https":
        return ""
    if leads.address[:8].lower() != "https://":
        return f"does not begin with https://: {shown(leads.address)}"
    return url_fault(leads.address)


@rule("LGL113", "testdrive-leads", gate=Gate.STAGE, profiles=[PARTNER_CENTER], requires={"choice-known"})
def testdrive_leads(offer: Offer) -> Iterator[Flaw]:
    """An offer with a test drive says where leads are sent.

    Why: Partner Center gives a test drive only against the data of whoever takes it, and wants to know
    where to send that.
    Fix: give a `destination` under `leads`, or switch the test drive off.
    Source: row 142; Partner Center documentation, offer setup.
    """
    if offer.test_drive.enabled and offer.leads.destination in {"", "none"}:
        yield Flaw(at="/leads/destination", message="there is a test drive, and no destination for its leads")


@rule("LGL114", "cert-notes", gate=Gate.STAGE, severity=Severity.WARNING, profiles=[PARTNER_CENTER])
def cert_notes(offer: Offer) -> Iterator[Flaw]:
    """The certifiers are told how to test an image that they cannot log in to, or deploy as it is.

    Why: they try to, fail, and send the offer back.
    Fix: say under `certification`, as `notes`, what is locked and why, or how your template deploys it.
    Source: row 143; Partner Center documentation, review and publish.
    """
    if offer.certification.notes:
        return
    for sku in offer.skus:
        if reason := _unusual(sku):
            message = f"SKU {sku.id[:60]!a} {reason}, and there are no notes for certification"
            yield Flaw(at="/certification/notes", message=message)
            return


def _unusual(sku: Sku) -> str:
    if not sku.properties.remote_connection:
        return "lets nobody log in"
    return "needs a template of yours" if sku.properties.custom_arm_template else ""
