"""No text of an offer becomes a command of a pipeline, an escape of a terminal, or markup, in any format."""

import re

import pytest

from publisher.reports import MACHINE
from publisher.reports.text import render as text
from tests.reports.sample import rendered, saying

# As the agents read a log: GitHub takes a line that begins with `::`, or `##[` anywhere in it; Azure Pipelines
# takes `##vso[` anywhere in it.
COMMAND = re.compile(r"(?m)^\s*::|##\[|##[a-z]+\[", re.IGNORECASE)
TERMINAL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

HOSTILE = {
    "github": "::error::x",
    "github-after-space": "  ::set-output name=a::b",
    "github-new-line": "x\n::stop-commands::y",
    "github-carriage-return": "x\r::warning::y",
    "github-old-form": "x ##[add-path]/evil",
    "github-ends-the-properties": "x,title=y::z",
    "azure": "##vso[task.setvariable variable=a]b",
    "azure-upper-case": "##VSO[task.complete result=Succeeded]",
    "azure-inside": "a ##vso[task.prependpath]/evil",
    "azure-many-signs": "####vso[task.complete]",
    "azure-new-line": "x\n##vso[task.complete]",
    "azure-ends-the-properties": "x;]##vso[task.complete]",
    "azure-percent": "%0A##vso[task.complete]%0D%AZP25",
    "terminal-colour": "\x1b[31mred",
    "terminal-title": "\x1b]0;title\x07",
    "terminal-link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "terminal-c1": "\x9b31m",
    "terminal-delete": "abc\x08\x08\x7f",
    "nul": "a\x00b",
    "line-separators": "a\u2028::error::b\u2029##vso[x]\x85::c",
    "direction": "\u202egnp.exe\u2066",
    "lone-surrogate": "a\ud800b",
    "no-character-of-xml": "a\ufffe\uffffb",
}


def active(name: str, output: str) -> str:
    """What an agent would act upon, beside the one command per line that the format itself writes."""
    own = {"github": r"^::(error|warning|notice) ", "azure": r"^##vso\[task\.logissue "}.get(name)
    lines = [re.sub(own, "", line) if own else line for line in output.splitlines()]
    return next((line for line in lines if COMMAND.search(line)), "")


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("name", MACHINE)
def test_no_machine_format_passes_a_command_on(name: str, message: str) -> None:
    output = rendered(name, [saying(message)])
    assert active(name, output) == ""
    assert not TERMINAL.search(output)
    output.encode("utf-8")


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_nor_does_the_text_in_a_pipeline(message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    output = text(saying(message), verbose=True)
    assert active("text", output) == ""
    assert not TERMINAL.search(output)


@pytest.mark.parametrize("name", [name for name in HOSTILE if name.startswith(("github", "azure"))])
def test_the_search_would_find_a_command(name: str) -> None:
    assert active("text", HOSTILE[name].replace("\r", "\n")) or name == "github-ends-the-properties"


def test_a_text_does_not_end_the_properties_of_a_command() -> None:
    [command, *_] = rendered("github", [saying("x,line=9::y")]).splitlines()
    assert command.startswith("::error title=TXT101 title-length,file=x%2Cline=9%3A%3Ay,line=12,col=12::x,")
    [command, *_] = rendered("azure", [saying("x;code=y]z")]).splitlines()
    assert "sourcepath=x%3Bcode=y%5Dz;" in command
