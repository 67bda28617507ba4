"""`publisher image` adds versions and replaces numbers, in the text that its author wrote."""

import json
from pathlib import Path

import pytest

from publisher.cli import run
from publisher.document import read_document
from tests.disks import gpt, write

LIVE = {
    "lock": 1, "publisher": "tidewater-labs", "offer": "beacon-metrics",
    "skus": [{"id": "hourly", "state": "live", "versions": ["2.4.0"], "locked": {
        "billing": "hourly", "prices": {}, "regions": [], "ports": [], "hidden": False, "data_vhds": 1}}],
    "live": {"revision": 1, "digest": "d", "since": "2026-01-01T00:00:00Z", "hero": True},
    "staged": False, "events": 1, "head": "h",
}  # fmt: skip


def lock(folder: Path, *versions: str) -> None:
    LIVE["skus"][0]["versions"] = list(versions)  # type: ignore[index]
    (folder / "offer.lock.json").write_text(json.dumps(LIVE))


def versions(folder: Path) -> dict[str, list[str]]:
    offer = read_document(folder).offer
    assert offer
    return {sku.id: [image.version for image in sku.images] for sku in offer.skus}


def test_add_writes_the_version_below_the_current_one(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (demo / "offer.yaml").read_text()
    assert (
        run(["image", "add", str(demo), "--sku", "byol", "--version", "2.4.1", "--os-vhd-secret", "OS_2_4_1"])
        == 0
    )
    assert (demo / "offer.yaml").read_text() == before + (
        "      - version: 2.4.1\n"
        "        os_vhd: {secret: OS_2_4_1}\n"
        "        data_vhds:\n"
        "          - {lun: 0, url: {secret: BEACON_DATA_VHD}, size_gb: 256}\n"
    )
    said = capsys.readouterr()
    assert said.out == f"{demo / 'offer.yaml'}: SKU byol: version 2.4.1 added\n"
    assert "still names the disks of 2.4.0 (BEACON_DATA_VHD)" in said.err


def test_add_edits_several_skus_at_once(demo: Path) -> None:
    new = ["--version", "2.10.0", "--os-vhd-secret", "OS", "--data-vhd-secret", "DATA"]
    assert run(["image", "add", str(demo), "--all-skus", *new]) == 0
    assert versions(demo) == {"hourly": ["2.4.0", "2.10.0"], "byol": ["2.4.0", "2.10.0"]}


def test_add_may_start_from_another_version(demo: Path) -> None:
    first = ["image", "add", str(demo), "--sku", "hourly"]
    assert run([*first, "--version", "2.5.0", "--os-vhd-secret", "OS_5", "--data-vhd-secret", "D_5"]) == 0
    assert run([*first, "--version", "2.5.1", "--like", "2.4.0"]) == 0
    offer = read_document(demo).offer
    assert offer
    assert [vhd.secret for vhd in offer.skus[0].images[-1].vhds()] == ["BEACON_OS_VHD", "BEACON_DATA_VHD"]


def test_the_first_version_of_a_sku_names_its_disks(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sku", "add", str(demo), "--id", "pro", "--like", "byol"]) == 0
    first = ["image", "add", str(demo), "--sku", "pro", "--version", "1.0.0"]
    assert run(first) == 1
    assert "--os-vhd-secret" in capsys.readouterr().err
    assert run([*first, "--os-vhd-secret", "OS", "--data-vhd-secret", "A", "--data-vhd-secret", "B"]) == 0
    assert (demo / "offer.yaml").read_text().endswith(
        "    images:\n"
        "      - version: 1.0.0\n"
        "        os_vhd: {secret: OS}\n"
        "        data_vhds:\n"
        "          - {lun: 0, url: {secret: A}}\n"
        "          - {lun: 1, url: {secret: B}}\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("2.4.0", "2.4.0 is not higher than 2.4.0"),
        ("2.3.99", "2.3.99 is not higher than 2.4.0"),
        ("2.04.1", "has leading zeros"),
        ("2.5", "'2.5' is not a version"),
        ("v2.5.0", "is not a version"),
        ("2.5.0\n", "is not a version"),
        ("２.5.0", "is not a version"),
        ("9" * 300 + ".0.0", "is not a version"),
    ],
)
def test_a_version_that_is_not_the_next_is_refused(
    demo: Path, version: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (demo / "offer.yaml").read_bytes()
    assert run(["image", "add", str(demo), "--all-skus", "--version", version]) == 1
    assert says in capsys.readouterr().err
    assert (demo / "offer.yaml").read_bytes() == before


def test_every_sku_that_objects_is_named(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["image", "add", str(demo), "--all-skus", "--version", "2.0.0"]) == 1
    said = capsys.readouterr().err
    assert "- SKU hourly: " in said
    assert "- SKU byol: " in said


def test_a_version_that_was_live_stays_burned(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock(demo, "2.4.0", "2.6.0")
    assert run(["image", "add", str(demo), "--sku", "hourly", "--version", "2.5.0"]) == 1
    assert "2.5.0 is not higher than 2.6.0, which was live" in capsys.readouterr().err


def test_the_number_of_disks_stays(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = ["--version", "2.5.0", "--data-vhd-secret", "A", "--data-vhd-secret", "B"]
    assert run(["image", "add", str(demo), "--sku", "hourly", *new]) == 1
    assert "version 2.4.0 has 1 data disks, not 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--version", "2.5.0"], "which SKUs"),
        (["--version", "2.5.0", "--sku", "hourly", "--all-skus"], "which SKUs"),
        (["--version", "2.5.0", "--sku", "hourl"], "did you mean 'hourly'?"),
        (
            ["--version", "2.5.0", "--all-skus", "--os-vhd-secret", "https://x/y.vhd?sig=abc"],
            "never by its URL",
        ),
    ],
)
def test_what_is_misnamed_is_a_usage_error(
    demo: Path, options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["image", "add", str(demo), *options]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "abc" not in said


@pytest.mark.parametrize(("part", "after"), [("major", "3.0.0"), ("minor", "2.5.0"), ("patch", "2.4.1")])
def test_bump_changes_one_word(demo: Path, part: str, after: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = (demo / "offer.yaml").read_text()
    assert run(["image", "bump", str(demo), "--all-skus", "--part", part]) == 0
    assert (demo / "offer.yaml").read_text() == before.replace("version: 2.4.0", f"version: {after}")
    assert f"SKU byol: version 2.4.0 is now {after}" in capsys.readouterr().out


def test_bump_reads_leading_zeros_as_integers(demo: Path) -> None:
    text = (demo / "offer.yaml").read_text().replace("version: 2.4.0", "version: '2026.01.09'")
    (demo / "offer.yaml").write_text(text)
    assert run(["image", "bump", str(demo), "--sku", "hourly", "--part", "patch"]) == 0
    assert (demo / "offer.yaml").read_text() == text.replace("'2026.01.09'", "'2026.1.10'", 1)


@pytest.mark.parametrize("spelled", ["2.4.0", "2.04.00"])
def test_bump_leaves_a_version_that_was_live(
    demo: Path, spelled: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (demo / "offer.yaml").read_bytes()
    lock(demo, spelled)
    assert run(["image", "bump", str(demo), "--all-skus", "--part", "patch"]) == 1
    said = capsys.readouterr().err
    assert "SKU hourly: version 2.4.0 was live" in said
    assert "`publisher image add`" in said
    assert (demo / "offer.yaml").read_bytes() == before


def test_bump_goes_past_no_version_that_was_live(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock(demo, "2.5.0")
    assert run(["image", "bump", str(demo), "--sku", "hourly", "--part", "patch"]) == 1
    assert "2.4.1 is not higher than 2.5.0, which was live" in capsys.readouterr().err
    assert run(["image", "bump", str(demo), "--sku", "hourly", "--part", "major"]) == 0


def test_a_broken_lock_file_stops_the_edit(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (demo / "offer.lock.json").write_text("{")
    assert run(["image", "bump", str(demo), "--sku", "hourly", "--part", "patch"]) == 2
    assert "publisher lock" in capsys.readouterr().err


def test_inspect_tells_what_a_vhd_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "beacon.vhd", begin=gpt(2048))
    assert run(["image", "inspect", str(path)]) == 0
    assert capsys.readouterr().out == (
        f"{path}: fixed VHD\n"
        "  virtual size     30 MB\n"
        "  file             31,457,792 bytes\n"
        "  made             2025-12-25 17:46 UTC by Hyper-V 10.0\n"
        "  checksum         fits\n"
        "  partition table  GPT\n"
        "  first partition  begins at sector 2048\n"
        "  first megabyte   beside the table is empty\n"
        f"no findings in {path} at the stage gate (profile classic)\n"
    )


def test_inspect_ends_with_1_for_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "beacon.vhd", begin=gpt(34))
    partner_center = ["image", "inspect", str(path), "--profile", "partner-center"]
    assert run([*partner_center, "--output-format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["image"]["first_partition_sector"] == 34
    assert [finding["rule"] for finding in told["findings"]] == ["vhd-first-1mb"]
    assert run([*partner_center, "--approved-base"]) == 0
    assert run(["image", "inspect", str(path)]) == 0, "a warning in classic"


def test_inspect_ends_with_2_for_what_is_no_vhd(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "disk.vhd").write_bytes(b"\x1f\x8b")
    assert run(["image", "inspect", str(tmp_path / "disk.vhd")]) == 2
    assert "compressed (gzip)" in capsys.readouterr().err
