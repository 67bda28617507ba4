"""Files that an offer names: inside its folder, regular, or refused without blocking."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.document.files import FileRefused, read_inside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "offer"
    (root / "media").mkdir(parents=True)
    (root / "media" / "logo.png").write_bytes(b"png")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (root / "out").symlink_to(tmp_path)
    (root / "inside.png").symlink_to(root / "media" / "logo.png")
    os.mkfifo(root / "fifo")
    return root


@pytest.mark.parametrize("name", ["media/logo.png", "inside.png"])
def test_files_inside_are_read(folder: Path, name: str) -> None:
    assert read_inside(folder, name) == b"png"


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../secret.png", "/etc/passwd", "~/x", "out/secret.png", "fifo", "media", "nowhere.png", "a//b",
     "C:logo.png", "..\\x", "%2e%2e/x", "logo.png\0.txt", "logo.png.", "$HOME/x", "CON.png", "a\u202eb", "a" * 300,
     "a/" * 600 + "b"],
)  # fmt: skip
def test_everything_else_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(FileRefused):
        read_inside(folder, name)


def test_every_hostile_path_is_refused(folder: Path, shared: Path) -> None:
    (folder / "link_to_etc").symlink_to("/etc")
    for line in (shared / "badinputs/lists/paths.jsonl").read_text(encoding="utf-8").splitlines():
        with pytest.raises(FileRefused):
            read_inside(folder, json.loads(line)["value"])


def test_a_huge_file_is_refused_unread(folder: Path) -> None:
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(9 * 1024 * 1024)
    with pytest.raises(FileRefused, match="at most"):
        read_inside(folder, "huge.txt")


def test_a_name_that_the_system_cannot_spell_is_refused(folder: Path) -> None:
    code = f"from publisher.document.files import read_inside; read_inside({str(folder)!r}, 'caf\\xe9.txt')"
    environ = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    said = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    assert said.stderr.splitlines()[-1].startswith(
        "publisher.document.files.FileRefused: no file of this system"
    )
