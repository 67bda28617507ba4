"""Ticket drafts: what they say in each format and language, and what hostile facts cannot do to them."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from publisher import tickets
from publisher.errors import PublisherError, UsageError
from publisher.resources import folder
from publisher.tickets import FORMATS, LANGUAGES, TicketFacts, TicketSku, missing, render

HOURLY = TicketSku(id="hourly-std", versions=("1.2.0", "1.3.0"), state="live", live_since=date(2026, 3, 2))
STAGED = TicketSku(id="byol", versions=("1.3.0",), state="staging", live_since=None)
FACTS = TicketFacts(
    number="T-7",
    drafted=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
    publisher="beacon",
    publisher_name="Beacon Metrics Ltd",
    offer="beacon-metrics",
    title="Beacon Metrics Server",
    whole_offer=False,
    skus=(HOURLY, STAGED),
    live_since=date(2026, 3, 1),
    reason="Its operating system is out of support.\nNobody may start it again.",
    wanted_date=date(2026, 6, 30),
    replacement="beacon-metrics-2/hourly",
    customer_note="We wrote to the four customers in April.",
    contact_name="Zoë Müller",
    contact_email="zoe@beacon.example",
    contact_phone="+49 30 000001",
    history_head="9f86d081884c",
)
EMPTY = replace(
    FACTS,
    skus=(),
    reason="",
    wanted_date=None,
    contact_name=" ",
    contact_email="",
    contact_phone="",
    history_head="",
)
HEADER_TRICKS = (
    "Beacon\r\nBcc: thief@bad.example",
    "Beacon\nBcc: thief@bad.example",
    "Beacon\u2028Bcc: thief@bad.example",
    "Beacon\x0bBcc: thief@bad.example",
    "Beacon\x1eBcc: thief@bad.example",
    "Beacon\tX",
    "Beacon\x00",
    "Beacon\u202ertl",
    "=?UTF-8?B?DQpCY2M6IHg=?=",
    "MAILTO:zoe@beacon.example?cc=thief@bad.example",
)
LOOKS_LIKE_TEMPLATE = ("{{7*7}}", "{{ config }}", "{% raw %}", "{# gone #}", "{{ ''.__class__ }}", "${7*7}")
HOSTILE_TEMPLATES = (
    "{{ 'a' * 10**9 }}",
    "{{ '%0999999999d' % 1 }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ '{0:>999999999}'.format(1) }}",
    "{{ 'a'|center(999999999) }}",
    "{{ facts.__class__ }}",
    "{{ facts.update({}) }}",
    "{{ facts.sas_url }}",
    "{{ lipsum() }}",
    "{{ range(3) }}",
    "{% include 'ticket.md.j2' %}",
    "{% import '/etc/passwd' as x %}",
    "{{ 1/0 }}",
    "{% if %}",
)
PROBLEM = {"en": "Managing offers", "fr": "Gestion des offres"}
CATEGORY = {
    "en": "Modifying an offer and/or SKU already in production",
    "fr": "Modification d'une offre et/ou d'une référence (SKU) déjà en production",
}


def rows(shared: Path, name: str) -> Iterator[dict[str, Any]]:
    for line in (shared / "badinputs" / "lists" / f"{name}.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)


def mail(facts: TicketFacts, language: str = "en") -> EmailMessage:
    text = render(facts, format="eml", language=language)
    return message_from_string(text, _class=EmailMessage, policy=policy.SMTP)


def readable(facts: TicketFacts, format: str, language: str = "en") -> str:
    """What a person sees: the body of a mail, else the text itself."""
    if format == "eml":
        return mail(facts, language).get_content()
    return render(facts, format=format, language=language)


# -- what a draft says --


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
def test_every_draft_names_the_form_the_labels_and_the_facts(format: str, language: str) -> None:
    draft = readable(FACTS, format, language)
    assert f"locale={'en-us' if language == 'en' else 'fr-FR'}&supportregion=" in draft
    assert "tenant=ClassicCommercial" in draft
    assert "pesid=15635&ccsid=635993707583706681" in draft
    for text in (
        PROBLEM[language],
        CATEGORY[language],
        "T-7",
        "beacon",
        "beacon-metrics",
        "hourly-std",
        "byol",
    ):
        assert text in draft
    for text in (
        "1.2.0",
        "2026-03-02",
        "2026-06-30",
        "beacon-metrics-2/hourly",
        "out of support",
        "in April",
    ):
        assert text in draft
    for text in ("Zoë Müller", "zoe@beacon.example", "+49 30 000001", "9f86d081884c", "2026-05-04"):
        assert text in draft
    assert "MISSING" not in draft
    assert "MANQUANT" not in draft


def test_markdown_reads_as_a_ticket() -> None:
    draft = render(FACTS)
    assert draft.startswith(
        "# Deletion request `T-7`\n\nDraft of 2026-05-04 09:30 UTC. Nothing has been sent"
    )
    assert "- Problem type: **Managing offers**\n" in draft
    assert '4. Choose "Start request".\n' in draft
    assert "Please delete only the SKUs named here." in draft
    assert (
        "- Publisher: `beacon` (`Beacon Metrics Ltd`)\n- Offer: `beacon-metrics` (`Beacon Metrics Server`)\n"
        in draft
    )
    assert "- SKU `hourly-std` (live since `2026-03-02`), versions: `1.2.0`, `1.3.0`\n" in draft
    assert "- SKU `byol` (staged only, never live), versions: `1.3.0`\n" in draft
    assert "### Reason\n\n```text\nIts operating system is out of support.\nNobody may start" in draft


def test_french_text_reads_as_a_ticket() -> None:
    draft = render(FACTS, format="txt", language="fr")
    assert draft.startswith("Demande de suppression T-7\n")
    assert "Type de problème : Gestion des offres\n" in draft
    assert "État de l'offre : en production depuis le 2026-03-01\n" in draft
    assert (
        "Référence (SKU) byol (en préproduction seulement, jamais en production), versions : 1.3.0\n" in draft
    )
    assert "-- Motif --\n\n    Its operating system is out of support.\n    Nobody may start" in draft


def test_whole_offer_that_was_only_staged() -> None:
    draft = render(replace(FACTS, whole_offer=True, skus=(STAGED,), live_since=None), format="txt")
    assert "Please delete the whole offer" in draft
    assert "State of the offer: staged only, never live" in draft


def test_mail_is_a_draft_to_the_contact() -> None:
    message = mail(FACTS, "fr")
    assert message["X-Unsent"] == "1"
    assert message["To"] == "zoe@beacon.example"
    assert message["Subject"] == "Demande de suppression T-7 (beacon/beacon-metrics)"
    assert "formulaire web, pas par courriel" in message.get_content()
    assert render(FACTS, format="eml", language="fr").isascii()


def test_mail_without_a_contact_has_no_recipient() -> None:
    message = mail(replace(FACTS, contact_email=""))
    assert not {"To", "Cc", "Bcc"} & set(message.keys())
    assert "MISSING: contact e-mail" in message.get_content()


def test_json_has_stable_keys() -> None:
    draft = json.loads(render(replace(FACTS, reason=""), format="json"))
    assert list(draft) == ["version", "kind", "language", "link", "labels", "steps", "missing", "facts"]
    assert draft["version"] == 1
    assert draft["labels"] == {"problem_type": PROBLEM["en"], "category": CATEGORY["en"]}
    assert list(draft["missing"]) == ["reason"]
    assert draft["facts"] == replace(FACTS, reason="").as_dict()


@pytest.mark.parametrize(
    ("options", "known"), [({"format": "pdf"}, "md, txt, eml, json"), ({"language": "de"}, "en, fr")]
)
def test_unknown_format_or_language_names_the_known_ones(options: dict[str, str], known: str) -> None:
    with pytest.raises(UsageError) as caught:
        render(FACTS, **options)
    assert known in caught.value.hint


# -- what is missing --


def test_nothing_is_missing_from_complete_facts() -> None:
    assert missing(FACTS) == ()


@pytest.mark.parametrize("format", ["md", "txt", "eml"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_missing_fact_is_flagged_where_it_belongs(format: str, language: str) -> None:
    assert missing(EMPTY) == (
        "wanted_date", "skus", "reason", "contact_name", "contact_email", "contact_phone", "history_head"
    )  # fmt: skip
    draft = readable(EMPTY, format, language)
    mark, reason = (
        ("MISSING:", "reason — say why") if language == "en" else ("MANQUANT :", "motif — expliquer")
    )
    assert draft.count(mark) == 7
    assert f"{mark} {reason}" in draft


def test_customers_matter_only_for_what_was_live() -> None:
    silent = replace(FACTS, replacement="", customer_note="")
    assert missing(silent) == ("replacement", "customer_note")
    assert missing(replace(silent, skus=(STAGED,))) == ()
    assert missing(replace(silent, skus=(STAGED,), whole_offer=True)) == ("replacement", "customer_note")


def test_live_sku_without_its_day_or_versions_is_flagged() -> None:
    facts = replace(FACTS, skus=(replace(HOURLY, versions=(), live_since=None),))
    assert missing(facts) == ("live_since", "versions")
    assert "SKU hourly-std (MISSING: live since" in render(facts, format="txt")
    assert "versions: **MISSING: versions" in render(facts)


# -- storage --


@pytest.mark.parametrize("facts", [FACTS, EMPTY])
def test_facts_survive_storage(facts: TicketFacts) -> None:
    assert TicketFacts.from_dict(json.loads(json.dumps(facts.as_dict()))) == facts


@pytest.mark.parametrize("format", FORMATS)
def test_secrets_reach_neither_storage_nor_draft(format: str) -> None:
    leak = "see https://x.blob.core.windows.net/v/os.vhd?sp=rl&sig=CANARYCANARY%3D"
    facts = replace(FACTS, reason=leak, customer_note=leak, replacement=leak, title=leak, contact_phone=leak)
    assert "CANARY" not in json.dumps(facts.as_dict())
    assert "CANARY" not in readable(facts, format)
    assert "CANARY" not in mail(replace(FACTS, offer="sig=CANARY"))["Subject"]


# -- hostile facts --


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("text", LOOKS_LIKE_TEMPLATE)
def test_facts_that_look_like_templates_print_literally(text: str, format: str) -> None:
    draft = readable(replace(FACTS, reason=text, title=f"A {text} B"), format)
    assert draft.count(text) == 2


def test_shared_template_rows_print_literally(shared: Path) -> None:
    for row in rows(shared, "ssti"):
        facts = replace(FACTS, reason=row["value"], title=row["value"])
        for format in ("md", "txt", "eml"):
            assert readable(facts, format).count(row["value"]) == 2, (format, row)
        assert json.loads(render(facts, format="json"))["facts"]["title"] == row["value"]


@pytest.mark.parametrize("field", ["number", "publisher", "offer", "title", "contact_name", "contact_email"])
@pytest.mark.parametrize("text", HEADER_TRICKS)
def test_a_mail_refuses_facts_that_could_forge_headers(text: str, field: str) -> None:
    with pytest.raises(UsageError, match=field):
        render(replace(FACTS, **{field: text}), format="eml")


def test_shared_header_rows_are_refused(shared: Path) -> None:
    for row in rows(shared, "crlf_headers"):
        for field in ("number", "publisher", "offer", "publisher_name", "contact_name", "contact_email"):
            with pytest.raises(UsageError, match=field):
                render(replace(FACTS, **{field: row["value"]}), format="eml")


@pytest.mark.parametrize(
    "text", ["zoe", "zoe@", "a@b.example, c@d.example", "<zoe@b.example>", "zoë@b.example", "a..b@c"]
)
def test_a_mail_refuses_what_is_not_one_address(text: str) -> None:
    with pytest.raises(UsageError, match="contact_email"):
        render(replace(FACTS, contact_email=text), format="eml")


def test_a_reason_of_many_lines_stays_in_the_body() -> None:
    message = mail(replace(FACTS, reason="one\r\n.\r\nBcc: thief@bad.example\r\n\r\nFrom x"))
    assert "Bcc" not in message
    assert "    one\n    .\n    Bcc: thief@bad.example\n\n    From x\n" in message.get_content().replace(
        "\r\n", "\n"
    )


@pytest.mark.parametrize("format", ["md", "txt", "json"])
def test_facts_of_one_line_stay_one_printable_line(format: str) -> None:
    nasty = "Be\x1b[31macon\r\n# Big\u2028\u202e\x85\x9b\x00\ud800end"
    sku = replace(HOURLY, id=nasty, versions=(nasty,))
    draft = render(replace(FACTS, title=nasty, contact_name=nasty, skus=(sku,)), format=format)
    assert draft.count("Be\ufffd[31macon # Big \ufffd \ufffd\ufffd\ufffdend") == 4
    assert all(character == "\n" or character.isprintable() for character in draft)


@pytest.mark.parametrize(
    "text",
    [
        "# Heading",
        "a\n\n# Heading\n\nb",
        "```\n# out\n```",
        "`````` x ``````",
        "`",
        "[click](https://bad.example) ![x](https://bad.example/x.png)",
        "<script>alert(1)</script>\n\n<h1>x</h1>",
        "- a\n- b\n\n1. c\n\n---\n\n| a |\n|---|",
        "~~~\nx",
        "a\\",
        "**bold** _it_ &lt; <https://bad.example>",
    ],
)
def test_markup_in_facts_does_not_change_the_markdown(text: str) -> None:
    markdown_it = pytest.importorskip("markdown_it")

    def structure(facts: TicketFacts) -> list[str]:
        tokens = markdown_it.MarkdownIt().parse(render(facts))
        return [part.type for token in tokens for part in (token, *(token.children or ()))]

    sku = replace(HOURLY, id=text, versions=(text, "1.3.0"))
    facts = replace(
        FACTS, reason=text, customer_note=text, title=text, offer=text, number=text, skus=(sku, STAGED)
    )
    assert structure(facts) == structure(FACTS)


@pytest.mark.parametrize("format", FORMATS)
def test_a_draft_has_an_upper_limit(format: str) -> None:
    render(replace(FACTS, reason="x" * 200_000), format=format)
    with pytest.raises(UsageError, match="256 KiB"):
        render(replace(FACTS, reason="x" * 270_000), format=format)


# -- hostile templates --


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the ticket templates that a test may spoil."""
    copy = shutil.copytree(folder("templates") / "tickets", tmp_path / "tickets")
    monkeypatch.setattr(tickets, "folder", lambda name: tmp_path)
    return Path(copy)


@pytest.mark.parametrize("source", HOSTILE_TEMPLATES)
def test_a_spoiled_template_gets_nowhere(source: str, templates: Path) -> None:
    (templates / "ticket.md.j2").write_text(source, "utf-8")
    with pytest.raises(PublisherError, match=r"ticket\.md\.j2 does not work"):
        render(FACTS)


def test_shared_template_rows_get_nowhere_as_templates(shared: Path, templates: Path) -> None:
    for row in rows(shared, "ssti"):
        (templates / "ticket.md.j2").write_text(row["value"], "utf-8")
        with pytest.raises(PublisherError, match=r"ticket\.md\.j2 does not work"):
            render(FACTS)


def test_a_template_that_writes_for_ever_is_stopped(templates: Path) -> None:
    loop = "{% for a in steps %}" * 12 + "x" * 50 + "{% endfor %}" * 12
    (templates / "ticket.md.j2").write_text(loop, "utf-8")
    with pytest.raises(UsageError, match="256 KiB"):
        render(FACTS)


def test_jinja_is_loaded_only_to_render() -> None:
    code = "import sys, publisher.tickets; sys.exit('jinja2' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, check=False).returncode
        == 0
    )


def test_both_languages_have_the_same_words() -> None:
    english, french = (json.loads(render(EMPTY, format="json", language=language)) for language in LANGUAGES)
    assert len(english["steps"]) == len(french["steps"])
    assert english["missing"].keys() == french["missing"].keys()
