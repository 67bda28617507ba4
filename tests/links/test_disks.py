"""Storage is asked for the two ends of a disk, and nobody learns the URL."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from publisher.links.disks import Probe, probe_disks
from publisher.redact import Secret
from tests.disks import MB, footer
from tests.links.site import Page, Site, Visitor, in_turn, say, send

SIGNED = "/images/beacon.vhd?sp=rl&sig=TOPSECRET%2Bx%3D"
DISK = bytes(2 * MB) + footer(2 * MB)
DRIP = send(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 512\r\n\r\n", b"x", every=0.02)


def stored(data: bytes, **headers: str) -> Page:
    """A blob that is given in ranges with both ends, as Azure gives it."""

    def page(visitor: Visitor) -> None:
        found = re.fullmatch("bytes=([0-9]+)-([0-9]+)", visitor.headers["Range"])
        assert found
        first, last = int(found[1]), min(int(found[2]), len(data) - 1)
        visitor.send_response(206)
        for name, value in {"Content-Range": f"bytes {first}-{last}/{len(data)}", **headers}.items():
            visitor.send_header(name, value)
        visitor.send_header("Content-Length", str(last - first + 1))
        visitor.end_headers()
        visitor.wfile.write(data[first : last + 1])

    return page


def probe(site: Site, page: Page, **options: float) -> Probe:
    site.pages[SIGNED] = page
    url = Secret(site.base + SIGNED)
    return probe_disks([url], allow=[site.place], **options)[url]  # type: ignore[arg-type]


def test_both_ends_of_a_disk_are_read_and_nothing_between(site: Site) -> None:
    found = probe(site, stored(DISK, **{"x-ms-blob-type": "PageBlob"}))
    assert found == Probe(
        ok=True, detail="206 Partial Content", length=len(DISK), blob="PageBlob", end=DISK[-512:]
    )
    assert [headers["Range"] for _, headers in site.log] == ["bytes=0-511", f"bytes={2 * MB}-{2 * MB + 511}"]


def test_each_disk_is_asked_once(site: Site) -> None:
    site.pages[SIGNED] = stored(DISK)
    urls = [Secret(site.base + SIGNED) for _ in range(3)]
    assert len(probe_disks(urls, allow=[site.place])) == 1
    assert len(site.log) == 2


@pytest.mark.parametrize(
    ("page", "detail"),
    [
        (say(403, x_ms_error_code="AuthenticationFailed"), "403 Forbidden (AuthenticationFailed)"),
        (say(404, x_ms_error_code="x sig=1"), "404 Not Found"),
        (say(416), "416 Requested Range Not Satisfiable"),
        (say(302, Location="https://example.com/?sig=1"), "302 Found"),
        (say(206), "206 Partial Content, without a byte of the disk"),
        (send(b""), "dropped the connection"),
        (DRIP, "timed out after 0.6 s"),
    ],
)
def test_what_keeps_a_disk_from_being_read_is_told_without_the_url(
    site: Site, page: Page, detail: str
) -> None:
    found = probe(site, page, timeout=0.6)
    assert (found.ok, found.detail, found.end) == (False, detail, None)


def test_a_server_that_knows_no_ranges_is_not_drained(site: Site) -> None:
    endless = send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", bytes(4096))
    found = probe(site, endless)
    assert (found.ok, found.length, found.end) == (True, 99999999999, None)
    assert site.poured < 10 * MB
    assert len(site.log) == 1


def test_the_end_is_unknown_where_only_the_beginning_is_given(site: Site) -> None:
    found = probe(site, stored(b"short"))
    assert (found.ok, found.length, found.end) == (True, 5, None)


def test_half_an_end_is_no_end(site: Site) -> None:
    assert probe(site, in_turn(stored(DISK), stored(DISK[:-100]))).end is None


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://account.blob.core.windows.net/images/a.vhd?sig=x", "does not begin with https://"),
        ("https://blob.core.windows.net.example.com/images/a.vhd?sig=x", "no storage account"),
        ("https://example.com/images/a.vhd?sig=x", "no storage account"),
        ("https://169.254.169.254/images/a.vhd?sig=x", "a metadata address"),
        ("https://account.blob.core.windows.net@10.0.0.1/images/a.vhd?sig=x", "user name"),
        ("https://account.blob.core.windows.net:8443/images/a.vhd?sig=x", "port 8443"),
        ("https://account.blob.core.windows.net/images/a.vhd", "without a signature"),
        ("file:///etc/passwd", "is not an http or https address"),
        ("", "is not an http or https address"),
    ],
)
def test_nothing_but_storage_is_asked(url: str, says: str, packets: list[str]) -> None:
    (found,) = probe_disks([Secret(url)]).values()
    assert not found.ok
    assert says in found.detail
    assert packets == []


def test_a_storage_name_that_leads_to_a_closed_address_is_not_asked(
    names: dict[str, list[str]], packets: list[str]
) -> None:
    names["account.blob.core.windows.net"] = ["10.0.0.5"]
    url = Secret("https://account.blob.core.windows.net/images/a.vhd?sig=x")
    assert probe_disks([url])[url].detail == "resolves to a private address"
    assert packets == []


@contextmanager
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="urllib3"):
        yield


def test_no_log_and_no_text_tells_the_signature(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with everything_logged(caplog):
        told = [repr(probe(site, page)) for page in (stored(DISK), say(403), send(b"nonsense\r\n\r\n"))]
    assert "/images/beacon.vhd?***" in caplog.text, "the client logs, so this test means something"
    for text in (caplog.text, *told):
        assert "TOPSECRET" not in text
        assert quote("TOPSECRET+x=") not in text
        assert "sp=rl" not in text
