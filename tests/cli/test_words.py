"""How times, lengths of time and tables read."""

from datetime import UTC, datetime

import pytest

from publisher.cli.words import age, columns, json_line, lasting, moment


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (-5, "0 s"), (59.4, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (7500, "2 h 5 min"),
     (86_400, "1 d"), (86_400 * 4 + 3 * 3600 + 59, "4 d 3 h")],
)  # fmt: skip
def test_a_length_of_time_has_two_units_at_most(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_times_of_the_catalogue() -> None:
    assert moment("2026-05-04T09:30:12.000001Z") == "2026-05-04 09:30 UTC"
    assert age("2026-05-04T09:30:00Z", datetime(2026, 5, 4, 9, 33, tzinfo=UTC)) == "3 min"


def test_columns_are_aligned_without_trailing_spaces() -> None:
    assert columns([("a", "bb", "c"), ("aaa", "b", "")]) == ["a    bb  c", "aaa  b"]


def test_a_line_of_json_carries_no_command_and_nothing_active() -> None:
    line = json_line({"text": "##vso[x]\n\x1b\u202e"})
    assert line.isascii()
    assert line.isprintable()
    assert "##" not in line
