"""A command line in an empty folder, as a user has it: real catalogue, real embedded marketplace."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.cli import run

DEMO = Path(__file__).resolve().parent.parent.parent / "templates" / "demo" / "beacon-metrics"


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """A folder with the demo offer in `beacon-metrics/`, and commands to run in it."""

    folder: Path
    offer: Path
    call: Callable[..., Said]

    def __call__(self, *args: str) -> Said:
        """Run `publisher ARGS`."""
        return self.call(*args)

    def edit(self, old: str, new: str, name: str = "offer.yaml") -> None:
        """Replace a text of the offer folder once; it must be there."""
        path = self.offer / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def release(self, *more: str) -> Said:
        """Bring the folder to live."""
        return self("release", "beacon-metrics", "--to", "live", "--confirm", "beacon-metrics", *more)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    """An empty desk: nothing staged yet, secrets in the environment, invented hosts assumed reachable."""
    for name in [name for name in os.environ if name.startswith("PUBLISHER_")]:
        monkeypatch.delenv(name)
    for line in (DEMO / "demo.env").read_text(encoding="utf-8").splitlines():
        name, found, value = line.partition("=")
        if found and not line.startswith("#"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PUBLISHER_LINKS_ASSUME", "*.tidewater-labs.example")
    monkeypatch.chdir(tmp_path)
    offer = Path(shutil.copytree(DEMO, tmp_path / "beacon-metrics"))

    def call(*args: str) -> Said:
        capfd.readouterr()
        code = run(args)
        said = capfd.readouterr()
        assert "Traceback" not in said.err
        return Said(code, said.out, said.err)

    return Desk(tmp_path, offer, call)
