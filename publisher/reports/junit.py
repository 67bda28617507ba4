"""Findings as JUnit XML: a suite per offer, a test case per rule."""

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from publisher.findings import Finding, Report, Severity
from publisher.reports.escape import inert, tame
from publisher.reports.naming import offer_name, place
from publisher.rules.registry import load

_FOREIGN: Final = re.compile("[\ufffe\uffff]")  # no XML may hold these


def render(reports: Sequence[Report]) -> str:
    """The suites as XML in ASCII. Only errors that nobody waived fail; what else was found is output."""
    suites = ET.Element("testsuites", name="publisher")
    suites.extend(_suite(report) for report in reports)
    _count(suites, ("tests", "failures", "errors"))
    ET.indent(suites)
    return tame(ET.tostring(suites, encoding="us-ascii", xml_declaration=True).decode("ascii"))


def _suite(report: Report) -> ET.Element:
    name = _clean(offer_name(report))
    suite = ET.Element("testsuite", name=name)
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.rule].append(finding)
    skipped = {skip.rule: skip.reason for skip in report.skipped}
    rules = load()
    codes = {rules[rule].code: rule for rule in {*found, *skipped, *report.passed}}
    for code, rule in sorted(codes.items()):
        case = ET.SubElement(suite, "testcase", name=f"{code} {rule}", classname=name, time="0")
        _fill(case, found[rule], skipped.get(rule, ""))
    _count(suite, ("tests", "failures", "errors", "skipped"))
    return suite


def _fill(case: ET.Element, findings: Sequence[Finding], reason: str) -> None:
    failing = [f for f in findings if f.severity is Severity.ERROR and not f.waived]
    others = [finding for finding in findings if finding not in failing]
    if failing:
        more = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
        failure = ET.SubElement(case, "failure", type="error", message=_clean(failing[0].message) + more)
        failure.text = "\n".join(map(_lines, failing))
    elif others and all(finding.waived for finding in others):
        ET.SubElement(case, "skipped", message=f"waived: {_clean(others[0].waived)}")
    elif reason and not others:
        ET.SubElement(case, "skipped", message=_clean(reason))
        return
    said = [*map(_lines, others), *([f"not asked about everything: {_clean(reason)}"] if reason else [])]
    if said:
        ET.SubElement(case, "system-out").text = "\n".join(said)


def _lines(finding: Finding) -> str:
    kind = f"waived {finding.severity}" if finding.waived else finding.severity
    cure = f"waived: {finding.waived}" if finding.waived else f"fix: {finding.fix}"
    return f"{_clean(place(finding))}: {kind}: {_clean(finding.message)}\n  {_clean(cure)}"


def _clean(text: str) -> str:
    return _FOREIGN.sub("", inert(text))


def _count(element: ET.Element, names: Sequence[str]) -> None:
    tags = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for name in names:
        element.set(name, str(sum(1 for _ in element.iter(tags[name]))))
