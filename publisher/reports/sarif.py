"""Findings as SARIF 2.1.0, for code scanning and editors."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from publisher import __version__
from publisher.findings import Finding, Report, Severity
from publisher.reports import explanation
from publisher.reports.escape import inert
from publisher.reports.json import dumps
from publisher.reports.naming import HOME, fingerprinted, page
from publisher.rules.registry import Rule, load

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_RECOMMENDED: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}

Rules = Mapping[str, tuple[Rule, Severity]]


def render(reports: Sequence[Report]) -> str:
    """One SARIF log with one run."""
    return dumps(
        {
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [_run(reports)],
        }
    )


def _run(reports: Sequence[Report]) -> dict[str, Any]:
    rules = _active(reports)
    index = {name: position for position, name in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": "publisher",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": HOME,
                "rules": [_descriptor(rule, severity) for rule, severity in rules.values()],
            }
        },
        "invocations": [
            {
                "executionSuccessful": bool(reports),
                "toolExecutionNotifications": list(_skipped(reports, rules, index)),
            }
        ],
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the folder of the run"}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(report, finding, mark, index[finding.rule])
            for report, finding, mark in fingerprinted(reports)
        ],
    }


def _active(reports: Sequence[Report]) -> Rules:
    """The rules that were in force for one of the reports or found something, with what they weigh there."""
    found = {finding.rule for report in reports for finding in report.findings}
    active = {}
    for rule in sorted(load().values(), key=lambda rule: rule.code):
        for report in reports:
            if rule.name in found or (rule.kind != "guard" and _in_force(rule, report)):
                active[rule.name] = rule, rule.severity(report.profile, report.gate)
                break
    return active


def _in_force(rule: Rule, report: Report) -> bool:
    return report.profile in rule.profiles and report.gate >= rule.gate


def _descriptor(rule: Rule, severity: Severity) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why}\n\nHow to fix: {rule.fix}\n\nSource: {rule.source}",
            "markdown": explanation.markdown(rule),
        },
        "helpUri": page(rule.name),
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {
            "tags": ["marketplace", rule.code[:3].lower()],
            "problem.severity": _RECOMMENDED[severity],
            "gate": rule.gate.label,
            "profiles": sorted(rule.profiles),
            "waivable": rule.waivable,
            "since": rule.since,
        },
    }


def _skipped(reports: Sequence[Report], rules: Rules, index: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for name, reason in dict.fromkeys(
        (skip.rule, skip.reason) for report in reports for skip in report.skipped
    ):
        known = {"associatedRule": {"id": rules[name][0].code, "index": index[name]}} if name in rules else {}
        yield {"level": "note", "message": {"text": f"{name} was skipped: {_text(reason)}"}, **known}


def _result(report: Report, finding: Finding, mark: str, index: int) -> dict[str, Any]:
    fix = f" Fix: {_text(finding.fix)}" if finding.fix else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{_text(finding.message)}.{fix}"},
        "locations": [_location(report, finding)],
        "partialFingerprints": {"vmOffer/v1": mark},
        "properties": {
            "gate": finding.gate.label,
            "offer": inert(finding.offer or report.offer),
            "sku": inert(finding.sku),
        },
    }
    if finding.waived:
        justification = {"justification": _text(finding.waived)}
        result["suppressions"] = [{"kind": "external", "status": "accepted", **justification}]
    return result


def _text(text: str) -> str:
    """A text without the form of a link: what an offer says must not become one in a viewer."""
    return inert(text).replace("](", "] (")


def _location(report: Report, finding: Finding) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": artifact(finding.file or report.path)}
    if finding.line:
        column = {"startColumn": finding.column} if finding.column else {}
        physical["region"] = {"startLine": finding.line, **column}
    logical = (
        {"logicalLocations": [{"fullyQualifiedName": inert(finding.pointer)}]} if finding.pointer else {}
    )
    return {"physicalLocation": physical, **logical}


def artifact(file: str) -> dict[str, str]:
    """A file as SARIF names it: relative to the folder of the run, or whole where it lies elsewhere."""
    path = inert(file).replace(os.sep, "/")
    if path.startswith("/"):
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}
