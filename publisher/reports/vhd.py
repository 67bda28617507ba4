"""What a VHD file says of itself, for people and for programs."""

from collections.abc import Iterator
from typing import Any, Final

from publisher.reports.escape import visible
from publisher.vhd import Table, Vhd, in_words

_TABLES: Final = {"gpt": "GPT", "mbr": "MBR", "none": "none"}


def facts(vhd: Vhd) -> dict[str, Any]:
    """The facts as plain values; null where the file is no plain copy of the disk."""
    footer, table = vhd.footer, vhd.table
    return {
        "path": str(vhd.path).encode("utf-8", "backslashreplace").decode(),
        "bytes": vhd.length,
        "virtual_size": footer.size,
        "disk_type": footer.kind,
        "creator": footer.creator,
        "created": footer.created.isoformat().replace("+00:00", "Z"),
        "checksum_fits": footer.sound,
        "partition_table": table.kind if table else None,
        "first_partition_sector": table.first if table else None,
        "first_used_sector": table.used if table else None,
    }


def lines(vhd: Vhd) -> Iterator[str]:
    """The facts, one in a line."""
    footer = vhd.footer
    yield visible(f"{vhd.path}: {footer.kind} VHD")
    yield f"  virtual size     {in_words(footer.size)}"
    yield f"  file             {vhd.length:,} bytes"
    yield f"  made             {footer.created:%Y-%m-%d %H:%M} UTC by {footer.creator}"
    yield f"  checksum         {'fits' if footer.sound else 'does not fit'}"
    if vhd.table:
        yield f"  partition table  {_TABLES[vhd.table.kind]}"
        yield from _beginning(vhd.table)


def _beginning(table: Table) -> Iterator[str]:
    if table.first is not None:
        yield f"  first partition  begins at sector {table.first}"
    if table.kind != "none":
        used = "is empty" if table.used is None else f"holds something from sector {table.used} on"
        yield f"  first megabyte   beside the table {used}"
