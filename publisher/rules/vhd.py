"""What must hold of a VHD file; asked by `publisher image inspect`, and of disks that are probed."""

from collections.abc import Iterator
from typing import Final

from publisher.findings import Finding, Gate, Severity
from publisher.profiles import PARTNER_CENTER, Profile
from publisher.rules.registry import RULES, add
from publisher.vhd import Table, Vhd, faults

FORMAT: Final = "vhd-format"
FIRST_MEGABYTE: Final = "vhd-first-1mb"

add(
    "IMG301",
    FORMAT,
    """A disk is a fixed VHD of whole megabytes, with a sound footer and nothing behind it.
    Why: the marketplace copies the bytes as they are; a dynamic, cut, padded or damaged VHD boots
    nowhere, and certification says so days later. The blob in storage must be a page blob besides, which
    the file itself cannot tell.
    Fix: convert the disk to a fixed VHD whose virtual size is a multiple of 1 MB, and copy it whole.
    Source: row 113; Partner Center documentation, certification; VHD image format specification.""",
    kind="image",
    gate=Gate.STAGE,
    waivable=False,
)
add(
    "IMG302",
    FIRST_MEGABYTE,
    """The first 2,048 sectors of an OS disk hold nothing but its partition table.
    Why: the marketplace writes its own notes there. It refuses an image of one's own that uses the place
    (GPT: an error in Partner Center). An image on an approved base may carry such notes already: then it
    is a warning. With an MBR, a boot loader in the gap is usual, and only an early partition is a warning.
    Fix: let the first partition begin at sector 2048 or later, and clear the sectors between it and the
    partition table.
    Source: row 114; Partner Center documentation, certification.""",
    kind="image",
    gate=Gate.STAGE,
    weight={PARTNER_CENTER: Severity.ERROR, "else": Severity.WARNING},
    waivable=False,
)


def judge(
    vhd: Vhd, limits: Profile, *, data_disk: bool = False, approved_base: bool = False
) -> Iterator[Finding]:
    """The findings about a VHD file. `approved_base` says that the image is built on a base which the
    marketplace approved; of a data disk, nobody needs the first megabyte."""
    for message, fix in faults(vhd.footer, vhd.length, limits):
        yield _finding(FORMAT, vhd, message, fix, RULES[FORMAT].severity(limits.name, Gate.STAGE))
    if data_disk or vhd.table is None or vhd.table.kind == "none":
        return
    own = vhd.table.kind == "gpt" and not approved_base
    weight = RULES[FIRST_MEGABYTE].severity(limits.name, Gate.STAGE) if own else Severity.WARNING
    for message in _first_megabyte(vhd.table, limits.counts["vhd_first_sectors"]):
        yield _finding(FIRST_MEGABYTE, vhd, message, "", weight)


def _first_megabyte(table: Table, sectors: int) -> Iterator[str]:
    """What stands where only the table should; a loader in the gap of an MBR is passed over."""
    if table.first is not None and table.first < sectors:
        yield f"the first partition begins at sector {table.first}, before sector {sectors:,}"
    elif table.used is not None and table.kind == "gpt":
        yield f"sector {table.used}, between the partition table and sector {sectors:,}, is not empty"


def _finding(name: str, vhd: Vhd, message: str, fix: str, severity: Severity) -> Finding:
    rule = RULES[name]
    return Finding(
        code=rule.code, rule=name, severity=severity, gate=rule.gate, message=message,
        fix=fix or rule.fix, file=str(vhd.path),
    )  # fmt: skip
