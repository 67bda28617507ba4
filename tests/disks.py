"""Makes small VHD files, mostly holes."""

import struct
from pathlib import Path

MB = 1024 * 1024
SECTOR = 512


def footer(size: int = 30 * MB, kind: int = 2, app: bytes = b"win ", checksum: int | None = None) -> bytes:
    """The last 512 bytes of a VHD, with a checksum that fits unless another is given."""
    fields = (b"conectix", 2, 1 << 16, 2**64 - 1, 820_000_000, app, 10, 0, b"Wi2k", size, size, 0, kind)
    head = struct.pack(">8sIIQI4sHH4sQQII", *fields)
    rest = bytes(SECTOR - len(head) - 4)
    fitting = ~(sum(head)) & 0xFFFFFFFF
    return head + struct.pack(">I", fitting if checksum is None else checksum) + rest


def mbr(*starts: int, kind: int = 0x83) -> bytes:
    """Sector 0 with partitions that begin at these sectors."""
    entries = b"".join(struct.pack("<B3xB3xII", 0, kind, start, 2048) for start in starts)
    return bytes(446) + entries.ljust(64, b"\0") + b"\x55\xaa"


def gpt(*starts: int, count: int = 128) -> bytes:
    """Sectors 0 to 33 with partitions that begin at these sectors."""
    header = b"EFI PART".ljust(72, b"\1") + struct.pack("<QII", 2, count, 128)
    entries = b"".join(b"\2" * 32 + struct.pack("<QQ", start, start + 8) + bytes(80) for start in starts)
    return mbr(1, kind=0xEE) + header.ljust(SECTOR, b"\0") + entries.ljust(32 * SECTOR, b"\0")


def write(
    path: Path,
    *,
    size: int = 30 * MB,
    begin: bytes = b"",
    end: bytes | None = None,
    length: int | None = None,
) -> Path:
    """A file of `length` bytes (default: what a fixed VHD of this size has) that begins and ends so."""
    end = footer(size) if end is None else end
    length = size + SECTOR if length is None else length
    with path.open("wb") as file:
        file.write(begin)
        file.truncate(length)
        file.seek(max(length - len(end), 0))
        file.write(end)
    return path
