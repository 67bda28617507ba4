"""The generated pages of the documentation are those that would be generated now."""

import runpy
from pathlib import Path

import pytest

from publisher.profiles import PROFILES
from publisher.reports import differences

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """What `python docs/generate.py` would write."""
    found: dict[str, str] = runpy.run_path(str(DOCS / "generate.py"))["pages"]()
    return found


def test_the_committed_pages_are_current(pages: dict[str, str]) -> None:
    committed = {name: (DOCS / name).read_text(encoding="utf-8") for name in pages if (DOCS / name).exists()}
    stale = sorted(name for name, text in pages.items() if committed.get(name) != text)
    assert stale == [], "run `python docs/generate.py`"


def test_no_page_is_left_of_a_rule_that_is_gone(pages: dict[str, str]) -> None:
    there = {f"rules/{page.name}" for page in (DOCS / "rules").glob("*.md")}
    assert there <= pages.keys()


def test_the_index_leads_to_every_rule(pages: dict[str, str]) -> None:
    rules = {name.removeprefix("rules/") for name in pages if name.startswith("rules/")} - {"README.md"}
    assert {rule for rule in rules if f"]({rule})" not in pages["rules/README.md"]} == set()


def test_a_page_shows_what_is_found_and_what_is_in_order(pages: dict[str, str]) -> None:
    page = pages["rules/category-known.md"]
    assert "> error: there is no category 'monitoring'" in page
    assert "> fix: write Monitoring & Diagnostics" in page
    assert "In order: " in page


def test_the_differences_name_both_generations() -> None:
    page = differences.markdown()
    assert f"| | {' | '.join(PROFILES)} |" in page
    assert "| title (UTF-16 code units) | 50 | 200 |" in page
    assert "summary (UTF-16" not in page.replace("long summary", "")  # the same in both
    assert "[BIL202 price-immutable](rules/price-immutable.md)" in page
