"""What travels: tokens, statuses, spellings of paths and queries, pages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from publisher.marketplaces.emulator import Emulator, start_emulator
from tests.marketplaces.emulator.sample import NAME, Client, product, uri


def test_configure_is_taken_with_202_and_read_with_200(client: Client) -> None:
    taken = client.post("configure", {"resources": product()})
    assert (taken.status_code, taken.headers["content-type"]) == (202, "application/json")
    assert taken.json()["jobStatus"] == "notStarted"
    assert client.get(f"configure/{taken.json()['jobId']}/status").status_code == 200


def test_a_token_of_the_first_kind_says_when_it_expires(client: Client) -> None:
    token = client.token(resource="https://graph.microsoft.com")
    assert token["token_type"] == "Bearer"
    left = int(token["expires_on"]) - datetime.now(UTC).timestamp()
    assert 3500 < left <= 3600


def test_a_token_of_the_second_kind_opens_the_api(client: Client) -> None:
    token = client.token("v2.0/", scope="https://graph.microsoft.com/.default")
    assert "expires_on" not in token
    client.session.headers["authorization"] = f"Bearer {token['access_token']}"
    assert client.get("product").status_code == 200


def test_a_federated_client_needs_no_secret(client: Client) -> None:
    assertion = {"client_assertion": "signed", "client_assertion_type": "jwt-bearer", "client_secret": ""}
    assert client.token("v2.0/", **assertion)["access_token"]


def test_discovery_leads_to_the_token_endpoint(emulator: Emulator) -> None:
    url = f"{emulator.login_url}/tenant/v2.0/.well-known/openid-configuration"
    found = requests.get(url, timeout=10).json()
    assert found["token_endpoint"] == f"{emulator.login_url}/tenant/oauth2/v2.0/token"
    assert {"issuer", "authorization_endpoint"} <= set(found)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_id": ""}, "invalid_request"),
        ({"client_secret": ""}, "invalid_client"),
    ],
)
def test_other_logins_are_refused(client: Client, form: dict[str, str], error: str) -> None:
    assert client.token(**form)["error"] == error


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer made-up", "Basic bWU6bWluZQ=="])
def test_without_a_good_token_there_is_401(client: Client, header: str) -> None:
    client.session.headers["authorization"] = header
    answer = client.get("product")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


def test_a_token_for_somebody_else_is_refused(client: Client) -> None:
    token = client.token(resource="https://api.partner.microsoft.com")["access_token"]
    client.session.headers["authorization"] = f"Bearer {token}"
    assert "Invalid audience" in client.get("product").json()["error"]["message"]


def test_a_token_expires(memory: Path) -> None:
    now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    with start_emulator(memory, clock=lambda: now) as emulator, (client := Client(emulator)).session:
        now += timedelta(minutes=59)
        assert client.get("product").status_code == 200
        now += timedelta(minutes=2)
        assert "expired" in client.get("product").json()["error"]["message"]


def test_tokens_are_kept_as_hashes(client: Client, memory: Path) -> None:
    token = str(client.session.headers["authorization"]).removeprefix("Bearer ").encode()
    files = memory.parent.iterdir()
    assert not any(token in file.read_bytes() for file in files)


def test_double_slashes_and_any_case_of_query_names_are_fine(live: Client) -> None:
    for name in ("externalId", "externalID", "externalid"):
        found = live.get("/product", **{name: NAME, "$version": "2022-07-01"}).json()["value"]
        assert [body["identity"]["externalId"] for body in found] == [NAME]
    path = f"/rp/product-ingestion//resource-tree///product/{live.guid}"
    tree = live.session.get(live.emulator.login_url + path, params={"TARGETTYPE": '"preview"'}, timeout=10)
    assert tree.json()["target"] == {"targetType": "preview"}


def test_an_unknown_product_is_an_empty_list(live: Client) -> None:
    assert live.get("product", externalId="nobody-knows").json() == {"value": []}
    assert live.get("product", type="coreVirtualMachine").json() == {"value": []}


def test_plans_need_their_product(live: Client) -> None:
    assert live.get("plan").status_code == 400
    plans = live.get("plan", product=f"product/{live.guid}", externalId="byol").json()["value"]
    assert [plan["alias"] for plan in plans] == ["Byol"]


def test_pages_are_linked_by_tokens_without_special_characters(client: Client) -> None:
    for number in range(5):
        client.configure(*product(f"lamp-{number}", plans=()))
    seen, query = [], {"$maxpagesize": "2"}
    while query:
        answer = client.get("product", **query).json()
        seen += [body["identity"]["externalId"] for body in answer["value"]]
        link = answer.get("@nextLink", "")
        assert not set(link.rpartition("continuationToken=")[2]) & set("=&%")
        query = dict(parse_qsl(urlsplit(link).query))
    assert seen == [f"lamp-{number}" for number in range(5)]


@pytest.mark.parametrize("query", [{"$maxpagesize": "0"}, {"$maxpagesize": "x"}, {"continuationToken": "?"}])
def test_pages_that_nobody_offered_are_refused(client: Client, query: dict[str, str]) -> None:
    assert client.get("product", **query).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "configure/no-such-job/status", 404, "notFound"),
        ("GET", "configure/no-such-job", 404, "notFound"),
        ("POST", "configure/no-such-job/cancel", 404, "notFound"),
        ("GET", "submission/nothing", 404, "notFound"),
        ("GET", "resource-tree/product/nothing", 404, "notFound"),
        ("GET", "property/nothing/public/main", 404, "notFound"),
        ("DELETE", "configure", 405, "methodNotAllowed"),
    ],
)
def test_errors_have_the_shape_of_the_service(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    answer = client.session.request(method, f"{client.emulator.url}/{path}", timeout=10)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["details"]) == (status, code, [])


def test_schemas_are_there_for_everybody(emulator: Emulator) -> None:
    index = requests.get(f"{emulator.login_url}/schema/resources-index/2022-07-01", timeout=10).json()
    assert {"$ref": uri("plan")} in index["anyOf"]
    schema = requests.get(f"{emulator.login_url}/schema/plan/2022-03-01-preview2", timeout=10).json()
    assert set(schema["required"]) == {"$schema", "product", "identity", "alias"}


def test_it_listens_on_the_loopback_interface_alone(emulator: Emulator) -> None:
    assert urlsplit(emulator.url).hostname == "127.0.0.1"
