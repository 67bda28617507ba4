"""Reads what a VHD says of itself: its footer and its partition table, never the whole file."""

import os
import re
import stat
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from publisher.errors import UsageError
from publisher.frozen import dataclass
from publisher.profiles import Profile

FOOTER: Final = 512  # bytes at the end of the file
SECTOR: Final = 512
MEGABYTE: Final = 1024 * 1024
GIGABYTE: Final = 1024 * MEGABYTE
HEAD: Final = 2048 * SECTOR  # the part at the beginning that the marketplace wants for itself
COOKIE: Final = b"conectix"
_LAYOUT: Final = struct.Struct(">8s 16x I 4s HH 4s Q Q 4x I I 444x")
_CHECKSUM: Final = slice(64, 68)
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_KINDS: Final = {2: "fixed", 3: "dynamic", 4: "differencing"}
_CREATORS: Final = {
    "win": "Hyper-V", "vpc": "Virtual PC", "vs": "Virtual Server", "vbox": "VirtualBox",
    "qemu": "QEMU", "qem2": "QEMU", "d2v": "Disk2vhd", "vhdm": "VHD tools", "CTXS": "XenServer",
}  # fmt: skip

# How other files begin, and what to do with them.
_TO_VHD: Final = "convert it: qemu-img convert -O vpc -o subformat=fixed,force_size FILE FILE.vhd"
_DECOMPRESS: Final = "decompress it; the marketplace copies the disk as it is"
_OTHERS: Final = (
    (b"vhdxfile", "a VHDX disk", _TO_VHD),
    (b"QFI\xfb", "a qcow2 disk", _TO_VHD),
    (b"KDMV", "a VMDK disk", _TO_VHD),
    (b"# Disk DescriptorFile", "a VMDK description", _TO_VHD),
    (b"<<< ", "a VirtualBox disk (VDI)", _TO_VHD),
    (b"\x1f\x8b", "compressed (gzip)", _DECOMPRESS),
    (b"PK\x03\x04", "compressed (zip)", _DECOMPRESS),
    (b"BZh", "compressed (bzip2)", _DECOMPRESS),
    (b"\xfd7zXZ\0", "compressed (xz)", _DECOMPRESS),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)", _DECOMPRESS),
    (b"7z\xbc\xaf\x27\x1c", "compressed (7z)", _DECOMPRESS),
)


class NotVhd(UsageError):
    """A file that is no VHD; the message says what it is instead."""


@dataclass(frozen=True, kw_only=True)
class Footer:
    """What the last 512 bytes say. `size` is the virtual size in bytes; `kind` is fixed, dynamic,
    differencing, or `type N`; `sound` says whether the checksum fits."""

    kind: str
    size: int
    creator: str
    created: datetime
    sound: bool


@dataclass(frozen=True, kw_only=True)
class Table:
    """How the disk begins. `kind` is gpt, mbr, or none; sectors of 512 bytes count from 0.

    `first` is where the first partition begins, `used` the first sector below 2048 that holds
    something beside the table; None where there is none.
    """

    kind: str
    first: int | None = None
    used: int | None = None


@dataclass(frozen=True, kw_only=True)
class Vhd:
    """A VHD file of `length` bytes. `table` is None where the file is no plain copy of the disk."""

    path: Path
    length: int
    footer: Footer
    table: Table | None


def inspect(path: Path) -> Vhd:
    """What a VHD file says of itself; reads its first megabyte and its last 512 bytes.

    Raises NotVhd for a file that is something else, UsageError for one that cannot be read.
    """
    head, tail, length = _ends(path)
    footer = read_footer(tail)
    if footer is None:
        reason, cure = _what(head, length)
        raise NotVhd(f"{path} {reason}", hint=cure)
    plain = footer.kind == "fixed" and footer.sound
    return Vhd(path=path, length=length, footer=footer, table=read_table(head) if plain else None)


def _ends(path: Path) -> tuple[bytes, bytes, int]:
    """The first megabyte, the last 512 bytes, and the length."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise UsageError(f"{path} is no regular file", hint="give a VHD file")
            length = status.st_size
            head = file.read(HEAD)
            file.seek(max(length - FOOTER, 0))
            return head, file.read(FOOTER), length
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise UsageError(f"{path}: {reason}", hint="give a VHD file that exists and can be read") from None


def _what(head: bytes, length: int) -> tuple[str, str]:
    """What a file without a footer is instead, and the cure."""
    for magic, name, cure in _OTHERS:
        if head.startswith(magic):
            return f"is no VHD: it is {name}", cure
    if length < FOOTER:
        return f"is no VHD: it has {length} bytes, less than a footer", "give the whole file"
    if head.startswith(COOKIE):
        return (
            "is cut off: it begins as a dynamic VHD does, and ends without a footer",
            "copy it again, whole",
        )
    if read_table(head).kind != "none":
        return "has no VHD footer: it is a raw disk, or a fixed VHD whose end was cut off", _TO_VHD
    return "is no VHD: its last 512 bytes are no footer", "give a VHD; if it is one, copy it again, whole"


def read_footer(data: bytes) -> Footer | None:
    """The footer in 512 bytes; None where they are none."""
    if len(data) != FOOTER or not data.startswith(COOKIE):
        return None
    _, created, app, major, minor, _, _, size, kind, checksum = _LAYOUT.unpack(data)
    total = sum(data) - sum(data[_CHECKSUM])
    return Footer(
        kind=_KINDS.get(kind, f"type {kind}"),
        size=size,
        creator=_creator(app, major, minor),
        created=_EPOCH + timedelta(seconds=created),
        sound=checksum == ~total & 0xFFFFFFFF,
    )


def _creator(app: bytes, major: int, minor: int) -> str:
    name = re.sub("[^A-Za-z0-9]", "", app.decode("latin-1"))
    return f"{_CREATORS.get(name, name or 'unknown')} {major}.{minor}"


def read_table(head: bytes) -> Table:
    """The partition table in the first megabyte of a disk."""
    head = head[:HEAD].ljust(HEAD, b"\0")
    if head[510:512] != b"\x55\xaa":
        return Table(kind="none")
    if head[SECTOR : SECTOR + 8] == b"EFI PART":
        return _gpt(head)
    starts = [first for kind, first in _mbr_entries(head) if kind]
    if not starts:
        return Table(kind="none")
    return Table(kind="mbr", first=min(starts), used=_used(head, (0, SECTOR)))


def _mbr_entries(head: bytes) -> Iterator[tuple[int, int]]:
    """Type and first sector of the four entries; nothing where they cannot be entries."""
    rows = [struct.unpack_from("<B3xB3xII", head, 446 + 16 * row) for row in range(4)]
    if all(status in {0, 0x80} for status, *_ in rows):
        yield from ((kind, first) for _, kind, first, _ in rows)


def _gpt(head: bytes) -> Table:
    at, count, size = struct.unpack_from("<QII", head, SECTOR + 72)
    size = max(size, 128)
    begin = min(at * SECTOR, HEAD)
    end = min(begin + count * size, HEAD)
    entries = [head[place : place + size] for place in range(begin, end, size)]
    starts = [int.from_bytes(entry[32:40], "little") for entry in entries if any(entry[:16])]
    used = _used(head, (0, 2 * SECTOR), (begin, end))
    return Table(kind="gpt", first=min(starts, default=None), used=used)


def _used(head: bytes, *tables: tuple[int, int]) -> int | None:
    """The first sector that holds something beside the tables, which lie between bytes."""
    rest = bytearray(head)
    for begin, end in tables:
        rest[begin:end] = bytes(end - begin)
    left = len(rest.lstrip(b"\0"))
    return (len(rest) - left) // SECTOR if left else None


def faults(footer: Footer, length: int | None, limits: Profile) -> Iterator[tuple[str, str]]:
    """Why the marketplace refuses a VHD of `length` bytes (None: not known), each with its cure."""
    if not footer.sound:
        yield "the checksum of the footer does not fit: the footer is damaged", "copy the file again"
        return
    if footer.kind != "fixed":
        yield (
            f"the VHD is {footer.kind}, not fixed",
            "convert it: Convert-VHD -VHDType Fixed, or qemu-img with -o subformat=fixed,force_size",
        )
    elif length is not None and length != footer.size + FOOTER:
        yield (
            f"the file has {length:,} bytes; with a virtual size of {footer.size:,} it must have "
            f"{footer.size + FOOTER:,}",
            "copy the file again, whole; a tool that compresses or pads it breaks it",
        )
    yield from _size_faults(footer.size, limits)


def _size_faults(size: int, limits: Profile) -> Iterator[tuple[str, str]]:
    least, step = limits.counts["vhd_megabytes_min"], limits.counts["vhd_megabytes_step"]
    most = max(limits.gigabytes["linux_os_max"], limits.gigabytes["data_max"])
    if size < least * MEGABYTE:
        yield f"the virtual size is {size:,} bytes; at least {least} MB are needed", "make a larger disk"
    elif size > most * GIGABYTE:
        yield f"the virtual size is {in_words(size)}; at most {most} GB are allowed", "make a smaller disk"
    if size % (step * MEGABYTE):
        yield (
            f"the virtual size, {size:,} bytes, is no multiple of {step} MB",
            "enlarge the raw disk to a multiple of 1 MB (1,048,576 bytes), and convert it again",
        )


def in_words(size: int) -> str:
    """A size in the largest unit in which it is a whole number."""
    for unit, name in ((GIGABYTE, "GB"), (MEGABYTE, "MB")):
        if size and size % unit == 0:
            return f"{size // unit:,} {name}"
    return f"{size:,} bytes"
