"""A publishing engine for marketplace VM offers.

What a library user imports stands in `__all__`; each name is loaded when it is first asked for:

    from pathlib import Path
    from publisher import Gate, validate_folder

    report = validate_folder(Path("offers/relaygate"), gate=Gate.STAGE)
    for finding in report.findings: ...
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from publisher.errors import PublisherError
    from publisher.findings import Finding, Gate, Report, Severity
    from publisher.validation import validate_folder

__all__ = ["Finding", "Gate", "PublisherError", "Report", "Severity", "validate_folder"]

_HOMES = {
    "Finding": "publisher.findings",
    "Gate": "publisher.findings",
    "PublisherError": "publisher.errors",
    "Report": "publisher.findings",
    "Severity": "publisher.findings",
    "validate_folder": "publisher.validation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'publisher' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
