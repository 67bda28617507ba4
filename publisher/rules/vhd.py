"""What must hold of disks: as files, for `publisher image inspect`, and in storage, when it is asked."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.document.model import VhdUrl
from publisher.findings import Finding, Gate, Severity
from publisher.profiles import PARTNER_CENTER, Profile
from publisher.redact import Secret
from publisher.rules.registry import RULES, Flaw, Unjudged, add, rule
from publisher.rules.runner import DiskAnswer
from publisher.sas import moment, parse

if TYPE_CHECKING:  # most validations ask no disk
    from publisher.vhd import Table, Vhd


@rule(
    "SAS118", "sas-reachable", gate=Gate.STAGE, severity=Severity.WARNING,
    requires={"sas-url-form", "sas-params"},
)  # fmt: skip
def sas_reachable(
    vhd: VhdUrl, probes: Mapping[Secret, DiskAnswer], now: datetime
) -> Iterator[Flaw | Unjudged]:
    """Storage gives the first bytes of a disk to whoever holds its SAS URL.

    Why: the marketplace copies the disk by this URL alone; a deleted VHD, a wrong signature or a
    firewall of the storage account is found by certification otherwise, days later. It is a warning,
    because the marketplace may be let in where this machine is not.
    Fix: look whether the VHD is there, create its SAS again, and let the account be read from everywhere.
    Source: row 104; guide for VM offers (2016), SAS URLs.
    """
    if vhd.url is None or _closed(vhd.url, now):
        yield Unjudged(reason="the SAS URL is not valid now, so that storage would refuse every question")
        return
    answer = probes.get(vhd.url)
    if answer is None:
        yield Unjudged(reason="the disk was not asked for")
    elif not answer.ok:
        yield Flaw(at=vhd.at, message=f"{_disk(vhd)} cannot be read: {answer.detail}")


def _closed(url: Secret, now: datetime) -> bool:
    sas = parse(url.reveal())
    start, end = moment(sas.get("st")), moment(sas.get("se"))
    return bool((start and start > now) or (end and end <= now))


def _disk(vhd: VhdUrl) -> str:
    return f"the disk {vhd.secret or vhd.address}"


@rule("IMG301", "vhd-format", gate=Gate.STAGE, waivable=False, requires={"sas-url-form", "sas-reachable"})
def vhd_format(
    vhd: VhdUrl, probes: Mapping[Secret, DiskAnswer], limits: Profile
) -> Iterator[Flaw | Unjudged]:
    """A disk is a fixed VHD of whole megabytes with a sound footer, in storage a page blob.

    Why: the marketplace copies the bytes as they are; a dynamic, cut, padded or damaged VHD boots
    nowhere, and certification says so days later.
    Fix: convert the disk to a fixed VHD whose virtual size is a multiple of 1 MB, copy it whole, as a
    page blob. `publisher image inspect` tells the same of a file.
    Source: row 113; Partner Center documentation, certification; VHD image format specification.
    """
    answer = probes.get(vhd.url) if vhd.url else None
    if answer is None or not answer.ok or answer.end is None:
        yield Unjudged(reason="storage did not give the end of a disk")
        return
    if answer.blob not in {None, "PageBlob"}:
        message = f"{_disk(vhd)} is a {answer.blob}, not a page blob"
        yield Flaw(at=vhd.at, message=message, fix="upload the VHD again as a page blob")
    from publisher.vhd import faults, read_footer

    footer = read_footer(answer.end)
    if footer is None:
        yield Flaw(at=vhd.at, message=f"{_disk(vhd)} is no VHD: its last 512 bytes are no footer")
        return
    for message, fix in faults(footer, answer.length, limits):
        yield Flaw(at=vhd.at, message=f"{_disk(vhd)}: {message}", fix=fix)


add(
    "IMG302",
    "vhd-first-1mb",
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
    vhd: "Vhd", limits: Profile, *, data_disk: bool = False, approved_base: bool = False
) -> Iterator[Finding]:
    """The findings about a VHD file. `approved_base` says that the image is built on a base which the
    marketplace approved; of a data disk, nobody needs the first megabyte."""
    from publisher.vhd import faults

    for message, fix in faults(vhd.footer, vhd.length, limits):
        yield _finding("vhd-format", vhd, message, fix, RULES["vhd-format"].severity(limits.name, Gate.STAGE))
    if data_disk or vhd.table is None or vhd.table.kind == "none":
        return
    own = vhd.table.kind == "gpt" and not approved_base
    weight = RULES["vhd-first-1mb"].severity(limits.name, Gate.STAGE) if own else Severity.WARNING
    for message in _first_megabyte(vhd.table, limits.counts["vhd_first_sectors"]):
        yield _finding("vhd-first-1mb", vhd, message, "", weight)


def _first_megabyte(table: "Table", sectors: int) -> Iterator[str]:
    """What stands where only the table should; a loader in the gap of an MBR is passed over."""
    if table.first is not None and table.first < sectors:
        yield f"the first partition begins at sector {table.first}, before sector {sectors:,}"
    elif table.used is not None and table.kind == "gpt":
        yield f"sector {table.used}, between the partition table and sector {sectors:,}, is not empty"


def _finding(name: str, vhd: "Vhd", message: str, fix: str, severity: Severity) -> Finding:
    known = RULES[name]
    return Finding(
        code=known.code, rule=name, severity=severity, gate=known.gate, message=message,
        fix=fix or known.fix, file=str(vhd.path),
    )  # fmt: skip
