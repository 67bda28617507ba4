"""Files take their new content whole, and keep what their owner gave them."""

import os
import stat
from pathlib import Path
from threading import Thread

import pytest

from publisher.document.swap import put, replace


def test_a_new_file_has_the_content_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    put(tmp_path / "prices.csv", b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("prices.csv", b"new")]


def test_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.touch(0o640)
    put(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_link_is_followed_where_a_user_pointed_and_replaced_elsewhere(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    link.symlink_to(real)
    put(link, b"through")
    assert (link.is_symlink(), real.read_bytes()) == (True, b"through")
    replace(link, b"instead")
    assert (link.is_symlink(), link.read_bytes(), real.read_bytes()) == (False, b"instead", b"through")


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    put(pipe, b"through")
    reader.join()
    assert (read, stat.S_ISFIFO(pipe.stat().st_mode)) == ([b"through"], True)


def test_what_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        replace(tmp_path / "folder", b"new")
    assert os.listdir(tmp_path) == ["folder"]
