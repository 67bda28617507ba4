"""Drafts: what a configure puts in place, and what it refuses."""

from typing import Any

import pytest

from tests.marketplaces.emulator.sample import (
    NAME,
    Client,
    asset,
    codes,
    machine,
    messages,
    product,
    sas,
    uri,
    version,
)

MACHINE = "virtual-machine-plan-technical-configuration"
ARM = {"skuId": "hourly-arm", "imageType": "arm64Gen2"}


def numbers(client: Client, target: str = "draft") -> list[str]:
    return [item["versionNumber"] for item in client.one(MACHINE, target)["vmImageVersions"]]


def test_the_same_resource_is_meant_by_id_and_by_references(live: Client) -> None:
    by_id = live.one(MACHINE)
    by_reference = {name: value for name, value in by_id.items() if name != "id"} | {
        "product": {"externalId": NAME},
        "plan": {"externalId": "hourly"},
    }
    before = live.emulator.journal()
    live.configure(by_id)
    live.configure(by_reference)
    assert live.emulator.journal() == before


def test_resources_are_replaced_as_a_whole(live: Client) -> None:
    body = live.one("listing")
    del body["description"]
    live.configure(body)
    assert "description" not in live.one("listing")


def test_siblings_are_named_within_a_request(client: Client) -> None:
    plan = {
        "$schema": uri("plan"),
        "resourceName": "p",
        "product": {"resourceName": "it"},
        "identity": {"externalId": "one"},
        "alias": "One",
    }
    body = machine("one", "1.0.0") | {"product": {"resourceName": "it"}, "plan": {"resourceName": "p"}}
    assert client.configure(*reversed([*product(plans=()), plan, body]))["jobResult"] == "succeeded"
    assert client.one(MACHINE)["plan"] == client.one("plan")["id"]
    assert "resourceName" not in str(client.tree("draft"))


@pytest.mark.parametrize(
    "body",
    [
        machine("hourly", "1.0.0", product="nobody"),
        machine("nobody", "1.0.0"),
        machine("hourly", "1.0.0") | {"plan": {"resourceName": "nobody"}},
        machine("hourly", "1.0.0") | {"product": "product/00000000-0000-0000-0000-000000000000"},
        machine("hourly", "1.0.0") | {"id": f"{MACHINE}/a/b"},
    ],
)
def test_what_is_not_there_cannot_be_meant(live: Client, body: dict[str, Any]) -> None:
    status = live.configure(body)
    assert codes(status["errors"]) == ["badRequest", "resourceNotFound"]


def test_an_id_of_another_type_or_product_is_refused(live: Client) -> None:
    live.emulator.seed(product("another-lamp"))
    other = live.get("product", externalId="another-lamp").json()["value"][0]["id"].removeprefix("product/")
    assert (
        codes(live.configure(live.one("listing") | {"id": live.one("plan")["id"]})["errors"])[1]
        == "invalidId"
    )
    stolen = live.one("property") | {"id": f"property/{other}/public/main"}
    assert codes(live.configure(stolen)["errors"])[1] == "invalidId"


def test_read_only_members_and_nulls_come_back_and_are_ignored(live: Client) -> None:
    before = live.emulator.journal()
    echoed = live.one("property") | {"terms_of_use": None, "validations": [{"code": "x"}]}
    assert live.configure(echoed)["jobResult"] == "succeeded"
    assert live.emulator.journal() == before
    entry = live.get(live.number("live")).json()
    live.to_preview()
    preview = live.get(live.number("preview")).json()
    assert live.configure(preview | {"target": {"targetType": "live"}})["jobResult"] == "succeeded"
    assert entry["status"] == "completed"


def test_versions_are_appended_and_drafts_may_be_edited(live: Client) -> None:
    body = live.one(MACHINE)
    body["vmImageVersions"].append(version("2.0.0"))
    live.configure(body)
    body["vmImageVersions"][-1]["vmImages"][0]["source"]["osDisk"]["uri"] = sas("another")
    assert live.configure(body)["jobResult"] == "succeeded"
    assert "another" in str(live.tree("draft"))


def test_a_deleted_draft_version_goes_and_a_published_one_stays(live: Client) -> None:
    body = live.one(MACHINE)
    body["vmImageVersions"].append(version("2.0.0"))
    live.configure(body)
    body["vmImageVersions"][-1]["lifecycleState"] = "deleted"
    live.configure(body)
    assert numbers(live) == ["1.0.0", "1.1.0"]
    body = live.one(MACHINE)
    body["vmImageVersions"][0]["lifecycleState"] = "deleted"
    assert "Cannot delete image '1.0.0'" in messages(live.configure(body))


def test_a_version_that_was_only_in_preview_may_go(live: Client) -> None:
    body = live.one(MACHINE)
    body["vmImageVersions"].append(version("2.0.0"))
    live.configure(body)
    live.to_preview()
    body["vmImageVersions"].pop()
    assert live.configure(body)["jobResult"] == "succeeded"


def test_a_published_version_keeps_its_disks(live: Client) -> None:
    body = live.one(MACHINE)
    body["vmImageVersions"][0]["vmImages"][0]["source"]["osDisk"]["uri"] = sas("another")
    assert "Cannot change image '1.0.0'" in messages(live.configure(body))


def test_a_renewed_signature_is_no_other_disk(live: Client) -> None:
    body = live.one(MACHINE)
    disk = body["vmImageVersions"][0]["vmImages"][0]["source"]["osDisk"]
    disk["uri"] = sas("os-1.0.0", "another").replace("2027", "2028")
    assert live.configure(body)["jobResult"] == "succeeded"


def test_a_version_is_deprecated_and_restored(live: Client) -> None:
    for state in ("deprecated", "generallyAvailable"):
        body = live.one(MACHINE)
        body["vmImageVersions"][0] |= {"lifecycleState": state}
        live.configure(body)
        live.to_preview()
        live.to_live()
        assert live.one(MACHINE, "live")["vmImageVersions"][0]["lifecycleState"] == state


def test_a_plan_is_deprecated(live: Client) -> None:
    live.configure(
        live.one("plan") | {"lifecycleState": "deprecated", "deprecationSchedule": {"dateOffset": "P90D"}}
    )
    live.to_preview()
    assert live.to_live()["jobResult"] == "succeeded"
    assert live.one("plan", "live")["lifecycleState"] == "deprecated"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"skus": [{"skuId": "other", "imageType": "x64Gen2"}]}, "One of the SkuIds should match plan Id hourly"),
        ({"skus": [{"skuId": "hourly", "imageType": "x64Gen2"}] * 2}, "stands twice"),
        ({"skus": [{"skuId": "hourly", "imageType": "x64Gen1"}]}, "'PlanId' is locked by a previous submission"),
        ({"skus": [{"skuId": "hourly", "imageType": "x64Gen2"}, ARM]}, "hourly-arm (arm64Gen2) requires at least one active image"),
        ({"vmImageVersions": [version("1.0.0"), version("1.1.0"), version("1.1.0")]}, "The version 1.1.0 stands twice"),
        ({"vmImageVersions": [version("1.0.0", state="deprecated"), version("1.1.0", state="deprecated")]}, "requires at least one active image"),
    ],
)  # fmt: skip
def test_rules_of_the_business_fail_the_job(live: Client, change: dict[str, Any], message: str) -> None:
    status = live.configure(live.one(MACHINE) | change)
    assert message in messages(status)
    assert set(codes(status["errors"])[1:]) == {"businessValidationError"}


def test_some_properties_stay_on(live: Client) -> None:
    body = live.one(MACHINE)
    body["vmProperties"]["supportsNVMe"] = True
    live.configure(body)
    live.to_preview()
    live.to_live()
    body["vmProperties"]["supportsNVMe"] = False
    assert "supportsNVMe property has already been enabled" in messages(live.configure(body))


@pytest.mark.parametrize(
    ("switch", "change"),
    [
        ("omission", {"vmImageVersions": [version("3.0.0")]}),
        ("active_image", {"vmImageVersions": [version(n, state="deprecated") for n in ("1.0.0", "1.1.0")]}),
    ],
)
def test_strictness_can_be_switched_off(live: Client, switch: str, change: dict[str, Any]) -> None:
    live.emulator.market.set_switch(switch, False)
    assert live.configure(live.one(MACHINE) | change)["jobResult"] == "succeeded"


def test_ids_that_are_echoed_can_be_refused(live: Client) -> None:
    live.emulator.market.set_switch("echoed_ids", False)
    body = live.one(MACHINE)
    assert live.post("configure", {"resources": [body]}).status_code == 400
    del body["id"]
    assert live.configure(body)["jobResult"] == "succeeded"


def test_names_and_types_of_products_and_plans_are_fixed(live: Client) -> None:
    for kind in ("product", "plan"):
        body = live.one(kind)
        body["identity"] = {"externalId": "another"}
        assert "The property 'identity' is locked." in messages(live.configure(body))
    changed = live.one("product") | {"type": "coreVirtualMachine"}
    assert "The property 'type' is locked." in messages(live.configure(changed))


def test_what_was_published_is_never_deleted(live: Client) -> None:
    for kind in ("product", "plan"):
        status = live.configure(live.one(kind) | {"lifecycleState": "deleted"})
        assert codes(status["errors"])[1] == "invalidState"


def test_what_was_never_published_goes_with_all_that_belongs_to_it(client: Client) -> None:
    client.configure(*product())
    client.configure(client.one("plan", plan="byol") | {"lifecycleState": "deleted"})
    assert "'externalId': 'byol'" not in str(client.tree("draft"))
    assert len(client.tree("draft")) == len(product(plans=("hourly",)))
    client.configure(client.one("product") | {"lifecycleState": "deleted"})
    assert client.get("product").json() == {"value": []}
    client.configure(*product())
    assert client.to_preview()["jobResult"] == "succeeded"


def test_a_listing_in_another_language_comes_and_goes(live: Client) -> None:
    french = live.one("listing") | {"languageId": "fr-fr", "title": "Lampe"}
    del french["id"]
    live.configure(french)
    (made,) = [body for body in live.tree("draft") if body.get("languageId") == "fr-fr"]
    live.configure(made | {"lifecycleState": "deleted"})
    assert "fr-fr" not in str(live.tree("draft"))


def test_pictures_without_an_id_find_their_place(client: Client) -> None:
    client.configure(*product(), asset(client.emulator))
    logo = client.one("listing-asset")
    assert logo["id"].endswith("/en-us/azurelogosmall/1")
    shots = [
        {**logo, "type": "azureLogoScreenshot", "fileName": name, "displayOrder": order}
        for order, name in enumerate(("a.png", "b.png"))
    ]
    for shot in shots:
        del shot["id"]
    client.configure(*shots)
    client.configure(*shots)
    found = [
        body["id"].split("/")[-2:]
        for body in client.tree("draft")
        if body.get("type") == "azureLogoScreenshot"
    ]
    assert found == [["azurelogoscreenshot", "1"], ["azurelogoscreenshot", "2"]]


def test_a_picture_that_was_never_uploaded_is_refused(client: Client) -> None:
    client.configure(*product(), asset(client.emulator))
    body = client.one("listing-asset") | {"url": f"{client.emulator.assets_url}/{'0' * 64}"}
    assert codes(client.configure(body)["errors"])[1] == "resourceNotFound"


def test_addresses_elsewhere_are_only_written_down(client: Client) -> None:
    url = "https://pictures.example/small.png"
    client.configure(*product(), asset(client.emulator) | {"url": url})
    assert client.one("listing-asset")["url"] == url


def test_private_audiences_change_everywhere_at_once(live: Client) -> None:
    plan = live.one("plan")["id"]
    update = {
        "$schema": uri("price-and-availability-update-private-audiences"), "product": f"product/{live.guid}",
        "plan": plan, "privateAudiences": {"add": [{"type": "tenant", "id": "t-1"}], "remove": []},
    }  # fmt: skip
    assert live.configure(update)["jobResult"] == "succeeded"
    for target in ("draft", "preview", "live"):
        audiences = live.one("price-and-availability-plan", target)["privateAudiences"]
        assert audiences == [{"type": "tenant", "id": "t-1"}]
    assert live.submissions()[1:] == [("live", "completed", "succeeded")]
