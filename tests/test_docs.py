"""The documentation names every setting, exit code and page; its links lead somewhere."""

import re
from pathlib import Path

import pytest

from publisher import errors
from publisher.settings import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_in_the_reference_with_its_twin(name: str) -> None:
    assert f"| `{name}` | `{SETTINGS[name].twin(name)}` |" in REFERENCE


def test_every_exit_code_is_in_the_reference() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.PublisherError)
    ]
    codes = {kind.exit_code for kind in kinds} | {0, 10, 130}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", REFERENCE, re.MULTILINE)} == codes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


def test_the_readme_holds_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert (
        re.search(r"<!-- demo command -->\n```\n.* publisher demo\n```", text)
        or "publisher demo\n```" in text
    )
    assert "-m pytest" in text.split("<!-- test command -->")[1].split("```")[1]
