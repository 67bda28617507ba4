"""Findings as logging commands of Azure Pipelines; it knows errors and warnings only."""

from collections.abc import Sequence

from publisher.findings import Finding, Report, Severity
from publisher.reports.escape import inert
from publisher.reports.naming import place


def render(reports: Sequence[Report]) -> str:
    """One command per error and warning; a plain line for what is informative or waived."""
    return "\n".join(_line(finding) for report in reports for finding in report.findings)


def _line(finding: Finding) -> str:
    if finding.waived or finding.severity is Severity.INFO:
        return _plain(finding)
    values = {"type": finding.severity.value, "sourcepath": finding.file}
    if finding.line:
        values |= {"linenumber": str(finding.line), "columnnumber": str(max(finding.column, 1))}
    values["code"] = f"{finding.code} {finding.rule}"
    properties = "".join(f"{name}={_property(inert(value))};" for name, value in values.items() if value)
    text = inert(f"{finding.message} (fix: {finding.fix})")
    return f"##vso[task.logissue {properties}]{_data(text)}"


def _plain(finding: Finding) -> str:
    end = f" (waived: {finding.waived})" if finding.waived else ""
    return inert(
        f"{place(finding)}: {finding.severity}[{finding.code} {finding.rule}] {finding.message}{end}"
    )


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace("]", "%5D").replace(";", "%3B")
