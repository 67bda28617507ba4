"""`publisher config`: every setting with its origin, and no secret."""

import json
from pathlib import Path

import pytest

from publisher.settings import SETTINGS
from tests.cli.conftest import Desk


def test_every_setting_with_origin_twin_and_help(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("publisher.toml").write_text('profile = "partner-center"\n', encoding="utf-8")
    monkeypatch.setenv("PUBLISHER_TARGET", "manual")
    data = json.loads(desk("config", "--output-format", "json").out)
    rows = {row["name"]: row for row in data["settings"]}
    assert set(rows) == set(SETTINGS)
    assert rows["profile"]["value"] == "partner-center"
    assert rows["profile"]["origin"] == data["file"] == str(Path("publisher.toml").resolve())
    assert rows["target"]["origin"] == "environment PUBLISHER_TARGET"
    assert rows["approvals"] == {
        "name": "approvals",
        "value": 0,
        "origin": "default",
        "environment": "PUBLISHER_APPROVALS",
        "help": SETTINGS["approvals"].help,
    }


def test_for_people(desk: Desk) -> None:
    out = desk("config").out
    assert out.startswith("settings file: none\ncatalogue:     sqlite:///")
    assert (
        '\ntarget = "local"\n    marketplace that offers go to\n    from: default; environment: PUBLISHER_TARGET\n'
        in out
    )


@pytest.mark.parametrize("password", ["hunter2", "hun/ter2", "hun@ter2", "hun:ter2"])
@pytest.mark.parametrize("name", ["text", "json"])
def test_a_password_is_masked(desk: Desk, monkeypatch: pytest.MonkeyPatch, password: str, name: str) -> None:
    monkeypatch.setenv("PUBLISHER_DATABASE_URL", f"postgresql://me:{password}@db.example/x")
    out = desk("config", "--output-format", name).out
    assert "postgresql://me:***@db.example/x" in out
    assert "ter2" not in out


def test_waivers_are_listed(desk: Desk) -> None:
    Path("publisher.toml").write_text(
        '[[waivers]]\ncode = "TXT101"\noffer = "x"\nreason = "r"\nuntil = 2026-12-31\nby = "ana"\n',
        encoding="utf-8",
    )
    assert "waiver of TXT101 in x until 2026-12-31 by ana: r" in desk("config").out
    data = json.loads(desk("config", "--output-format", "json").out)
    assert data["waivers"] == [
        {"code": "TXT101", "offer": "x", "reason": "r", "until": "2026-12-31", "by": "ana"}
    ]


def test_a_setting_that_is_not_known_is_exit_2(desk: Desk) -> None:
    Path("publisher.toml").write_text('profil = "classic"\n', encoding="utf-8")
    said = desk("config")
    assert said.code == 2
    assert "did you mean 'profile'?" in said.err
