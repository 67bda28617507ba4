"""Reports of image tests are read as several tools write them, and nothing makes the reader raise."""

import json
import random
from pathlib import Path

import pytest

from publisher.certification import MAX_TESTS, TESTS, ImageReport, read_reports
from publisher.rules.registry import load

DOCS = Path(__file__).resolve().parent.parent / "docs" / "certification-report.md"


def one(text: str) -> ImageReport:
    (report,) = read_reports(text).reports
    return report


def test_our_own_format() -> None:
    report = one(
        '{"tool": "x", "sku": "hourly", "version": "2.4.0", "tests": [{"name": "Bash_history", "result": "PASS"}]}'
    )
    assert (report.sku, report.version) == ("hourly", "2.4.0")
    assert (report.tests[0].name, report.tests[0].outcome) == ("bash-history", "pass")


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("Swap Partition on OS Disk", "swap-on-os-disk"),
        ("verify_no_swap_on_osdisk", "swap-on-os-disk"),
        ("Linux Agent Version", "agent-version"),
        ("verify_client_active_interval", "client-alive-interval"),
        ("Multipath I/O", "multipath-io"),
        ("SACK Vulnerability patch verification", "sack-patch"),
        ("something new", "something-new"),
    ],
)
def test_other_tools_have_other_names(name: str, ours: str) -> None:
    assert one(json.dumps({"Tests": [{"TestCaseName": name, "Result": "Passed"}]})).tests[0].name == ours


def test_every_test_belongs_to_one_rule() -> None:
    windows = one(
        '{"tests": [{"name": "OS Architecture", "result": "pass"}, {"name": "snmp", "result": "pass"}]}'
    )
    linux = one(
        '{"tests": [{"name": "OS Architecture", "result": "pass"}, {"name": "new", "result": "pass"}]}'
    )
    assert [len(list(windows.of(row))) for row in ("cert-windows", "cert-linux", "")] == [2, 0, 0]
    assert [len(list(linux.of(row))) for row in ("cert-windows", "cert-linux", "")] == [0, 1, 1]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "neither JSON nor JUnit XML"),
        ("[" * 100_000, "neither JSON nor JUnit XML"),
        ("9" * 10_000, "neither JSON nor JUnit XML"),
        ("null", "no JSON object"),
        ("[]", "no test"),
        ('{"tests": {}}', "no list of at most"),
        ('{"tests": [1]}', "no list of at most"),
        ('{"tests": [{"result": "pass"}]}', "has no name"),
        ('{"tests": [{"name": ["x"], "result": "pass"}]}', "'name' is no text"),
        ('{"tests": [{"name": "x", "result": true}]}', "is none of pass"),
        (json.dumps({"tests": [{"name": "x", "result": "pass"}] * (MAX_TESTS + 1)}), "no list of at most"),
        ('{"Response": "{\\"Response\\": \\"1\\"}"}', "no JSON object"),
        ("<testsuites>", "XML cannot be read"),
        ("<testsuites/>", "no test"),
        ("<testsuites><testcase/></testsuites>", "has no name"),
    ],
)  # fmt: skip
def test_what_is_no_report_says_why(text: str, fault: str) -> None:
    assert fault in read_reports(text).fault


def test_no_text_makes_the_reader_raise() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    source = random.Random(seed)
    texts = [
        '{"tests": [{"name": "a", "result": "pass", "detail": null}], "sku": 3}',
        '<a><testcase name="x"><failure/></testcase></a>',
    ]
    for _ in range(500):
        text = list(source.choice(texts))
        for _ in range(source.randrange(6)):
            text[source.randrange(len(text))] = source.choice('{}[]<>"&:,\\\0é1nt ')
        reading = read_reports("".join(text))
        assert bool(reading.fault) != bool(reading.reports)


def test_the_documentation_names_every_test_under_its_rule() -> None:
    page = DOCS.read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(" `"): line for line in page.splitlines() if line.startswith("| `cert-")}
    assert rows.keys() == TESTS.keys() <= load().keys()
    for rule, words in TESTS.items():
        for word in words.split():
            assert f"`{word.rstrip('*')}`{'*' if word.endswith('*') else ''}" in rows[rule]
