"""SAS URLs of disks: form, rights, time. No message holds a URL or a signature."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from publisher.baseline import Published
from publisher.document.model import Offer, Sku, VhdUrl
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, PARTNER_CENTER, Profile
from publisher.rules.registry import Flaw, Unjudged, rule
from publisher.rules.versions import named
from publisher.sas import PUBLIC, SasUrl, faults, moment, parse, quoted

NEEDED: Final = ("sv", "sr", "sp", "st", "se", "sig")
BY_POLICY: Final = frozenset({"sp", "st", "se"})
_KNOWN: Final = frozenset({*NEEDED, "si", "spr", "sip", "ss", "srt", "sdd", "ses", "skoid", "sktid"})


def _parts(vhd: VhdUrl) -> SasUrl:
    return parse(vhd.url.reveal()) if vhd.url else SasUrl()


def _name(vhd: VhdUrl) -> str:
    return f"the SAS URL {vhd.secret}" if vhd.secret else "the SAS URL"


def _flaw(vhd: VhdUrl, says: str, fix: str = "", severity: Severity | None = None) -> Flaw:
    return Flaw(at=vhd.at, message=f"{_name(vhd)} {says}", fix=fix, severity=severity)


@rule("SAS101", "sas-url-form")
def sas_url_form(vhd: VhdUrl) -> Iterator[Flaw]:
    """A disk is named by the https address of a VHD in Azure blob storage, with the parameters of a SAS.

    Why: the marketplace copies the disk from this address; any other address fails after days, and
    a host that merely looks like storage may belong to somebody else.
    Fix: copy the whole SAS URL again: https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME.vhd?...
    Source: row 95; guide for VM offers (2016), SAS URLs; Partner Center documentation, SAS URLs.
    """
    url = vhd.url.reveal() if vhd.url else ""
    if url.strip() or vhd.secret:
        yield from (_flaw(vhd, fault) for fault in faults(url))


@rule("SAS102", "sas-params", gate=Gate.STAGE, requires={"sas-url-form", "field-required"})
def sas_params(vhd: VhdUrl) -> Iterator[Flaw]:
    """A SAS URL has the parameters sv, sr, sp, st, se and sig, each once.

    Why: a SAS that lacks one is refused when the disk is copied, and of two equal ones nobody knows
    which counts. A SAS for a whole account (ss, srt) opens far more than the marketplace may see.
    Fix: create the SAS for the container again, with start, end, read and list, and copy it whole.
    Source: row 96; guide for VM offers (2016), SAS URLs; Partner Center documentation, SAS failures.
    """
    sas = _parts(vhd)
    if any(name.startswith("amp;") for name in sas.parameters):
        yield _flaw(vhd, "separates its parameters by &amp; as in HTML", "write a plain & instead")
        return
    if sas.get("ss") or sas.get("srt"):
        yield _flaw(vhd, "is one for a whole storage account (ss, srt)", "create one for the container")
        return
    for name, values in sas.parameters.items():
        if len(values) > 1:
            shown = f"the parameter {name}" if name in _KNOWN else "a parameter"
            yield _flaw(vhd, f"has {shown} {len(values)} times", "keep one of them")
    missing = [name for name in NEEDED if not sas.get(name) and not (sas.policy and name in BY_POLICY)]
    if missing:
        yield _flaw(vhd, f"lacks {', '.join(missing)}")


@rule("SAS103", "sas-permissions", gate=Gate.STAGE, requires={"sas-url-form", "sas-params"})
def sas_permissions(vhd: VhdUrl) -> Iterator[Flaw]:
    """A SAS URL grants read and list (sp=rl), and nothing else.

    Why: without both the disk cannot be copied; with more, whoever holds the URL may alter or delete it.
    Fix: create the SAS again with read and list alone.
    Source: row 97; guide for VM offers (2016), SAS URLs; Partner Center documentation, SAS URLs.
    """
    granted = _parts(vhd).get("sp")
    if granted and set(granted) != {"r", "l"}:
        yield _flaw(vhd, f"grants sp={quoted(granted)}; read and list (sp=rl) are needed and allowed")


@rule(
    "SAS104", "sas-container-level", gate=Gate.STAGE, severity=Severity.WARNING,
    requires={"sas-url-form", "sas-params"},
)  # fmt: skip
def sas_container_level(vhd: VhdUrl) -> Iterator[Flaw]:
    """A SAS URL is made for the container (sr=c).

    Why: the list right exists for containers only, and without it the copy may fail.
    Fix: create the SAS on the container, and put the name of the VHD into its path.
    Source: row 98; guide for VM offers (2016), SAS URLs; Partner Center documentation, SAS URLs.
    """
    kind = _parts(vhd).get("sr")
    if kind and kind != "c":
        yield _flaw(vhd, f"is made for sr={quoted(kind)}, not for the container (sr=c)")


@rule(
    "SAS105", "sas-expiry", gate=Gate.STAGE, waivable=False,
    requires={"sas-url-form", "sas-params", "sas-datetime-full"},
)  # fmt: skip
def sas_expiry(vhd: VhdUrl, limits: Profile, now: datetime, gate: Gate) -> Iterator[Flaw | Unjudged]:
    """A SAS URL is made for long enough, and lasts for the whole run that begins now.

    Why: certification and replication read the disk for days; a SAS that ends before breaks them off.
    From its start (or from now, if none is given) to its end the marketplace asks for a span of whole
    weeks, and what is left must cover the longest run: both are errors. At the production gate, with a
    span that once was enough, having less than it left is a warning: a run that is repeated may not end.
    Fix: create the SAS again with a later end, and replace the value of the secret; nothing else changes.
    Source: row 99; guide for VM offers (2016), SAS URLs and times of replication; Partner Center
    documentation, SAS URLs.
    """
    sas = _parts(vhd)
    start, end = moment(sas.get("st")), moment(sas.get("se"))
    if end is None:
        yield Unjudged(reason="the end of a SAS stands in a stored access policy, which is not visible here")
        return
    asked, run = (timedelta(days=limits.days[name]) for name in ("sas_validity", "sas_run"))
    left = end - now
    if left <= timedelta(0):
        yield _flaw(vhd, f"expired on {_time(end)}")
    elif left < run:
        yield _flaw(vhd, f"expires on {_time(end)}, in {_days(left)}; the longest run takes {_days(run)}")
    elif start and end - start < asked:
        span = f"from {start:%Y-%m-%d %H:%M} to {_time(end)}"
        yield _flaw(vhd, f"is valid {span}, {_days(end - start)}; {_days(asked)} are asked for")
    elif left < asked and not start and gate < Gate.PRODUCTION:
        yield _flaw(vhd, f"has no start and expires in {_days(left)}; {_days(asked)} are asked for")
    elif left < asked and gate >= Gate.PRODUCTION:
        says = f"expires on {_time(end)}, in {_days(left)}; a repeated run may need {_days(asked)}"
        yield _flaw(vhd, says, severity=Severity.WARNING)


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _days(span: timedelta) -> str:
    return "1 day" if span.days == 1 else f"{max(span.days, 0)} days"


@rule("SAS106", "sas-start", gate=Gate.STAGE, requires={"sas-url-form", "sas-params", "sas-datetime-full"})
def sas_start(vhd: VhdUrl, limits: Profile, now: datetime) -> Iterator[Flaw]:
    """A SAS URL has been valid for a day already.

    Why: before its start it opens nothing (error); clocks and time zones differ, so that a start of
    today may still lie ahead where the disk is read (warning).
    Fix: create the SAS again with a start of yesterday or earlier, in UTC.
    Source: row 100; guide for VM offers (2016), SAS URLs; Partner Center documentation, SAS URLs.
    """
    start = moment(_parts(vhd).get("st"))
    lead = timedelta(days=limits.days["sas_start_lead"])
    if start is None:
        return
    if start > now:
        yield _flaw(vhd, f"is valid only from {_time(start)} on")
    elif now - start < lead:
        says = f"began on {_time(start)}, less than {lead.days * 24} hours ago"
        yield _flaw(vhd, says, severity=Severity.WARNING)


@rule("SAS107", "sas-datetime-full", gate=Gate.STAGE, requires={"sas-url-form", "sas-params"})
def sas_datetime_full(vhd: VhdUrl) -> Iterator[Flaw]:
    """Start and end of a SAS URL are full dates and times, such as 2026-09-30T00:00:00Z.

    Why: the marketplace does not read the short forms, which storage itself accepts.
    Fix: create the SAS again with times down to the second, in UTC.
    Source: row 101; guide for VM offers (2016), SAS URLs; Partner Center documentation, SAS failures.
    """
    sas = _parts(vhd)
    for name, what in (("st", "start"), ("se", "end")):
        if (value := sas.get(name)) and moment(value) is None:
            yield _flaw(vhd, f"gives its {what} as {name}={quoted(value)}, which is no full date and time")


@rule("SAS108", "sas-whitespace", requires={"sas-url-form"})
def sas_whitespace(vhd: VhdUrl) -> Iterator[Flaw]:
    """The name of a VHD holds no blanks, percent signs, quotes or letters beyond ASCII.

    Why: the copy of such a disk fails, because its name is encoded once too often on the way.
    Fix: rename the VHD in storage, with letters, digits, '.', '_' and '-', and create the SAS again.
    Source: row 102; guide for VM offers (2016), SAS URLs; Partner Center documentation, certification.
    """
    blob = _parts(vhd).blob
    if any(c in "%\"'" or c.isspace() for c in blob) or not blob.isascii():
        yield _flaw(vhd, "names a VHD with a blank, '%', a quote or a letter beyond ASCII in its path")


@rule("SAS109", "sas-secret", severity=Severity.WARNING, waivable=False)
def sas_secret(vhd: VhdUrl) -> Iterator[Flaw]:
    """A signed SAS URL is named by its secret, and never written into the document.

    Why: whoever reads the repository, now or in its history, could read the disks. This is a warning
    that does not stop anybody, and it cannot be waived, for as long as the signature stands there.
    Fix: write {secret: NAME}, put the URL into the environment variable NAME or a secrets file, and
    create a new signature if the old one was committed.
    Source: row 103; a rule of this tool.
    """
    if vhd.url and not vhd.secret and re.search("(?i)sig(?:=|%3d)", vhd.url.reveal()):
        yield _flaw(vhd, "is written out in the document, with its signature")


@rule(
    "SAS110", "sas-one-container", gate=Gate.STAGE, severity=Severity.WARNING, profiles=[CLASSIC],
    requires={"sas-url-form"},
)  # fmt: skip
def sas_one_container(sku: Sku) -> Iterator[Flaw]:
    """All disks of a SKU lie in one container.

    Why: the classic portal expects the OS disk and the data disks of a SKU side by side.
    Fix: copy the disks into one container and create their SAS URLs there.
    Source: row 105; guide for VM offers (2016), uploading VHDs.
    """
    found = {_container(vhd) for image in sku.images for vhd in image.vhds()} - {""}
    if len(found) > 1:
        yield Flaw(
            at=f"{sku.at}/images",
            message=f"the disks of {named(sku)} lie in {len(found)} containers: {', '.join(sorted(found))}",
        )


def _container(vhd: VhdUrl) -> str:
    if not vhd.url or faults(vhd.url.reveal()):
        return ""
    sas = _parts(vhd)
    return f"{sas.host}/{sas.container}"


@rule("SAS111", "secret-unresolved", gate=Gate.STAGE, waivable=False)
def secret_unresolved(offer: Offer, limits: Profile, published: Published | None = None) -> Iterator[Flaw]:
    """Every secret that the offer names can be looked up.

    Why: without the URL of a disk nothing can be sent, and nothing about the disk can be judged. Partner
    Center has the disks of versions that were live, and reads them no more: their secrets may be gone.
    Fix: set an environment variable of this name, or give a file of lines NAME=VALUE with --secrets-file.
    Source: the offer format vm-offer/1.
    """
    unknown: dict[str, VhdUrl] = {}
    for sku in offer.skus:
        for image in sku.images:
            kept = limits.name == PARTNER_CENTER and published and published.was_live(sku.id, image.version)
            for vhd in () if kept else image.vhds():
                if vhd.secret and not vhd.url:
                    unknown.setdefault(vhd.secret, vhd)
    for name, vhd in unknown.items():
        yield Flaw(
            at=f"{vhd.at}/secret",
            message=f"the secret {name} is neither in the environment nor in a secrets file",
            fix=f"set the environment variable {name}, or pass --secrets-file FILE with a line {name}=URL",
        )


@rule(
    "SAS112", "sas-policy", gate=Gate.STAGE, severity=Severity.WARNING,
    requires={"sas-url-form", "sas-params"},
)  # fmt: skip
def sas_policy(vhd: VhdUrl) -> Iterator[Flaw]:
    """A SAS URL says itself when it ends and what it grants.

    Why: what a stored access policy (si) grants is visible in storage only, and may change under the URL.
    Fix: see to it that the policy grants read and list for three weeks or more, or create the SAS without it.
    Source: rows 96 to 99; a rule of this tool.
    """
    if _parts(vhd).policy:
        yield _flaw(
            vhd, "leans on a stored access policy (si): what it grants, and until when, is not checked"
        )


@rule("SAS113", "sas-cloud", severity=Severity.WARNING, requires={"sas-url-form"})
def sas_cloud(vhd: VhdUrl) -> Iterator[Flaw]:
    """Disks lie in the public Azure cloud.

    Why: storage of a sovereign cloud is closed to the marketplace of the public one.
    Fix: copy the VHD to an account of the public cloud, unless the marketplace asked for this one.
    Source: row 95; a rule of this tool.
    """
    if (cloud := _parts(vhd).cloud) not in {"", PUBLIC}:
        yield _flaw(vhd, f"leads to {cloud}")


@rule("SAS114", "sas-root-container", severity=Severity.WARNING, requires={"sas-url-form"})
def sas_root_container(vhd: VhdUrl) -> Iterator[Flaw]:
    """Disks lie in an ordinary container.

    Why: a SAS for the special containers ($root, $web) opens what else lies there, or is refused.
    Fix: move the VHD into a container of its own.
    Source: row 95; a rule of this tool.
    """
    if (container := _parts(vhd).container).startswith("$"):
        yield _flaw(vhd, f"names the special container {container}")


@rule("SAS115", "sas-extension-case", severity=Severity.WARNING, requires={"sas-url-form"})
def sas_extension_case(vhd: VhdUrl) -> Iterator[Flaw]:
    """The name of a VHD ends in .vhd in lower case.

    Why: names in blob storage heed case, and a check of the marketplace looks for .vhd.
    Fix: rename the VHD in storage and in the SAS URL.
    Source: row 95; a rule of this tool.
    """
    if (blob := _parts(vhd).blob) and not blob.endswith(".vhd"):
        yield _flaw(vhd, f"names a file that ends in {quoted(blob[-4:])} instead of '.vhd'")


@rule(
    "SAS116", "sas-encoding", gate=Gate.STAGE, severity=Severity.WARNING,
    requires={"sas-url-form", "sas-params"},
)  # fmt: skip
def sas_encoding(vhd: VhdUrl) -> Iterator[Flaw]:
    """The signature of a SAS URL is percent-encoded, once.

    Why: a raw '=' or '+' is read differently by different programs, and a signature encoded twice is wrong.
    Fix: copy the SAS URL from the tool that made it, without decoding or encoding it again.
    Source: row 95; a rule of this tool.
    """
    if _parts(vhd).loose_signature:
        yield _flaw(vhd, "has a signature that is not percent-encoded, or encoded twice")


@rule(
    "SAS117", "sas-time-zone", gate=Gate.STAGE, severity=Severity.WARNING,
    requires={"sas-url-form", "sas-params", "sas-datetime-full"},
)  # fmt: skip
def sas_time_zone(vhd: VhdUrl) -> Iterator[Flaw]:
    """Start and end of a SAS URL are given in UTC, with a Z.

    Why: the marketplace documents only this form; an offset may be misread by hours.
    Fix: create the SAS again with times in UTC.
    Source: row 101; Partner Center documentation, SAS failures.
    """
    sas = _parts(vhd)
    names = [name for name in ("st", "se") if sas.get(name) and not sas.get(name).endswith("Z")]
    if names:
        yield _flaw(vhd, f"gives {' and '.join(names)} with an offset instead of Z")
