"""Markup of listings: what authors write, and what attackers do."""

import json
import random
import re
import time
from pathlib import Path

import pytest

from publisher.document.nodes import Mark
from publisher.profiles import load_profile
from publisher.rules.markup import Fault, faults

CLASSIC = load_profile("classic").html


def messages(text: str) -> list[str]:
    return [fault.message for fault in faults(text, CLASSIC)]


@pytest.mark.parametrize(
    "text",
    [
        "Plain text, R&D, AT&T, 3 < 5 > 2, <3",
        "<p>One</p>\n<P>Two</P>",
        "<ul><li><p>a</p></li><li>b<ol><li>c</li></ol></li></ul>",
        "<h1>Title</h1><p><b><i>x</i></b> <strong>y</strong><em>z</em></p>",
        '<p><a target="_blank" href="https://www.example.com/a?b=1&copy=2#c">link</a></p>',
        "<a href='HTTP://example.com'>x</a><a href=mailto:desk@example.com?subject=Hi>y</a>",
        "[x](javascript:alert(1))",
    ],
)
def test_accepted(text: str) -> None:
    assert messages(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<script>alert(1)</script>", ["<script> is not allowed here"]),
        ("<p style=x>a</p><p style=y>b</p>", ["the attribute 'style' of <p> is not allowed"]),
        ("a <br> b<br/>", ["<br> is not allowed here"]),
        ("<p>a", ["<p> is never closed"]),
        ("a</p>", ["</p> closes nothing"]),
        ("<b><i>x</b></i>", ["<i> is still open where </b> stands, in line 1 of the text"]),
        ("<ul>\n<li>a\n</ul>", ["<li> is still open where </ul> stands, in line 3 of the text"]),
        ("<ul><li>a<li>b</li></ul>", ["<li> of line 1 is still open where <li> begins"]),
        ("<p>a<p>b</p></p>", ["<p> of line 1 is still open where <p> begins"]),
        ("<p><b>a<ul><li>b</li></ul></b></p>", ["<p> of line 1 is still open where <ul> begins"]),
        ("<li>a</li>", ["<li> stands outside of a list"]),
        ("<a href='https://a.example'>a<a href='https://b.example'>b</a></a>",
         ["<a> of line 1 is still open where <a> begins"]),
        ("R&amp;D and Q&amp;A", ["the character reference '&amp;' is not allowed"]),
        ("rules&regulations", ["the character reference '&regulations' is not allowed"]),
        ("a&nbsp;b&#x41;", ["the character reference '&nbsp;' is not allowed",
                            "the character reference '&#x41;' is not allowed"]),
        ("<!-- note --><!-- <b> -->", ["'<!--' begins neither text nor an element"]),
        ("<!DOCTYPE html>", ["'<!' begins neither text nor an element"]),
        ("<?php x ?>", ["'<?' begins neither text nor an element"]),
        ("</ p>", ["'</' begins neither text nor an element"]),
        ("<![CDATA[x]]>", ["'<!' begins neither text nor an element"]),
        ("<p>a</p><b", ["a tag begins here and has no end"]),
        ("<p>a</p", ["a tag begins here and has no end", "<p> is never closed"][::-1]),
    ],
)  # fmt: skip
def test_refused(text: str, said: list[str]) -> None:
    assert messages(text) == said


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "jav&#x09;ascript:alert(1)",
        " javascript:1",
        "data:text/html,x",
        "//evil.example",
        "/page",
        "page",
        "ftp://a.example",
        "https:/a.example",
        "https://",
        "https://a b.example",
        "",
        "mailto:",
        "https:\\\\a.example",
        "\thttps://a.example",
    ],
)
def test_links_are_absolute_and_harmless(address: str) -> None:
    assert any("is no absolute" in message for message in messages(f'<a href="{address}">x</a>'))


def test_a_link_is_quoted_as_it_was_written() -> None:
    assert messages('<a href="/page?a=1&b=2">x</a>') == [
        "the link '/page?a=1&b=2' is no absolute http, https or mailto address"
    ]


def test_a_fault_has_its_place_and_its_cure() -> None:
    assert faults("<p>One</p>\n<p>Two <u>three</u></p>", CLASSIC) == [
        Fault(
            message="<u> is not allowed here",
            fix="delete it; allowed here: h1, h2, h3, h4, h5, p, ol, ul, li, a, strong, em, b, i",
            mark=Mark(2, 8),
        )
    ]


@pytest.mark.parametrize(
    ("reference", "cure"),
    [
        ("&amp;", "itself: &"),
        ("&nbsp;", "a space"),
        ("&lt;", "less than"),
        ("&#0;", "itself"),
        ("&shy;", "delete"),
    ],
)
def test_the_cure_of_a_reference(reference: str, cure: str) -> None:
    (fault,) = faults(reference, CLASSIC)
    assert cure in fault.fix


def test_known_attacks_are_refused_or_plain_text(shared: Path) -> None:
    for line in (shared / "badinputs/lists/xss_listing.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        plain = "<" not in row["value"] and "&" not in row["value"]
        assert bool(messages(row["value"])) != plain, row


@pytest.mark.parametrize(
    "flood",
    ["<", "<a ", "<!--", "<!", "<b>", "<p>", "<ul>", "<b><ul>", "</b>", "&a", "&amp;", "&#1;", "<script>",
     "<a x='", "<a/", "</", "<p\n", "<b></b>", "<u><"],
)  # fmt: skip
def test_a_flood_ends(flood: str) -> None:
    """A reader of quadratic cost would need minutes here, on any machine."""
    start = time.process_time()
    faults(flood * 100_000, CLASSIC)
    faults((flood * 20_000)[:20_000], CLASSIC)
    assert time.process_time() - start < 20


def test_the_end_of_a_text_that_is_cut_is_not_judged() -> None:
    assert faults("<p>" + "x" * 30_000 + "</p>", CLASSIC) == []


def test_random_markup_is_judged_and_nothing_foreign_passes() -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    dice = random.Random(seed)
    pieces = [*"<>/!?&;#'\"= \nabpx[]", "--", "ul", "li", "script", "href", "<p>", "</p>", "<b>", "</b>"]
    pieces.append("<a href='https://a.example'>")
    for _ in range(3000):
        text = "".join(dice.choices(pieces, k=dice.randrange(1, 12)))
        if not faults(text, CLASSIC):
            names = {name.lower() for name in re.findall(r"</?([a-zA-Z]\w*)", text)}
            assert names <= CLASSIC.keys(), text
            assert not re.search(r"<[!?]|</(?![a-z])", text), text
