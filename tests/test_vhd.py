"""A VHD tells by its two ends what it is."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from publisher import vhd
from publisher.errors import UsageError
from publisher.findings import Finding
from publisher.profiles import load_profile
from publisher.rules.vhd import judge
from publisher.vhd import NotVhd, Table, read_footer, read_table
from tests.disks import MB, SECTOR, footer, gpt, mbr, write


def found(path: Path, profile: str = "partner-center", **circumstances: bool) -> list[Finding]:
    return list(judge(vhd.inspect(path), load_profile(profile), **circumstances))


def test_a_fixed_vhd_that_begins_with_an_empty_megabyte_is_fine(tmp_path: Path) -> None:
    path = write(tmp_path / "a.vhd", begin=gpt(2048, 4096))
    disk = vhd.inspect(path)
    assert (disk.length, disk.table) == (30 * MB + 512, Table(kind="gpt", first=2048))
    assert (disk.footer.kind, disk.footer.size, disk.footer.sound) == ("fixed", 30 * MB, True)
    assert disk.footer.creator == "Hyper-V 10.0"
    assert f"{disk.footer.created:%Y-%m-%d}" == "2025-12-25"
    assert found(path) == []


@pytest.mark.parametrize(
    ("disk", "says"),
    [
        ({"end": footer(kind=3), "length": 5 * MB}, "is dynamic, not fixed"),
        ({"end": footer(kind=4)}, "is differencing, not fixed"),
        ({"end": footer(kind=77)}, "is type 77, not fixed"),
        ({"end": footer(checksum=1)}, "checksum of the footer does not fit"),
        ({"size": 19 * MB}, "at least 20 MB"),
        ({"size": 30 * MB + 512}, "no multiple of 1 MB"),
        ({"size": 1024 << 30}, "is 1,024 GB; at most 1023 GB"),
        ({"length": 30 * MB + 1024}, "the file has 31,458,304 bytes"),
        ({"end": footer(2**64 - MB), "length": 30 * MB}, "it must have 18,446,744,073,708,503,552"),
    ],
)
def test_what_the_marketplace_refuses_is_a_finding(tmp_path: Path, disk: dict[str, Any], says: str) -> None:
    first = found(write(tmp_path / "a.vhd", **disk))[0]
    assert (first.rule, first.severity) == ("vhd-format", "error")
    assert says in first.message
    assert first.fix


def test_a_damaged_footer_is_one_finding(tmp_path: Path) -> None:
    assert len(found(write(tmp_path / "a.vhd", end=footer(5, kind=3, checksum=1)))) == 1


@pytest.mark.parametrize("size", [20 * MB, 1023 << 30])
def test_the_limits_themselves_are_allowed(tmp_path: Path, size: int) -> None:
    path = write(tmp_path / "a.vhd", size=size)
    assert found(path) == []
    assert path.stat().st_blocks * 512 < MB, "the test must not write whole disks"


@pytest.mark.parametrize(
    ("begin", "says"),
    [
        (gpt(34, 4096), "begins at sector 34, before"),
        (gpt(2047), "begins at sector 2047, before"),
        (gpt(2048) + b"GRUB", "sector 34, between"),
        ((gpt(2048) + bytes(2048 * SECTOR))[: 2047 * SECTOR] + b"\1", "sector 2047, between"),
    ],
)
def test_the_first_megabyte_of_ones_own_image_is_kept_free(tmp_path: Path, begin: bytes, says: str) -> None:
    path = write(tmp_path / "a.vhd", begin=begin)
    (finding,) = found(path)
    assert (finding.rule, finding.severity) == ("vhd-first-1mb", "error")
    assert says in finding.message
    assert [f.severity for f in found(path, "classic")] == ["warning"]
    assert [f.severity for f in found(path, approved_base=True)] == ["warning"]
    assert found(path, data_disk=True) == []


def test_what_begins_at_sector_2048_is_in_nobodys_way(tmp_path: Path) -> None:
    assert found(write(tmp_path / "a.vhd", begin=gpt(2048).ljust(MB, b"\0") + b"boot")) == []


def test_a_boot_loader_behind_an_mbr_is_usual(tmp_path: Path) -> None:
    assert found(write(tmp_path / "a.vhd", begin=mbr(2048) + b"GRUB")) == []
    (finding,) = found(write(tmp_path / "a.vhd", begin=mbr(63, 4096)))
    assert (finding.severity, "sector 63" in finding.message) == ("warning", True)


def test_a_disk_without_partition_table_is_not_judged_by_its_beginning(tmp_path: Path) -> None:
    boot_sector = b"\xeb\x58\x90MSDOS".ljust(510, b"\xff") + b"\x55\xaa"
    assert found(write(tmp_path / "a.vhd", begin=boot_sector)) == []


@pytest.mark.parametrize(
    ("content", "says", "cure"),
    [
        (b"", "it has 0 bytes", "whole"),
        (b"conectix", "it has 8 bytes", "whole"),
        (b"vhdxfile".ljust(9000, b"\0"), "a VHDX disk", "qemu-img"),
        (b"QFI\xfb".ljust(9000, b"\0"), "a qcow2 disk", "qemu-img"),
        (b"\x1f\x8b\x08".ljust(9000, b"\0"), "compressed (gzip)", "decompress"),
        (b"PK\x03\x04".ljust(100, b"\0"), "compressed (zip)", "decompress"),
        (gpt(2048).ljust(MB, b"\0"), "a raw disk, or a fixed VHD whose end was cut off", "qemu-img"),
        (footer(kind=3).ljust(9000, b"\0"), "is cut off", "copy it again"),
        (footer()[1:].rjust(9000, b"\0"), "no footer", "copy it again"),
        (b"#!/bin/sh\n" * 100, "no footer", "give a VHD"),
    ],
)
def test_what_is_no_vhd_is_named(tmp_path: Path, content: bytes, says: str, cure: str) -> None:
    (tmp_path / "a.vhd").write_bytes(content)
    with pytest.raises(NotVhd) as error:
        vhd.inspect(tmp_path / "a.vhd")
    assert says in error.value.message
    assert cure in error.value.hint


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "absent.vhd", tmp_path / "pipe"):
        with pytest.raises(UsageError):
            vhd.inspect(path)


def test_no_bytes_make_the_readers_raise() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    source = random.Random(seed)
    starts = [b"", gpt(2048), gpt(1, 2, 3, count=2**32 - 1), mbr(0), footer(), footer(kind=4)]
    for _ in range(300):
        data = bytearray(source.choice(starts))
        for _ in range(min(len(data), source.randrange(40))):
            data[source.randrange(len(data))] = source.randrange(256)
        cut = bytes(data[: source.randrange(len(data) + 1)]) if source.random() < 0.5 else bytes(data)
        table = read_table(cut)
        assert table.used is None or 0 < table.used < 2048
        if cut and (known := read_footer(cut)):
            assert list(vhd.faults(known, source.randrange(2**40), load_profile("classic"))) is not None
