"""Findings as a code quality report of GitLab."""

import os
from collections.abc import Sequence
from typing import Any, Final

from publisher.findings import Finding, Report, Severity
from publisher.reports.escape import inert
from publisher.reports.json import dumps
from publisher.reports.naming import fingerprinted

_SEVERITIES: Final = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(reports: Sequence[Report]) -> str:
    """A JSON list of all findings; a waived one is informative and says so."""
    return dumps([_entry(report, finding, mark) for report, finding, mark in fingerprinted(reports)])


def _entry(report: Report, finding: Finding, mark: str) -> dict[str, Any]:
    waived = f"waived: {finding.waived}: " if finding.waived else ""
    fix = f" Fix: {finding.fix}" if finding.fix and not finding.waived else ""
    return {
        "description": inert(f"{waived}{finding.message}.{fix}"),
        "check_name": f"{finding.code} {finding.rule}",
        "fingerprint": mark,
        "severity": "info" if finding.waived else _SEVERITIES[finding.severity],
        "location": {
            "path": inert(_path(finding.file or report.path)),
            "lines": {"begin": max(finding.line, 1)},
        },
    }


def _path(file: str) -> str:
    """The file from the root of the project, which is not always where the job works."""
    root = os.environ.get("CI_PROJECT_DIR", "")
    path = os.path.relpath(file, root) if root else file
    return file if path.startswith("..") else path.replace(os.sep, "/")
