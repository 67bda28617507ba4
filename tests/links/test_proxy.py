"""A proxy is asked where the settings name one, and nowhere else; what is closed stays closed behind it."""

import select
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from publisher.errors import SettingsError
from publisher.links import Outcome, check_links
from publisher.settings import load_settings
from tests.links.site import Page, Site, Visitor, running, say

pytestmark = pytest.mark.usefixtures("names")


@pytest.fixture
def proxy() -> Iterator[Site]:
    """A site that is asked in place of others: `pages` by whole address."""
    with running() as server:
        yield server


def through(proxy: Site, url: str, **options: Any) -> Any:
    return check_links([url], proxy=proxy.base.replace("//", "//ana:canary@"), timeout=2, **options)[url]


def test_the_proxy_is_asked_by_name_with_its_credentials(proxy: Site) -> None:
    proxy.pages["http://shop.example.com:80/a"] = say(302, Location="/b")
    proxy.pages["http://shop.example.com:80/b"] = say(200)
    result = through(proxy, "http://shop.example.com/a")
    assert (result.outcome, result.detail) == (Outcome.REACHABLE, "200 OK after 1 redirect")
    assert [headers["Host"] for _, headers in proxy.log] == ["shop.example.com"] * 2
    assert all(headers["Proxy-Authorization"].startswith("Basic ") for _, headers in proxy.log)


def tunnel(site: Site) -> Page:
    """Leads to a site whatever was asked for."""

    def page(visitor: Visitor) -> None:
        visitor.send_response(200)
        visitor.end_headers()
        with socket.create_connection(("127.0.0.1", site.server_port)) as there:
            here, open_ends = visitor.connection, True
            while open_ends:
                for end in select.select([here, there], [], [], 5)[0]:
                    data = end.recv(65536)
                    (there if end is here else here).sendall(data)
                    open_ends &= bool(data)
        visitor.close_connection = True

    return page


def test_https_goes_through_a_tunnel_and_is_verified(
    proxy: Site, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Visitor, "do_CONNECT", Visitor.do_GET, raising=False)
    proxy.pages["shop.example.com:443"] = tunnel(site)  # which speaks no TLS
    result = through(proxy, "https://shop.example.com/secret/path")
    assert result.detail == "failed the TLS handshake"
    assert proxy.asked[0] == "CONNECT shop.example.com:443"
    assert "secret" not in str(proxy.log)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "http://127.0.0.1/", "http://localhost/", "http://inner.example.com/"]
)
def test_what_is_closed_is_not_asked_through_it(proxy: Site, names: dict[str, list[str]], url: str) -> None:
    names["inner.example.com"] = ["10.0.0.1"]
    assert through(proxy, url).outcome is Outcome.FORBIDDEN
    assert not proxy.log


def test_a_name_that_only_the_proxy_knows(proxy: Site, names: dict[str, list[str]]) -> None:
    proxy.pages["http://outside.example.com:80/"] = say(200)
    assert through(proxy, "http://outside.example.com/").ok
    assert names["asked"] == ["outside.example.com"]


def test_a_proxy_that_is_down_or_refuses(proxy: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        down = f"http://127.0.0.1:{closed.getsockname()[1]}"
    url = "https://shop.example.com/"
    assert check_links([url], proxy=down, timeout=2)[url].detail == "could not be asked through the proxy"
    assert through(proxy, url).detail == "could not be asked through the proxy"  # it knows no CONNECT


def test_the_setting_is_the_only_way_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(environ={"HTTPS_PROXY": "http://p:1"}).link_limits["proxy"] == ""
    named = load_settings(environ={"PUBLISHER_LINKS_PROXY": "http://ana:canary@p.example:3128"})
    assert named.link_limits["proxy"] == "http://ana:canary@p.example:3128"
    for wrong in ("p.example:3128", "socks5://p.example", "http://", "http://p.example/path"):
        with pytest.raises(SettingsError, match=r"links\.proxy: an address such as"):
            load_settings(environ={"PUBLISHER_LINKS_PROXY": wrong})
