"""Markdown for job summaries: what it shows, and that no text of an offer becomes markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from publisher.reports.markdown import render
from tests.reports.sample import REPORT, TITLE, saying

OURS = {
    "h3",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "ul",
    "li",
    "p",
    "strong",
    "code",
    "br",
    "span",
    "details",
    "summary",
}


class Page(HTMLParser):
    """What a browser gets: the tags, their attributes, and the words between them."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.pieces: list[str] = []
        self.feed(
            MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def words(self) -> str:
        return "".join(self.pieces)


def test_counts_findings_and_skipped_rules() -> None:
    page = Page(render([REPORT]))
    assert page.tags <= OURS
    row = "harbourline/relaygate-mail stage classic 1 1 1 1 2 1"
    assert row in " ".join(page.words.split())
    assert (
        f"error TXT101 title-length at offers/relay/offer.yaml:12:12: {TITLE.message}Fix: shorten it by 1"
        in page.words
    )
    assert "waived error MED101 logo-set" in page.words
    assert "1 rule skipped" in page.words
    assert "link-reachable" in page.words


def test_nothing_found() -> None:
    assert "No findings." in render([replace(REPORT, findings=(), skipped=())])


def test_a_long_list_is_cut() -> None:
    text = render([replace(REPORT, findings=(TITLE,) * 301)])
    assert text.count("TXT101") == 300
    assert "… and 1 more" in text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "</details></code></td><h1>x</h1><!--",
        "&lt;b&gt; &#60;b&#62; &amp;",
        "**bold** __bold__ *it* _it_ ~~gone~~ `code` ``code``",
        "[click](https://evil.example) ![x](https://evil.example/x.png) [a]: https://evil.example",
        "<https://evil.example> https://evil.example www.evil.example mail@evil.example",
        "# head\n## head\n\n> quote\n- item\n1. item\n---\n===\n```\ncode",
        "cell | cell \\| cell",
        "$x$ $`x`$ :smile: \\*x\\*",
        "@somebody #12 GH-12 owner/name#12 owner/name@abcdef0",
    ],
)
def test_a_text_shows_as_it_is_written(text: str) -> None:
    markdown = render([saying(text)])
    page = Page(markdown)
    assert not re.search(r"(?i)https?:|www\.", markdown)  # platforms make links of these
    assert page.tags <= OURS
    assert page.attributes == []
    assert page.words.count(text.replace("\n", "\\n")) >= 8


def test_nobody_is_called() -> None:
    page = Page(render([replace(saying("@somebody owns #12"), offer="x")]))
    called = [piece for piece in page.pieces if "@s" in piece or "#1" in piece]
    assert all(
        piece.startswith("@somebody owns #12:") for piece in called
    )  # file names, which stand in <code>
