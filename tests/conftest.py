"""Fixtures that every test may use: the shipped demo offer, and the folder of hostile inputs."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "templates" / "demo" / "beacon-metrics"
SHARED = ROOT.parent / "shared"


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
