"""Versions, plans and products leave the marketplace on a schedule, and come back."""

from typing import Any

from tests.marketplaces.emulator.sample import NAME, Client, Json, messages, product, uri

MACHINE = "virtual-machine-plan-technical-configuration"


def live_entry(client: Client) -> Json:
    (found,) = client.get(f"submission/{client.guid}", targetType="live").json()["value"]
    return dict(found)


def change(client: Client, state: str, **members: Any) -> Json:
    """Ask for another lifecycle of the whole product."""
    entry = live_entry(client)
    own = {name: entry[name] for name in ("id", "product", "target")}
    return client.configure({"$schema": uri("submission"), **own, "lifecycleState": state, **members})


def effects(client: Client) -> list[str]:
    return [entry.effect for entry in client.emulator.journal() if entry.effect in {"deprecated", "restored"}]


def test_a_version_leaves_with_the_next_publication(live: Client) -> None:
    machine = live.one(MACHINE)
    schedule = {"dateOffset": "P90D", "alternative": {"plan": {"externalId": "byol"}}}
    machine["vmImageVersions"][0] |= {"lifecycleState": "deprecated", "deprecationSchedule": schedule}
    assert live.configure(machine)["jobResult"] == "succeeded"
    stored = live.one(MACHINE)["vmImageVersions"][0]["deprecationSchedule"]["alternative"]
    assert stored["plan"].startswith("plan/")
    live.to_preview()
    live.to_live()
    assert live.one(MACHINE, "live")["vmImageVersions"][0]["lifecycleState"] == "deprecated"


def test_a_plan_may_name_one_that_comes_with_it(client: Client) -> None:
    resources = product()
    plans = [body for body in resources if "/plan/" in body["$schema"]]
    plans[0] |= {
        "lifecycleState": "deprecated",
        "deprecationSchedule": {"alternative": {"plan": {"resourceName": "next"}}},
    }
    plans[1]["resourceName"] = "next"
    assert client.configure(*resources)["jobResult"] == "succeeded"
    old, new = sorted(
        (body for body in client.tree("draft") if body["id"].startswith("plan/")),
        key=lambda body: body["lifecycleState"],
    )
    assert old["deprecationSchedule"]["alternative"] == {"plan": new["id"]}


def test_an_alternative_that_is_not_there_is_refused(live: Client) -> None:
    schedule = {"alternative": {"product": {"externalId": "nowhere"}}}
    failed = change(live, "deprecated", deprecationSchedule=schedule)
    assert "The product externalId nowhere was not found." in messages(failed)
    assert effects(live) == []


def test_a_product_leaves_at_once_and_comes_back(live: Client) -> None:
    schedule = {"dateOffset": "P90D", "reason": "endOfSupport"}
    for _ in range(2):  # the second time there is nothing left to do
        assert change(live, "deprecated", deprecationSchedule=schedule)["jobResult"] == "succeeded"
    shown = live.one("product", "live")
    assert (shown["lifecycleState"], shown["deprecationSchedule"]) == ("deprecated", schedule)
    assert live_entry(live)["lifecycleState"] == "deprecated"
    assert change(live, "generallyAvailable")["jobResult"] == "succeeded"
    assert "deprecationSchedule" not in live.one("product", "live")
    assert effects(live) == ["deprecated", "restored"]


def test_another_schedule_replaces_the_first(live: Client) -> None:
    change(live, "deprecated", deprecationSchedule={"dateOffset": "P90D"})
    change(live, "deprecated", deprecationSchedule={"dateOffset": "P30D"})
    assert live_entry(live)["deprecationSchedule"] == {"dateOffset": "P30D"}
    assert effects(live) == ["deprecated"] * 2


def test_what_was_live_is_never_deleted(live: Client) -> None:
    plan = live.one("plan")
    assert "it was published" in messages(live.configure({**plan, "lifecycleState": "deleted"}))
    assert NAME in {body["identity"]["externalId"] for body in live.get("product").json()["value"]}
