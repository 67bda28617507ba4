"""A signature that goes in comes out nowhere: not in outputs, files, databases or error texts."""

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from publisher.cli import run
from tests.cli.conftest import Desk, Said
from tests.cli.conftest import desk as desk

CANARY = "CanarySignature0123456789abcdefABCDEF"
SAS = (
    "https://tidewaterlabs.blob.core.windows.net/images/{name}?sp=rl&st=2026-01-01T00:00:00Z"
    "&se=2099-01-01T00:00:00Z&sv=2022-11-02&sr=c&sig=" + CANARY + "%3D"
)


def spellings(word: str) -> Iterator[bytes]:
    """The word as it may be hidden."""
    yield from (
        word.encode(),
        word.encode("utf-16-le"),
        quote(word).encode(),
        json.dumps(word).strip('"').encode(),
    )
    yield from (word[::-1].encode(), word.encode().hex().encode())
    for shift in range(3):  # base64 at each of the three alignments, without the edges
        yield base64.b64encode(b"x" * shift + word.encode())[4:-4]


def leaks(folder: Path, said: list[Said]) -> list[str]:
    found = [
        f"output {n}"
        for n, one in enumerate(said)
        for w in spellings(CANARY)
        if w in (one.out + one.err).encode()
    ]
    for file in folder.rglob("*"):
        if file.is_file():
            found += [str(file) for word in spellings(CANARY) if word in file.read_bytes()]
    return found


@pytest.fixture
def guarded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (desk.offer / "demo.env").unlink()
    for name in ("BEACON_OS_VHD", "BEACON_DATA_VHD", "BEACON_OS_VHD_NEXT", "BEACON_DATA_VHD_NEXT"):
        monkeypatch.setenv(name, SAS.format(name=f"{name.lower()}.vhd"))
    return desk


def test_a_whole_life_leaks_nothing(guarded: Desk) -> None:
    desk = guarded
    probe = "import os; print({k: v for k, v in os.environ.items() if k.startswith('PUBLISHER_TEST')})"
    steps = [
        ("validate", "beacon-metrics", "--output-format", "json", "--verbose"),
        ("validate", "beacon-metrics", "--gate", "production"),
        ("stage", "beacon-metrics"),
        ("test", "beacon-metrics", "--", sys.executable, "-c", probe),
        ("request-production", "beacon-metrics", "--confirm", "beacon-metrics"),
        ("diff", "beacon-metrics"),
        ("status", "beacon-metrics"),
        ("history", "beacon-metrics", "--output-format", "jsonl"),
        ("marketplace", "journal"),
        ("marketplace", "show", "beacon-metrics", "--slot", "production"),
        ("delete", "beacon-metrics", "--sku", "byol", "--reason", "x", "--output-format", "json"),
        ("doctor",),
        ("config",),
    ]
    said = [desk(*step) for step in steps]
    assert [one.code for one in said] == [0] * len(steps), [one.err for one in said if one.code]
    assert leaks(desk.folder, said) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sp=rl", "sp=rwdl"),
        ("&sr=c", ""),
        ("2099-01-01T00:00:00Z", "2026"),
        (".blob.core.windows.net", ".evil.example"),
    ],
)
def test_findings_about_a_sas_url_do_not_show_it(
    guarded: Desk, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    monkeypatch.setenv("BEACON_OS_VHD", SAS.format(name="x.vhd").replace(old, new))
    said = [guarded("validate", "beacon-metrics", "--output-format", form) for form in ("text", "json")]
    assert {one.code for one in said} == {1}
    assert leaks(guarded.folder, said) == []


def test_a_crash_does_not_show_it(
    guarded: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PUBLISHER_DEBUG", "1")

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("broken while reading " + SAS)

    monkeypatch.setattr("publisher.cli.stage.stage", crash)
    code = run(["stage", "beacon-metrics"])
    err = capfd.readouterr().err
    said = Said(code, "", err)
    assert said.code == 2
    assert "RuntimeError" in said.err
    assert leaks(guarded.folder, [said]) == []


def test_the_search_finds_what_is_planted(guarded: Desk) -> None:
    (guarded.folder / "plain.txt").write_text(f"sig={CANARY}")
    (guarded.folder / "hidden.bin").write_bytes(base64.b64encode(b"ab" + CANARY.encode()))
    found = leaks(guarded.folder, [Said(0, CANARY, "")])
    assert {Path(name).name for name in found} == {"plain.txt", "hidden.bin", "output 0"}
