"""TLS is verified against the name in the URL, at the address that was judged."""

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import certifi
import pytest

from publisher.links import Outcome, check_links
from tests.certificates import make_certificate
from tests.links.site import Site, running, say, send

SLOW_HEADERS = send(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x", every=0.02)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost and www.example.com, signed by itself, with its key in the same file."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "localhost", "www.example.com")


@pytest.fixture
def secure(site: Site, certificate: Path) -> Site:
    """The site under TLS, as https://localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    site.socket = context.wrap_socket(site.socket, server_side=True, do_handshake_on_connect=False)
    site.pages["/"] = say(200)
    return site


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is its own authority, and the only one."""
    monkeypatch.setattr(certifi, "where", lambda: str(certificate))


def test_a_certificate_must_be_trusted(secure: Site) -> None:
    result = secure.check("/", base=f"https://localhost:{secure.server_port}")
    assert result.outcome is Outcome.BROKEN
    assert "certificate is refused: self" in result.detail
    assert not secure.asked


@pytest.mark.usefixtures("trusted")
def test_a_certificate_is_compared_with_the_name_in_the_url(secure: Site) -> None:
    port = secure.server_port
    assert secure.check("/", base=f"https://localhost:{port}").detail == "200 OK"
    assert "IP address mismatch" in secure.check("/", base=f"https://127.0.0.1:{port}").detail


@pytest.mark.usefixtures("trusted")
def test_the_deadline_holds_under_tls(secure: Site) -> None:
    secure.pages["/"] = SLOW_HEADERS
    result = secure.check("/", base=f"https://localhost:{secure.server_port}", timeout=0.6)
    assert result.detail == "timed out after 0.6 s"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_public_name_is_asked_by_its_name_at_its_address(
    scheme: str,
    request: pytest.FixtureRequest,
    names: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one detour of this page: what goes to the public address arrives at the site."""
    served: Site = request.getfixturevalue("secure" if scheme == "https" else "site")
    served.pages["/"] = say(200)
    names["www.example.com"] = ["93.184.216.34"]
    real, reached = socket.socket.connect, []

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        reached.append(address)
        real(self, ("127.0.0.1", served.server_port))

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert check_links([f"{scheme}://www.example.com/"])[f"{scheme}://www.example.com/"].detail == "200 OK"
    assert reached == [("93.184.216.34", 80 if scheme == "http" else 443)]
    assert served.log[0][1]["Host"] == "www.example.com"


@pytest.mark.usefixtures("trusted")
def test_a_way_down_to_http_is_noted(secure: Site) -> None:
    with running() as plain:
        plain.pages["/"] = say(200)
        secure.pages["/"] = say(301, Location=plain.base + "/")
        url = f"https://localhost:{secure.server_port}/"
        result = check_links([url], allow=[f"localhost:{secure.server_port}", plain.place])[url]
    assert (result.outcome, result.detail) == (
        Outcome.REACHABLE,
        "200 OK after 1 redirect, from https down to http",
    )


def test_the_deadline_holds_for_a_slow_handshake() -> None:
    """A TLS record that promises 16 KB and drips."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.sendall(b"\x16\x03\x03\x40\x00\x02")
                while not stop.wait(0.02):
                    connection.sendall(b"\0")

        thread = threading.Thread(target=drip)
        thread.start()
        place = f"localhost:{listener.getsockname()[1]}"
        result = check_links([f"https://{place}/"], allow=[place], timeout=0.6)[f"https://{place}/"]
        stop.set()
        thread.join()
    assert result.detail == "did not answer in time"
