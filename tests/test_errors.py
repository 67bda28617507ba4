"""Errors about files: a full disk is worth another try, whatever else stands in the way is not."""

import errno
import os
from pathlib import Path

import pytest

from publisher.errors import unwritten


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, 3), (errno.EDQUOT, 3), (errno.EACCES, 2)])
def test_a_full_disk_can_be_tried_again(number: int, code: int) -> None:
    error = unwritten(Path("offer"), OSError(number, os.strerror(number)), hint="name another folder")
    assert error.exit_code == code
    assert error.hint
    assert error.message.startswith("offer cannot be written: ")
