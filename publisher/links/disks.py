"""Asks storage for the two ends of disks, never for the whole of one; the URL is a secret throughout."""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from publisher.links.deadline import Deadline
from publisher.links.policy import Policy
from publisher.links.result import Verdict
from publisher.links.target import Target
from publisher.redact import Secret, redact
from publisher.sas import faults

if TYPE_CHECKING:
    from publisher.links.transport import Answer
    from publisher.links.visit import Road

END: Final = 512  # bytes: the footer of a VHD
_TOTAL: Final = re.compile(r"bytes [0-9]+-[0-9]+/([0-9]{1,19})")
_CODE: Final = re.compile("[A-Za-z]{1,60}")
_QUERY: Final = re.compile(r"\?[^\s\"']*")
_FOUND: Final = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT})
_PAUSE_SHARE: Final = 0.025  # of a disk's time, before a transient fault is asked about again


@dataclass(frozen=True, kw_only=True)
class Probe:
    """How a disk fared. `detail` is fit to be shown; `length` (bytes), `blob` (PageBlob, BlockBlob, …)
    and `end` (the last 512 bytes) are None where storage did not tell."""

    ok: bool
    detail: str
    length: int | None = None
    blob: str | None = None
    end: bytes | None = field(default=None, repr=False)


def probe_disks(
    urls: Iterable[Secret],
    *,
    timeout: float = 20,
    per_host: int = 4,
    proxy: str = "",
    allow: Sequence[str] = (),
) -> dict[Secret, Probe]:
    """How each disk fared, asked once, over HTTPS, at hosts of Azure's blob storage only.

    `timeout` is in seconds for one disk; a `proxy` sees no more of a URL than its host. `allow` holds
    `host:port` entries that are exempt from the rules about hosts, addresses, ports and TLS: for tests
    on one machine only, so no settings file, option or environment variable may lead here.
    """
    policy = Policy(allow=frozenset(allow), proxy=proxy)
    found: dict[Secret, Probe] = {}
    targets: dict[str, Target] = {}
    named = {str(number): url for number, url in enumerate(dict.fromkeys(urls))}
    for name, url in named.items():
        try:
            targets[name] = _admit(url.reveal(), policy)
        except Verdict as verdict:
            found[url] = Probe(ok=False, detail=verdict.detail)
    if targets:
        from publisher.links.tour import Tour

        _hush()
        tour = Tour(policy, _ask, concurrency=16, per_host=max(1, per_host), timeout=timeout)
        found |= {named[name]: probe for name, probe in tour.run(targets).items()}
    return {url: found[url] for url in named.values()}


def _admit(url: str, policy: Policy) -> Target:
    """The place of a disk; raises Verdict, which quotes its host at most."""
    target = policy.admit(url, signed=True)
    if not policy.exempts(target) and (fault := next(iter(faults(url)), "")):
        raise Verdict.forbidden(fault)
    return target


def _ask(_: str, target: Target, road: "Road", deadline: Deadline) -> Probe:
    try:
        return _ends(target, road, deadline)
    except Verdict as verdict:  # the host does not resolve, or leads to a closed address
        return Probe(ok=False, detail=verdict.detail)


def _ends(target: Target, road: "Road", deadline: Deadline) -> Probe:
    first = _part(0, target, road, deadline)
    if first.status not in _FOUND or not first.body:
        return Probe(ok=False, detail=_detail(first))
    length, last = _length(first), None
    if first.status == HTTPStatus.PARTIAL_CONTENT and length and length >= END:
        last = _part(length - END, target, road, deadline)
    whole = last is not None and last.status == HTTPStatus.PARTIAL_CONTENT and len(last.body) == END
    blob = first.headers.get("x-ms-blob-type", "")
    return Probe(
        ok=True,
        detail=first.detail,
        length=length,
        blob=blob if _CODE.fullmatch(blob) else None,
        end=last.body if last and whole else None,
    )


def _part(begin: int, target: Target, road: "Road", deadline: Deadline) -> "Answer":
    """512 bytes from a place on. The range has both ends: storage knows no "last 512 bytes"."""
    addresses = road.resolver.addresses(target, deadline.remaining)
    part = f"bytes={begin}-{begin + END - 1}"
    answer = road.transport.ask("GET", target, addresses[0], deadline, part=part, take=END)
    if answer.transient:
        deadline.pause(deadline.seconds * _PAUSE_SHARE)
        answer = road.transport.ask("GET", target, addresses[-1], deadline, part=part, take=END)
    return answer


def _length(answer: "Answer") -> int | None:
    if found := _TOTAL.fullmatch(answer.headers.get("content-range", "")):
        return int(found[1])
    length = answer.headers.get("content-length", "")
    return int(length) if answer.status == HTTPStatus.OK and re.fullmatch("[0-9]{1,19}", length) else None


def _detail(answer: "Answer") -> str:
    code = answer.headers.get("x-ms-error-code", "")
    if answer.status in _FOUND:
        return f"{answer.detail}, without a byte of the disk"
    return f"{answer.detail} ({code})" if _CODE.fullmatch(code) else answer.detail


class _Quiet(logging.Filter):
    """Takes queries out of what the HTTP client would tell a debug log."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(_QUERY.sub("?***", record.getMessage())), ()
        return True


_quiet: Final = _Quiet()


def _hush() -> None:
    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(_quiet)  # a second time changes nothing
