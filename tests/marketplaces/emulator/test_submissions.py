"""Submissions: how they are listed on the way, and which requests are refused."""

import threading

import pytest

from tests.marketplaces.emulator.sample import NAME, Client, codes, messages, product, version

MACHINE = "virtual-machine-plan-technical-configuration"
DRAFT = ("draft", "", "")
LIVE = ("live", "completed", "succeeded")


def test_never_published(client: Client) -> None:
    client.configure(*product())
    assert client.submissions() == [DRAFT]
    (draft,) = client.get(f"submission/{client.guid}").json()["value"]
    assert draft["id"] == f"submission/{client.guid}/0"


def test_the_first_publish(client: Client) -> None:
    client.configure(*product())
    preview = client.start(client.submission("preview"))
    assert client.submissions() == [DRAFT, ("preview", "running", "pending")]
    client.end(preview["jobId"])
    assert client.submissions() == [DRAFT, ("preview", "completed", "succeeded")]
    live = client.start(client.submission("live", id=client.number("preview")))
    assert client.submissions() == [DRAFT, ("live", "running", "pending")]
    client.end(live["jobId"])
    assert client.submissions() == [DRAFT, LIVE]


def test_an_update(live: Client) -> None:
    preview = live.start(live.submission("preview", id=f"submission/{live.guid}/0"))
    assert live.submissions() == [DRAFT, ("preview", "running", "pending"), LIVE]
    live.end(preview["jobId"])
    assert live.submissions() == [DRAFT, ("preview", "completed", "succeeded"), LIVE]
    going = live.start(live.submission("live", id=live.number("preview")))
    assert live.submissions() == [DRAFT, ("live", "running", "pending"), LIVE]
    live.end(going["jobId"])
    assert live.submissions() == [DRAFT, LIVE]


def test_a_failed_preview(live: Client) -> None:
    live.emulator.market.set_knob("*", "fail", "no")
    live.to_preview()
    assert live.submissions() == [DRAFT, ("preview", "completed", "failed"), LIVE]


def test_a_failed_go_live_and_its_retry(live: Client) -> None:
    live.to_preview()
    number = live.number("preview")
    live.emulator.market.set_knob("*", "fail", "no")
    live.configure(live.submission("live", id=number))
    assert live.submissions() == [DRAFT, ("live", "completed", "failed"), LIVE]
    assert live.configure(live.submission("live", id=number))["jobResult"] == "succeeded"


def test_each_preview_has_a_new_number_and_live_keeps_it(live: Client) -> None:
    first = live.number("live")
    live.to_preview()
    second = live.number("preview")
    live.to_live()
    assert live.number("live") == second != first
    assert int(second.rpartition("/")[2]) > int(first.rpartition("/")[2]) > 2**53
    assert live.get(first).json()["result"] == "succeeded"


def test_another_preview_replaces_one_that_waits(live: Client) -> None:
    live.to_preview()
    stale = live.number("preview")
    live.to_preview()
    assert codes(live.configure(live.submission("live", id=stale))["errors"])[1] == "invalidState"
    assert live.to_live()["jobResult"] == "succeeded"


@pytest.mark.parametrize("number", [None, "0"])
def test_live_needs_the_number_of_a_preview(live: Client, number: str | None) -> None:
    live.to_preview()
    named = {"id": f"submission/{live.guid}/{number}"} if number else {}
    told = messages(live.configure(live.submission("live", **named)))
    assert "Expected a submission id that isn't null or 0 since target type is Live" in told


def test_live_needs_a_preview_that_is_ready(live: Client) -> None:
    live.emulator.market.set_knob("*", "fail", "no")
    live.to_preview()
    status = live.configure(live.submission("live", id=live.number("preview")))
    assert codes(status["errors"])[1] == "invalidState"


def test_nothing_else_changes_when_a_preview_goes_live(live: Client) -> None:
    live.to_preview()
    going = live.submission("live", id=live.number("preview"))
    assert "Nothing else can be changed" in messages(live.configure(live.one("property"), going))


def test_one_publish_at_a_time(live: Client) -> None:
    live.start(live.submission("preview"))
    status = live.configure(live.submission("preview"))
    assert codes(status["errors"]) == ["conflict", "productLocked"]
    effects = [entry.effect for entry in live.emulator.journal()]
    assert effects.count("submission-accepted") == 3


def test_a_busy_product_can_be_said_at_once(live: Client) -> None:
    live.emulator.market.set_switch("busy_status", 409)
    live.start(live.submission("preview"))
    answer = live.post("configure", {"resources": [live.submission("preview")]})
    assert (answer.status_code, answer.json()["error"]["details"][0]["code"]) == (409, "productLocked")


def test_of_two_that_publish_at_the_same_moment_one_wins(live: Client) -> None:
    body = {"resources": [live.submission("preview")]}
    clients = [Client(live.emulator) for _ in range(4)]
    jobs: list[str] = []
    threads = [
        threading.Thread(target=lambda c=c: jobs.append(c.post("configure", body).json()["jobId"]))
        for c in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.session.close()
    results = sorted(live.end(job)["jobResult"] for job in jobs)
    assert results == ["failed", "failed", "failed", "succeeded"]


def test_drafts_may_be_edited_meanwhile_unless_that_is_switched_off(live: Client) -> None:
    live.emulator.market.set_knob("*", "delay", 3600)
    live.start(live.submission("preview"))
    body = live.one("property") | {"termsOfUseUrl": "https://lamps.example/terms"}
    live.emulator.market.set_switch("edits_while_publishing", False)
    refused = live.start(body)
    live.emulator.market.set_switch("edits_while_publishing", True)
    taken = live.start(body)
    live.emulator.market.clear_knobs()
    assert codes(live.end(refused["jobId"])["errors"]) == ["conflict", "productLocked"]
    assert live.end(taken["jobId"])["jobResult"] == "succeeded"


def test_a_modular_publish_takes_only_what_is_in_the_call(live: Client) -> None:
    hourly, byol = live.one(MACHINE), live.one(MACHINE, plan="byol")
    for body in (hourly, byol):
        body["vmImageVersions"].append(version("2.0.0"))
    live.configure(byol)
    modular = [live.one("product"), live.one("property"), live.one("plan"), hourly]
    assert live.configure(*modular, live.submission("preview"))["jobResult"] == "succeeded"
    effects = [entry.effect for entry in live.emulator.journal()]
    assert effects[-3:] == ["draft-changed", "submission-accepted", "slot-filled"]
    found = {plan: "2.0.0" in str(live.one(MACHINE, "preview", plan)) for plan in ("hourly", "byol")}
    assert found == {"hourly": True, "byol": False}


def test_edits_and_their_publish_stand_or_fall_together(live: Client) -> None:
    body = live.one(MACHINE)
    body["vmImageVersions"].append(version("2.0.0"))
    live.start(live.submission("preview"))
    live.configure(body, live.submission("preview"))
    assert "2.0.0" not in str(live.tree("draft"))


def test_an_incomplete_product_is_not_published(client: Client) -> None:
    client.configure(*(body for body in product() if MACHINE not in body["$schema"]))
    told = messages(client.to_preview())
    assert told.count("requires a technical configuration") == 2


def test_the_whole_product_is_deprecated_and_restored_at_once(live: Client) -> None:
    number = live.number("live")
    schedule = {"dateOffset": "P90D", "reason": "endOfSupport"}
    gone = live.submission("live", id=number, lifecycleState="deprecated", deprecationSchedule=schedule)
    assert live.configure(gone)["jobResult"] == "succeeded"
    for target in ("draft", "preview", "live"):
        body = live.one("product", target)
        assert (body["lifecycleState"], body["deprecationSchedule"]) == ("deprecated", schedule)
    assert live.configure(live.submission("live", id=number))["jobResult"] == "succeeded"
    assert live.one("product", "live")["lifecycleState"] == "generallyAvailable"
    effects = [entry.effect for entry in live.emulator.journal(f"product/{NAME}")]
    assert effects[-2:] == ["deprecated", "restored"]


def test_live_may_keep_its_preview_entry(live: Client) -> None:
    live.emulator.market.set_switch("preview_after_live", True)
    assert live.submissions() == [DRAFT, LIVE, ("preview", "completed", "succeeded")]
    assert live.number("preview") == live.number("live")
