"""`publisher validate --network` remembers for a while which links answered; gates ask anew."""

import json
import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Desk, Said

FILE = Path(".publisher", "links.json")


@pytest.fixture
def desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Nothing is assumed, and no name can be looked up: links that are asked are broken."""

    def nobody_knows(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.delenv("PUBLISHER_LINKS_ASSUME")
    monkeypatch.setattr(socket, "getaddrinfo", nobody_knows)
    return desk


def remember(desk: Desk, *, minutes: int) -> None:
    """As if every link of the offer had answered so long ago."""
    links = re.findall(r"https://[^\s,}]+", (desk.offer / "offer.yaml").read_text(encoding="utf-8"))
    at = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps({"version": 1, "links": dict.fromkeys(links, at)}), encoding="utf-8")


def broken(said: Said) -> bool:
    return "link-reachable" in said.out


@pytest.mark.parametrize(("minutes", "asked"), [(59, False), (61, True)])
@pytest.mark.parametrize("options", [("--network",), ("--gate", "production")])
def test_what_answered_within_the_hour_is_not_asked(
    desk: Desk, options: tuple[str, ...], minutes: int, asked: bool
) -> None:
    remember(desk, minutes=minutes)
    assert broken(desk("validate", "beacon-metrics", *options)) is asked


@pytest.mark.parametrize(("hours", "asked"), [("0", True), ("1", True), ("2", False)])
def test_how_long_is_a_setting(desk: Desk, monkeypatch: pytest.MonkeyPatch, hours: str, asked: bool) -> None:
    monkeypatch.setenv("PUBLISHER_LINKS_CACHE_HOURS", hours)
    remember(desk, minutes=90)
    assert broken(desk("validate", "beacon-metrics", "--network")) is asked


def test_the_gate_of_an_act_asks_every_link(desk: Desk) -> None:
    assert desk("stage", "beacon-metrics").code == 0
    remember(desk, minutes=1)
    said = desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics")
    assert said.code == 1
    assert broken(said)


def test_nothing_is_written_where_nothing_answered(desk: Desk) -> None:
    desk("validate", "beacon-metrics", "--network")
    assert not FILE.parent.exists()


@pytest.mark.parametrize("name", ["TIMEOUT", "CONCURRENCY", "PER_HOST", "CACHE_HOURS"])
@pytest.mark.parametrize("value", ["-1", "many", "1000000"])
def test_a_limit_that_is_none_is_exit_2(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PUBLISHER_LINKS_{name}", value)
    assert desk("validate", "beacon-metrics", "--network").code == 2
