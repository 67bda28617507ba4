"""What must not be asked is not asked: no packet leaves, and the detail says why."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.links import Outcome, check_links

BROKEN, FORBIDDEN = Outcome.BROKEN, Outcome.FORBIDDEN


def judge(url: str) -> tuple[Outcome, str]:
    result = check_links([url], timeout=5)[url]
    return result.outcome, result.detail


CLOSED_ADDRESSES = {
    "127.0.0.1": "loopback",
    "127.8.8.8": "loopback",
    "[::1]": "loopback",
    "[0:0:0:0:0:0:0:1]": "loopback",
    "0.0.0.0": "unspecified",
    "[::]": "unspecified",
    "10.1.2.3": "private",
    "172.16.0.1": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "private",
    "[fc00::1]": "private",
    "[fec0::1]": "private",
    "169.254.1.1": "link-local",
    "[fe80::1]": "link-local",
    "169.254.169.254": "metadata",
    "168.63.129.16": "metadata",
    "100.100.100.200": "metadata",
    "192.0.0.192": "metadata",
    "[fd00:ec2::254]": "metadata",
    "224.0.0.1": "multicast",
    "[ff02::1]": "multicast",
    "192.0.2.1": "documentation",
    "198.51.100.7": "documentation",
    "203.0.113.7": "documentation",
    "[2001:db8::1]": "documentation",
    "[::ffff:8.8.8.8]": "translated",
    "[::ffff:a9fe:a9fe]": "translated",
    "[::7f00:1]": "translated",
    "[64:ff9b::7f00:1]": "translated",
    "[64:ff9b:1::1]": "translated",
    "[2002:7f00:1::]": "translated",
    "[2001:0:53aa:64c::1]": "translated",
    "255.255.255.255": "reserved",
    "240.0.0.1": "reserved",
    "198.18.0.1": "reserved",
    "192.0.0.8": "reserved",
    "[2001:2::1]": "reserved",
    "[4000::1]": "reserved",
}


@pytest.mark.parametrize(("host", "kind"), CLOSED_ADDRESSES.items())
def test_closed_addresses_are_refused(host: str, kind: str, packets: list[str]) -> None:
    outcome, detail = judge(f"https://{host}/")
    assert (outcome, kind in detail) == (FORBIDDEN, True), detail
    assert not packets


FORMS = {
    "http://2130706433/": (FORBIDDEN, "unusual spelling"),
    "http://127.1/": (FORBIDDEN, "unusual spelling"),
    "http://0x7f.0.0.1/": (FORBIDDEN, "unusual spelling"),
    "http://0177.0.0.1/": (FORBIDDEN, "unusual spelling"),
    "http://999.0.0.1/": (FORBIDDEN, "unusual spelling"),
    "http://www.example.com.0x7f000001/": (FORBIDDEN, "unusual spelling"),
    "http://127.0.0.1./": (FORBIDDEN, "loopback"),
    "http://localhost/": (FORBIDDEN, "local network"),
    "http://LOCALHOST./": (FORBIDDEN, "local network"),
    "http://metadata.google.internal/": (FORBIDDEN, "local network"),
    "http://printer.local/": (FORBIDDEN, "local network"),
    "http://intranet/": (FORBIDDEN, "local network"),
    "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/": (FORBIDDEN, "look-alike"),
    "http://127\u30020\u30020\u30021/": (FORBIDDEN, "look-alike"),
    "http://127\uff0e0\uff0e0\uff0e1/": (FORBIDDEN, "look-alike"),
    "http://\uff45xample.com/": (FORBIDDEN, "look-alike"),
    "http://\u00b2.com/": (FORBIDDEN, "look-alike"),
    "http://\u0661\u0662.com/": (BROKEN, "cannot exist"),
    "http://%31%32%37.0.0.1/": (FORBIDDEN, "percent"),
    "http://[fe80::1%25eth0]/": (FORBIDDEN, "zone"),
    "http://[v1.fe80]/": (BROKEN, "IPv6"),
    "http://[::1": (BROKEN, "well-formed"),
    "http://example.com@10.0.0.1/": (FORBIDDEN, "user name"),
    "http://@example.com/": (FORBIDDEN, "user name"),
    "http://10.0.0.1\\@example.com/": (FORBIDDEN, "backslash"),
    "https://example.com/\r\nHost: x": (FORBIDDEN, "control character"),
    " https://example.com/": (FORBIDDEN, "space"),
    "https://example.com/\ud800": (FORBIDDEN, "control character"),
    "https://example.com:8443/": (FORBIDDEN, "port 8443"),
    "https://example.com:0/": (FORBIDDEN, "port 0"),
    "https://example.com:65536/": (BROKEN, "well-formed"),
    "https://example.com:\u0664\u0664\u0663/": (BROKEN, "well-formed"),
    "ftp://example.com/": (FORBIDDEN, "http"),
    "javascript:alert(1)": (FORBIDDEN, "http"),
    "www.example.com": (FORBIDDEN, "http"),
    "": (FORBIDDEN, "http"),
    "http:///path": (BROKEN, "no host"),
    "http://:80/": (BROKEN, "no host"),
    "http://a..example.com/": (BROKEN, "cannot exist"),
    "http://-a.example.com/": (BROKEN, "cannot exist"),
    f"http://{'a' * 64}.example.com/": (BROKEN, "cannot exist"),
    f"http://{'a.' * 130}com/": (BROKEN, "cannot exist"),
    f"http://example.com/{'a' * 9000}": (BROKEN, "longer than"),
}


@pytest.mark.parametrize("url", FORMS, ids=ascii)
def test_forms_that_parsers_read_differently_are_refused(
    url: str, packets: list[str], names: dict[str, list[str]]
) -> None:
    expected, words = FORMS[url]
    outcome, detail = judge(url)
    assert (outcome, words in detail) == (expected, True), detail
    assert not packets
    assert not names["asked"]


@pytest.mark.parametrize("name", ["sig", "SIG", "%73ig", "X-Amz-Signature"])
def test_a_signed_address_is_never_fetched_nor_shown(name: str, packets: list[str]) -> None:
    url = f"https://images.blob.core.windows.net/vhds/os.vhd?sv=2024&{name}=c2VjcmV0"
    result = check_links([url])[url]
    assert (result.outcome, "signed" in result.detail) == (FORBIDDEN, True)
    assert not packets
    if name.lower() == "sig":
        assert "c2VjcmV0" not in repr(result)


@pytest.mark.parametrize("closed", ["10.0.0.1", "168.63.129.16", "::1", "64:ff9b::7f00:1"])
def test_one_closed_address_among_the_answers_is_enough(
    closed: str, packets: list[str], names: dict[str, list[str]]
) -> None:
    names["multi.example.com"] = ["93.184.216.34", closed]
    outcome, detail = judge("http://multi.example.com/")
    assert (outcome, "resolves to" in detail) == (FORBIDDEN, True)
    assert not packets


def test_a_host_is_looked_up_once_and_asked_at_the_address_that_was_judged(
    packets: list[str], names: dict[str, list[str]]
) -> None:
    names["www.example.com"] = ["93.184.216.34"]
    results = check_links([f"http://www.example.com/{n}" for n in range(9)], timeout=1)
    assert {result.detail for result in results.values()} == {"refused the connection"}
    assert set(packets) == {"93.184.216.34"}
    assert names["asked"] == ["www.example.com"]


def test_an_international_name_is_looked_up_in_its_ascii_form(names: dict[str, list[str]]) -> None:
    assert judge("https://B\u00fccher.example/") == (BROKEN, "names a host that does not resolve")
    assert names["asked"] == ["xn--bcher-kva.example"]


def test_every_shared_row_is_answered_without_a_packet(
    shared: Path, packets: list[str], names: dict[str, list[str]]
) -> None:
    names["127.0.0.1.nip.io"] = ["127.0.0.1"]
    lines = (shared / "badinputs" / "lists" / "urls_ssrf.jsonl").read_text("utf-8").splitlines()
    results = check_links(json.loads(line)["value"] for line in lines)
    assert len(results) == len(lines)
    assert {result.outcome for result in results.values()} <= {BROKEN, FORBIDDEN}
    assert all(result.detail and "\n" not in result.detail for result in results.values())
    assert not packets


def test_assumed_hosts_cost_no_packet_and_no_http_client() -> None:
    program = """
import sys
from publisher.links import Outcome, check_links
urls = ["https://Harbourline.example/", "https://a.b.harbourline.example./x", "http://10.0.0.1/", "nonsense"]
results = check_links(urls, assume=["*.HARBOURLINE.example"])
print([result.outcome.value for result in results.values()], "requests" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['assumed', 'assumed', 'forbidden', 'forbidden'] False"


def test_assumption_does_not_excuse_form_or_signature() -> None:
    urls = ["https://u:p@a.example/", "https://a.example/?sig=x", "https://notharbourline.example/"]
    results = check_links(urls[:2], assume=["*"])
    assert [result.outcome for result in results.values()] == [FORBIDDEN, FORBIDDEN]
    assert "u:p" not in repr(results[urls[0]])


@given(st.text(max_size=40).map(lambda text: "https://" + text) | st.text(max_size=40))
def test_no_text_makes_it_raise(url: str) -> None:
    result = check_links([url], assume=["*"])[url]
    assert result.outcome in (Outcome.ASSUMED, BROKEN, FORBIDDEN)
