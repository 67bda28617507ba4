"""publisher emulator serve: a process that says where it is, serves, and ends on Ctrl-C."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from publisher.cli import run
from publisher.marketplaces.emulator import Emulator
from publisher.marketplaces.emulator.market import EmulatedMarketplace
from tests.conftest import DEMO, ROOT
from tests.marketplaces.emulator.sample import Client, product

SERVE = ("-m", "publisher", "emulator", "serve", "--port", "0")


def test_it_serves_until_ctrl_c(tmp_path: Path) -> None:
    (tmp_path / "faults.jsonl").write_text('{"fault": "status", "op": "token", "status": 503}\n')
    options = ("--seed", str(DEMO), "--secrets-file", str(DEMO / "demo.env"), "--faults", "faults.jsonl")
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, *SERVE, *options], cwd=tmp_path, env=environ, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(3)]
        url, login = (line.split()[1] for line in lines[:2])
        form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        answers = [requests.post(login, form, timeout=10) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [503, 200]
        headers = {"authorization": f"Bearer {answers[1].json()['access_token']}"}
        found = requests.get(f"{url}/product", headers=headers, timeout=10).json()["value"]
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert [body["identity"]["externalId"] for body in found] == ["beacon-metrics"]
    assert re.search("PUBLISHER_EMULATOR_URL=http://127.0.0.1:[0-9]+\n", said)
    assert (process.returncode, "Traceback" in said) == (0, False)
    assert (tmp_path / ".publisher" / "emulator.db").exists()


@contextmanager
def serving(folder: Path) -> Iterator[Client]:
    """A client before a process that serves, and is killed at the end."""
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, *SERVE], cwd=folder, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:  # fmt: skip
        assert process.stdout
        origin = process.stdout.readline().split()[1].removesuffix("/rp/product-ingestion")
        client = Client(Emulator(origin=origin, market=EmulatedMarketplace(folder / "unused.db")))
        try:
            with client.session:
                yield client
        finally:
            process.kill()


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        jobs = [client.start(*product(f"lamp-{number}"))["jobId"] for number in range(5)]
    with serving(tmp_path) as client:
        assert [client.end(job)["jobResult"] for job in jobs] == ["succeeded"] * 5
        assert len(client.get("product").json()["value"]) == 5


@pytest.mark.parametrize(
    "options",
    [["--seed", "nowhere"], ["--faults", "nowhere.toml"], ["--data", "/dev/null/x.db"], ["--port", "-1"]],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["emulator", "serve", "--port", "0", *options]) == 2
