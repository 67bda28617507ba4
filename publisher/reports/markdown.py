"""Findings as Markdown: the summary of a job, or a comment on a pull request."""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import Final

from publisher.findings import Finding, Report, Severity
from publisher.reports.escape import inert
from publisher.reports.naming import offer_name, place

_MOST: Final = 300  # findings that are shown; GitHub refuses a summary of more than 1 MiB
# What begins markup, a link, a formula, an emoji, or the name of a person or an issue inside a line.
_MARKUP: Final = re.compile(r"[!#$&()*:<>@\[\\\]^_`{|}~]|(?<=[Ww]{3})\.")


def render(reports: Sequence[Report]) -> str:
    """A table of counts, the findings, and the rules that were skipped."""
    parts = [_counts(reports), _findings(reports), _skipped(reports)]
    return "\n\n".join(part for part in parts if part)


def _text(text: str) -> str:
    """A text that shows as it is written, whatever markup it contains."""
    # Platforms look for @people and #issues in what is shown, so an entity alone would still name them.
    return re.sub("&#(35|64);", r"<span>\g<0></span>", _entities(text))


def _code(text: str) -> str:
    """A text in a fixed font; nobody is called from there."""
    return f"<code>{_entities(text)}</code>"


def _entities(text: str) -> str:
    return _MARKUP.sub(lambda found: f"&#{ord(found.group())};", inert(text))


def _table(*rows: Sequence[str]) -> str:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body])


def _counts(reports: Sequence[Report]) -> str:
    head = ("Offer", "Gate", "Profile", "Errors", "Warnings", "Infos", "Waived", "Passed", "Skipped")
    return "### Offer check\n\n" + _table(head, *map(_row, reports))


def _row(report: Report) -> list[str]:
    numbers = [
        *(report.count(severity) for severity in Severity),
        sum(1 for finding in report.findings if finding.waived),
        len(report.passed),
        len(report.skipped),
    ]
    return [_code(offer_name(report)), report.gate.label, report.profile, *map(str, numbers)]


def _findings(reports: Sequence[Report]) -> str:
    total = sum(len(report.findings) for report in reports)
    every = (finding for report in reports for finding in report.findings)
    items = [_item(finding) for finding in islice(every, _MOST)]
    if total > _MOST:
        items.append(f"- … and {total - _MOST} more")
    return "\n".join(items) or "No findings."


def _item(finding: Finding) -> str:
    kind = f"waived {finding.severity}" if finding.waived else finding.severity.value
    cure = f"Waived: {_text(finding.waived)}" if finding.waived else f"Fix: {_text(finding.fix)}"
    head = f"- **{kind}** {finding.code} {finding.rule} at {_code(place(finding))}:"
    return f"{head} {_text(finding.message)}<br>{cure}"


def _skipped(reports: Sequence[Report]) -> str:
    rules: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for report in reports:
        for skip in report.skipped:
            rules[skip.reason][skip.rule] = None
    if not rules:
        return ""
    table = _table(("Why", "Rules"), *([_text(why), ", ".join(names)] for why, names in rules.items()))
    number = sum(len(report.skipped) for report in reports)
    head = f"{number} rule{'' if number == 1 else 's'} skipped"
    return f"<details><summary>{head}</summary>\n\n{table}\n\n</details>"
