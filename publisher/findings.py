"""What rules yield: frozen values, without any rendering."""

from dataclasses import field
from enum import IntEnum, StrEnum

from publisher.frozen import dataclass


class Severity(StrEnum):
    """How much a finding weighs; only errors block a gate."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info, 2 for error."""
        return {"info": 0, "warning": 1, "error": 2}[self.value]


class Gate(IntEnum):
    """The moments at which rules run, each including the earlier ones."""

    DRAFT = 0
    STAGE = 1
    PRODUCTION = 2

    @property
    def label(self) -> str:
        """The gate's name in lower case, as reports and options spell it."""
        return self.name.lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One cause, in one place. `line` and `column` count from 1; 0 means the whole file."""

    code: str
    rule: str
    severity: Severity
    gate: Gate
    message: str
    fix: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    pointer: str = ""
    offer: str = ""
    sku: str = ""
    waived: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """A rule that was not asked, and why."""

    rule: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that one check of one offer folder found out.

    `passed` names the rules that were asked and found nothing; `sources` maps a file's name in
    `findings` to its text, for reports that quote the line.
    """

    path: str
    publisher: str
    offer: str
    profile: str
    gate: Gate
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    passed: tuple[str, ...] = ()
    sources: dict[str, str] = field(default_factory=dict, repr=False)

    def count(self, severity: Severity) -> int:
        """How many findings of this severity are not waived."""
        return sum(1 for finding in self.findings if finding.severity is severity and not finding.waived)

    def blocks(self, fail_on: Severity = Severity.ERROR) -> bool:
        """Whether anything unwaived weighs at least `fail_on`."""
        return any(f.severity.rank >= fail_on.rank and not f.waived for f in self.findings)
