"""publisher ticket: the drafts, listed and shown."""

import json
from email import message_from_bytes, policy

import pytest

from tests.cli.conftest import Desk


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """The deletion of one SKU was asked for, and withdrawn; that of the other is open."""
    desk.release()
    desk("delete", "beacon-metrics", "--sku", "hourly", "--reason", "x")
    desk("keep", "beacon-metrics", "--sku", "hourly")
    desk("delete", "beacon-metrics", "--sku", "byol", "--reason", "Too few customers.")
    return desk


def test_nothing_was_drafted_yet(desk: Desk) -> None:
    assert "no tickets" in desk("ticket", "list").err
    desk("stage", "beacon-metrics")
    said = desk("ticket", "show", "beacon-metrics")
    assert said.code == 2
    assert "`publisher delete beacon-metrics` drafts one" in said.err


def test_tickets_are_listed_the_newest_first(asked: Desk) -> None:
    head, newest, older = asked("ticket", "list").out.splitlines()
    assert head.startswith("NUMBER")
    assert "SKU byol    open" in newest
    assert "wanted date" in newest
    assert "SKU hourly  withdrawn 20" in older
    listed = json.loads(asked("ticket", "list", "--output-format", "json").out)["tickets"]
    assert [ticket["state"] for ticket in listed] == ["open", "withdrawn"]


def test_an_offer_shows_its_open_ticket(asked: Desk) -> None:
    said = asked("ticket", "show", "beacon-metrics")
    assert "Too few customers." in said.out
    assert "missing in the ticket: wanted date, replacement" in said.err
    number = said.out.split("`")[1]
    assert asked("ticket", "show", number).out == said.out


def test_a_closed_ticket_says_so(asked: Desk) -> None:
    older = json.loads(asked("ticket", "list", "--output-format", "json").out)["tickets"][1]
    assert "is withdrawn: it was closed at 20" in asked("ticket", "show", older["number"]).err


def test_the_language_comes_from_the_option_or_the_settings(
    asked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Gestion des offres" in asked("ticket", "show", "beacon-metrics", "--language", "fr").out
    monkeypatch.setenv("PUBLISHER_LANGUAGE", "fr")
    assert "Gestion des offres" in asked("ticket", "show", "beacon-metrics").out
    assert asked("ticket", "show", "beacon-metrics", "--language", "xx").code == 2


def test_a_mail_keeps_its_line_ends_on_stdout_and_in_a_file(asked: Desk) -> None:
    printed = asked("ticket", "show", "beacon-metrics", "--format", "eml").out
    assert asked("ticket", "show", "beacon-metrics", "--format", "eml", "--output", "ticket.eml").code == 0
    written = (asked.folder / "ticket.eml").read_bytes()
    assert printed.encode() == written
    assert written.count(b"\n") == written.count(b"\r\n") > 10
    mail = message_from_bytes(written, policy=policy.default)
    assert "Too few customers." in mail.get_content()


def test_a_file_that_cannot_be_written_is_said(asked: Desk) -> None:
    said = asked("ticket", "show", "beacon-metrics", "--output", "nowhere/ticket.md")
    assert said.code == 2
    assert "nowhere/ticket.md cannot be written: no such file or directory" in said.err


def test_an_unknown_ticket_names_the_known_ones(asked: Desk) -> None:
    said = asked("ticket", "show", "beacon-metrics-0")
    assert said.code == 2
    assert "tickets: beacon-metrics-" in said.err
