"""Signatures that were planted in an offer and in the environment never show in any report."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from publisher.cli import run
from publisher.reports import FORMATS, MACHINE
from tests.reports.sample import rendered, saying

CANARY = "Kq7/Canary+5ignature0fNobody/Zz9+abcdefghij="
URL = f"https://tidewaterlabs.blob.core.windows.net/images/x.vhd?sp=rl&sr=c&sig={quote(CANARY, safe='')}"
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def readings(output: str) -> Iterator[str]:
    """A text as it stands, and as it reads once each usual encoding is taken off."""
    yield output
    yield re.sub(r"%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), output)
    yield re.sub(r"\\u([0-9A-Fa-f]{4})", lambda found: chr(int(found[1], 16)), output).replace("\\/", "/")
    yield re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), output)
    for found in BASE64.findall(output):
        for start in range(4):
            part = found[start:].rstrip("=")
            part = part[: len(part) // 4 * 4]
            yield base64.b64decode(part, altchars=b"-_" if "-" in part or "_" in part else None).decode(
                "latin-1"
            )


def betrays(output: str) -> bool:
    """Whether a quarter of the signature can be read in the text, in any encoding."""
    pieces = [CANARY[at : at + 11] for at in range(0, len(CANARY) - 11, 4)]
    return any(piece in reading for reading in readings(output) for piece in pieces)


@pytest.fixture
def planted(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An offer with the signature wherever an author may put it by mistake."""
    text = (demo / "offer.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("os_vhd: {secret: BEACON_OS_VHD}", f"os_vhd: '{URL}'"),
        ("title: Beacon Metrics Server", f"title: 'Beacon {URL}'"),
        ("privacy_policy_url: https://www.tidewater-labs.example/privacy", f"privacy_policy_url: '{URL} x'"),
        ("alias: Beacon demo", f"'{URL}': x"),
        ("url: https://docs.tidewater-labs.example/beacon/install", f"url: '{URL}'"),
    ):
        assert old in text
        text = text.replace(old, new)
    (demo / "offer.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("BEACON_DATA_VHD", URL)
    monkeypatch.chdir(tmp_path)
    return demo


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_betrays_a_signature(name: str, planted: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = run(["validate", planted.name, "--output-format", name, "--output-file", f"{name}=report"])
    said = capfd.readouterr()
    assert code == 1
    assert "sas-secret" in said.out + said.err
    assert not betrays(said.out)
    assert not betrays(said.err)
    assert not betrays(Path("report").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MACHINE)
def test_no_renderer_relies_on_others_to_hide_a_signature(name: str) -> None:
    assert not betrays(rendered(name, [saying(f"see {URL}")]))


@pytest.mark.parametrize(
    "output",
    [
        CANARY,
        URL,
        quote(CANARY, safe=""),
        json.dumps({"x": CANARY}).replace("/", "\\/").replace("+", "\\u002b"),
        "".join(f"&#{ord(letter)};" for letter in CANARY),
        *(base64.b64encode(b"x" * shift + CANARY.encode()).decode() for shift in range(3)),
        base64.urlsafe_b64encode(URL.encode()).decode(),
    ],
)
def test_the_search_would_find_a_signature(output: str) -> None:
    assert betrays(f'{{"message": "the URL {output} is wrong"}}')
