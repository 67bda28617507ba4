"""Which identity is asked for a token, and that real clients get one."""

import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from publisher.errors import MarketplaceUnavailable, SettingsError
from publisher.marketplaces.emulator import Emulator
from publisher.marketplaces.partner_center import credentials
from publisher.marketplaces.partner_center.client import Client
from publisher.marketplaces.partner_center.credentials import (
    SCOPE,
    KeptTokens,
    Tokens,
    azure_tokens,
    client_secret_tokens,
)
from publisher.redact import Secret
from tests.certificates import make_certificate
from tests.links.site import running

TENANT = "8f1c2d3e-0000-4000-8000-000000000001"
NAMED = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": "8f1c2d3e-0000-4000-8000-000000000002"}


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({"AZURE_FEDERATED_TOKEN_FILE": "token.jwt"}, ["WorkloadIdentityCredential"]),
        ({"AZURE_CLIENT_SECRET": "s3cret"}, ["ClientSecretCredential"]),
        (
            {"AZURE_CLIENT_SECRET": "s3cret", "AZURE_FEDERATED_TOKEN_FILE": "token.jwt"},
            ["WorkloadIdentityCredential", "ClientSecretCredential"],
        ),
        ({"IDENTITY_ENDPOINT": "http://127.0.0.1:1"}, ["ManagedIdentityCredential"]),
    ],
)
def test_a_workload_identity_comes_first_and_a_secret_last(environ: dict[str, str], asked: list[str]) -> None:
    found = credentials._identities(NAMED | environ)
    assert [type(identity).__name__ for identity in found] == asked


def test_without_credentials_the_error_names_the_variables() -> None:
    tokens = azure_tokens({})  # a command that needs no token needs no credentials
    with pytest.raises(SettingsError) as missing:
        tokens.get()
    assert "AZURE_FEDERATED_TOKEN_FILE" in missing.value.hint


def test_an_id_that_is_none_is_told() -> None:
    tokens = azure_tokens(NAMED | {"AZURE_TENANT_ID": "no tenant", "AZURE_CLIENT_SECRET": "s3cret"})
    with pytest.raises(SettingsError, match="Invalid tenant ID"):
        tokens.get()


def test_warnings_of_the_library_do_not_reach_the_terminal(tmp_path: Path) -> None:
    environ = NAMED | {"AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "missing"), "PATH": ""}
    code = "from publisher.marketplaces.partner_center.credentials import azure_tokens as t; t().get()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    assert done.stderr.count("No such file") == 1  # that of the error


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token.jwt"
    file.write_text("header.claims.signature")
    return file


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """No road leads to the login service, and nobody waits between the attempts."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setattr("azure.core.pipeline.transport.HttpTransport.sleep", lambda self, seconds: None)


@pytest.mark.usefixtures("unreachable")
@pytest.mark.parametrize("name", ["AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"])
def test_a_login_service_that_is_not_reached_is_worth_another_try(token_file: Path, name: str) -> None:
    with pytest.raises(MarketplaceUnavailable, match="no token: ") as failed:
        azure_tokens(NAMED | {name: str(token_file)}).get()
    assert "run the same command again" in failed.value.hint
    assert str(token_file) not in str(failed.value)  # it stands for the secret as well


def test_a_token_file_that_is_not_there_is_a_matter_of_settings(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        azure_tokens(NAMED | {"AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "missing")}).get()


@contextmanager
def served(folder: Path, certificate: Path, *faults: dict[str, Any]) -> Iterator[str]:
    """The address of an emulator in a process of its own, under TLS."""
    command = ["emulator", "serve", "--port", "0", "--certificate", certificate, "--data", folder / "e.db"]
    if faults:
        (folder / "faults.jsonl").write_text("\n".join(map(json.dumps, faults)))
        command += ["--faults", folder / "faults.jsonl"]
    with subprocess.Popen(
        [sys.executable, "-m", "publisher", *map(str, command)], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


@pytest.mark.parametrize(
    ("status", "error"), [(503, MarketplaceUnavailable), (400, SettingsError)], ids=["stumbles", "refuses"]
)
def test_a_login_service_that_answers(
    tmp_path: Path, token_file: Path, monkeypatch: pytest.MonkeyPatch, status: int, error: type[Exception]
) -> None:
    certificate = make_certificate(tmp_path, "localhost")
    monkeypatch.setattr("azure.core.pipeline.transport.HttpTransport.sleep", lambda self, seconds: None)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    fault = {"fault": "status", "op": "token", "status": status, "times": 9}
    with served(tmp_path, certificate, fault) as url:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", url.removesuffix("/rp/product-ingestion"))
        with pytest.raises(error, match="no token"):
            azure_tokens(NAMED | {"AZURE_FEDERATED_TOKEN_FILE": str(token_file)}).get()


def test_a_login_service_that_does_not_prove_who_it_is(
    tmp_path: Path, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azure.core.pipeline.transport.HttpTransport.sleep", lambda self, seconds: None)
    with served(tmp_path, make_certificate(tmp_path, "localhost")) as url:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", url.removesuffix("/rp/product-ingestion"))
        with pytest.raises(SettingsError, match="certificate verify failed"):
            azure_tokens(NAMED | {"AZURE_FEDERATED_TOKEN_FILE": str(token_file)}).get()


def test_azure_identity_gets_a_token_that_the_service_takes(tmp_path: Path) -> None:
    from azure.identity import ClientSecretCredential

    certificate = make_certificate(tmp_path, "localhost")
    with served(tmp_path, certificate) as url:
        credential = ClientSecretCredential(
            TENANT,
            NAMED["AZURE_CLIENT_ID"],
            "s3cret",
            authority=url.removesuffix("/rp/product-ingestion"),
            disable_instance_discovery=True,
            connection_verify=str(certificate),
        )
        with credential:
            token = credential.get_token(SCOPE)
        assert 3000 < token.expires_on - time.time() <= 3600
        answer = requests.get(
            f"{url}/product",
            headers={"Authorization": f"Bearer {token.token}"},
            verify=str(certificate),
            timeout=30,
        )
        assert answer.json() == {"value": []}


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(tmp_path, "localhost"))
    with running() as site:
        site.socket = context.wrap_socket(site.socket, server_side=True, do_handshake_on_connect=False)
        client = Client(f"https://localhost:{site.server_port}", KeptTokens(lambda: ("token", 3600)))
        with pytest.raises(SettingsError, match="does not prove who it is"):
            client.get("product")


@pytest.fixture
def login(emulator: Emulator) -> Tokens:
    url = f"{emulator.login_url}/tenant/oauth2/v2.0/token"
    return client_secret_tokens(url, client_id="tests", secret=Secret("rehearsal"))


def test_a_login_that_stumbles_is_asked_again(login: Tokens, emulator: Emulator) -> None:
    emulator.fault("status", op="token", times=3)
    assert login.get() == login.get()


def test_a_login_that_answers_with_a_page_is_told(login: Tokens, emulator: Emulator) -> None:
    emulator.fault("html", op="token")
    with pytest.raises(SettingsError, match="answers 200 without a token"):
        login.get()


def test_a_short_lived_token_is_renewed_before_each_call(login: Tokens, emulator: Emulator) -> None:
    emulator.fault("lifetime", op="token", seconds=1, times=9)
    assert login.get() != login.get()


def test_a_login_that_is_not_there_is_worth_another_try() -> None:
    login = client_secret_tokens("http://127.0.0.1:1/token", client_id="tests", secret=Secret("rehearsal"))
    with pytest.raises(MarketplaceUnavailable) as failed:
        login.get()
    assert "rehearsal" not in str(failed.value)


@pytest.mark.parametrize("token", ["one\ntwo", "caf\u00e9\u4e2d", "", 5, None, ["token"]])
def test_a_token_that_no_header_can_carry_is_none(token: Any) -> None:
    class Answer:
        status_code = 200

        def json(self) -> dict[str, Any]:
            return {"access_token": token, "expires_in": 3600}

    with pytest.raises(SettingsError, match="answers 200 without a token"):
        credentials._token_of(Answer(), "https://login.example")
