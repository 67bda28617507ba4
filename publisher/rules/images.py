"""Disks, sizes, ports and operating systems of the images."""

import re
from collections.abc import Iterator
from typing import Final

from publisher.document.model import Image, Port, Sku
from publisher.findings import Gate, Severity
from publisher.profiles import PARTNER_CENTER, Profile
from publisher.rules.registry import Flaw, rule

FAMILIES: Final = ("linux", "windows")
PROTOCOLS: Final = {"tcp": frozenset({"tcp"}), "udp": frozenset({"udp"}), "both": frozenset({"tcp", "udp"})}
LAST_PORT: Final = 65535
_RANGE: Final = re.compile(r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?")
_SIZE: Final = re.compile(r"(?:Standard|Basic)_[A-Za-z0-9][A-Za-z0-9_-]*")
_LABEL: Final = re.compile(r"[a-zA-Z_0-9.\- ]*[a-zA-Z_0-9]")


def span(port: Port) -> tuple[int, int] | None:
    """First and last port of an opening; None when its range or protocol cannot be read."""
    found = _RANGE.fullmatch(port.range)
    if not found or port.protocol not in PROTOCOLS:
        return None
    first = int(found[1])
    last = int(found[2] or first)
    return (first, last) if first <= last <= LAST_PORT else None


@rule("IMG101", "disk-count-max")
def disk_count_max(image: Image, limits: Profile) -> Iterator[Flaw]:
    """An image has no more data disks than the marketplace takes.

    Why: the portal has no room for more, and many VM sizes could not hold them.
    Fix: join data disks; what belongs together fits on one larger disk.
    Source: row 108; Partner Center documentation, technical configuration.
    """
    if (count := len(image.data_vhds)) > limits.counts["data_vhds"]:
        yield Flaw(
            at=f"{image.at}/data_vhds",
            message=f"an image has {count} data disks; at most {limits.counts['data_vhds']} are allowed",
        )


@rule("IMG102", "disk-lun", requires={"disk-count-max"})
def disk_lun(image: Image, limits: Profile, gate: Gate) -> Iterator[Flaw]:
    """The logical unit numbers of the data disks are 0, 1, 2 and so on, each once.

    Why: certification refuses gaps and doubles, and software finds its disk by this number.
    Fix: number the data disks of a version from 0 without a gap. From the stage gate on none may be missing.
    Source: row 110; Partner Center documentation, certification.
    """
    taken: set[int | None] = set()
    whole = True
    for disk in image.data_vhds:
        if fault := _lun_fault(disk.lun, taken, limits.counts["lun_max"]):
            whole = False
            if disk.lun is not None or gate >= Gate.STAGE:
                yield Flaw(at=f"{disk.at}/lun", message=fault)
        taken.add(disk.lun)
    missing = [lun for lun in range(len(image.data_vhds)) if lun not in taken]
    if whole and missing:
        message = f"the data disks leave out LUN {', '.join(str(lun) for lun in missing)}"
        yield Flaw(at=f"{image.at}/data_vhds", message=message)


def _lun_fault(lun: int | None, taken: set[int | None], last: int) -> str:
    if lun is None:
        return "a data disk has no LUN"
    if not 0 <= lun <= last:
        return f"LUN {lun} is not between 0 and {last}"
    return f"LUN {lun} is taken by another disk of this version" if lun in taken else ""


@rule("IMG103", "disk-size-os", gate=Gate.STAGE)
def disk_size_os(image: Image, sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """The OS disk has a size that its operating system may have.

    Why: certification refuses other sizes, and every customer pays for storage that is never used.
    Fix: make the OS disk anew in a permitted size (30 to 50 GB is usual); put data on data disks.
    Source: row 111; guide for VM offers (2016), preparing VHDs; Partner Center documentation, VHD sizes.
    """
    family, size = sku.operating_system.family, image.size_gb
    if size is None or family not in FAMILIES:
        return
    low, high = limits.gigabytes[f"{family}_os_min"], limits.gigabytes[f"{family}_os_max"]
    if not low <= size <= high:
        yield Flaw(
            at=f"{image.at}/size_gb",
            message=f"the OS disk has {size} GB; {family} may have {low} to {high} GB",
        )


@rule("IMG104", "disk-size-data", gate=Gate.STAGE)
def disk_size_data(image: Image, limits: Profile) -> Iterator[Flaw]:
    """A data disk has a size that the marketplace takes.

    Why: larger disks are refused by certification.
    Fix: spread the data over several data disks.
    Source: row 112; guide for VM offers (2016), preparing VHDs; Partner Center documentation, VHD sizes.
    """
    low, high = limits.gigabytes["data_min"], limits.gigabytes["data_max"]
    for disk in image.data_vhds:
        if disk.size_gb is not None and not low <= disk.size_gb <= high:
            yield Flaw(
                at=f"{disk.at}/size_gb",
                message=f"the data disk has {disk.size_gb} GB; {low} to {high} GB are allowed",
            )


@rule("IMG105", "os-family")
def os_family(sku: Sku) -> Iterator[Flaw]:
    """The operating system belongs to a family that the marketplace knows.

    Why: the family decides how the image is certified and how customers reach their machine.
    Fix: write linux or windows, and the friendly name of the release into `name`.
    Source: row 115; guide for VM offers (2016), VM images; Partner Center documentation.
    """
    system = sku.operating_system
    if system.family and system.family not in FAMILIES:
        yield Flaw(
            at=f"{system.at}/family",
            message=f"the family {system.family[:40]!a} is neither linux nor windows",
        )


@rule("IMG106", "sizes-max")
def sizes_max(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """A SKU recommends a few VM sizes, each once, by the names that Azure gives them.

    Why: the portal shows no more than its limit, and proposes the first of them to every customer; a
    name of another form (a warning) leads nowhere.
    Fix: keep the sizes that suit most customers, the best one first, such as Standard_D2s_v5.
    Source: row 117; guide for VM offers (2016), VM images; Partner Center documentation.
    """
    sizes, most = sku.recommended_sizes, limits.counts["recommended_sizes"]
    if len(sizes) > most:
        message = f"{len(sizes)} sizes are recommended; at most {most} are allowed"
        yield Flaw(at=f"{sku.at}/recommended_sizes", message=message)
    seen: set[str] = set()
    for index, size in enumerate(sizes):
        at = f"{sku.at}/recommended_sizes/{index}"
        if size.casefold() in seen:
            yield Flaw(at=at, message=f"the size {size[:60]!a} stands twice", fix="keep one of them")
        elif not _SIZE.fullmatch(size):
            message = f"{size[:60]!a} is not of the form Standard_D2s_v5"
            yield Flaw(at=at, message=message, severity=Severity.WARNING)
        seen.add(size.casefold())


@rule("IMG107", "port-range")
def port_range(sku: Sku, limits: Profile, gate: Gate) -> Iterator[Flaw]:
    """An open port is a number from 1 to 65535, or two with a hyphen, for tcp, udp or both, given once.

    Why: the endpoint cannot be made otherwise, and what is listed twice is a slip.
    Fix: write range: 443, or range: 8000-8010, and protocol: tcp, udp or both. From the stage gate on
    every port has a label.
    Source: row 118; Partner Center documentation, technical configuration.
    """
    if (count := len(sku.ports)) > limits.counts["ports"]:
        message = f"{count} openings are listed; at most {limits.counts['ports']} are allowed"
        yield Flaw(at=f"{sku.at}/ports", message=message, fix="join neighbours to ranges, such as 8000-8010")
    seen: set[tuple[object, str]] = set()
    for port in sku.ports:
        if gate >= Gate.STAGE:
            yield from _unset(port)
        if port.protocol.strip() and port.protocol not in PROTOCOLS:
            yield Flaw(at=f"{port.at}/protocol", message=f"{port.protocol[:20]!a} is not tcp, udp or both")
        elif port.range.strip() and port.protocol.strip() and not span(port):
            yield Flaw(at=f"{port.at}/range", message=_unreadable(port.range))
        elif span(port):
            openings = {(span(port), protocol) for protocol in PROTOCOLS[port.protocol]}
            if openings & seen:
                message = f"the opening {port.range} for {port.protocol} stands twice"
                yield Flaw(at=f"{port.at}/range", message=message, fix="keep one of them")
            seen |= openings


def _unset(port: Port) -> Iterator[Flaw]:
    for key, value in (("label", port.label), ("range", port.range), ("protocol", port.protocol)):
        if not value.strip():
            yield Flaw(at=f"{port.at}/{key}", message=f"an open port has no {key}")


def _unreadable(text: str) -> str:
    found = re.fullmatch(r"([0-9]{1,20})-([0-9]{1,20})", text)
    if found and 0 < int(found[2]) < int(found[1]) <= LAST_PORT:
        return f"the range {text} ends before it begins"
    return f"{text[:40]!a} is no port from 1 to {LAST_PORT}, and no range such as 8000-8010"


@rule("IMG108", "port-label", profiles=[PARTNER_CENTER])
def port_label(sku: Sku, limits: Profile) -> Iterator[Flaw]:
    """The label of an open port is a short name of plain letters, digits, blanks, '.', '_' and '-'.

    Why: the technical configuration refuses other labels.
    Fix: write a name such as https or admin-console; it must not end in a blank, '.' or '-'.
    Source: row 118; Partner Center documentation, technical configuration.
    """
    low, high = limits.lengths["port_label_min"], limits.lengths["port_label"]
    for port in sku.ports:
        if not port.label.strip():
            continue
        if not low <= len(port.label) <= high:
            message = f"the label has {len(port.label)} characters; {low} to {high} are allowed"
            yield Flaw(at=f"{port.at}/label", message=message)
        elif not _LABEL.fullmatch(port.label):
            message = f"the label {port.label!a} has a character that is not allowed, or ends in one"
            yield Flaw(at=f"{port.at}/label", message=message)
