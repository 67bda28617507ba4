"""Every page of the guide, run as it stands: its edits are made, its commands give the exit codes it says."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Desk
from tests.cli.conftest import desk as desk

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guide"
THEIRS = Path(__file__).resolve().parent / "importing" / "portal-offer.json"
PAGES = sorted(path.stem for path in GUIDE.glob("*.md") if path.stem != "README")
BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"\$ publisher (.*?)(?:\s+# exit (\d+))?$")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_works_as_it_stands(page: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    if page == "deprecation":  # of today's marketplace; the offer has the logos of the classic one
        monkeypatch.setenv("PUBLISHER_TARGET", "emulator")
        monkeypatch.setenv("PUBLISHER_PROFILE", "classic")
    if page == "importing":
        shutil.copy(THEIRS, desk.folder / "vm_config.json")
    elif page != "adopting":
        assert desk.release("--wait").code == 0
    blocks = BLOCK.findall((GUIDE / f"{page}.md").read_text(encoding="utf-8"))
    assert any(kind == "console" for kind, _ in blocks)
    for kind, body in blocks:
        if kind == "diff":
            desk.edit(side(body, "-"), side(body, "+"))
        else:
            run(desk, body)


def side(body: str, sign: str) -> str:
    """The text before or after an edit: the unmarked lines, and those with this sign."""
    return "".join(line[1:] + "\n" for line in body.splitlines() if line[:1] in {" ", sign})


def run(desk: Desk, body: str) -> None:
    for line in body.splitlines():
        found = COMMAND.fullmatch(line)
        assert found, f"not a command: {line}"
        said = desk(*shlex.split(found[1]))
        assert said.code == int(found[2] or 0), f"{line}\n{said.out}\n{said.err}"


def test_the_guide_lists_every_page() -> None:
    index = (GUIDE / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(([a-z-]+)\.md\)", index)) == PAGES
