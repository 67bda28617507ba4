"""Every hostile file gets one clear answer from the real command: no traceback, little memory, nothing changed."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

KINDS = ("yaml", "json", "encoding")
MEMORY = 256 * 1024 * 1024


def names() -> list[str]:
    root = Path(__file__).resolve().parent.parent.parent / "shared" / "badinputs"
    return sorted(str(file.relative_to(root)) for kind in KINDS for file in (root / kind).glob("*"))


def validate(path: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY, 2 * MEMORY))

    command = [sys.executable, "-m", "publisher", "validate", str(path)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=60, preexec_fn=limits, check=False
    )


@pytest.mark.parametrize("name", names() or ["none"])
def test_a_hostile_document_gets_one_clear_answer(name: str, shared: Path, tmp_path: Path) -> None:
    file = shared / "badinputs" / name
    said = validate(file, tmp_path)
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert file.name in said.stdout
    assert "fix:" in said.stdout
    assert not any(ord(character) < 32 and character not in "\n\t" for character in said.stdout)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("offer.yaml", "a: &x [1]\nb: [*x, *x]\n"),
        ("offer.yaml", "[" * 100_000),
        ("offer.yaml", "a: " + "x" * 9_000_000),
        ("offer.json", "[" * 100_000),
        ("offer.json", '{"offer": 1e99999999}'),
        ("offer.yaml", "? {a: b}\n: c\n"),
        ("offer.yaml", "\x00"),
        ("offer.yaml", "skus: [" + "{}," * 60_000 + "]"),
    ],
    ids=["alias", "deep yaml", "long", "deep json", "exponent", "key that is a map", "NUL", "many"],
)
def test_other_shapes_of_the_same_faults(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    said = validate(tmp_path / name, tmp_path)
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert "fix:" in said.stdout


@pytest.mark.parametrize("name", ["nowhere", "nowhere.yaml", "empty"])
def test_what_is_not_there_is_exit_2_with_a_cure(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = validate(tmp_path / name, tmp_path)
    assert said.returncode == 2
    assert "cure:" in said.stderr
