"""How reports name an offer, a place, and a finding that is to be known again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

from publisher.findings import Finding, Report

HOME: Final = "https://github.com/vm-offer-publisher/vm-offer-publisher"


def page(rule: str) -> str:
    """Where the page of a rule is; `publisher explain` shows the same without a network."""
    return f"{HOME}/blob/main/docs/rules/{rule}.md"


def offer_name(report: Report) -> str:
    """publisher/offer, or the path where these could not be read."""
    return f"{report.publisher}/{report.offer}" if report.publisher and report.offer else report.path


def place(finding: Finding) -> str:
    """file:line:column, or the file alone."""
    return f"{finding.file}:{finding.line}:{finding.column}" if finding.line else finding.file


def fingerprinted(reports: Sequence[Report]) -> Iterator[tuple[Report, Finding, str]]:
    """Every finding with 32 hex digits of its own, which stay when lines move.

    They come from the rule, the offer, the SKU, the pointer and the file; where several findings share
    all of these, from their order as well.
    """
    seen: Counter[str] = Counter()
    for report in reports:
        for finding in report.findings:
            identity = "\0".join(_identity(report, finding))
            seen[identity] += 1
            text = f"{identity}\0{seen[identity]}".encode("utf-8", "backslashreplace")
            yield report, finding, sha256(text).hexdigest()[:32]


def _identity(report: Report, finding: Finding) -> tuple[str, ...]:
    offer = finding.offer or report.offer
    return finding.code, report.publisher, offer, finding.sku, finding.pointer, finding.file
