"""Between the socket and the application: paths and query names made regular, faults acted out."""

import asyncio
import gzip
import json
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from publisher.marketplaces.emulator.answers import error_body
from publisher.marketplaces.emulator.faults import Fault
from publisher.marketplaces.emulator.market import EmulatedMarketplace
from publisher.marketplaces.emulator.requests import LARGEST

BASE: Final = "/rp/product-ingestion"

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_NAMES: Final = (
    "externalId",
    "type",
    "product",
    "targetType",
    "continuationToken",
    "$maxpagesize",
    "$version",
)
_SPELLING: Final = {name.lower(): name for name in _NAMES}
_REMEMBERED: Final = 1000  # answers that a fault may repeat
_HELPED: Final = frozenset({"lifetime", "pages", "history"})  # the application itself acts these out


class Weather:
    """An ASGI application around another one."""

    def __init__(self, app: App, market: EmulatedMarketplace, connections: Callable[[], Any]) -> None:
        self._app = app
        self._market = market
        self._connections = connections
        self._last: dict[str, Answer] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        _make_regular(scope)
        op = operation(scope["method"], scope["path"])
        fault = await asyncio.to_thread(self._market.take_fault, op) if op else None
        scope["emulator.fault"] = fault if fault and fault.fault in _HELPED else None
        answer: Answer | None
        if fault is None or fault.fault in _HELPED:
            answer = await self._carried_out(scope, await _body(receive))
        else:
            answer = await self._spoiled(fault, scope, await _body(receive))
        if answer is None:
            await self._drop(scope)
        else:
            await answer.send(send, over=fault.seconds if fault and fault.fault == "trickle" else 0)

    async def _spoiled(self, fault: Fault, scope: Scope, body: bytes) -> "Answer | None":
        """What the client gets to see; None when it shall not even get an answer."""
        last = self._last.get(scope["path"])
        if fault.fault == "stale" and last:
            return last
        if fault.fault == "slow":
            await asyncio.sleep(fault.seconds)
        answer = None
        if fault.commit or fault.fault in {"slow", "trickle", "truncate", "replay", "words", "stale"}:
            answer = await self._carried_out(scope, body)
        if fault.fault == "replay":
            answer = await self._carried_out(scope, body)
        if fault.fault == "words":
            return await self._said(fault, scope, body, answer)
        return _misanswer(fault, body, answer)

    async def _said(
        self, fault: Fault, scope: Scope, body: bytes, answer: "Answer | None"
    ) -> "Answer | None":
        """The status with another word; `completed` is not said before it is true."""
        for _ in range(10):
            told = json.loads(answer.body) if answer else {}
            if fault.words[0] != "completed" or told.get("jobStatus") in {"completed", None}:
                break
            answer = await self._carried_out(scope, body)
        if answer is None or "jobStatus" not in told or fault.words[0] == "completed":
            return answer
        other = {
            "jobStatus": fault.words[0],
            "jobResult": "pending",
            "jobEnd": "0001-01-01T00:00:00",
            "errors": [],
        }
        return Answer(answer.status, answer.headers, json.dumps(told | other).encode())

    async def _carried_out(self, scope: Scope, body: bytes) -> "Answer":
        parts: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: Message) -> None:
            parts.append(message)

        await self._app(dict(scope), receive, keep)
        content = b"".join(part.get("body", b"") for part in parts[1:])
        answer = Answer(parts[0]["status"], list(parts[0]["headers"]), content)
        if len(self._last) >= _REMEMBERED:
            self._last.clear()
        self._last[scope["path"]] = answer
        return answer

    async def _drop(self, scope: Scope) -> None:
        """Reset the connection of a request."""
        for protocol in list(self._connections()):
            if getattr(protocol, "scope", None) is scope:
                linger = struct.pack("ii", 1, 0)
                raw = protocol.transport.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                protocol.transport.abort()
        await asyncio.sleep(0)  # the server hears of it, and does not wonder where the answer is


class Answer:
    """A whole answer, ready to be sent or spoiled."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    async def send(self, send: Send, *, over: float = 0) -> None:
        """Send it, in pieces over some seconds if that is wanted."""
        await send({"type": "http.response.start", "status": self.status, "headers": self._sized()})
        pieces = 20 if over else 1
        size = -(-len(self.body) // pieces) or 1
        for start in range(0, len(self.body), size) if over else ():
            await send(
                {"type": "http.response.body", "body": self.body[start : start + size], "more_body": True}
            )
            await asyncio.sleep(over / pieces)
        await send({"type": "http.response.body", "body": b"" if over else self.body})

    def _sized(self) -> list[tuple[bytes, bytes]]:
        kept = [(name, value) for name, value in self.headers if name.lower() != b"content-length"]
        return [*kept, (b"content-length", str(len(self.body)).encode())]


def operation(method: str, path: str) -> str:
    """The name that faults have for a request; empty for what they leave alone."""
    if method == "POST" and path.endswith("/token"):
        return "token"
    if not path.startswith(BASE + "/"):
        return ""
    parts = path.removeprefix(BASE).strip("/").split("/")
    match parts:
        case ["configure"]:
            return "configure"
        case ["configure", _]:
            return "detail"
        case ["configure", _, "status" | "cancel" as last]:
            return last
        case ["resource-tree", *_]:
            return "tree"
        case ["product"] | ["plan"]:
            return parts[0] + "s"
        case ["submission", _]:
            return "submissions"
    return "resource"


def _make_regular(scope: Scope) -> None:
    """One slash between the parts of the path; query names as the documentation writes them."""
    parts = [part for part in scope["path"].split("/") if part]
    scope["path"] = "/" + "/".join(parts)
    scope["raw_path"] = quote(scope["path"]).encode()
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    regular = [(_SPELLING.get(name.lower(), name), value) for name, value in pairs]
    scope["query_string"] = urlencode(regular, encoding="utf-8", errors="replace").encode()


async def _body(receive: Receive) -> bytes:
    """The body of a request; of one that is too large, no more than it takes to see that."""
    body = b""
    while True:
        message = await receive()
        if len(body) <= LARGEST:
            body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _misanswer(fault: Fault, body: bytes, answer: Answer | None) -> Answer | None:
    match fault.fault:
        case "drop":
            return None
        case "html":
            return Answer(200, [(b"content-type", b"text/html")], b"<html><body>Sign in</body></html>")
        case "echo":
            return _refusal(400, "Invalid request: " + body.decode("utf-8", "replace")[:20_000])
        case "truncate" if answer:
            return Answer(200, answer.headers, answer.body[: len(answer.body) // 2])
        case "bomb":
            packed = gzip.compress(b" " * (max(1, fault.count) * 1_048_576))
            headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
            return Answer(200, headers, packed)
        case "status":
            refusal = _refusal(fault.status, f"The service answers {fault.status} for a rehearsal.")
            if fault.retry_after:
                refusal.headers.append((b"retry-after", fault.retry_after.encode("latin-1", "replace")))
            return refusal
    return answer


def _refusal(status: int, message: str) -> Answer:
    body = json.dumps(error_body(status, message)).encode()
    return Answer(status, [(b"content-type", b"application/json")], body)
