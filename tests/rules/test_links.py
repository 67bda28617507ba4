"""Which addresses count as links, and that no address makes a rule raise."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from conftest import Case

from publisher.document import read_document
from publisher.document.model import Contact, Legal, Link, Listing, Offer, Support
from publisher.findings import Finding
from publisher.profiles import CLASSIC, PARTNER_CENTER, load_profile
from publisher.rules.links import link_reachable, link_urls, url_fault


def findings(url: str, folder: Path) -> list[Finding]:
    """What is found in the demo offer when its first link leads there."""
    case = Case("", "", gate="draft", set={"/listing/en-us/links/0/url": url})
    return list(case.run(folder).findings)


def test_every_address_that_a_visitor_may_follow_is_a_link(demo: Path) -> None:
    offer = read_document(demo).offer
    assert offer
    assert list(link_urls(offer, CLASSIC)) == [
        ("/listing/en-us/links/0/url", "https://docs.tidewater-labs.example/beacon/install"),
        ("/listing/en-us/links/1/url", "https://docs.tidewater-labs.example/beacon/queries"),
        ("/support/customer/url", "https://support.tidewater-labs.example"),
        ("/legal/privacy_policy_url", "https://www.tidewater-labs.example/privacy"),
    ]


def test_the_addresses_of_partner_center_are_links_there_alone() -> None:
    addresses = {
        "/legal/terms_url": "https://www.tidewater-labs.example/terms",
        "/support/customer/government_url": "https://gov.tidewater-labs.example",
    }
    offer = Offer(
        legal=Legal(terms_url=addresses["/legal/terms_url"]),
        support=Support(customer=Contact(government_url=addresses["/support/customer/government_url"])),
    )
    assert dict(link_urls(offer, PARTNER_CENTER)) == addresses
    assert list(link_urls(offer, CLASSIC)) == []


def test_what_is_no_link_is_not_asked() -> None:
    listing = Listing(at="/listing/fr-fr", links=(Link(at="/listing/fr-fr/links/0", url="docs.example"),))
    offer = Offer(
        listing={"fr-fr": listing},
        support=Support(customer=Contact(url="mailto:help@tidewater-labs.example")),
        legal=Legal(privacy_policy_url=" ", policies_url="https://ops:tide@tidewater-labs.example/"),
    )
    assert list(link_urls(offer, CLASSIC)) == []


def test_a_link_without_an_answer_does_not_pass(demo: Path) -> None:
    offer = read_document(demo).offer
    assert offer
    flaws = list(link_reachable(offer, {}, load_profile(CLASSIC)))
    assert len(flaws) == len(list(link_urls(offer, CLASSIC)))
    assert "was not asked" in flaws[0].message


def test_an_address_that_no_browser_can_follow_is_one_finding(shared: Path, tmp_path: Path) -> None:
    """Addresses of private networks are well formed: they are refused when links are asked."""
    rows = (shared / "badinputs" / "lists" / "urls_ssrf.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, rows):
        found = [f.rule for f in findings(row["value"], tmp_path / str(row["n"]))]
        assert len(found) == bool(url_fault(row["value"])), row
        if not row["value"].startswith(("http://", "https://")):
            assert found == ["link-fields"], row


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://[v1.x]/",
        "http://a:b/",
        "http://a:99999/",
        "//host",
        "https://%zz",
        "http://xn--/",
    ],
)
def test_broken_addresses_have_a_fault(url: str) -> None:
    assert url_fault(url)


@given(st.text().map("http://{}".format) | st.text())
def test_no_text_makes_the_reading_of_addresses_raise(url: str) -> None:
    assert isinstance(url_fault(url), str)
