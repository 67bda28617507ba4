"""Links are asked for real, on a site of this machine that `allow` opens."""

import socket
import threading
from pathlib import Path

import pytest

from publisher.links import Outcome, check_links
from tests.links.site import Page, Site, Visitor, in_turn, say, send

REACHABLE, BROKEN, FORBIDDEN, UNSURE = (
    Outcome.REACHABLE,
    Outcome.BROKEN,
    Outcome.FORBIDDEN,
    Outcome.UNSURE,
)
HANG_UP = send(b"")
SLOW_HEADERS = send(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x", every=0.02)


def by_method(head: Page, get: Page) -> Page:
    """One page for HEAD, another for GET."""
    return lambda visitor: (get if visitor.command == "GET" else head)(visitor)


def test_a_page_that_answers_is_reachable_by_head_alone(site: Site) -> None:
    site.pages["/a?b=%C3%BC"] = say(200)
    result = site.check("/a?b=ü#c")
    assert (result.outcome, result.detail, result.status, result.ok) == (REACHABLE, "200 OK", 200, True)
    assert site.asked == ["HEAD /a?b=%C3%BC"]


@pytest.mark.parametrize("head", [say(403), say(404), say(405), say(501), HANG_UP, send(b"nonsense\r\n\r\n")])
def test_get_decides_where_head_settles_nothing(site: Site, head: Page) -> None:
    site.pages["/"] = by_method(head, say(204))
    assert site.check("/").outcome is REACHABLE
    assert site.asked == ["HEAD /", "GET /"]


@pytest.mark.parametrize(
    ("status", "outcome", "detail"),
    [
        (404, BROKEN, "404 Not Found"),
        (410, BROKEN, "410 Gone"),
        (304, BROKEN, "304 Not Modified"),
        (302, BROKEN, "302 Found"),
        (599, BROKEN, "599"),
        (401, UNSURE, "401 Unauthorized"),
        (403, UNSURE, "403 Forbidden"),
        (429, UNSURE, "429 Too Many Requests"),
    ],
)
def test_only_2xx_is_reachable(site: Site, status: int, outcome: Outcome, detail: str) -> None:
    site.pages["/"] = say(status)
    result = site.check("/", timeout=1)
    assert (result.outcome, result.detail, result.status, result.ok) == (outcome, detail, status, False)


@pytest.mark.parametrize("fault", [say(503), HANG_UP])
def test_a_transient_fault_gets_one_more_try(site: Site, fault: Page) -> None:
    site.pages["/once"] = in_turn(fault, fault, say(200))
    site.pages["/always"] = fault
    assert site.check("/once", timeout=1).outcome is REACHABLE
    assert site.check("/always", timeout=1).outcome is BROKEN
    assert site.asked == [
        "HEAD /once",
        "GET /once",
        "GET /once",
        "HEAD /always",
        "GET /always",
        "GET /always",
    ]


def test_five_redirects_are_followed_and_six_are_not(site: Site) -> None:
    site.pages |= {f"/{n}": say(301 + n % 2, Location=f"{n - 1}") for n in range(1, 7)}
    site.pages["/0"] = say(200)
    assert site.check("/5").detail == "200 OK after 5 redirects"
    assert site.check("/6").detail == "redirects more than 5 times after 5 redirects"
    assert site.check("/6").outcome is BROKEN


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://169.254.169.254/latest/", "metadata address after 1 redirect"),
        ("//10.0.0.1/", "private address"),
        ("http://127.0.0.1:1/", "port 1"),
        ("file:///etc/passwd", "not an http"),
        ("https://a.blob.core.windows.net/c?sig=x", "signed"),
        ("http://user@example.com/", "user name"),
        ("http://[::1", "no URL"),
        ("http://\xff\xfe/", "cannot exist"),
    ],
)
def test_every_hop_is_judged(site: Site, location: str, words: str) -> None:
    site.pages["/"] = say(302, Location=location)
    result = site.check("/")
    assert not result.ok
    assert words in result.detail
    assert site.asked == ["HEAD /"]


@pytest.mark.parametrize(
    "page",
    [
        SLOW_HEADERS,
        send(b"", b"HTTP/1.1 100 Continue\r\n\r\n", every=0.02),
        lambda visitor: visitor.server.stopping.wait() and None,
    ],
    ids=["slow headers", "only 100", "silence"],
)
def test_the_deadline_holds_for_all_of_a_link(site: Site, page: Page) -> None:
    site.pages["/"] = page
    result = site.check("/", timeout=0.6)
    assert (result.outcome, result.detail) == (BROKEN, "timed out after 0.6 s")


@pytest.mark.parametrize("encoding", [b"", b"Content-Encoding: gzip\r\n", b"Content-Length: 10\r\n"])
@pytest.mark.parametrize("status", [b"200 OK", b"302 Found\r\nLocation: /end"])
def test_a_body_without_end_is_not_read(site: Site, status: bytes, encoding: bytes) -> None:
    flood = send(b"HTTP/1.1 " + status + b"\r\n" + encoding + b"\r\n", b"\x1f\x8b" * 32768)
    site.pages |= {"/": by_method(say(405), flood), "/end": say(200)}
    assert site.check("/").outcome is REACHABLE
    assert site.poured < 16 << 20  # what sockets of this machine buffer


def test_nothing_of_the_user_travels(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("default login me password canary")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://me:canary@127.0.0.1:1")
    site.pages["/"] = say(302, Location="/login", Set_Cookie="canary=1; Path=/")
    site.pages["/login"] = say(401, WWW_Authenticate="Basic")
    assert site.check("/").outcome is UNSURE
    assert "canary" not in str(site.log)
    assert all(headers["User-Agent"].startswith("vm-offer-publisher/") for _, headers in site.log)


def test_faults_of_the_network_have_names(site: Site, names: dict[str, list[str]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        refusing = f"127.0.0.1:{closed.getsockname()[1]}"
    site.pages["/"] = HANG_UP
    urls = [site.base + "/", f"http://{refusing}/", f"https://{site.place}/", "http://nowhere.example/"]
    results = check_links(urls, allow=[refusing, site.place], timeout=2)
    assert [result.detail for result in results.values()] == [
        "dropped the connection",
        "refused the connection",
        "failed the TLS handshake",
        "names a host that does not resolve",
    ]


def test_a_second_address_gets_its_turn(site: Site, names: dict[str, list[str]]) -> None:
    names["two.example"] = ["127.0.0.2", "127.0.0.1"]  # nobody listens on the first
    site.pages["/"] = say(200)
    url = f"http://two.example:{site.server_port}/"
    assert check_links([url], allow=[f"two.example:{site.server_port}"])[url].ok
    assert site.log[0][1]["Host"] == f"two.example:{site.server_port}"


def test_each_url_is_asked_once_and_the_order_is_kept(site: Site) -> None:
    site.pages |= {f"/{n}": say(200) for n in range(30)}
    urls = [f"{site.base}/{n}" for n in range(30)]
    results = check_links([*urls, *reversed(urls)], allow=[site.place])
    assert list(results) == urls
    assert [result.url for result in results.values()] == urls
    assert sorted(site.asked) == sorted(f"HEAD /{n}" for n in range(30))


def test_a_connection_serves_many_links(site: Site) -> None:
    site.pages |= {f"/{n}": say(200, Content_Length="10") for n in range(20)}
    results = check_links([site.base + page for page in site.pages], allow=[site.place], per_host=2)
    assert all(result.ok for result in results.values())
    assert len(site.callers) <= 2


def test_a_token_in_a_url_is_not_shown(site: Site) -> None:
    site.pages["/?access_token=canary"] = say(200)
    assert "canary" not in repr(site.check("/?access_token=canary"))


@pytest.mark.parametrize("limit", [{"per_host": 4}, {"per_host": 9, "concurrency": 4}])
def test_as_many_at_once_as_the_limits_say(site: Site, limit: dict[str, int]) -> None:
    together, present, most = threading.Barrier(4), 0, 0
    lock = threading.Lock()

    def meet(visitor: Visitor) -> None:
        nonlocal present, most
        with lock:
            present += 1
            most = max(most, present)
        together.wait(timeout=5)
        with lock:
            present -= 1
        say(200)(visitor)

    urls = [f"{site.base}/{n}" for n in range(12)]
    site.pages |= {f"/{n}": meet for n in range(12)}
    results = check_links(urls, allow=[site.place], **limit)
    assert all(result.ok for result in results.values())
    assert most == 4
