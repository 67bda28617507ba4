"""The frame of the command line: exit codes, environment twins, and what an ending must not look like."""

import os
import subprocess
import sys

import pytest

from publisher.cli import COMMANDS
from tests.cli.conftest import Desk


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_its_line(desk: Desk, command: str) -> None:
    said = desk(command, "-h")
    assert said.code == 0
    assert f"publisher {command}" in said.out
    assert "--install-completion" not in said.out


def test_the_list_of_commands_is_the_help_of_the_program(desk: Desk) -> None:
    said = desk("--help")
    assert said.code == 0
    assert [command for command in COMMANDS if f"\n  {command} " not in said.out] == []


def test_options_have_environment_twins_the_program_itself_has_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHER_VERSION", "1.2.3")
    monkeypatch.setenv("PUBLISHER_VALIDATE_GATE", "draft")
    assert "at the draft gate" in desk("validate", "beacon-metrics").out


@pytest.mark.parametrize(
    "args",
    [("nonsense",), ("validate",), ("stage", "beacon-metrics", "--nonsense"), ("status", "a", "b")],
)
def test_misuse_is_exit_2(desk: Desk, args: tuple[str, ...]) -> None:
    assert desk(*args).code == 2


def test_a_crash_is_exit_2_never_1(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise KeyError("inner")

    monkeypatch.setattr("publisher.cli.stage.stage", crash)
    said = desk("stage", "beacon-metrics")
    assert said.code == 2
    assert "fault of the program" in said.err


def test_an_interruption_is_exit_130(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("publisher.cli.stage.stage", stop)
    assert desk("stage", "beacon-metrics").code == 130


def test_a_reader_that_leaves_is_no_fault(desk: Desk) -> None:
    command = f"{sys.executable} -m publisher explain --all | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, env=os.environ, check=False
    )
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == 1


def test_settings_that_cannot_be_read_are_exit_2_with_the_nearest_name(desk: Desk) -> None:
    (desk.folder / "publisher.toml").write_text('targt = "local"\n')
    said = desk("status")
    assert said.code == 2
    assert "'target'" in said.err
