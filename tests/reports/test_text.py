"""The report for people: place, line with a caret, cure; and nothing that a terminal or an agent acts upon."""

from dataclasses import replace

import pytest

from publisher.findings import Finding, Gate, Report, Severity, Skipped
from publisher.reports.text import render, summary

FINDING = Finding(
    code="TXT101",
    rule="title-length",
    severity=Severity.ERROR,
    gate=Gate.DRAFT,
    message="the title has 51 UTF-16 code units; at most 50 are allowed",
    fix="shorten the title",
    file="offer.yaml",
    line=2,
    column=8,
)
REPORT = Report(
    path="offer.yaml",
    publisher="harbourline",
    offer="relaygate-mail",
    profile="classic",
    gate=Gate.STAGE,
    findings=(FINDING,),
    sources={"offer.yaml": "listing:\ntitle: Relay\nend: 1\n"},
)


@pytest.fixture(autouse=True)
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "TF_BUILD"):
        monkeypatch.delenv(name, raising=False)


def quoted(line: str, column: int) -> list[str]:
    """The quoted line and its caret, without the gutter."""
    report = replace(
        REPORT, sources={"offer.yaml": f"first\n{line}\n"}, findings=(replace(FINDING, column=column),)
    )
    return [row.partition(" | ")[2] for row in render(report).split("\n")[1:3]]


def test_a_finding_with_its_place_line_and_cure() -> None:
    assert render(REPORT) == (
        "offer.yaml:2:8: error[TXT101 title-length] the title has 51 UTF-16 code units; at most 50 are allowed\n"
        "   2 | title: Relay\n"
        "     |        ^\n"
        "  fix: shorten the title\n"
        "  see: publisher explain title-length\n"
        "1 error in harbourline/relaygate-mail at the stage gate (profile classic)"
    )


def test_a_finding_about_the_whole_file_quotes_nothing() -> None:
    report = replace(REPORT, findings=(replace(FINDING, line=0, column=0),))
    assert render(report).startswith("offer.yaml: error[TXT101 title-length] the title")
    assert "|" not in render(report)


def test_a_waived_finding_says_so() -> None:
    report = replace(REPORT, findings=(replace(FINDING, waived="renamed soon (until 2026-09-30, by ana)"),))
    text = render(report)
    assert "offer.yaml:2:8: waived error[TXT101 title-length]" in text
    assert "  waived: renamed soon (until 2026-09-30, by ana)" in text
    assert text.endswith(
        "no findings in harbourline/relaygate-mail at the stage gate (profile classic); 1 waived"
    )


def test_the_summary_counts_what_is_there() -> None:
    weights = (Severity.ERROR, Severity.ERROR, Severity.WARNING, Severity.INFO)
    report = replace(REPORT, findings=tuple(replace(FINDING, severity=weight) for weight in weights))
    assert summary(report) == (
        "2 errors, 1 warning, 1 info in harbourline/relaygate-mail at the stage gate (profile classic)"
    )
    assert summary(replace(REPORT, findings=(), publisher="", path="x/offer.yaml", gate=Gate.DRAFT)) == (
        "no findings in x/offer.yaml at the draft gate (profile classic)"
    )


def test_skipped_rules_are_counted_and_named_on_demand() -> None:
    report = replace(REPORT, skipped=(Skipped(rule="link-reachable", reason="no network"),))
    assert render(report).endswith("; 1 rule skipped (see --verbose)")
    assert "\nskipped link-reachable: no network\n" in render(report, verbose=True)
    assert render(report, verbose=True).endswith("; 1 rule skipped")


def test_colour_only_where_it_is_wanted() -> None:
    assert "\x1b" not in render(REPORT)
    assert "\x1b[1;31merror[TXT101 title-length]\x1b[0m" in render(REPORT, colour=True)


@pytest.mark.parametrize(
    ("line", "column", "shown", "caret"),
    [
        ("key:\tvalue", 6, "key:    value", 8),
        ("日本: x", 5, "日本: x", 6),
        ("e\u0301: x", 5, "e\u0301: x", 3),
        ("🚀: x", 4, "🚀: x", 4),
        ("a: \x1b[31mred", 9, "a: \\x1b[31mred", 11),
        ("a: \u202ebc", 5, "a: \\u202ebc", 9),
        ("short", 60, "short", 5),
        ("short", 0, "short", 0),
    ],
)
def test_the_caret_stands_under_its_character(line: str, column: int, shown: str, caret: int) -> None:
    assert quoted(line, column) == [shown, " " * caret + "^"]


@pytest.mark.parametrize("column", [1, 50, 79, 80, 81, 101, 500, 900, 1000])
def test_a_long_line_is_cut_around_its_column(column: int) -> None:
    line = "".join(f"{number:05d}" for number in range(200))
    shown, caret = quoted(line, column)
    assert len(shown) <= 102
    at = caret.index("^")
    around = line[column - 1 : column + 8]
    assert shown[at : at + len(around)] == around


def test_a_line_of_a_million_characters_is_quick() -> None:
    report = replace(
        REPORT,
        sources={"offer.yaml": "x\n" + "y" * 1_000_000},
        findings=tuple(replace(FINDING, column=column) for column in range(1, 1_000_000, 1_000)),
    )
    assert len(render(report)) < 500_000


def test_an_empty_line_is_not_quoted() -> None:
    assert quoted("", 1)[0] == ""


SIGNED = "https://acct.blob.core.windows.net/vhds/os.vhd?sv=2024-11-04&sp=rl&sig=c2VjcmV0c2VjcmV0c2VjcmV0"


@pytest.mark.parametrize("before", ["os_vhd: ", "x" * 150 + " ", '{"a": 1, "os_vhd": "', "y" * 6_000 + " "])
@pytest.mark.parametrize("column", [1, 9, 80, 5_000])
def test_a_signature_in_the_quoted_line_is_masked(before: str, column: int) -> None:
    for place in (column, len(before) + 1, len(before) + len(SIGNED) - 3):
        assert "c2Vj" not in "".join(quoted(before + SIGNED + '"', place))


def test_the_caret_finds_its_place_behind_what_is_masked() -> None:
    line = f"[{SIGNED}, wrong]"
    shown, caret = quoted(line, line.index("wrong") + 1)
    assert shown[caret.index("^") :] == "wrong]"


def test_a_word_that_is_cut_is_not_shown_from_its_middle() -> None:
    secret = "Zm9v" * 3_000
    shown, _ = quoted(f"url: https://x.example/?sig={secret} end", len(secret))
    assert "Zm9v" not in shown


def test_a_name_with_line_ends_stays_on_its_line() -> None:
    report = replace(REPORT, findings=(replace(FINDING, file="a\n::error::b\x1b[2J", message="x\ny\udcff"),))
    assert render(report).startswith("a\\n::error::b\\x1b[2J:2:8: error[TXT101 title-length] x\\ny\\udcff\n")


@pytest.mark.parametrize("variable", ["CI", "TF_BUILD"])
def test_agents_of_pipelines_see_no_commands(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "true")
    hostile = replace(
        FINDING, file="::set-output name=x::", message="##vso[task.setvariable]y ##[error]z ## [ok]"
    )
    report = replace(REPORT, findings=(hostile,), sources={})
    text = render(report)
    assert text.startswith(": :set-output name=x::")
    assert "# #vso[task.setvariable]y # #[error]z ## [ok]" in text


def test_people_see_the_text_as_it_is() -> None:
    report = replace(REPORT, findings=(replace(FINDING, message="##vso[x]y"),))
    assert "##vso[x]y" in render(report)
