"""Bodies that are no configure: one clear 400, and nothing happens."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.marketplaces.emulator.answers import ApiError
from publisher.marketplaces.emulator.market import EmulatedMarketplace
from publisher.marketplaces.emulator.requests import read_configure, read_json
from publisher.marketplaces.emulator.switches import Switches
from tests.marketplaces.emulator.sample import Client, Json, asset, machine, product, uri, version

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


def refused(body: Any) -> list[str]:
    """The messages with which a body is refused."""
    with pytest.raises(ApiError) as error:
        read_configure(body, Switches())
    assert error.value.status == 400
    return [detail["message"] for detail in error.value.details]


def one(**changes: Any) -> Json:
    return {"resources": [machine("hourly", "1.0.0") | changes]}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\ud800"}',
     b"[" * 100_000, b'{"a": 123456789012345678901234567890}', b'"' + b"x" * 17_000_000 + b'"'],
)  # fmt: skip
def test_what_is_no_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(ApiError) as error:
        read_json(body)
    assert error.value.status == 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "resources: at least one resource is required"),
        ([], "resources: at least one resource is required"),
        ({"resources": []}, "resources: at least one resource is required"),
        ({"resources": [5]}, "resources/0: object is expected"),
        ({"resources": [{}]}, "resources/0/$schema: is no schema of this service"),
        ({"resources": product(), "jobs": 1}, "jobs: is not allowed"),
        (one(**{"$schema": uri("plan", "latest")}), "resources/0/$schema: is no schema of this service"),
        (one(**{"$schema": uri("wishes")}), "resources/0/$schema: wishes is no resource of a virtual machine offer"),
        (one(skus=[]), "resources/0/skus: between 1 and 8 items"),
        (one(skus=[{"skuId": "A", "imageType": "x64Gen2"}]), "resources/0/skus/0/skuId: does not match ^[a-z0-9_-]+$"),
        (one(openPorts=None, vmProperties={"flies": True}), "resources/0/vmProperties/flies: is not allowed"),
        (one(vmProperties={"supportsNVMe": 1}), "resources/0/vmProperties/supportsNVMe: boolean is expected"),
        (one(vmImageVersions=[version("1.0.0\n")]), r"resources/0/vmImageVersions/0/versionNumber: does not match ^[0-9]+\.[0-9]+\.[0-9]+$"),
        (one(product={"externalID": "x"}), "resources/0/product: fits none of the kinds that are allowed here"),
        (one(operatingSystem={"family": "os2", "type": "other"}), "resources/0/operatingSystem/family: one of windows, linux is expected"),
    ],
)  # fmt: skip
def test_schema_errors_name_the_place(body: Any, message: str) -> None:
    assert message in refused(body)


def test_what_a_client_would_corrupt_is_refused(live: Client) -> None:
    gallery = {"imageType": "x64Gen2", "source": {"sourceType": "sharedImageGallery"}}
    nulls = version("1.0.0")
    nulls["vmImages"][0]["source"]["dataDisks"] = [None]
    for broken in ({"versionNumber": "1.0.0", "vmImages": [gallery]}, nulls):
        answer = live.post("configure", one(vmImageVersions=[broken]))
        assert answer.status_code == 400
        assert answer.json()["error"]["message"] == "Invalid configuration: schema validation failed"
        assert {detail["code"] for detail in answer.json()["error"]["details"]} == {"schemaValidationError"}


@pytest.mark.parametrize(
    "body",
    [
        {"$schema": uri("customer-leads"), "product": "product/p", "leadDestination": "email"},
        {"$schema": uri("customer-leads"), "product": "product/p", "leadDestination": "none", "tableLeadConfiguration": {}},
        {"$schema": uri("test-drive"), "product": "product/p", "enabled": True},
        {"$schema": uri("test-drive"), "product": "product/p", "enabled": False, "type": "powerBi"},
    ],
)  # fmt: skip
def test_members_must_go_together(body: Json) -> None:
    assert refused({"resources": [body]})


@pytest.mark.parametrize(
    "prices",
    [
        {"customerMarkets": "allMarkets"},
        {"pricing": {"licenseModel": "payAsYouGo", "corePricing": {"priceInputOption": "flat"}}},
        {"pricing": {"licenseModel": "payAsYouGo", "corePricing": {"priceInputOption": "free", "price": 1}}},
    ],
)
def test_prices_fit_their_option(prices: Json) -> None:
    (body,) = [r for r in product(plans=("one",)) if "availability-plan" in r["$schema"]]
    assert refused({"resources": [body | prices]})


def test_both_hosts_of_schemas_are_fine() -> None:
    old = machine("hourly", "1.0.0")
    old["$schema"] = old["$schema"].replace("schema.mp.microsoft.com", "product-ingestion.azureedge.net")
    assert read_configure({"resources": [old]}, Switches())


def test_one_submission_at_most() -> None:
    body = {"$schema": uri("submission"), "product": "product/p", "target": {"targetType": "preview"}}
    assert refused({"resources": [body, body]}) == ["resources: one submission at most"]


@given(body=JSON)
def test_any_json_is_taken_or_refused(body: Any) -> None:
    with pytest.raises(ApiError):
        read_configure(body, Switches())


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_resource_with_one_member_replaced_is_taken_or_refused(memory: Path, data: st.DataObject) -> None:
    market = EmulatedMarketplace(memory)
    resources = product()
    resource = resources[data.draw(st.integers(0, len(resources) - 1))]
    where: Any = resource
    name = data.draw(st.sampled_from(sorted(resource)))
    while isinstance(where[name], dict) and where[name] and data.draw(st.booleans()):
        where = where[name]
        name = data.draw(st.sampled_from(sorted(where)))
    where[name] = data.draw(JSON)
    status = 400
    try:
        market.configure(read_json(json.dumps({"resources": resources}).encode()))
    except ApiError as error:
        status = error.status
    assert status == 400


def test_hostile_json_is_refused(shared: Path, client: Client) -> None:
    files = sorted((shared / "badinputs" / "json").iterdir())
    assert files
    for file in files:
        answer = client.session.post(f"{client.emulator.url}/configure", file.read_bytes(), timeout=30)
        assert (file.name, answer.status_code) == (file.name, 400)
    assert client.emulator.journal() == []


def test_the_sample_is_taken(client: Client) -> None:
    assert client.configure(*product(), asset(client.emulator))["jobResult"] == "succeeded"
