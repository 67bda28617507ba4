"""The demo offer beside a table of its prices, and commands on both."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.cli import run


@dataclass(frozen=True)
class Sheet:
    """The offer folder, and what `prices import` says of a file with some content."""

    offer: Path
    call: Callable[..., tuple[int, str, str]]

    @property
    def text(self) -> str:
        """The document as it stands."""
        return (self.offer / "offer.yaml").read_text()

    def edit(self, old: str, new: str) -> None:
        """Replace a text of the document once; it must be there."""
        assert old in self.text
        (self.offer / "offer.yaml").write_text(self.text.replace(old, new, 1))

    def take(self, content: str | bytes, name: str = "prices.csv") -> tuple[int, str, str]:
        """Import a file: exit code, stdout, stderr."""
        file = self.offer.parent / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.call("import", str(self.offer), "--sku", "hourly", str(file))

    def give(self, name: str) -> Path:
        """Export into a file."""
        file = self.offer.parent / name
        assert self.call("export", str(self.offer), "--sku", "hourly", "--output", str(file))[0] == 0
        return file


@pytest.fixture
def sheet(demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sheet:
    for name in [name for name in os.environ if name.startswith("PUBLISHER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(demo.parent)

    def call(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["prices", *args])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return Sheet(demo, call)
