"""One conversation with the Product Ingestion API: JSON over HTTPS, with what may be repeated repeated.

A GET is sent again after a transient fault. A POST is sent again only where it certainly was not
carried out: the connection never stood, or the answer was 429. Everything else a POST may have done
is for the caller to look at.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import requests
from urllib3.exceptions import NewConnectionError

from publisher import __version__
from publisher.errors import (
    MarketplaceConflict,
    MarketplaceRefused,
    MarketplaceThrottled,
    MarketplaceUnavailable,
    PublisherError,
    SettingsError,
)
from publisher.links.deadline import within
from publisher.links.guarded import GuardedAdapter, heed
from publisher.marketplaces.partner_center.credentials import Tokens, unproven
from publisher.redact import redact

ATTEMPTS: Final = 5
LONGEST_WAIT: Final = 120.0  # seconds; who is told to come back later than that is told so
MAX_BYTES: Final = 64 * 1024 * 1024  # of one answer, unpacked
MAX_PAGES: Final = 1000
LONGEST_ANSWER: Final = 300.0  # seconds from the question to the last byte; a later one counts as none

_TIMEOUT: Final = (10, 60)  # seconds: to connect, between two bytes
_SAID: Final = 2048  # characters of what the other side says
_TRANSIENT: Final = frozenset({408, 500, 502, 503, 504, 507, 509, 511})
_CORRELATION: Final = ("MS-CorrelationId", "x-ms-correlation-id", "request-id", "x-ms-request-id")


class Client:
    """Speaks to `base_url` and to no other host; `pause` waits a number of seconds."""

    def __init__(
        self,
        base_url: str,
        tokens: Tokens,
        *,
        pause: Callable[[float], None] = time.sleep,
        attempts: int = ATTEMPTS,
        longest_answer: float = LONGEST_ANSWER,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._pause = pause
        self._attempts = attempts
        self._longest_answer = longest_answer
        self._session = _session(self.base_url)

    def get(self, path: str, **query: str) -> dict[str, Any] | None:
        """The JSON object at a path; None where there is none."""
        for attempt in range(1, self._attempts + 1):
            try:
                return self._answer("GET", path, params=query)
            except MarketplaceThrottled as error:
                self._wait(error, attempt, error.retry_after)
            except MarketplaceUnavailable as error:
                self._wait(error, attempt, 2.0**attempt)
        raise AssertionError("the last attempt returns or raises")

    def pages(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page.

        Raises MarketplaceRefused for pages on another host or in a circle; MarketplaceUnavailable for a
        list that is not there, which is something else than an empty one.
        """
        read: list[dict[str, str]] = []
        while len(read) < MAX_PAGES:
            page = self.get(path, **query)
            if page is None:
                raise _unclear(f"GET {path}: 404, though it is a list")
            yield from objects(page, "value", f"GET {path}")
            if not (link := page.get("@nextLink")):
                return
            read.append(query)
            if (query := self._next(path, str(link), query)) in read:
                raise MarketplaceRefused(f"{path} continues at a page that was read before: not followed")
        raise MarketplaceRefused(f"{path} has more than {MAX_PAGES:,} pages")

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The JSON object that a POST is answered with.

        MarketplaceUnavailable says that it may or may not have been carried out.
        """
        for attempt in range(1, self._attempts + 1):
            try:
                return self._answer("POST", path, json=body) or {}
            except MarketplaceThrottled as error:  # it was not carried out
                self._wait(error, attempt, error.retry_after)
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        """Let go of every connection."""
        self._session.close()

    def _wait(
        self, error: MarketplaceThrottled | MarketplaceUnavailable, attempt: int, seconds: float
    ) -> None:
        if attempt == self._attempts or seconds > LONGEST_WAIT:
            raise error
        self._pause(seconds)

    def _next(self, path: str, link: str, query: Mapping[str, str]) -> dict[str, str]:
        """The query of the next page; the token leaves for this host alone."""
        try:
            here, there = urlsplit(self.base_url), urlsplit(link)
        except ValueError:
            raise MarketplaceRefused(f"{path} continues at no address: not followed") from None
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise MarketplaceRefused(f"{path} continues on another host, {there.hostname}: not followed")
        return {**query, **dict(parse_qsl(there.query, keep_blank_values=True))}

    def _answer(self, method: str, path: str, **content: Any) -> dict[str, Any] | None:
        correlation = uuid4().hex
        with within(self._longest_answer) as deadline:
            heed(deadline)
            try:
                return self._asked(method, path, correlation, content)
            except PublisherError:
                if deadline.remaining:
                    raise
        raise _unclear(f"{method} {path} [{correlation}]: no whole answer in {deadline.seconds:g} s")

    def _asked(
        self, method: str, path: str, correlation: str, content: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        response = self._send(method, path, correlation, content)
        if response.status_code == 401:  # a token may end early: once more with a new one
            response.close()
            self._tokens.forget()
            response = self._send(method, path, correlation, content)
        with response:
            place = f"{method} {path} [{_correlation(response) or correlation}]"
            if response.status_code == 404 and method == "GET":
                return None
            if response.status_code in {200, 202}:
                return _object(response, place)
            raise _refusal(response, place)

    def _send(
        self, method: str, path: str, correlation: str, content: Mapping[str, Any]
    ) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self._tokens.get().reveal()}",
            "Accept": "application/json",
            "MS-CorrelationId": correlation,
        }
        try:
            return self._session.request(
                method,
                f"{self.base_url}/{path}",
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
                stream=True,
                **content,
            )
        except requests.exceptions.SSLError as error:
            raise unproven(self.base_url, error) from None
        except requests.exceptions.RequestException as error:
            message = f"{method} {path} [{correlation}]: {_reason(error)}"
            raise _never_sent(message) if _unconnected(error) else _unclear(message) from None


def _session(base_url: str) -> requests.Session:
    """Proxy and authorities of the environment are heeded; a .netrc is not: it would replace the token."""
    session = requests.Session()
    settings = session.merge_environment_settings(base_url, {}, None, None, None)
    session.trust_env = False
    session.proxies = dict(settings["proxies"])
    session.verify = settings["verify"]
    for scheme in ("https://", "http://"):
        session.mount(scheme, GuardedAdapter())
    session.headers["User-Agent"] = f"vm-offer-publisher/{__version__}"
    return session


def _object(response: requests.Response, place: str) -> dict[str, Any]:
    """The JSON object of an answer, unpacked within a limit."""
    try:
        parts, size = [], 0
        for part in response.iter_content(65_536):
            parts.append(part)
            if (size := size + len(part)) > MAX_BYTES:
                raise _unclear(f"{place}: the answer has more than {MAX_BYTES:,} bytes")
        found = _loaded(b"".join(parts))
    except (requests.exceptions.RequestException, ValueError, RecursionError) as error:
        raise _unclear(f"{place}: the answer cannot be read: {_reason(error)}") from None
    if not isinstance(found, dict):
        raise _unclear(f"{place}: the answer is no JSON object")
    return found


def objects(answer: Mapping[str, Any], name: str, place: str) -> list[dict[str, Any]]:
    """A list of objects in an answer. Raises MarketplaceUnavailable for anything else that stands there."""
    found = answer.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise _unclear(f"{place}: {name} is no list of objects")
    return found


def _refusal(response: requests.Response, place: str) -> PublisherError:
    """The class of error that a status stands for; what the other side says is redacted and cut."""
    status = response.status_code
    message = f"{place}: {status} {_said(response)}"
    if status == 429:
        return MarketplaceThrottled(message, hint="try again later", retry_after=_retry_after(response))
    busy = status in {409, 423}
    if busy and response.request.method == "POST":
        return MarketplaceConflict(message, hint="wait until the other publication has ended")
    if busy or status in _TRANSIENT or status > 504 or status < 300:  # nothing tells that nothing was done
        return _unclear(message)
    if status == 401:
        return SettingsError(message, hint="see that the credentials are those of the publisher's tenant")
    if status == 403:
        return SettingsError(
            message, hint="give the application the Manager role under Partner Center > User management"
        )
    return MarketplaceRefused(message, hint="nothing was changed")


def _said(response: requests.Response) -> str:
    try:
        raw = next(response.iter_content(16 * _SAID), b"")
    except requests.exceptions.RequestException:
        return ""
    return redact(error_text(_parsed(raw)) or raw.decode("utf-8", "replace"))[:_SAID]


def _parsed(raw: bytes) -> Any:
    try:
        return _loaded(raw)
    except (ValueError, RecursionError):
        return None


def _loaded(raw: bytes) -> Any:
    """JSON whose texts can be written anywhere: half a surrogate pair, which could not, becomes `?`."""
    found = json.loads(raw)
    if b"\\ud" in raw or b"\\uD" in raw:
        return json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    return found


def error_text(found: Any) -> str:
    """The codes and messages of an error, the innermost last; "" where there is none."""
    if not isinstance(found, dict):
        return ""
    inner_error = found.get("error")
    error: dict[str, Any] = inner_error if isinstance(inner_error, dict) else found
    words = [str(error[name]) for name in ("code", "message") if error.get(name)]
    details = error.get("details")
    items = details if isinstance(details, list) else []
    inner = [error_text(item) for item in items if isinstance(item, dict)]
    place = [f"at {error['resourceId']}"] if error.get("resourceId") else []
    return redact("; ".join([": ".join(words + place), *filter(None, inner)]).strip("; "))[:_SAID]


def _retry_after(response: requests.Response) -> float:
    word = response.headers.get("Retry-After", "").strip()
    if word.isascii() and word.isdigit():
        return float(word)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(word).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 30.0


def _correlation(response: requests.Response) -> str:
    found = (response.headers.get(name, "") for name in _CORRELATION)
    return next((redact(word)[:64] for word in found if word), "")


def _unconnected(error: requests.exceptions.RequestException) -> bool:
    """Whether no connection stood: then nothing was carried out."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(cause, NewConnectionError)


def _never_sent(message: str) -> MarketplaceThrottled:
    """It may be sent again, like what was throttled."""
    return MarketplaceThrottled(message, hint="see that the network reaches the marketplace", retry_after=5)


def _unclear(message: str) -> MarketplaceUnavailable:
    return MarketplaceUnavailable(
        message, hint="run the same command again: it looks before it sends anything"
    )


def _reason(error: Exception) -> str:
    return redact(str(error))[:300] or type(error).__name__
