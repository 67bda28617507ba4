"""Findings as workflow commands, which GitHub shows as annotations beside the line."""

from collections.abc import Sequence
from typing import Final

from publisher.findings import Finding, Report, Severity
from publisher.reports.escape import inert

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(reports: Sequence[Report]) -> str:
    """One command per finding."""
    return "\n".join(_command(finding) for report in reports for finding in report.findings)


def _command(finding: Finding) -> str:
    level = "notice" if finding.waived else _LEVELS[finding.severity]
    title = f"{'waived ' if finding.waived else ''}{finding.code} {finding.rule}"
    values = {"title": title, "file": finding.file}
    if finding.line:
        values |= {"line": str(finding.line), "col": str(max(finding.column, 1))}
    properties = ",".join(f"{name}={_property(inert(value))}" for name, value in values.items() if value)
    cure = f"waived: {finding.waived}" if finding.waived else f"fix: {finding.fix}"
    text = _data(f"{inert(finding.message)}\n{inert(cure)}")
    return f"::{level} {properties}::{text}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
