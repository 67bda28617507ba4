"""A web site on this machine whose pages a test fills."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from publisher.links import LinkResult, check_links

Page = Callable[["Visitor"], None]


class Visitor(BaseHTTPRequestHandler):
    """One connection to a Site."""

    protocol_version = "HTTP/1.1"
    server: "Site"

    def do_GET(self) -> None:
        self.server.callers.add(self.client_address)
        self.server.log.append((f"{self.command} {self.path}", dict(self.headers)))
        try:
            self.server.pages[self.path](self)
        except OSError:
            self.close_connection = True

    do_HEAD = do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Silence."""


class Site(ThreadingHTTPServer):
    """Serves `pages`; `log` holds each request with its headers.

    `callers` holds the other end of each connection, `poured` counts the bytes of endless bodies.
    """

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visitor)
        self.pages: dict[str, Page] = {}
        self.log: list[tuple[str, dict[str, str]]] = []
        self.poured = 0
        self.callers: set[tuple[str, int]] = set()
        self.stopping = threading.Event()
        self.place = f"127.0.0.1:{self.server_port}"
        self.base = f"http://{self.place}"

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up does so on purpose."""

    @property
    def asked(self) -> list[str]:
        return [request for request, _ in self.log]

    def check(self, path: str, *, base: str = "", **options: Any) -> LinkResult:
        url = (base or self.base) + path
        return check_links([url], allow=[url.split("/")[2]], **options)[url]


def say(status: int, **headers: str) -> Page:
    """An answer without a body."""

    def page(visitor: Visitor) -> None:
        visitor.send_response(status)
        for name, value in ({"Content_Length": "0"} | headers).items():
            visitor.send_header(name.replace("_", "-"), value)
        visitor.end_headers()

    return page


def tell(status: int, **body: Any) -> Page:
    """An answer of JSON, also to what is posted."""

    def page(visitor: Visitor) -> None:
        visitor.rfile.read(int(visitor.headers.get("Content-Length", 0)))
        content = json.dumps(body).encode()
        say(status, Content_Length=str(len(content)), Connection="close")(visitor)
        visitor.wfile.write(content)

    return page


def send(first: bytes, then: bytes = b"", every: float = 0) -> Page:
    """Raw bytes, and more of them until either side has enough."""

    def page(visitor: Visitor) -> None:
        visitor.close_connection = True
        visitor.wfile.write(first)
        while then and not visitor.server.stopping.wait(every):
            visitor.wfile.write(then)
            visitor.server.poured += len(then)

    return page


def in_turn(*pages: Page) -> Page:
    """Another page for each request; the last one from then on."""
    left = list(pages)
    return lambda visitor: (left.pop(0) if left[1:] else left[0])(visitor)


@contextmanager
def running() -> Iterator[Site]:
    """A site that serves until the end of the block."""
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()
