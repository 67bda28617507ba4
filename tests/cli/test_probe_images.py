"""`validate --probe-images` asks storage, and only then."""

import json
import socket
from typing import Any

import pytest

from tests.cli.conftest import Desk


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were looked up; none resolves."""
    names: list[str] = []

    def getaddrinfo(host: str, *_: Any, **__: Any) -> Any:
        names.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


def test_storage_is_asked_on_request_only(desk: Desk, asked: list[str]) -> None:
    assert desk("validate", "beacon-metrics").code == 0
    assert desk("validate", "beacon-metrics", "--probe-images", "--gate", "draft").code == 0
    assert asked == []
    told = desk("validate", "beacon-metrics", "--probe-images", "--output-format", "json")
    assert asked == ["tidewaterlabs.blob.core.windows.net"]
    found = [f for f in json.loads(told.out)["findings"] if f["rule"] == "sas-reachable"]
    assert [(f["severity"], f["pointer"]) for f in found] == [
        ("warning", "/skus/0/images/0/os_vhd"),
        ("warning", "/skus/0/images/0/data_vhds/0/url"),
    ]
    assert found[0]["message"].endswith("names a host that does not resolve")
    assert "sig" not in told.out + told.err
