"""What the client makes of a service that is slow, busy, confused or hostile."""

from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.errors import (
    MarketplaceConflict,
    MarketplaceRefused,
    MarketplaceThrottled,
    MarketplaceUnavailable,
    PublisherError,
    SettingsError,
)
from publisher.marketplaces.emulator import Emulator
from publisher.marketplaces.partner_center import client as module
from publisher.marketplaces.partner_center.client import Client, error_text
from publisher.marketplaces.partner_center.credentials import KeptTokens, Tokens
from publisher.redact import Secret
from tests.links.site import running, send, tell
from tests.marketplaces.emulator.sample import NAME, SIGNATURE, machine, sas

BODY = {"$schema": "https://schema.mp.microsoft.com/schema/configure/2022-03-01-preview2"}


def configure(client: Client) -> dict[str, object]:
    return client.post("configure", {**BODY, "resources": [machine("hourly", "1.0.0", "1.1.0", "1.2.0")]})


def _number(client: Client) -> str:
    found = client.get("product", externalId=NAME)
    assert found is not None
    return str(found["value"][0]["id"]).rpartition("/")[2]


def changes(emulator: Emulator) -> int:
    return [entry.effect for entry in emulator.journal()].count("draft-changed")


def test_a_place_where_nothing_is_is_none(client: Client) -> None:
    assert client.get("product/0000") is None


def test_a_get_is_asked_again_until_it_is_answered(
    client: Client, emulator: Emulator, waits: list[float]
) -> None:
    emulator.fault("status", op="products", status=503, times=3)
    assert [item["identity"]["externalId"] for item in client.pages("product")] == [NAME]
    assert waits == [2, 4, 8]


def test_a_get_is_given_up_in_the_end(client: Client, emulator: Emulator) -> None:
    emulator.fault("status", op="products", status=503, times=20)
    with pytest.raises(MarketplaceUnavailable, match=r"GET product \[[0-9a-f-]+\]: 503") as failed:
        client.get("product")
    assert "looks before it sends" in failed.value.hint


def test_a_post_waits_as_long_as_it_is_told_to(
    client: Client, emulator: Emulator, waits: list[float]
) -> None:
    before = changes(emulator)
    emulator.fault("status", op="configure", status=429, retry_after="2")
    assert configure(client)["jobId"]
    assert waits == [2]
    assert changes(emulator) == before + 1


def test_who_shall_come_back_tomorrow_is_told_so(
    client: Client, emulator: Emulator, waits: list[float]
) -> None:
    emulator.fault("status", op="configure", status=429, retry_after="86400")
    with pytest.raises(MarketplaceThrottled) as throttled:
        configure(client)
    assert (throttled.value.retry_after, waits) == (86400, [])


@pytest.mark.parametrize("fault", [{"fault": "status"}, {"fault": "drop"}, {"fault": "truncate"}])
def test_a_post_whose_outcome_is_unknown_is_not_sent_again(
    client: Client, emulator: Emulator, fault: dict[str, str]
) -> None:
    before = changes(emulator)
    emulator.fault(**fault, op="configure", commit=True, times=5)
    with pytest.raises(MarketplaceUnavailable):
        configure(client)
    assert changes(emulator) == before + 1


def test_nothing_was_sent_where_no_connection_stood(tokens: Tokens, waits: list[float]) -> None:
    tokens.get()
    client = Client("http://127.0.0.1:1/api", tokens, pause=waits.append)
    with pytest.raises(MarketplaceThrottled, match=r"127\.0\.0\.1"):
        client.post("configure", {})
    assert len(waits) == module.ATTEMPTS - 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, MarketplaceRefused),
        (403, SettingsError),
        (405, MarketplaceRefused),
        (409, MarketplaceConflict),
        (423, MarketplaceConflict),
        (302, MarketplaceRefused),
        (204, MarketplaceUnavailable),  # something was done, and nobody knows what
        (520, MarketplaceUnavailable),
    ],
)
def test_each_status_has_its_class(
    client: Client, emulator: Emulator, status: int, error: type[PublisherError]
) -> None:
    emulator.fault("status", op="configure", status=status)
    with pytest.raises(error, match=str(status)):
        configure(client)


def test_a_token_that_ended_early_is_renewed_once(client: Client, emulator: Emulator) -> None:
    emulator.fault("status", op="products", status=401)
    assert client.get("product")
    emulator.fault("status", op="products", status=401, times=2)
    with pytest.raises(SettingsError, match="401"):
        client.get("product")


def test_what_the_service_repeats_of_a_secret_is_not_shown(client: Client, emulator: Emulator) -> None:
    emulator.fault("echo", op="configure")
    with pytest.raises(MarketplaceRefused) as refused:
        configure(client)
    assert SIGNATURE not in str(refused.value)
    assert "lamps.blob.core.windows.net" in str(refused.value)


def test_a_bomb_is_not_unpacked(client: Client, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1024 * 1024)
    emulator.fault("bomb", op="products", count=20, times=9)
    with pytest.raises(MarketplaceUnavailable, match="more than 1,048,576 bytes"):
        client.get("product")


@pytest.mark.parametrize("drip", [b"HTTP/1.1 400 Bad\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"])
@pytest.mark.parametrize("ask", [Client.get, Client.post])
def test_an_answer_that_drips_is_not_waited_for(
    drip: bytes, ask: Callable[[Client, str], object], waits: list[float]
) -> None:
    with running() as site:
        site.pages["/product"] = send(drip, b" ", every=0.02)
        tokens = KeptTokens(lambda: ("token", 3600))
        client = Client(site.base, tokens, pause=waits.append, attempts=2, longest_answer=0.3)
        with pytest.raises(MarketplaceUnavailable, match=r"no whole answer in 0\.3 s"):
            ask(client, "product")
        client.close()
    assert len(site.asked) == (2 if ask is Client.get else 1)  # only what changes nothing is asked again


def test_every_page_is_read_once(client: Client, emulator: Emulator) -> None:
    emulator.fault("history", op="submissions", count=250, times=99)
    emulator.fault("pages", op="submissions", count=100, token="a%2Bb==", times=99)
    ids = [entry["id"] for entry in client.pages(f"submission/{_number(client)}")]
    assert len(ids) == len(set(ids)) >= 250


@pytest.mark.parametrize("last", ["?token=a", "?token=b", ""], ids=["the second", "itself", "the first"])
def test_pages_in_a_circle_are_left(last: str) -> None:
    with running() as site:
        for name, link in {"": "?token=a", "?token=a": "?token=b", "?token=b": last}.items():
            site.pages[f"/product{name}"] = tell(200, **{"@nextLink": f"{site.base}/product{link}"})
        client = Client(site.base, KeptTokens(lambda: ("token", 3600)))
        with pytest.raises(MarketplaceRefused, match="a page that was read before"):
            list(client.pages("product"))
        client.close()
    assert len(site.asked) == 3


def test_no_token_leaves_for_another_host(client: Client, emulator: Emulator) -> None:
    emulator.fault("pages", op="submissions", count=1, host="elsewhere.example", times=9)
    with pytest.raises(MarketplaceRefused, match=r"elsewhere\.example"):
        list(client.pages(f"submission/{_number(client)}"))


def test_no_netrc_replaces_the_token(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert client.get("product")


def test_tokens_are_kept_until_shortly_before_their_end() -> None:
    now, issued = [0.0], iter(["first", "second", "third"])
    tokens = KeptTokens(lambda: (next(issued), 3600), clock=lambda: now[0])
    assert tokens.get() == tokens.get() == Secret("first")
    now[0] = 3500
    assert tokens.get() == Secret("second")
    tokens.forget()
    assert tokens.get() == Secret("third")


def test_errors_are_told_from_the_outside_in() -> None:
    error = {
        "error": {
            "code": "badRequest",
            "message": "Invalid",
            "details": [{"code": "schemaValidationError", "message": sas("x"), "resourceId": "plan/1/2"}],
        }
    }
    text = error_text(error)
    assert text.startswith("badRequest: Invalid; schemaValidationError: https://lamps")
    assert text.endswith("at plan/1/2")
    assert SIGNATURE not in text
