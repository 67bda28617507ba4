"""The page about pipelines: its commands work, and it uses the hook and the action as they are."""

import re
import shlex
from pathlib import Path

import yaml

from publisher.reports import FORMATS
from tests.cli.conftest import Desk
from tests.cli.conftest import desk as desk

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"\$ publisher (.*?)(?:\s+# exit (\d+))?$")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_command_of_the_page_works(desk: Desk) -> None:
    lines = [line for block in blocks("console") for line in block.splitlines()]
    assert len(lines) > 9
    (desk.folder / ".git").mkdir()
    for line in lines:
        found = COMMAND.fullmatch(line)
        assert found, line
        said = desk(*shlex.split(found[1]))
        assert said.code == int(found[2] or 0), f"{line}\n{said.out}\n{said.err}"


def test_the_page_uses_the_hook_and_the_action_as_they_are() -> None:
    hooks, workflow = map(yaml.safe_load, blocks("yaml"))
    known = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks["repos"][0]["hooks"]] == [hook["id"] for hook in known]
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    [step] = [step for step in workflow["jobs"]["offers"]["steps"] if step.get("id") == "offers"]
    assert step["with"].keys() <= action["inputs"].keys()


def test_the_page_names_every_input_output_and_format() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    named = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE))
    assert named == {*action["inputs"], *action["outputs"], *FORMATS}
