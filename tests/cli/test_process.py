"""The command as a process of its own: all output arrives, whatever becomes of its streams."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[2] / "templates" / "demo" / "beacon-metrics"
COMMAND = f"{sys.executable} -m publisher"


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"], autouse=True)
def buffering(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a stream has to say against the output, it says while writing or at the end."""
    monkeypatch.setenv("PYTHONUNBUFFERED", request.param)


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PUBLISHER_")}
    path = f"{DEMO.parents[2]}{os.pathsep}{environ.get('PYTHONPATH', '')}"
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, cwd=folder, env=environ | {"PYTHONPATH": path}, check=False
    )  # fmt: skip


def test_a_long_result_arrives_whole(tmp_path: Path) -> None:
    done = shell(f"{COMMAND} explain --all --output-format json | cat", tmp_path)
    assert len(json.loads(done.stdout)["rules"]) > 100
    assert done.stderr == ""


def test_a_reader_that_leaves_is_no_fault(tmp_path: Path) -> None:
    done = shell(f"{COMMAND} explain --all --output-format json | head -1; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert done.stdout == "{\n0\n"
    assert done.stderr == ""


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_change_no_verdict(tmp_path: Path, closed: str) -> None:
    done = shell(f"{COMMAND} validate {DEMO} --secrets-file {DEMO}/demo.env {closed}", tmp_path)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_the_exit_code_is_that_of_the_command(tmp_path: Path) -> None:
    assert shell(f"{COMMAND} validate {DEMO}", tmp_path).returncode == 1  # its secrets are not known here
    assert shell(f"{COMMAND} validate gone", tmp_path).returncode == 2
    assert shell(f"{COMMAND} --version", tmp_path).stdout.startswith("publisher ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("command", ["validate", "explain --all", "config"])
def test_a_result_for_which_there_is_no_room_can_be_tried_again(tmp_path: Path, command: str) -> None:
    place = DEMO if command == "validate" else ""
    done = shell(f"{COMMAND} {command} {place} > /dev/full", tmp_path)
    assert done.returncode == 3
    assert "no space left on the disk" in done.stderr
    assert "fault of the program" not in done.stderr


@pytest.mark.parametrize(
    "command",
    ["prices export {demo} --sku hourly --output kept.csv", "validate {demo} --output-file json=kept.csv"],
)
def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path, command: str) -> None:
    (tmp_path / "kept.csv").write_text("kept")
    done = shell(f"ulimit -f 0; {COMMAND} {command.format(demo=DEMO)}", tmp_path)
    assert (done.returncode, "kept.csv cannot be written" in done.stderr) == (2, True)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("kept.csv", "kept")]


@pytest.mark.parametrize("closed", ["<&-", "<&- 2>&-"])
def test_nothing_is_asked_where_stdin_is_closed(tmp_path: Path, closed: str) -> None:
    assert shell(f"{COMMAND} init offer {closed}", tmp_path).returncode == 0
    assert (tmp_path / "offer" / "offer.yaml").is_file()
