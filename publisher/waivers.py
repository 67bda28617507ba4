"""Findings that somebody answers for until a day: marked, never hidden."""

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from publisher.document.files import FileRefused, read_regular
from publisher.errors import SettingsError, UsageError
from publisher.findings import Finding, Report, Severity
from publisher.frozen import dataclass
from publisher.redact import redact
from publisher.rules.registry import RULES, Rule, find
from publisher.settings import Waiver

SOON: Final = timedelta(days=14)
_TABLE: Final = re.compile(r"(?m)^[ \t]*(?:\[\[[ \t]*(?:tool\.publisher\.)?waivers[ \t]*\]\]|waivers[ \t]*=)")


def apply(
    report: Report, waivers: tuple[Waiver, ...], *, today: date, days: int = 90, file: Path | None = None
) -> Report:
    """The report with its waived findings marked, and findings about the waivers themselves.

    A waiver holds through its last day, if that is at most so many days ahead (0: any number). `file`
    is where the waivers stand. Raises SettingsError for a code that no rule has.
    """
    latest = today + timedelta(days=days) if days else date.max
    judged = [
        _Judged(waiver, number, _rule(waiver, number, file), latest) for number, waiver in enumerate(waivers)
    ]
    ours = [one for one in judged if _concerns(one.waiver, report)]
    holding = [one for one in ours if one.rule.waivable and today <= one.waiver.until <= latest]
    findings = [_marked(finding, holding) for finding in report.findings]
    if about := [one for one in ours if one.complaint(report, today)]:
        lines = _lines(file)
        findings += [one.finding(report, today, file, lines) for one in about]
    return replace(report, findings=tuple(findings))


def ending(waivers: Iterable[Waiver], *, today: date) -> tuple[Waiver, ...]:
    """The waivers that hold today and end within a fortnight."""
    return tuple(waiver for waiver in waivers if today <= waiver.until <= today + SOON)


def settled(reports: Iterable[Report], waivers: tuple[Waiver, ...]) -> list[Report]:
    """The reports of one run, without the word that a waiver of every offer is unused here where another
    of them uses it."""
    reports = list(reports)
    used = {finding.rule for report in reports for finding in report.findings if finding.waived}
    needed = {f"/waivers/{n}" for n, waiver in enumerate(waivers) if find(waiver.code).name in used}

    def idle(finding: Finding) -> bool:
        return finding.rule == "waiver-unused" and finding.severity is Severity.INFO

    return [
        replace(report, findings=tuple(f for f in report.findings if not (idle(f) and f.pointer in needed)))
        for report in reports
    ]


@dataclass(frozen=True)
class _Judged:
    """A waiver, its index in the settings file, the rule that it waives, and the latest day it may end."""

    waiver: Waiver
    number: int
    rule: Rule
    latest: date

    def complaint(self, report: Report, today: date) -> tuple[str, str] | None:
        """The rule that the waiver itself breaks, if any, and how."""
        if not self.rule.waivable:
            return "waiver-refused", "does not count: this rule cannot be waived"
        if self.waiver.until < today:
            return "waiver-expired", f"ended on {self.waiver.until.isoformat()}"
        if self.waiver.until > self.latest:
            days = f"it ends on {self.waiver.until.isoformat()}, and may end by {self.latest.isoformat()}"
            return "waiver-too-long", f"does not count: {days}"
        if self.rule.name in report.passed:  # a rule that was not asked here may need its waiver elsewhere
            return "waiver-unused", f"waives nothing in {report.offer}"
        return None

    def finding(self, report: Report, today: date, file: Path | None, lines: list[int]) -> Finding:
        """The complaint, at the waiver's line."""
        name, how = self.complaint(report, today) or ("", "")
        rule, line = RULES[name], lines[min(self.number, len(lines) - 1)] if lines else 0
        elsewhere = name == "waiver-unused" and not self.waiver.offer  # another offer may need it
        return Finding(
            code=rule.code, rule=name, gate=rule.gate, fix=rule.fix, offer=report.offer,
            severity=Severity.INFO if elsewhere else rule.severity(report.profile, report.gate),
            message=f"the waiver of {self.rule.code} ({self.rule.name}) {how}",
            file=_display(file), line=line, column=1 if line else 0, pointer=f"/waivers/{self.number}",
        )  # fmt: skip


def _rule(waiver: Waiver, number: int, file: Path | None) -> Rule:
    try:
        return find(waiver.code)
    except UsageError as error:
        raise SettingsError(f"{file}: waivers[{number + 1}]: {error.message}", hint=error.hint) from None


def _concerns(waiver: Waiver, report: Report) -> bool:
    return waiver.offer in {"", report.offer, f"{report.publisher}/{report.offer}"}


def _marked(finding: Finding, holding: list[_Judged]) -> Finding:
    for one in holding:
        if one.rule.name == finding.rule:
            waiver = one.waiver
            words = f"{waiver.reason} (until {waiver.until.isoformat()}, by {waiver.by})"
            return replace(finding, waived=redact(" ".join(words.split())))
    return finding


def _display(file: Path | None) -> str:
    """The settings file as the user would name it from the current directory."""
    shown = os.path.relpath(file) if file else ""
    return str(file) if shown.startswith("..") else shown


def _lines(file: Path | None) -> list[int]:
    """The line on which each waiver begins; one line alone where the file writes them as a list."""
    try:
        text = read_regular(file).decode("utf-8", "replace") if file else ""
    except FileRefused:
        return []
    return [text.count("\n", 0, found.start()) + 1 for found in _TABLE.finditer(text)]
