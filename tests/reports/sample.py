"""Reports to render, and every machine format by its name."""

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

from publisher.findings import Finding, Gate, Report, Severity, Skipped
from publisher.reports import MACHINE

TITLE = Finding(
    code="TXT101",
    rule="title-length",
    severity=Severity.ERROR,
    gate=Gate.DRAFT,
    message="the title has 51 UTF-16 code units; at most 50 are allowed",
    fix="shorten it by 1",
    file="offers/relay/offer.yaml",
    line=12,
    column=12,
    pointer="/listing/en-us/title",
    offer="relaygate-mail",
)
WARNING = replace(TITLE, code="SAS109", rule="sas-secret", severity=Severity.WARNING, sku="hourly", line=40)
INFO = replace(TITLE, code="LGL104", rule="support-email-only", severity=Severity.INFO, line=0, column=0)
WAIVED = replace(
    TITLE, code="MED101", rule="logo-set", line=7, waived="drawn anew (until 2026-09-30, by ana)"
)
REPORT = Report(
    path="offers/relay/offer.yaml",
    publisher="harbourline",
    offer="relaygate-mail",
    profile="classic",
    gate=Gate.STAGE,
    findings=(WAIVED, TITLE, WARNING, INFO),
    skipped=(Skipped(rule="link-reachable", reason="links are asked at the production gate"),),
    passed=("summary-length", "offer-id-format"),
)


def saying(message: str) -> Report:
    """A report whose every text is the given one."""
    finding = replace(TITLE, message=message, fix=message, pointer=message, sku=message, file=message)
    return replace(
        REPORT,
        offer=message,
        findings=(finding, replace(finding, waived=message), replace(finding, severity=Severity.INFO)),
        skipped=(Skipped(rule="link-reachable", reason=message),),
    )


def rendered(name: str, reports: Sequence[Report]) -> str:
    """The reports in a machine format."""
    return str(import_module(MACHINE[name]).render(reports))
