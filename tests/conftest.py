"""Fixtures that every test may use: the shipped demo offer, and the folder of hostile inputs."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.workshop import Workshop

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "templates" / "demo" / "beacon-metrics"
SHARED = ROOT.parent / "shared"

# A random test that fails prints what repeats it. Under CI, Hypothesis draws the same examples each time.
if settings.get_current_profile_name() == "default":
    settings.register_profile("repeatable", print_blob=True, deadline=None)
    settings.load_profile("repeatable")


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the shipped demo offer that a test may change; its secrets are in demo.env."""
    return Path(shutil.copytree(DEMO, tmp_path / "beacon-metrics"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Domain documents, examples and hostile inputs that live beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared examples and hostile inputs is not beside this checkout")
    return SHARED


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["Workshop"]:
    """An engine in an empty folder; see `tests/workshop.py`."""
    from tests.workshop import look_once, open_workshop

    look_once(monkeypatch)
    with open_workshop(tmp_path) as opened:
        yield opened
