"""Trees: what stands in each environment, in a form that existing clients can read."""

import re
from pathlib import Path

from tests.marketplaces.emulator.sample import HOST, SIGNATURE, Client, machine, product, uri, version

MACHINE = "virtual-machine-plan-technical-configuration"


def test_every_resource_has_its_schema_its_id_and_durable_references(live: Client) -> None:
    for target in ("draft", "preview", "live"):
        tree = live.get(f"resource-tree/product/{live.guid}", targetType=target).json()
        assert set(tree) == {"$schema", "root", "target", "resources"}
        for body in tree["resources"]:
            assert body["id"].startswith(body["$schema"].split("/")[-2] + "/")
            assert body.get("product", tree["root"]) == tree["root"] == f"product/{live.guid}"


def test_a_plan_and_its_configuration_name_each_other(live: Client) -> None:
    plan = live.one("plan")
    assert plan["$schema"].startswith(f"{HOST}/plan/")
    assert live.one(MACHINE)["plan"] == plan["id"]


def test_there_is_one_submission_in_every_tree(live: Client) -> None:
    for target in ("draft", "preview", "live"):
        resources = live.get(f"resource-tree/product/{live.guid}", targetType=target).json()["resources"]
        (submission,) = [body for body in resources if body["id"].startswith("submission/")]
        assert submission["target"] == {"targetType": target}
        assert (submission["id"].endswith("/0"), "status" in submission) == (
            target == "draft",
            target != "draft",
        )


def test_what_clients_take_for_granted_is_filled_in(client: Client) -> None:
    plan = {
        "$schema": uri("plan"),
        "product": {"resourceName": "it"},
        "identity": {"externalId": "p"},
        "alias": "P",
    }
    listing = {
        "$schema": uri("plan-listing"), "product": {"resourceName": "it"}, "plan": {"resourceName": "plan"},
        "kind": "azureVM-plan", "languageId": "en-us",
    }  # fmt: skip
    client.configure(*product(plans=()), plan | {"resourceName": "plan"}, listing)
    assert client.one("plan")["azureRegions"] == ["azureGlobal"]
    assert [client.one("plan-listing")[name] for name in ("name", "description", "summary")] == ["", "", ""]


def test_types_that_existing_clients_cannot_read_are_refused_unless_wanted(client: Client) -> None:
    body = {"$schema": uri("test-drive-listing"), "product": {"resourceName": "it"}}
    refused = client.post("configure", {"resources": [*product(), body]})
    assert refused.status_code == 400
    client.emulator.market.set_switch("known_types", False)
    client.configure(*product(), body)
    assert client.one("test-drive-listing")["id"] == f"test-drive-listing/{client.guid}"


def test_an_environment_without_anything_is_not_found(client: Client) -> None:
    client.configure(*product())
    for target in ("preview", "live"):
        answer = client.get(f"resource-tree/product/{client.guid}", targetType=target)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "notFound")
    assert client.get(f"resource-tree/product/{client.guid}", targetType="retail").status_code == 400


def test_after_live_the_preview_mirrors_it_and_the_draft_stays(live: Client) -> None:
    assert live.tree("draft") == live.tree("preview") == live.tree("live")


def test_what_is_live_keeps_the_content_of_the_moment_of_its_submission(live: Client) -> None:
    body = live.one(MACHINE)
    live.emulator.market.set_knob("*", "delay", 3600)
    job = live.start(live.submission("preview"))
    body["vmImageVersions"].append(version("9.0.0"))
    live.configure(body) if not live.emulator.market.set_knob("*", "delay", "off") else None
    live.end(job["jobId"])
    assert "9.0.0" not in str(live.tree("preview"))
    assert "9.0.0" in str(live.tree("draft"))


def test_one_resource_is_read_by_its_durable_id(live: Client) -> None:
    for body in live.tree("draft"):
        assert live.get(body["id"]).json() == body


def test_whole_ids_behind_each_other_are_understood(live: Client) -> None:
    plan = live.one("plan")
    assert live.get(f"product/{live.guid}/{plan['id']}").json() == plan
    assert live.get(f"submission/{live.guid}/0").json()["target"] == {"targetType": "draft"}


def test_signatures_of_disks_are_not_kept(live: Client, memory: Path) -> None:
    everything = str(live.tree("draft")) + str([vars(entry) for entry in live.emulator.journal()])
    assert SIGNATURE not in everything
    assert not any(SIGNATURE.encode() in file.read_bytes() for file in memory.parent.iterdir())
    (query,) = set(re.findall(r"\?([^']+)", str(live.one(MACHINE)["vmImageVersions"])))
    assert query == "sp=rl&st=2026-01-01T00:00:00Z&se=2027-01-01T00:00:00Z&sv=2022-11-02&sr=c&sig=***"


def test_secrets_of_leads_are_read_back_masked(client: Client) -> None:
    leads = {
        "$schema": uri("customer-leads"), "product": {"resourceName": "it"}, "leadDestination": "table",
        "tableLeadConfiguration": {"storageAccountConnectionString": "AccountKey=abc"},
    }  # fmt: skip
    resources = [body for body in product() if "customer-leads" not in body["$schema"]]
    client.configure(*resources, leads)
    read = client.one("customer-leads")["tableLeadConfiguration"]
    assert read == {"storageAccountConnectionString": "*********"}


def test_clients_that_rewrite_schema_versions_change_nothing(live: Client) -> None:
    before = len(live.emulator.journal())
    body = live.one(MACHINE) | {"$schema": uri(MACHINE, "2022-03-01-preview3")}
    assert live.configure(body)["jobResult"] == "succeeded"
    assert len(live.emulator.journal()) == before
    assert live.one(MACHINE)["$schema"] == live.one(MACHINE, "live")["$schema"] == machine("p")["$schema"]
