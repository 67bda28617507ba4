"""`publisher validate` as pipelines and people meet it: exit codes, streams, formats, files."""

import json
import os
import shutil
from pathlib import Path
from typing import get_args

import pytest

from publisher.cli import validate
from publisher.reports import FORMATS
from tests.cli.conftest import Desk

LONG = ("title: Beacon Metrics Server", f"title: {'x' * 51}")


def test_a_clean_offer(desk: Desk) -> None:
    said = desk("validate", "beacon-metrics")
    assert said.code == 0
    assert said.out.startswith(
        "no findings in tidewater-labs/beacon-metrics at the stage gate (profile classic)"
    )
    assert said.err == ""


def test_findings_on_stdout_with_the_line_and_exit_1(desk: Desk) -> None:
    desk.edit(*LONG)
    said = desk("validate", "beacon-metrics/offer.yaml")
    assert said.code == 1
    assert said.out.startswith("beacon-metrics/offer.yaml:13:12: error[TXT101 title-length] the title has 51")
    assert f"\n  13 |     title: {'x' * 51}\n     |            ^\n" in said.out
    assert said.err == ""


def test_a_machine_format_leaves_stdout_to_machines(desk: Desk) -> None:
    desk.edit(*LONG)
    said = desk("validate", "beacon-metrics", "--output-format", "json")
    assert said.code == 1
    assert json.loads(said.out)["summary"] == {"errors": 1, "warnings": 0, "infos": 0, "waived": 0}
    assert said.err.startswith("1 error in tidewater-labs/beacon-metrics at the stage gate")


def test_reports_into_files_beside_the_text(desk: Desk) -> None:
    desk.edit(*LONG)
    said = desk("validate", "beacon-metrics", "--output-file", "json=a.json", "--output-file", "text=b.txt")
    assert said.code == 1
    assert json.loads(Path("a.json").read_text(encoding="utf-8"))["findings"][0]["code"] == "TXT101"
    assert Path("b.txt").read_text(encoding="utf-8") == said.out


@pytest.mark.parametrize("word", ["json", "json=", "=a.json", "pdf=a.pdf", "json=gone/a.json"])
def test_a_report_that_cannot_go_to_a_file_is_exit_2(desk: Desk, word: str) -> None:
    said = desk("validate", "beacon-metrics", "--output-file", word)
    assert said.code == 2
    assert "cure:" in said.err


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 0),
        (("--fail-on", "warning"), 1),
        (("--fail-on", "info"), 1),
        (("--fail-on", "warning", "--exit-zero"), 0),
    ],
)
def test_warnings_fail_on_demand(desk: Desk, options: tuple[str, ...], code: int) -> None:
    desk.edit("{2: 0.90, 4: 1.60, 8: 2.90}", "{2: 0, 4: 1.60, 8: 2.90}")  # free of charge: a warning
    said = desk("validate", "beacon-metrics", *options)
    assert "warning[" in said.out
    assert said.code == code


def test_gates_are_cumulative(desk: Desk) -> None:
    desk.edit("    regions: [SE, DE, US]\n    operating_system", "    operating_system")
    assert desk("validate", "beacon-metrics", "--gate", "draft").code == 0
    assert "BIL106" in desk("validate", "beacon-metrics").out
    assert "BIL106" in desk("validate", "beacon-metrics", "--gate", "production").out


def test_several_offers_in_one_run(desk: Desk) -> None:
    desk.edit(*LONG)
    shutil.copytree(desk.offer, "other")
    said = desk("validate", "beacon-metrics", "other/offer.yaml", "--output-format", "json")
    assert len(json.loads(said.out)["offers"]) == 2
    assert said.err.count("1 error in") == 2


def test_a_missing_path_is_exit_2_and_the_others_are_judged(desk: Desk) -> None:
    said = desk("validate", "gone", "beacon-metrics")
    assert said.code == 2
    assert "gone: no such offer folder" in said.err
    assert "no findings in tidewater-labs/beacon-metrics" in said.out


@pytest.mark.parametrize(
    "args", [(), ("beacon-metrics", "--gate", "soon"), ("beacon-metrics", "--output-format", "pdf")]
)
def test_a_wrong_command_line_is_exit_2(desk: Desk, args: tuple[str, ...]) -> None:
    assert desk("validate", *args).code == 2


def test_a_document_that_cannot_be_read_is_findings(desk: Desk) -> None:
    (desk.offer / "offer.yaml").write_bytes(b"\xff\xfe")
    said = desk("validate", "beacon-metrics")
    assert said.code == 1
    assert "error[DOC102 document-encoding]" in said.out


def test_secrets_come_from_a_file_and_never_show(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BEACON_OS_VHD", "BEACON_DATA_VHD"):
        monkeypatch.delenv(name)
    assert "secret-unresolved" in desk("validate", "beacon-metrics").out
    assert desk("validate", "beacon-metrics", "--secrets-file", "beacon-metrics/demo.env").code == 0
    assert desk("validate", "beacon-metrics", "--secrets-file", "gone.env").code == 2


def test_a_signature_in_the_document_is_masked_in_every_format(desk: Desk) -> None:
    url = "https://x.blob.core.windows.net/v/os.vhd?sv=2024-11-04&sp=r&se=2020-01-01T00:00:00Z&sr=c&sig=Zm9vYmFy"
    desk.edit("{secret: BEACON_OS_VHD}", url)
    for name in FORMATS:
        said = desk("validate", "beacon-metrics", "--output-format", name, "--verbose")
        assert said.code == 1
        assert "Zm9v" not in said.out + said.err


def test_options_have_environment_twins(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_VALIDATE_GATE", "draft")
    monkeypatch.setenv("PUBLISHER_VALIDATE_OUTPUT_FORMAT", "json")
    assert json.loads(desk("validate", "beacon-metrics").out)["offers"][0]["gate"] == "draft"


def test_the_skipped_rules_are_named_on_demand(desk: Desk) -> None:
    assert "skipped link-reachable:" in desk("validate", "beacon-metrics", "--verbose").out


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], coloured: bool
) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    desk.edit(*LONG)
    assert ("\x1b[" in desk("validate", "beacon-metrics").out) is coloured


def test_a_waiver_that_ends_soon_is_noted(desk: Desk) -> None:
    desk.edit(*LONG)
    row = '[[waivers]]\ncode = "title-length"\nreason = "renamed soon"\nuntil = {}\nby = "ana"\n'
    from datetime import UTC, datetime, timedelta

    soon = (datetime.now(UTC) + timedelta(days=7)).date()
    Path("publisher.toml").write_text(row.format(soon), encoding="utf-8")
    said = desk("validate", "beacon-metrics")
    assert said.code == 0
    assert "waived error[TXT101 title-length]" in said.out
    assert f"note: the waiver of title-length ends on {soon}: renamed soon" in said.err


def test_nothing_is_written(desk: Desk) -> None:
    before = sorted(Path.cwd().rglob("*"))
    desk("validate", "beacon-metrics")
    assert sorted(Path.cwd().rglob("*")) == before


def test_what_the_catalogue_knows_is_the_measure(desk: Desk) -> None:
    assert desk.release().code == 0
    (desk.offer / "offer.lock.json").unlink()
    desk.edit("2: 0.90", "2: 0.95")
    said = desk("validate", "beacon-metrics")
    assert said.code == 1
    assert "price-immutable" in said.out
    assert desk("validate", "beacon-metrics", "--against", "lock").code == 2
    assert desk("validate", "beacon-metrics", "--against", "none").code == 0


def test_the_lock_file_that_a_release_leaves_is_the_measure(desk: Desk) -> None:
    assert desk.release().code == 0
    os.rename(".publisher", "elsewhere")
    desk.edit("2: 0.90", "2: 0.95")
    assert "price-immutable" in desk("validate", "beacon-metrics").out
    assert not Path(".publisher").exists()


def test_every_format_can_be_asked_for() -> None:
    annotation = validate.command.__annotations__["output_format"]
    assert get_args(get_args(annotation)[0]) == FORMATS
