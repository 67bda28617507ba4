"""Follows one link over its redirects to the last answer."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from publisher.links.deadline import Deadline
from publisher.links.policy import Address, Policy, Resolver
from publisher.links.result import LinkResult, Outcome, Verdict
from publisher.links.target import Target
from publisher.links.transport import Answer, Transport
from publisher.redact import redact

MAX_REDIRECTS: Final = 5
_REFUSES_ROBOTS: Final = frozenset({401, 403, 429})
_PAUSE_SHARE: Final = 0.025  # of a link's time, before a transient fault is asked about again


@dataclass(frozen=True, kw_only=True)
class Road:
    """What visits share; the transport belongs to one thread."""

    policy: Policy
    resolver: Resolver
    transport: Transport


def visit(url: str, target: Target, road: Road, deadline: Deadline) -> LinkResult:
    """How a link fares."""
    return Visit(url, target, road=road, deadline=deadline).run()


class Visit:
    """One link on its way to the last answer; it lives in one thread."""

    def __init__(self, url: str, target: Target, *, road: Road, deadline: Deadline) -> None:
        self._url = url
        self._target = target
        self._road = road
        self._deadline = deadline
        self._redirects = 0
        self._downgraded = False
        self._retried = False

    def run(self) -> LinkResult:
        """Where it ended."""
        try:
            answer = self._follow()
        except Verdict as verdict:
            return self._result(verdict.outcome, verdict.detail)
        return self._result(_outcome(answer), answer.detail, answer.status)

    def _follow(self) -> Answer:
        answer = self._ask()
        while answer.location:
            self._move_to(answer.location)
            answer = self._ask()
        return answer

    def _move_to(self, location: str) -> None:
        """Every hop is judged like a URL of the offer."""
        if self._redirects == MAX_REDIRECTS:
            raise Verdict.broken(f"redirects more than {MAX_REDIRECTS} times")
        self._redirects += 1
        before = self._target
        self._target = self._road.policy.admit(_joined(before, location))
        self._downgraded |= before.scheme == "https" and self._target.scheme == "http"

    def _ask(self) -> Answer:
        """HEAD; GET where that settles nothing; once more after a transient fault."""
        addresses = self._road.resolver.addresses(self._target, self._deadline.remaining)
        answer = self._send("HEAD", addresses[0])
        if not _settled(answer):
            answer = self._send("GET", addresses[0 if answer.connected else -1])
        if answer.transient and not self._retried:
            self._retried = True
            self._deadline.pause(self._deadline.seconds * _PAUSE_SHARE)
            answer = self._send("GET", addresses[-1])
        return answer

    def _send(self, method: str, address: Address) -> Answer:
        return self._road.transport.ask(method, self._target, address, self._deadline)

    def _result(self, outcome: Outcome, detail: str, status: int | None = None) -> LinkResult:
        if self._redirects:
            times = "1 redirect" if self._redirects == 1 else f"{self._redirects} redirects"
            detail += f" after {times}" + (", from https down to http" if self._downgraded else "")
        return LinkResult(url=redact(self._url), outcome=outcome, detail=detail, status=status)


def _settled(answer: Answer) -> bool:
    """Whether GET could not say anything else than HEAD did."""
    if answer.status is None:
        return not answer.transient
    return answer.status < 400 or answer.status in (401, 429)


def _outcome(answer: Answer) -> Outcome:
    if answer.status in _REFUSES_ROBOTS:
        return Outcome.UNSURE
    return Outcome.REACHABLE if answer.status and 200 <= answer.status < 300 else Outcome.BROKEN


def _joined(base: Target, location: str) -> str:
    try:
        return urljoin(base.url(), location.replace(" ", "%20"))
    except ValueError:
        raise Verdict.broken("redirects to something that is no URL") from None
