"""Jobs: from notStarted to completed, with errors that clients can read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.marketplaces.emulator import start_emulator
from tests.marketplaces.emulator.sample import Client, codes, messages, product, uri, version

MACHINE = "virtual-machine-plan-technical-configuration"


def test_a_job_starts_runs_and_completes(client: Client) -> None:
    job = client.start(*product())
    told = [job, *(client.get(f"configure/{job['jobId']}/status").json() for _ in range(3))]
    assert [status["jobStatus"] for status in told] == ["notStarted", "running", "completed", "completed"]
    assert [status["jobResult"] for status in told] == ["pending", "pending", "succeeded", "succeeded"]
    assert [status["jobEnd"] == "0001-01-01T00:00:00" for status in told] == [True, True, False, False]
    assert told[3] == told[2]
    assert all(status["errors"] == [] for status in told)


def test_how_long_a_job_takes_can_be_said_in_looks(client: Client) -> None:
    client.emulator.market.set_switch("polls", 3)
    job = client.start(*product())["jobId"]
    told = [client.get(f"configure/{job}/status").json()["jobStatus"] for _ in range(4)]
    assert told == ["running", "running", "running", "completed"]


def test_how_long_a_job_takes_can_be_said_in_seconds(memory: Path) -> None:
    now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    with start_emulator(memory, clock=lambda: now) as emulator, (client := Client(emulator)).session:
        emulator.seed(product(), publish=True)
        emulator.market.set_switch("polls", 0)
        emulator.market.set_knob("*", "delay", 60)
        job = client.start(client.submission("preview"))["jobId"]
        now += timedelta(seconds=119)
        assert client.get(f"configure/{job}/status").json()["jobStatus"] == "running"
        now += timedelta(seconds=1)
        assert client.end(job)["jobResult"] == "succeeded"


def test_errors_of_jobs_have_details_at_every_level(live: Client) -> None:
    body = live.one(MACHINE)
    body["vmImageVersions"] = []
    status = live.configure(body)
    assert codes(status["errors"]) == ["badRequest", *["businessValidationError"] * 2]
    assert status["errors"][0]["details"][0]["resourceId"] == body["id"]


@pytest.mark.parametrize("knob", ["fail", "refuse"])
def test_a_failed_certification_is_told_as_such(live: Client, knob: str) -> None:
    live.emulator.market.set_knob("*", knob, "the image does not boot")
    status = live.to_preview()
    assert codes(status["errors"]) == ["internalServerError", "invalidState", "invalidState"]
    assert "Issues found during Certification." in messages(status)
    assert "the image does not boot" in messages(status)


def test_a_refused_approval_is_no_certification_failure(live: Client) -> None:
    live.to_preview()
    live.emulator.market.set_knob("*", "refuse", "approval: not today")
    told = messages(live.to_live())
    assert "not today" in told
    assert "ertification." not in told


def test_job_and_submission_change_together(live: Client) -> None:
    job = live.start(live.submission("preview"))["jobId"]
    assert live.submissions()[1] == ("preview", "running", "pending")
    assert live.end(job)["jobResult"] == "succeeded"
    assert live.submissions()[1] == ("preview", "completed", "succeeded")


def test_who_lost_the_job_can_wait_on_the_submission(live: Client) -> None:
    job = live.start(live.submission("preview"))["jobId"]
    told = [live.submissions()[1] for _ in range(2)]
    assert told == [("preview", "running", "pending"), ("preview", "completed", "succeeded")]
    assert live.get(f"configure/{job}/status").json()["jobResult"] == "succeeded"


def test_the_detail_of_a_job_names_what_it_made(client: Client) -> None:
    job = client.start(*product())["jobId"]
    assert client.get(f"configure/{job}").status_code == 404
    client.end(job)
    detail = client.get(f"configure/{job}").json()
    assert detail["$schema"] == uri("configure-detail")
    assert {body["id"] for body in detail["resources"]} == {body["id"] for body in client.tree("draft")}


def test_a_failed_job_has_no_detail(live: Client) -> None:
    job = live.configure(live.submission("live"))["jobId"]
    assert live.get(f"configure/{job}").status_code == 404


def test_a_cancelled_publish_leaves_what_was_there(live: Client) -> None:
    live.configure(live.one(MACHINE) | {"vmImageVersions": [version(n) for n in ("1.0.0", "1.1.0", "2.0.0")]})
    job = live.start(live.submission("preview"))["jobId"]
    status = live.post(f"configure/{job}/cancel").json()
    assert (status["jobStatus"], status["jobResult"]) == ("completed", "cancelled")
    assert live.submissions() == [("draft", "", ""), ("live", "completed", "succeeded")]
    assert live.tree("preview") == live.tree("live") != live.tree("draft")


def test_what_is_over_cannot_be_cancelled(client: Client) -> None:
    job = client.configure(*product())["jobId"]
    answer = client.post(f"configure/{job}/cancel")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "Cannot cancel job, job has already completed."


def test_a_job_survives_a_restart(memory: Path) -> None:
    with start_emulator(memory) as emulator, (client := Client(emulator)).session:
        emulator.seed(product(), publish=True)
        job, before = client.start(client.submission("preview"))["jobId"], emulator.journal()
    with start_emulator(memory) as emulator, (client := Client(emulator)).session:
        assert emulator.journal() == before
        assert client.end(job)["jobResult"] == "succeeded"
        assert client.submissions()[1] == ("preview", "completed", "succeeded")
