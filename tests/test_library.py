"""What `import publisher` gives to programs."""

from pathlib import Path

import pytest

import publisher


def test_a_program_validates_a_folder(demo: Path) -> None:
    report = publisher.validate_folder(demo, gate=publisher.Gate.STAGE, secrets_file=demo / "demo.env")
    assert report.findings == ()
    assert report.passed


def test_findings_are_values(demo: Path) -> None:
    findings = publisher.validate_folder(demo).findings
    assert {finding.rule for finding in findings} == {"secret-unresolved"}
    assert all(
        isinstance(finding, publisher.Finding) and finding.severity is publisher.Severity.ERROR
        for finding in findings
    )


@pytest.mark.parametrize("name", publisher.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(publisher, name).__doc__


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError):
        publisher.nothing  # noqa: B018
