"""publisher diff: what a folder changes, and what staging it would mean."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Desk

NEWER = "      - version: 2.4.1\n        os_vhd: {secret: BEACON_OS_VHD_NEXT}\n"


def facts(desk: Desk, *more: str) -> Any:
    return json.loads(desk("diff", "beacon-metrics", "--output-format", "json", *more).out)


def test_everything_of_an_unknown_offer_is_new(desk: Desk) -> None:
    said = desk("diff", "beacon-metrics")
    assert said.code == 0
    assert "nothing is live, every field is new" in said.out
    assert "  + skus[hourly].prices.SE.per_hour_by_cores.2: 0.9\n" in said.out
    assert "`publisher stage beacon-metrics` is possible" in said.out


def test_a_folder_with_a_lock_file_that_this_catalogue_does_not_know(desk: Desk) -> None:
    desk.release()
    for file in (desk.folder / ".publisher").iterdir():
        file.unlink()
    said = desk("diff", "beacon-metrics")
    assert "the lock file says that revision 1 is live since 20" in said.out
    assert "this catalogue knows nothing of it" in said.out
    assert "is not possible now" in said.out
    assert "LCY110 lock-agrees" in said.out


def test_an_unchanged_folder_is_said_to_be_what_is_live(desk: Desk) -> None:
    desk.release()
    said = desk("diff", "beacon-metrics", "--exit-code")
    assert said.code == 0
    assert "against live (revision 1," in said.out
    assert ": no changes\n" in said.out
    assert "effect: none: this is just what is live" in said.out
    assert "staged" not in said.out


def test_changes_exit_10_only_when_asked(desk: Desk) -> None:
    desk.release()
    desk.edit("title: Beacon Metrics Server", "title: Beacon Server")
    assert desk("diff", "beacon-metrics").code == 0
    assert desk("diff", "beacon-metrics", "--exit-code").code == 10


def test_a_change_of_texts_is_marketing_only(desk: Desk) -> None:
    desk.release()
    desk.edit("title: Beacon Metrics Server", "title: Beacon Server")
    said = desk("diff", "beacon-metrics")
    assert '  ~ listing.en-us.title: "Beacon Metrics Server" -> "Beacon Server"\n' in said.out
    assert "certification is skipped" in said.out
    assert facts(desk)["effect"]["marketing_only"] is True


def test_a_new_version_is_technical(desk: Desk) -> None:
    desk.release()
    desk.edit("    images:\n", "    images:\n" + NEWER)
    effect = facts(desk)["effect"]
    assert effect["marketing_only"] is False


def test_what_is_locked_is_marked_and_blocks(desk: Desk) -> None:
    desk.release()
    desk.edit("{2: 0.90", "{2: 0.95")
    said = desk("diff", "beacon-metrics")
    assert "1 change, 1 locked" in said.out
    assert "  ~ skus[hourly].prices.SE.per_hour_by_cores.2: 0.9 -> 0.95  [locked]\n" in said.out
    assert "1 error at the stage gate; `publisher validate beacon-metrics/offer.yaml` lists them" in said.out


def test_staged_and_live_are_compared_one_by_one(desk: Desk) -> None:
    desk.release()
    desk.edit("title: Beacon Metrics Server", "title: Beacon Server")
    desk("stage", "beacon-metrics")
    sides = {side["against"]: len(side["changes"]) for side in facts(desk)["comparisons"]}
    assert sides == {"staged": 0, "live": 1}
    assert facts(desk)["effect"]["same_as"] == "staged"
    assert desk("diff", "beacon-metrics", "--against", "staged", "--exit-code").code == 0
    assert desk("diff", "beacon-metrics", "--against", "live", "--exit-code").code == 10


def test_an_empty_slot_that_is_asked_for_is_named(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    said = desk("diff", "beacon-metrics", "--against", "live")
    assert "against live: nothing is live, every field is new" in said.out


def test_a_running_submission_blocks_another_content(desk: Desk) -> None:
    desk("marketplace", "delay", "*", "3600")
    desk("stage", "beacon-metrics")
    desk.edit("title: Beacon Metrics Server", "title: Beacon Server")
    assert "LCY103 publish-concurrent" in desk("diff", "beacon-metrics").out


def test_an_offer_on_its_way_to_production_takes_no_other_content(desk: Desk) -> None:
    desk("stage", "beacon-metrics")
    desk("marketplace", "delay", "*", "3600")
    desk("request-production", "beacon-metrics", "--confirm", "beacon-metrics")
    desk.edit("title: Beacon Metrics Server", "title: Beacon Server")
    assert "wait, or `publisher cancel beacon-metrics`" in desk("diff", "beacon-metrics").out


def test_a_deletion_that_is_asked_for_is_in_the_way(desk: Desk) -> None:
    desk.release()
    desk("delete", "beacon-metrics", "--reason", "x")
    desk.edit("title: Beacon Metrics Server", "title: Beacon Server")
    assert "`publisher keep beacon-metrics` withdraws a deletion" in desk("diff", "beacon-metrics").out


def test_a_disk_of_a_staged_secret_is_taken_as_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.release()
    monkeypatch.delenv("BEACON_OS_VHD")
    found = facts(desk, "--exit-code")
    assert found["effect"]["same_as"] == "live"
    assert found["uncompared"] == []


def test_a_disk_of_an_unknown_secret_is_not_compared_and_that_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.release()
    desk.edit("os_vhd: {secret: BEACON_OS_VHD}", "os_vhd: {secret: ELSEWHERE}")
    said = desk("diff", "beacon-metrics")
    assert "the disk behind the secret ELSEWHERE was not compared" in said.err
    assert "give --secrets-file where the stage gate asks" in said.err
    assert facts(desk)["effect"]["marketing_only"] is None


def test_a_renewed_signature_is_no_change_and_none_is_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.release()
    monkeypatch.setenv(
        "BEACON_OS_VHD",
        "https://tidewaterlabs.blob.core.windows.net/images/beacon-2.4.0.vhd?sp=rl&st=2026-01-01T00:00:00Z"
        "&se=2099-02-01T00:00:00Z&spr=https&sv=2022-11-02&sr=c&sig=RENEWED0000000000000000000000000%3D",
    )
    said = desk("diff", "beacon-metrics", "--exit-code")
    assert said.code == 0
    assert "RENEWED" not in said.out + said.err


def test_a_long_text_shows_the_lines_that_differ(desk: Desk) -> None:
    terms = desk.offer / "texts" / "terms.txt"
    terms.write_text("Terms.\n" + "".join(f"Clause {n}.\n" for n in range(200)), encoding="utf-8")
    desk.release()
    terms.write_text(terms.read_text("utf-8").replace("Clause 7.\n", "Clause VII.\n"), encoding="utf-8")
    said = desk("diff", "beacon-metrics")
    assert "  ~ legal.terms: text of 2,298 characters changed (before: 2,296)\n" in said.out
    assert '      - "Clause 7."\n      + "Clause VII."\n' in said.out


def test_markdown_is_fenced_whatever_a_text_holds(desk: Desk) -> None:
    desk.edit("title: Beacon Metrics Server", "title: '```` <b>Beacon</b>'")
    said = desk("diff", "beacon-metrics", "--output-format", "markdown")
    assert said.out.startswith("### `tidewater-labs/beacon-metrics`\n")
    assert "\n`````diff\n" in said.out
    assert said.out.count("`````") == 2


def test_a_pipeline_takes_no_command_from_a_text(desk: Desk) -> None:
    desk.edit("title: Beacon Metrics Server", "title: '##vso[task.setvariable]x'")
    for form in ("text", "json", "markdown"):
        assert "##vso[" not in desk("diff", "beacon-metrics", "--output-format", form).out


def test_a_folder_that_cannot_be_read_is_no_verdict(desk: Desk) -> None:
    (desk.offer / "offer.yaml").write_text("[")
    said = desk("diff", "beacon-metrics")
    assert said.code == 2
    assert "`publisher validate beacon-metrics/offer.yaml` says why" in said.err
    assert desk("diff", "nowhere").code == 2


def test_of_many_disks_that_are_not_compared_the_first_are_named(desk: Desk) -> None:
    desk.release()
    image = "      - version: 9.{0}.0\n        os_vhd: {{secret: ELSEWHERE_{0}}}\n"
    more = "".join(image.format(number) for number in range(9))
    desk.edit("    images:\n", f"    images:\n{more}")
    said = desk("diff", "beacon-metrics").err
    assert "the secret ELSEWHERE_4 was not compared" in said
    assert "ELSEWHERE_5" not in said
    assert "and 4 more disks were not compared" in said
    assert "secrets that are not at hand: 9" in said
