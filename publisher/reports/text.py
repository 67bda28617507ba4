"""Findings for people: the place, what is wrong, the line with a caret, and the cure."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from io import StringIO
from typing import Final

from publisher.findings import Finding, Report, Severity
from publisher.redact import redact
from publisher.reports.escape import quiet, visible

_WIDTH: Final = 100  # columns of a quoted line
_NEAR: Final = 4096  # characters around the place that are looked at; a line may have a million
_TAB: Final = "    "
_COLOURS: Final = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}
_SEPARATORS: Final = " \t\"'&,;<>"

Lines = dict[tuple[str, int], str]


def render(report: Report, *, colour: bool = False, verbose: bool = False) -> str:
    """The report, without a line end after its last line. `verbose` names the rules that were skipped."""
    lines = _quoted(report)
    parts = [line for finding in report.findings for line in _finding(finding, lines, colour)]
    if verbose:
        parts += [visible(f"skipped {skip.rule}: {skip.reason}") for skip in report.skipped]
    return quiet("\n".join([*parts, summary(report, verbose=verbose)]), os.environ)


def summary(report: Report, *, verbose: bool = False) -> str:
    """The report in one line."""
    counts = [_counted(report.count(severity), severity) for severity in Severity]
    found = ", ".join(count for count in counts if count) or "no findings"
    name = f"{report.publisher}/{report.offer}" if report.publisher and report.offer else report.path
    text = f"{found} in {name} at the {report.gate.label} gate (profile {report.profile})"
    if waived := sum(1 for finding in report.findings if finding.waived):
        text += f"; {waived} waived"
    if report.skipped:
        text += f"; {_counted(len(report.skipped), 'rule')} skipped" + ("" if verbose else " (see --verbose)")
    return visible(redact(text))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}" if number else ""


def _finding(finding: Finding, lines: Lines, colour: bool) -> Iterator[str]:
    place = f"{finding.file}:{finding.line}:{finding.column}" if finding.line else finding.file
    label = f"{finding.severity}[{finding.code} {finding.rule}]"
    if colour:
        label = f"\x1b[{_COLOURS[finding.severity]}m{label}\x1b[0m"
    waived = "waived " if finding.waived else ""
    yield f"{_safe(place)}: {waived}{label} {_safe(finding.message)}"
    if (line := lines.get((finding.file, finding.line))) is not None:
        yield from _excerpt(line, finding)
    if finding.waived:
        yield f"  waived: {_safe(finding.waived)}"
    elif finding.fix:
        yield f"  fix: {_safe(finding.fix)}"
    yield f"  see: publisher explain {finding.rule}"


def _safe(text: str) -> str:
    return visible(redact(text))


def _quoted(report: Report) -> Lines:
    """The lines that findings point at, in one walk over each source."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for finding in report.findings:
        wanted[finding.file].add(finding.line)
    return {
        (file, number): line.rstrip("\n")
        for file in wanted.keys() & report.sources.keys()
        for number, line in enumerate(StringIO(report.sources[file]), 1)
        if number in wanted[file]
    }


def _excerpt(line: str, finding: Finding) -> Iterator[str]:
    if not line.strip():
        return
    shown, pad = _window(*_near(line, max(finding.column - 1, 0)))
    gutter = " " * max(len(str(finding.line)), 4)
    yield f"{finding.line:>{len(gutter)}} | {shown}"
    yield f"{gutter} | {' ' * pad}^"


def _near(line: str, index: int) -> tuple[str, int]:
    """The line around the index without secrets, and where the index is now.

    Where the line is cut, the rest of a word goes as well: without its beginning nobody could tell
    whether it is part of a secret.
    """
    start = max(index - _NEAR, 0)
    near = line[start : index + _NEAR]
    if start:
        cut = next((at for at, letter in enumerate(near) if letter in _SEPARATORS), len(near))
        start, near = start + cut, near[cut:]
    return redact(near), len(redact(near[: max(index - start, 0)]))


def _window(line: str, index: int) -> tuple[str, int]:
    """About a hundred columns around the index, as they show, and the column of the index."""
    start = index - _WIDTH // 2 if index >= _WIDTH - 20 else 0
    shown, width, pad = ["…"] if start else [], int(start > 0), None
    for at in range(start, len(line)):
        if at == index:
            pad = width
        if width >= _WIDTH:
            shown.append("…")
            break
        cell = _TAB if line[at] == "\t" else visible(line[at])
        shown.append(cell)
        width += _columns(cell)
    return "".join(shown), width if pad is None else pad


def _columns(cell: str) -> int:
    """How many columns of a terminal a character takes, or its escape."""
    if len(cell) > 1:
        return len(cell)
    if unicodedata.category(cell) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(cell) in "WF" else 1
