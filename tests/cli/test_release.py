"""From a folder to live by commands, and what is refused on the way."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from publisher.lock import LockNotWritten
from tests.cli.conftest import Desk

NEXT = ("BEACON_OS_VHD", "BEACON_OS_VHD_NEXT")


def lock(desk: Desk) -> dict[str, object]:
    data: dict[str, object] = json.loads((desk.offer / "offer.lock.json").read_text())
    return data


def test_release_goes_to_live_and_a_second_run_changes_nothing(desk: Desk) -> None:
    first = desk.release()
    assert first.code == 0
    assert "beacon-metrics is live" in first.out
    before = (desk.folder / ".publisher/catalogue.db").read_bytes(), lock(desk)
    again = desk.release()
    assert again.code == 0
    assert "nothing to stage" in again.out
    assert again.err == ""
    assert lock(desk) == before[1]


def test_the_reference_offer_goes_live(desk: Desk, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(shared / "examples/relaygate-mail", desk.folder / "relaygate"))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    monkeypatch.setenv("PUBLISHER_LINKS_ASSUME", "*.harbourline.example")
    args = (
        "relaygate",
        "--secrets-file",
        "relaygate/secrets.env",
        "--to",
        "live",
        "--confirm",
        "relaygate-mail",
    )
    assert desk("release", *args).code == 0
    again = desk("release", *args)
    assert again.code == 0
    assert "nothing to stage" in again.out


def test_nothing_is_said_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path, _: object) -> None:
        raise LockNotWritten(f"{folder}: no space left")

    monkeypatch.setattr("publisher.submissions.write_lock", full)
    said = desk.release()
    assert said.code == 0
    assert said.err.count("the lock file could not be written") == 1
    assert said.err.count("is staging; ready") == 1
    assert "is staging; ready" not in said.out


def test_step_by_step(desk: Desk) -> None:
    assert desk("stage", "beacon-metrics", "--wait").code == 0
    assert lock(desk)["staged"] is True
    assert lock(desk)["live"] is None
    assert desk("test", "beacon-metrics", "--", sys.executable, "-c", "print('ok')").code == 0
    said = desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics")
    assert said.code == 0
    assert "stage-tested" not in said.err
    assert lock(desk)["live"]


def test_going_live_needs_the_offer_id(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    said = desk("request-production", "beacon-metrics")
    assert said.code == 2
    assert "--confirm beacon-metrics" in said.err
    assert desk("request-production", "beacon-metrics", "--confirm", "other").code == 2
    assert lock(desk)["live"] is None


def test_a_gate_that_finds_errors_keeps_the_draft(desk: Desk) -> None:
    desk.edit("title: Beacon Metrics Server", f"title: {'x' * 51}")
    said = desk("stage", "beacon-metrics")
    assert said.code == 1
    assert "TXT101" in said.out
    assert "offer.yaml:13:12" in said.out
    assert "draft" in desk("status", "beacon-metrics").out


def test_a_path_that_is_not_what_was_staged_is_refused_with_the_difference(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    desk.edit("title: Beacon Metrics Server", "title: Beacon Server")
    said = desk("request-production", "./beacon-metrics", "--confirm", "beacon-metrics")
    assert said.code == 1
    assert "title" in said.err


def test_an_edited_folder_does_not_change_what_was_staged(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    desk.edit("title: Beacon Metrics Server", "title: Beacon Server")
    (desk.folder / "elsewhere").mkdir()
    os.chdir(desk.folder / "elsewhere")  # so that the offer's ID is no path
    (desk.folder / "publisher.toml").write_text("")
    said = desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics")
    assert said.code == 0
    said = desk("marketplace", "show", "beacon-metrics", "--slot", "production")
    assert "Beacon Metrics Server" in said.out


def test_a_failed_staging_test_blocks_production(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    assert desk("test", "beacon-metrics", "--", sys.executable, "-c", "raise SystemExit(7)").code == 1
    said = desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics")
    assert said.code == 1
    assert "LCY105 stage-tested" in said.err
    assert desk("test", "beacon-metrics", "--", sys.executable, "-c", "").code == 0
    assert desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics").code == 0


def test_a_required_test_that_is_missing_blocks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk("stage", "beacon-metrics")
    monkeypatch.setenv("PUBLISHER_REQUIRED_TEST", "true")
    assert desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics").code == 1


def test_the_test_command_sees_the_staged_content(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    code = "import json, os; d = json.load(open(os.environ['PUBLISHER_TEST_CONTENT'])); print(d['offer'], os.environ['PUBLISHER_TEST_VERSIONS'])"
    said = desk("test", "beacon-metrics", "--", sys.executable, "-c", code)
    assert 'beacon-metrics {"hourly": ["2.4.0"], "byol": ["2.4.0"]}' in said.err


def test_approvals_of_others_are_awaited(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_APPROVALS", "1")
    desk("stage", "beacon-metrics")
    said = desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics")
    assert said.code == 1
    assert "approvals-given" in said.err
    assert desk("approve", "beacon-metrics").code == 1  # whoever staged cannot approve
    monkeypatch.setattr("publisher.engine.actor", lambda: "second@desk")
    assert desk("approve", "beacon-metrics").code == 0
    assert desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics").code == 0


def test_who_waits_again_for_production_goes_on_waiting(desk: Desk) -> None:
    request = ("request-production", "beacon-metrics", "--confirm", "beacon-metrics")
    desk("stage", "beacon-metrics")
    desk("marketplace", "delay", "*", "3600")
    assert "production_requested" in desk(*request).out
    assert desk(*request).code == 1
    assert desk(*request, "--wait", "--timeout", "0.01").code == 3
    desk("marketplace", "delay", "*", "off")
    said = desk(*request, "--wait")
    assert (said.code, "is live" in said.out) == (0, True)


def test_a_new_version_keeps_the_old_one_live_meanwhile(desk: Desk) -> None:
    desk.release()
    vhds = ("--os-vhd-secret", "BEACON_OS_VHD_NEXT", "--data-vhd-secret", "BEACON_DATA_VHD_NEXT")
    assert desk("image", "add", "beacon-metrics", "--all-skus", "--version", "2.4.1", *vhds).code == 0
    assert desk("stage", "beacon-metrics").code == 0
    status = desk("status", "beacon-metrics").out
    assert "staging" in status
    assert "2.4.0" in status
    assert desk.release().code == 0
    skus = lock(desk)["skus"]
    assert isinstance(skus, list)
    assert skus[0]["versions"] == ["2.4.0", "2.4.1"]


def test_a_marketing_change_skips_certification_and_says_so(desk: Desk) -> None:
    desk.release()
    desk.edit("caption: A dashboard", "caption: One dashboard")
    said = desk.release()
    assert said.code == 0
    assert "marketing-only" in said.err


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("offer: beacon-metrics", "offer: beacon-metric", "offer-id-immutable"),
        ("publisher: tidewater-labs", "publisher: tidewater-lab", "publisher-id-immutable"),
        ("  - id: hourly", "  - id: hourly2", "sku-id-immutable"),
        ("{2: 0.90", "{2: 0.89", "price-immutable"),
        ("8: 2.90", "8: 2.90, 16: 5", "price-immutable"),
        ("    billing: byol", "    billing: hourly", "billing-model-immutable"),
        ("regions: [SE, DE, US]\n    operating", "regions: [SE, DE]\n    operating", "region-remove"),
        ("range: 443", "range: 444", "port-immutable"),
        ("    billing: hourly\n", "    billing: hourly\n    hidden: true\n", "visibility-immutable"),
        ("version: 2.4.0", "version: 2.3.9", "version-increment"),
        ("      hero: media/hero.png\n", "", "hero-not-removable"),
        ("          - {lun: 0, url: {secret: BEACON_DATA_VHD}, size_gb: 256}\n", "", "disk-count-change"),
    ],
)  # fmt: skip
def test_what_is_live_cannot_be_changed(desk: Desk, old: str, new: str, rule: str) -> None:
    desk.release()
    database = sorted(desk("history", "beacon-metrics", "--output-format", "jsonl").out.splitlines())
    desk.edit(old, new)
    validated, staged = desk("validate", "beacon-metrics"), desk("stage", "beacon-metrics")
    assert (validated.code, staged.code) == (1, 1)
    assert rule in validated.out
    assert rule in staged.out
    assert len(database) <= len(
        desk("history", "beacon-metrics", "--output-format", "jsonl").out.splitlines()
    )
    assert desk("marketplace", "show", "beacon-metrics", "--slot", "production").code == 0


def test_two_offers_with_one_id_need_the_publisher(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    other = Path(shutil.copytree(desk.offer, desk.folder / "other"))
    (other / "offer.lock.json").unlink()
    text = (other / "offer.yaml").read_text().replace("publisher: tidewater-labs", "publisher: other-labs")
    (other / "offer.yaml").write_text(text)
    assert desk("stage", "other").code == 0
    said = desk("status", "beacon-metrics")
    assert said.code == 2
    assert "other-labs/beacon-metrics" in said.err


def test_an_unknown_offer_comes_with_the_nearest(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    said = desk("cancel", "beacon-metric")
    assert said.code == 2
    assert "'beacon-metrics'" in said.err
