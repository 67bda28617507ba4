"""One request to one checked address: no redirect, cookie, credential nor body, no proxy unasked."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Final, Self
from urllib.parse import urlsplit

import certifi
import requests
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from publisher import __version__
from publisher.errors import causes
from publisher.links.deadline import Deadline
from publisher.links.guarded import GuardedAdapter, heed
from publisher.links.policy import Address, Policy
from publisher.links.target import Target

_HEADERS: Final = {
    "User-Agent": f"vm-offer-publisher/{__version__} (link check)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CONNECT_SHARE: Final = 0.25  # of a link's time, so that a second address gets its turn
_HEAD_SHARE: Final = 0.5  # of the time left: some servers never answer HEAD


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A status with its phrase, or a fault without status; `location` is where a redirect leads.

    `headers` are in lower case; `body` holds no more than was asked for.
    """

    detail: str
    status: int | None = None
    location: str = ""
    transient: bool = False
    connected: bool = True
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


class Transport:
    """Sends the requests of one thread, with the adapters of requests but without a session.

    A session would keep cookies, look for proxies and credentials in the environment, and read the
    whole body of a redirect. A connection is kept for the next request to the same place.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._proxies = dict.fromkeys(("http", "https"), policy.proxy) if policy.proxy else {}
        self._adapters: dict[bool, _Adapter] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for adapter in self._adapters.values():
            adapter.close()

    def ask(
        self,
        method: str,
        target: Target,
        address: Address,
        deadline: Deadline,
        *,
        part: str = "",
        take: int = 0,
    ) -> Answer:
        """Send `method` to the target at one of its addresses; never raises for what comes back.

        `part` is the value of a Range header; at most `take` bytes of a body are read.
        """
        remaining = deadline.remaining
        if not remaining:
            return _fault(TimeoutError(), deadline)
        connect = min(deadline.seconds * _CONNECT_SHARE, remaining)
        read = remaining * (_HEAD_SHARE if method == "HEAD" else 1)
        heed(deadline)
        try:
            headers = _HEADERS | {"Host": target.authority} | ({"Range": part} if part else {})
            # A proxy wants the name: it would put an address into the Host header.
            place = target.host if self._proxies else str(address)
            request = requests.Request(method, target.url(place), headers).prepare()
            response = self._adapter(target).send(
                request, stream=True, timeout=(connect, read), proxies=self._proxies
            )
            body = response.raw.read(take) if take else b""
        except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            return _fault(error, deadline)
        if method == "HEAD":
            response.raw.drain_conn()  # there is nothing, and the connection is free
        response.close()  # the status is the answer; a body may be without end
        if not deadline.remaining:  # a connection shut among the headers reads as their end
            return _fault(TimeoutError(), deadline)
        return _answer(response, body)

    def _adapter(self, target: Target) -> "_Adapter":
        exempt = self._policy.exempts(target) or bool(self._proxies)
        if exempt not in self._adapters:
            self._adapters[exempt] = _Adapter() if exempt else _FilteredAdapter()
        return self._adapters[exempt]


@cache
def _tls_context(authorities: str) -> ssl.SSLContext:
    """One for all connections: loading the authorities takes longer than many a handshake."""
    context = create_urllib3_context()
    context.load_verify_locations(authorities)
    return context


class _Adapter(GuardedAdapter):
    """Connects to the address in the URL, and speaks to the name in the Host header."""

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        authority = request.headers["Host"]
        place: Any
        options: Any
        place, options = super().build_connection_pool_key_attributes(request, verify, cert)
        request.headers["Host"] = authority
        if place["scheme"] == "https":
            options |= {
                "ssl_context": _tls_context(certifi.where()),
                "server_hostname": urlsplit(f"//{authority}").hostname,
            }
        return place, options

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"  # the authorities are in the context


class _FilteredAdapter(_Adapter, IPFilterAdapter):  # type: ignore[misc]
    """The same, with the address judged a second time by requests-hardened."""

    def __init__(self) -> None:
        IPFilterAdapter.__init__(self, is_https_proto=False)  # what it would do for TLS is done above


def _answer(response: requests.Response, body: bytes) -> Answer:
    status = response.status_code
    location = response.headers.get("Location", "") if status in _REDIRECTS else ""
    return Answer(
        detail=_phrase(status),
        status=status,
        location=location.encode("latin-1", "replace").decode("utf-8", "replace"),
        transient=status >= 500,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
    )


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _fault(error: BaseException, deadline: Deadline) -> Answer:
    if not deadline.remaining:
        return Answer(detail=f"timed out after {deadline.seconds:g} s")
    found = tuple(causes(error))
    for cause in found:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Answer(detail=f"its certificate is refused: {cause.verify_message}")
    connected = not any(isinstance(cause, NewConnectionError | requests.ConnectTimeout) for cause in found)
    return Answer(detail=_explain(found), transient=True, connected=connected)


# The first that fits any of the causes; what fits none did not come from the network.
_EXPLANATIONS: Final = (
    (requests.exceptions.ProxyError, "could not be asked through the proxy"),
    (ConnectionRefusedError, "refused the connection"),
    (ssl.SSLError, "failed the TLS handshake"),
    (NewConnectionError, "could not be connected to"),
    ((TimeoutError, requests.Timeout), "did not answer in time"),
    (ConnectionError, "dropped the connection"),
    (HTTPException, "did not answer in HTTP"),
)


def _explain(causes: tuple[BaseException, ...]) -> str:
    for kinds, explanation in _EXPLANATIONS:
        if any(isinstance(cause, kinds) for cause in causes):
            return explanation
    return "could not be asked"
