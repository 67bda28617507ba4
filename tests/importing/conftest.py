"""Files of other tools, and the command that makes offer folders of them."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from publisher.cli import run
from publisher.document import Document, read_document
from publisher.document.model import Offer
from publisher.document.secrets import read_secrets
from publisher.findings import Gate
from publisher.validation import validate_folder

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Desk:
    """A folder with files of other tools; `target` is where offers are imported to."""

    folder: Path
    call: Callable[..., tuple[int, str, str]]

    @property
    def target(self) -> Path:
        return self.folder / "offer"

    def file(self, content: Any, name: str = "their.json") -> Path:
        """A file with some content; what is no text is written as JSON."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    def take(self, content: Any, *more: str) -> tuple[int, str, str]:
        """Import a file with this content: exit code, stdout, stderr."""
        file = content if isinstance(content, Path) else self.file(content)
        return self.call("import", str(file), str(self.target), *more)

    def offer(self, content: Any, *more: str) -> Offer:
        """What the offer folder says that a file became."""
        code, _, err = self.take(content, *more)
        assert code == 0, err
        offer = self.document.offer
        assert offer
        return offer

    @property
    def document(self) -> Document:
        secrets = self.target / "secrets.env"
        return read_document(self.target, read_secrets(secrets if secrets.exists() else None))

    @property
    def report(self) -> str:
        return (self.target / "import-report.md").read_text(encoding="utf-8")

    def findings(self) -> list[str]:
        """The rules that find something at the stage gate, each once."""
        report = validate_folder(self.target, gate=Gate.STAGE)
        return sorted({finding.rule for finding in report.findings})


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    for name in [name for name in os.environ if name.startswith("PUBLISHER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def call(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(args)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert "fault of the program" not in said.err
        return code, said.out, said.err

    return Desk(tmp_path, call)


@pytest.fixture
def portal_offer() -> Any:
    """An offer of the Cloud Partner Portal."""
    return json.loads((HERE / "portal-offer.json").read_text(encoding="utf-8"))
