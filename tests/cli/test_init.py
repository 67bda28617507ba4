"""`publisher init` writes a folder that lacks only what its owner can know."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from publisher.cli import run

# Not found out before something else is filled in, or asked for by the marketplace alone.
LATER = {"/skus/0/prices", "/skus/0/recommended_sizes", "/legal/privacy_policy_url"}


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OS_VHD", raising=False)


def report(folder: Path, gate: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["validate", str(folder), "--gate", gate, "--output-format", "json"]) == 1
    findings: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    return findings


@pytest.mark.parametrize("profile", ["classic", "partner-center"])
def test_what_is_open_is_listed_and_nothing_else_is_found(
    tmp_path: Path, profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new"
    assert run(["init", str(folder), "--profile", profile]) == 0
    listed = {f"/{line.rpartition(': ')[2]}" for line in capsys.readouterr().err.splitlines() if ": " in line}
    found = {finding["pointer"] for finding in report(folder, "stage", capsys)}
    secret = "/skus/0/images/0/os_vhd/secret"
    assert found - {secret} <= listed
    assert secret in found
    assert {
        pointer for pointer in listed if pointer.startswith(("/skus", "/listing", "/legal"))
    } - found <= LATER


@pytest.mark.parametrize("profile", ["classic", "partner-center"])
def test_the_placeholders_pass_for_pictures(
    tmp_path: Path, profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path), "--profile", profile]) == 0
    found = report(tmp_path, "production", capsys)
    assert {f["rule"] for f in found if f["code"].startswith("MED")} <= {"logo-gradient-text-stretch"}


def test_the_files_are_printed_and_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "new")]) == 0
    printed = {Path(line) for line in capsys.readouterr().out.splitlines()}
    assert printed == {path for path in (tmp_path / "new").rglob("*") if path.is_file()}
    assert {".publisher/", "*.env"} <= set((tmp_path / "new" / ".gitignore").read_text().splitlines())


def test_ids_are_written_as_they_are_given(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path), "--publisher", "contoso", "--offer", "2026-01-01"]) == 0
    text = (tmp_path / "offer.yaml").read_text()
    assert '\npublisher: contoso\noffer: "2026-01-01"\n' in text  # a date to other tools
    assert "\nprofile: classic\n" in text


@pytest.mark.parametrize("offer", ["a b", "x: {", "{{7*7}}", "é", "-x", "a\n", "x" * 51])
def test_a_malformed_id_is_a_usage_error(
    tmp_path: Path, offer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "new"), f"--offer={offer}"]) == 2
    assert "is no ID" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_editors_find_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path)]) == 0
    first = (tmp_path / "offer.yaml").read_text().splitlines()[0]
    name = first.removeprefix("# yaml-language-server: $schema=")
    capsys.readouterr()
    assert run(["schema", "offer"]) == 0
    assert (tmp_path / name).read_text() == capsys.readouterr().out


@pytest.mark.parametrize("name", ["offer.yaml", "offer.yml", "offer.json"])
def test_an_offer_that_is_there_stays(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text("mine")
    assert run(["init", str(tmp_path)]) == 1
    assert f"{name} is already there" in capsys.readouterr().err
    assert os.listdir(tmp_path) == [name]


def test_other_files_that_are_there_stay(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n*.env")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "terms.txt").write_text("mine")
    assert run(["init", str(tmp_path)]) == 0
    assert (tmp_path / "texts" / "terms.txt").read_text() == "mine"
    lines = (tmp_path / ".gitignore").read_text().splitlines()
    assert lines[:2] == ["mine", "*.env"]
    assert lines.count("*.env") == 1
    assert ".publisher/" in lines


def test_a_folder_that_cannot_be_made_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run(["init", str(tmp_path / "file" / "new")]) == 2
    assert "cannot be written: not a directory" in capsys.readouterr().err


def test_an_unknown_profile_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "new"), "--profile", "partner_center"]) == 2
    assert "did you mean 'partner-center'?" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("answer", "profile"), [("partner-center", "partner-center"), ("", "classic")])
def test_the_profile_is_asked_on_a_terminal(tmp_path: Path, answer: str, profile: str) -> None:
    master, terminal = pty.openpty()
    os.write(master, f"{answer}\n".encode())
    try:
        subprocess.run(
            [sys.executable, "-m", "publisher", "init", str(tmp_path)],
            stdin=terminal, stdout=subprocess.DEVNULL, stderr=terminal, check=True, timeout=30,
            env={name: value for name, value in os.environ.items() if name != "CI"},
        )  # fmt: skip
        asked = os.read(master, 4096).decode()
    finally:
        os.close(master)
        os.close(terminal)
    assert "Profile: classic or partner-center" in asked
    assert f"\nprofile: {profile}\n" in (tmp_path / "offer.yaml").read_text()


def test_an_empty_name_fills_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", ""]) == 2
    assert list(tmp_path.iterdir()) == []
