"""The embedded marketplace: steps, pace, links, and what survives the process."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.marketplaces import Progress, Request, Slot, Status
from publisher.marketplaces.local import LocalMarketplace

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OFFER = ("northlight", "beacon")
GUIDE = "https://docs.northlight.example/guide"
SIGNATURE = "c2VjcmV0LXNpZ25hdHVyZQ"
Ask = Callable[..., Request]


def look(place: LocalMarketplace, identity: str, seconds: float = 0) -> Status:
    status = place.look(*OFFER, identity, now=NOW + timedelta(seconds=seconds))
    assert status is not None
    return status


def run(place: LocalMarketplace, request: Request) -> Status:
    place.submit(request, now=NOW)
    return look(place, request.identity)


def test_without_delay_one_look_goes_all_the_way(local: LocalMarketplace, ask: Ask) -> None:
    assert run(local, ask()).message == (
        "certification passed; replication passed; the staging slot is filled"
    )
    status = run(local, ask("p1", Slot.PRODUCTION))
    assert (status.step, status.look_again) == ("ready", 0)
    assert status.message == (
        "certification passed; content validation passed; approval passed; replication passed;"
        " the production slot is filled"
    )


def test_each_step_takes_the_delay(local: LocalMarketplace, ask: Ask) -> None:
    local.set_knob("*", "delay", 10)
    submitted = local.submit(ask(), now=NOW)
    assert (submitted.step, submitted.look_again) == ("certification", 10)
    waiting = look(local, "s1", 14)
    assert (waiting.step, waiting.look_again) == ("replication", 6)
    assert waiting.message == "certification passed; replication is running"
    assert look(local, "s1", 20).progress is Progress.READY


def test_a_clock_that_is_set_back_undoes_nothing(local: LocalMarketplace, ask: Ask) -> None:
    local.set_knob("*", "delay", 10)
    local.submit(ask(), now=NOW)
    ahead, back = look(local, "s1", 14), look(local, "s1", -3600)
    assert (back.step, back.since) == (ahead.step, ahead.since)
    local.clear_knobs()
    ready = look(local, "s1", -3600)
    assert (ready.progress, ready.since) == (Progress.READY, ahead.since)


def test_marketing_only_skips_certification_once_something_is_live(local: LocalMarketplace, ask: Ask) -> None:
    assert "certification passed" in run(local, ask(marketing_only=True)).message
    run(local, ask("p1", Slot.PRODUCTION, marketing_only=True))
    local.set_knob("*", "fail", "never asked")
    again = run(local, ask("s2", digest="d2", marketing_only=True))
    assert again.message.startswith("certification skipped, only marketing changed; replication passed")


def test_broken_links_refuse_production(local: LocalMarketplace, ask: Ask, check_links) -> None:
    check_links.broken = {GUIDE: "404 Not Found"}
    assert run(local, ask()).progress is Progress.READY
    assert check_links.asked == []
    status = run(local, ask("p1", Slot.PRODUCTION))
    assert (status.progress, status.step) == (Progress.REFUSED, "content validation")
    assert f"{GUIDE} (404 Not Found)" in status.message
    assert local.content(*OFFER, Slot.PRODUCTION) is None


def test_links_are_asked_once_and_never_a_disk(local: LocalMarketplace, ask: Ask, check_links) -> None:
    run(local, ask())
    run(local, ask("p1", Slot.PRODUCTION))
    look(local, "p1")
    assert [set(urls) for urls in check_links.asked] == [
        {GUIDE, "https://northlight.example/privacy", "https://support.northlight.example"}
    ]


def test_links_wait_for_their_step(local: LocalMarketplace, ask: Ask, check_links) -> None:
    run(local, ask())
    local.set_knob("*", "delay", 10)
    local.submit(ask("p1", Slot.PRODUCTION), now=NOW)
    assert look(local, "p1", 19).step == "content validation"
    assert check_links.asked == []
    assert look(local, "p1", 20).step == "approval"


def test_a_checker_that_breaks_down_decides_nothing(tmp_path: Path, ask: Ask) -> None:
    def no_network(urls: object) -> dict[str, str]:
        raise OSError("network is down")

    place = LocalMarketplace(tmp_path / "m.db", check_links=no_network)
    run(place, ask())
    with pytest.raises(OSError, match="network is down"):
        run(place, ask("p1", Slot.PRODUCTION))
    patient = LocalMarketplace(tmp_path / "m.db", check_links=lambda urls: {})
    assert look(patient, "p1").progress is Progress.READY


def test_a_cancel_during_the_link_check_wins(local: LocalMarketplace, ask: Ask, tmp_path: Path) -> None:
    def slow_check(urls: object) -> dict[str, str]:
        local.cancel(*OFFER, "p1", now=NOW)
        return {GUIDE: "404 Not Found"}

    run(local, ask())
    place = LocalMarketplace(tmp_path / ".publisher" / "marketplace.db", check_links=slow_check)
    assert run(place, ask("p1", Slot.PRODUCTION)).progress is Progress.CANCELLED


def test_an_outcome_that_was_seen_stays(local: LocalMarketplace, ask: Ask) -> None:
    local.set_knob("*", "fail", "swap on the OS disk")
    assert run(local, ask()).progress is Progress.FAILED
    local.clear_knobs()
    assert look(local, "s1", 99).message == "certification failed: swap on the OS disk"
    assert local.content(*OFFER, Slot.STAGING) is None


def test_everything_survives_the_process(local: LocalMarketplace, ask: Ask, tmp_path: Path) -> None:
    run(local, ask())
    local.set_knob("*", "delay", 10)
    local.submit(ask("p1", Slot.PRODUCTION), now=NOW)
    again = LocalMarketplace(tmp_path / ".publisher" / "marketplace.db", check_links=lambda urls: {})
    assert again.content(*OFFER, Slot.STAGING, subscription="bbbb-2") is not None
    assert again.knobs() == {"*": {"delay": "10"}}
    assert look(again, "p1", 40).progress is Progress.READY
    assert again.journal() == local.journal()
    for sha256, content in ask().files.items():
        assert again.file(sha256) == content


def test_no_signature_reaches_the_disk(local: LocalMarketplace, ask: Ask, tmp_path: Path, document) -> None:
    document["skus"][0]["images"][0]["os_vhd"] += f"?sp=rl&sig={SIGNATURE}"
    document["legal"]["marker"] = "seen-on-disk"
    run(local, ask())
    bytes_on_disk = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"seen-on-disk" in bytes_on_disk
    assert SIGNATURE.encode() not in bytes_on_disk


# A process of its own: it says that it is there, waits for the others, then submits.
SUBMIT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from publisher.errors import MarketplaceConflict
from publisher.marketplaces import Request, Slot
from publisher.marketplaces.local import LocalMarketplace

path, identity, digest = sys.argv[1:]
request = Request(identity=identity, publisher="northlight", offer="beacon", slot=Slot.STAGING, digest=digest,
                  document={})
print("here", flush=True)
sys.stdin.readline()
try:
    LocalMarketplace(Path(path), check_links=lambda urls: {}).submit(request, now=datetime.now(UTC))
except MarketplaceConflict:
    print("conflict")
else:
    print("accepted")
"""


def answers(path: Path, submissions: list[tuple[str, str]]) -> list[str]:
    """What so many processes are told that submit at the same moment."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SUBMIT, str(path), *submission],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for submission in submissions
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return sorted(process.communicate()[0].strip() for process in processes)


def test_of_many_processes_one_submits(tmp_path: Path) -> None:
    path = tmp_path / "new" / "marketplace.db"
    told = answers(path, [(f"s{n}", f"d{n}") for n in range(6)])
    assert told == ["accepted"] + ["conflict"] * 5
    place = LocalMarketplace(path, check_links=lambda urls: {})
    assert [entry.effect for entry in place.journal()] == ["submission-accepted"]


def test_processes_that_send_the_same_have_one_effect(tmp_path: Path) -> None:
    path = tmp_path / "marketplace.db"
    assert answers(path, [("s1", "d1")] * 4) == ["accepted"] * 4
    place = LocalMarketplace(path, check_links=lambda urls: {})
    assert [entry.identity for entry in place.journal()] == ["s1"]
