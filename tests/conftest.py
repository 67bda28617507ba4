"""Fixtures that every test may use: the demo offer, hostile inputs, engines before both marketplaces."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from publisher.marketplaces.emulator import Emulator
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


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator["Emulator"]:
    """The marketplace of today, in this process."""
    from publisher.marketplaces.emulator import start_emulator

    with start_emulator(tmp_path / "emulator.db") as started:
        yield started


@pytest.fixture
def rehearsal(tmp_path: Path, emulator: "Emulator", monkeypatch: pytest.MonkeyPatch) -> Iterator["Workshop"]:
    """An engine before that marketplace."""
    from tests.workshop import look_once, open_workshop

    look_once(monkeypatch)
    with open_workshop(
        tmp_path, target="emulator", emulator_url=emulator.origin, profile="classic"
    ) as opened:
        yield opened
