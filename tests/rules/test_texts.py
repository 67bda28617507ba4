"""Lengths as a browser counts them; texts in files."""

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.document import read_document
from publisher.document.secrets import read_secrets
from publisher.findings import Gate
from publisher.profiles import load_profile
from publisher.rules.runner import Circumstances, check
from publisher.rules.texts import length


@pytest.mark.parametrize(
    ("text", "units"),
    [("", 0), ("é", 1), ("e\u0301", 2), ("🚀", 2), ("a\r\nb", 3), ("a\nb", 3), ("a\rb", 3), ("\ud800", 1)],
)
def test_lengths_count_utf_16_code_units(text: str, units: int) -> None:
    assert length(text) == units


def findings(folder: Path) -> dict[str, str]:
    document = read_document(folder, read_secrets(folder / "demo.env"))
    now = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
    report = check(document, Circumstances(gate=Gate.STAGE, limits=load_profile("classic"), now=now))
    return {finding.rule: finding.pointer for finding in report.findings if finding.severity == "error"}


def test_a_text_file_that_cannot_be_read_hides_nothing_else(demo: Path) -> None:
    (demo / "texts/description.html").write_bytes(b"\xff\xfe<p>")
    offer = (demo / "offer.yaml").read_text(encoding="utf-8")
    (demo / "offer.yaml").write_text(offer.replace("title: Beacon by the hour", "title:"), encoding="utf-8")
    assert findings(demo) == {
        "document-encoding": "/listing/en-us/description",
        "field-required": "/skus/0/listing/en-us/title",
    }


@pytest.mark.parametrize(
    ("summary", "loads"),
    [("Metrics on a VM", False), ("Beacon by the hour", False), ("Beacon by the hours", True)],
)
def test_only_texts_that_may_be_nearly_the_same_load_a_library(demo: Path, summary: str, loads: bool) -> None:
    offer = (demo / "offer.yaml").read_text(encoding="utf-8")
    offer = re.sub(r"(?m)^    summary: .*", f"    summary: {summary}", offer, count=1)
    (demo / "offer.yaml").write_text(offer, encoding="utf-8")
    code = f"import sys; from publisher.cli import run; run(['validate', {str(demo)!r}]); print('rapidfuzz' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split()[-1] == str(loads)
