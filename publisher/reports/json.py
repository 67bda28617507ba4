"""Findings for programs: one versioned JSON envelope for any number of offers."""

import json
from collections.abc import Sequence
from typing import Any, Final

from publisher import __version__
from publisher.findings import Finding, Gate, Report, Severity
from publisher.redact import redact
from publisher.reports.naming import page

VERSION: Final = 1


def render(reports: Sequence[Report]) -> str:
    """The envelope as JSON."""
    return dumps(envelope(reports))


def dumps(value: Any) -> str:
    """JSON in ASCII that no terminal and no agent of a pipeline acts upon."""
    text = json.dumps(value, indent=2)
    # `##vso[` in a log is a command to some agents, and DEL acts on terminals; both only occur in strings.
    return text.replace("##", "#\\u0023").replace("\x7f", "\\u007f")


def envelope(reports: Sequence[Report]) -> dict[str, Any]:
    """The envelope as plain values, as `SCHEMA` says."""
    findings = [finding for report in reports for finding in report.findings]
    skipped = dict.fromkeys((skip.rule, skip.reason) for report in reports for skip in report.skipped)
    return {
        "version": VERSION,
        "tool": {"name": "publisher", "version": __version__},
        "offers": [_offer(report) for report in reports],
        "findings": [_finding(finding) for finding in findings],
        "skipped": [{"rule": rule, "reason": redact(reason)} for rule, reason in skipped],
        "summary": {
            **{f"{severity}s": sum(report.count(severity) for report in reports) for severity in Severity},
            "waived": sum(1 for finding in findings if finding.waived),
        },
    }


def _path(path: str) -> str:
    """A path as text even where its bytes are no UTF-8: JSON knows no lone surrogates."""
    return redact(path).encode("utf-8", "backslashreplace").decode()


def _offer(report: Report) -> dict[str, str]:
    return {
        "path": _path(report.path),
        "publisher": redact(report.publisher),
        "offer": redact(report.offer),
        "profile": report.profile,
        "gate": report.gate.label,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "gate": finding.gate.label,
        "message": redact(finding.message),
        "fix": redact(finding.fix),
        "file": _path(finding.file),
        "line": finding.line,
        "column": finding.column,
        "pointer": redact(finding.pointer),
        "offer": redact(finding.offer),
        "sku": redact(finding.sku),
        "waived": redact(finding.waived),
        "page": page(finding.rule),
    }


def _object(description: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _count(description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 0, "description": description}


def _list(description: str, items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "description": description, "items": items}


_GATE: Final = {"enum": [gate.label for gate in Gate]}

# Fields are only ever added, so a reader must let unknown ones pass: nothing here forbids them.
SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Report of `publisher validate`",
    **_object(
        "What one run found out about one or several offer folders.",
        version={"const": VERSION},
        tool=_object("Who wrote this.", name=_text("publisher"), version=_text("its version")),
        offers=_list(
            "What was judged, in the order of the command line.",
            _object(
                "One offer folder.",
                path=_text("document that was read"),
                publisher=_text("publisher ID; empty where it could not be read"),
                offer=_text("offer ID; empty where it could not be read"),
                profile=_text("generation of the marketplace"),
                gate=_GATE,
            ),
        ),
        findings=_list(
            "What is wrong, offer by offer.",
            _object(
                "One cause in one place.",
                code=_text("stable code of the rule"),
                rule=_text("name of the rule, for `publisher explain`"),
                severity={"enum": [severity.value for severity in Severity]},
                gate={**_GATE, "description": "the gate from which on the rule runs"},
                message=_text("what is wrong"),
                fix=_text("the cure"),
                file=_text("file, as named from the current directory"),
                line=_count("counts from 1; 0 means the whole file"),
                column=_count("counts from 1, in code points; 0 means the whole file"),
                pointer=_text("JSON pointer into the document"),
                offer=_text("offer ID"),
                sku=_text("SKU ID; empty for what concerns the whole offer"),
                waived=_text("reason, end and author of the waiver; empty where nobody waived it"),
                page=_text("address of the page that explains the rule"),
            ),
        ),
        skipped=_list(
            "Rules that were not asked, or not about everything.",
            _object("One rule.", rule=_text("name of the rule"), reason=_text("why it was not asked")),
        ),
        summary=_object(
            "How many findings of each severity are not waived, and how many are.",
            errors=_count("findings that block"),
            warnings=_count("findings that do not block"),
            infos=_count("notes"),
            waived=_count("findings that a waiver covers"),
        ),
    ),
}
