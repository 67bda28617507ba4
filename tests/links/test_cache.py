"""Links that answered are not asked again for a while; what is kept of them holds no secret."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from publisher.links import LinkResult, Outcome, check_links
from publisher.links.cache import remembered
from tests.links.site import Site, say

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".publisher" / "links.json"


@pytest.fixture
def ask(site: Site, file: Path) -> Callable[..., dict[str, LinkResult]]:
    site.pages |= {"/good": say(200), "/gone": say(404), "/shy": say(403), "/good?token=Zm9vYmFy": say(204)}

    def call(*paths: str, after: timedelta = timedelta(0), age: timedelta = HOUR) -> dict[str, LinkResult]:
        urls = [site.base + path for path in paths]
        return remembered(urls, partial(check_links, allow=[site.place]), file=file, age=age, now=NOW + after)

    return call


def test_a_link_that_answered_is_not_asked_again_for_an_hour(site: Site, ask: Callable[..., Any]) -> None:
    ask("/good")
    first = list(site.asked)
    [again] = ask("/good", after=HOUR - timedelta(seconds=1)).values()
    assert (again.outcome, again.detail) == (Outcome.REACHABLE, "answered at 2026-09-01 12:00 UTC")
    assert site.asked == first
    ask("/good", after=HOUR)
    assert len(site.asked) == 2 * len(first)


def test_what_did_not_answer_well_is_asked_each_time(site: Site, ask: Callable[..., Any], file: Path) -> None:
    for _ in range(2):
        assert [answer.ok for answer in ask("/gone", "/shy").values()] == [False, False]
    assert site.asked.count("GET /gone") == 2
    assert not file.exists()


def test_what_is_assumed_or_forbidden_is_not_remembered(file: Path) -> None:
    ask = partial(check_links, assume=["*.example"])
    remembered(["https://a.example/x", "http://10.0.0.1/x"], ask, file=file, age=HOUR, now=NOW)
    assert not file.exists()


def test_the_order_is_that_of_the_question_each_link_once(ask: Callable[..., Any]) -> None:
    ask("/good")
    urls = list(ask("/gone", "/good", "/gone", "/shy"))
    assert [url.rpartition("/")[2] for url in urls] == ["gone", "good", "shy"]


def test_a_query_is_kept_as_a_hash(site: Site, ask: Callable[..., Any], file: Path) -> None:
    ask("/good?token=Zm9vYmFy")
    assert "Zm9v" not in file.read_text(encoding="utf-8")
    assert "?" not in file.read_text(encoding="utf-8")
    before = len(site.asked)
    ask("/good?token=Zm9vYmFy")
    assert len(site.asked) == before
    ask("/good")
    assert len(site.asked) > before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"version": 2, "links": {}}',
        '{"version": 1}',
        '{"version": 1, "links": 5}',
        '{"version": 1, "links": {"x": "yesterday"}}',
        '{"version": 1, "links": {"x": 5}}',
        '{"version": 1, "links": {"x": "2026-09-01T12:00:00"}}',
        "[" * 100_000,
        "\udcff",
    ],
)
def test_a_file_that_holds_anything_else_is_ignored_and_written_anew(
    ask: Callable[..., Any], file: Path, text: str
) -> None:
    file.parent.mkdir()
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert [answer.ok for answer in ask("/good").values()] == [True]
    assert len(json.loads(file.read_text(encoding="utf-8"))["links"]) == 1


def test_a_time_to_come_is_not_believed(site: Site, ask: Callable[..., Any]) -> None:
    ask("/good", after=HOUR)
    before = len(site.asked)
    ask("/good")
    assert len(site.asked) > before


def test_what_is_too_old_is_dropped(ask: Callable[..., Any], file: Path) -> None:
    ask("/good")
    ask("/good?token=Zm9vYmFy", after=2 * HOUR)
    assert len(json.loads(file.read_text(encoding="utf-8"))["links"]) == 1


def test_a_place_that_takes_no_file_does_no_harm(ask: Callable[..., Any], file: Path) -> None:
    file.parent.write_text("a file where the folder would be", encoding="utf-8")
    assert [answer.ok for answer in ask("/good").values()] == [True]
    file.parent.unlink()
    file.mkdir(parents=True)
    assert [answer.ok for answer in ask("/good").values()] == [True]
    assert list(file.parent.iterdir()) == [file]
