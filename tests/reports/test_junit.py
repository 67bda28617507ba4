"""JUnit XML: a suite per offer, a test case per rule, and only errors that nobody waived fail."""

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace

import pytest

from publisher.findings import Report
from publisher.reports.junit import render
from tests.reports.sample import REPORT, TITLE, WARNING, saying

# What readers of the format (Jenkins, GitLab, Azure DevOps) know of each element: attributes, then children.
SHAPE = {
    "testsuites": ({"name", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped"}, {"testcase"}),
    "testcase": ({"name", "classname", "time"}, {"failure", "skipped", "system-out"}),
    "failure": ({"type", "message"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}


def parsed(*reports: Report) -> ET.Element:
    root = ET.fromstring(render(reports))
    for element in root.iter():
        attributes, children = SHAPE[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
        assert len({child.tag for child in element} & {"failure", "skipped"}) < 2
    return root


def outcome(case: ET.Element) -> str:
    return next((child.tag for child in case if child.tag != "system-out"), "passed")


def test_a_case_per_rule() -> None:
    cases = {case.get("name"): outcome(case) for case in parsed(REPORT).iter("testcase")}
    assert cases == {
        "IDN101 offer-id-format": "passed",
        "LGL104 support-email-only": "passed",
        "LNK102 link-reachable": "skipped",
        "MED101 logo-set": "skipped",
        "SAS109 sas-secret": "passed",
        "TXT101 title-length": "failure",
        "TXT102 summary-length": "passed",
    }


def test_a_suite_per_offer_with_its_counts() -> None:
    root = parsed(REPORT, replace(REPORT, offer="other", findings=()))
    assert [suite.attrib for suite in root] == [
        {"name": "harbourline/relaygate-mail", "tests": "7", "failures": "1", "errors": "0", "skipped": "2"},
        {"name": "harbourline/other", "tests": "3", "failures": "0", "errors": "0", "skipped": "1"},
    ]
    assert root.attrib == {"name": "publisher", "tests": "10", "failures": "1", "errors": "0"}
    assert all(case.get("classname") == suite.get("name") for suite in root for case in suite)


def test_a_failure_says_where_and_how_to_cure() -> None:
    [failure] = parsed(replace(REPORT, findings=(TITLE, replace(TITLE, line=90)))).iter("failure")
    assert failure.get("message") == f"{TITLE.message} (and 1 more)"
    assert str(failure.text).splitlines() == [
        f"offers/relay/offer.yaml:12:12: error: {TITLE.message}",
        "  fix: shorten it by 1",
        f"offers/relay/offer.yaml:90:12: error: {TITLE.message}",
        "  fix: shorten it by 1",
    ]


def test_what_was_skipped_or_waived_says_why() -> None:
    reasons = [skipped.get("message") for skipped in parsed(REPORT).iter("skipped")]
    assert reasons == [
        "links are asked at the production gate",
        "waived: drawn anew (until 2026-09-30, by ana)",
    ]


def test_a_warning_is_output_of_a_case_that_passed() -> None:
    [case] = parsed(replace(REPORT, findings=(WARNING,), skipped=(), passed=()))[0]
    assert outcome(case) == "passed"
    assert "offer.yaml:40:12: warning: the title has 51" in str(case.findtext("system-out"))


@pytest.mark.parametrize(
    "text", ["<b>&\"'</b>]]><!--", "a\x00\x1b\ufffe\ud800b", "é\U0001f600 \u202e", "x\n::y"]
)
def test_any_text_is_escaped(text: str) -> None:
    root = parsed(saying(text))
    assert Counter(element.tag for element in root.iter())["failure"] == 1
    if text.isprintable():
        assert next(root.iter("failure")).get("message") == f"{text}"
