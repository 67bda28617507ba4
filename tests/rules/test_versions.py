"""Versions only rise: as numbers, above everything that was ever published, each once."""

import json
import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from conftest import Case

from publisher.baseline import Published, PublishedSku
from publisher.document.model import Image, Offer, Sku, version_key
from publisher.findings import Report
from publisher.rules.registry import Flaw
from publisher.rules.versions import version_increment

PARTS = st.integers(0, 12) | st.integers(0, 10**30)
NUMBERS = st.tuples(PARTS, PARTS, PARTS)


def text(number: tuple[int, ...]) -> str:
    return ".".join(map(str, number))


def with_zeros(number: tuple[int, ...]) -> st.SearchStrategy[str]:
    """The number as history may have it written."""
    zeros = st.tuples(*[st.sampled_from(["", "0", "00"])] * 3)
    return zeros.map(lambda each: ".".join(zero + str(part) for zero, part in zip(each, number, strict=True)))


def flaws(*versions: str, published: list[str]) -> list[Flaw]:
    """What version-increment says of a SKU that offers some versions and published others."""
    images = tuple(Image(at=f"/skus/0/images/{n}", version=text) for n, text in enumerate(versions))
    known = PublishedSku(id="hourly", state="live", versions=tuple(published), locked=None)
    baseline = Published(source="lock", publisher="", offer="", live=True, skus=(known,))
    offer = Offer(skus=(Sku(at="/skus/0", id="hourly", images=images),))
    return [flaw for flaw in version_increment(offer, baseline) if isinstance(flaw, Flaw)]


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        ("1.0.10", "1.0.9"),
        ("1.10.0", "1.9.0"),
        ("10.0.0", "9.99.99"),
        ("1.0.0", "0.99.99"),
        ("2026.1.10", "2026.01.09"),
    ],
)
def test_ten_is_more_than_nine(higher: str, lower: str) -> None:
    assert not flaws(higher, published=[lower])
    assert flaws(lower.replace("01.09", "1.9"), published=[higher])


@given(st.lists(NUMBERS, max_size=12), st.data())
def test_versions_have_one_order_that_of_their_three_numbers(
    numbers: list[tuple[int, ...]], data: st.DataObject
) -> None:
    """However history wrote them: each pair is equal, lower or higher, and sorting sorts the numbers."""
    versions = [data.draw(with_zeros(number)) for number in numbers]
    assert [version_key(version) for version in sorted(versions, key=version_key)] == sorted(numbers)
    for (one, a), (other, b) in product(zip(numbers, versions, strict=True), repeat=2):
        assert (version_key(a) == version_key(b)) == (one == other)
        assert (version_key(a) < version_key(b)) == (one < other)
        assert (version_key(a) > version_key(b)) == (one > other)


@given(new=NUMBERS, history=st.lists(NUMBERS, min_size=1, max_size=5), data=st.data())
def test_a_new_version_passes_only_above_all_published_ones(
    new: tuple[int, ...], history: list[tuple[int, ...]], data: st.DataObject
) -> None:
    published = [data.draw(with_zeros(number)) for number in history]
    passes = not flaws(text(new), published=published)
    assert passes == (new >= max(history))  # equal: it is the published one itself


@given(new=NUMBERS, history=st.lists(NUMBERS, min_size=1, max_size=5, unique=True))
def test_a_version_between_published_ones_never_passes(
    new: tuple[int, ...], history: list[tuple[int, ...]]
) -> None:
    """Whatever else is still listed: the newest may have been withdrawn, or stand beside it."""
    kept = history[: len(history) // 2]
    found = flaws(*map(text, kept), text(new), published=[text(number) for number in history])
    if new not in history and new < max(history):
        assert f"/skus/0/images/{len(kept)}/version" in {flaw.at for flaw in found}
    elif new > max(history):
        assert not found


@given(number=NUMBERS, data=st.data())
def test_no_number_stands_twice_in_a_document(number: tuple[int, ...], data: st.DataObject) -> None:
    again = data.draw(with_zeros(number))
    (flaw,) = flaws(text(number), again, published=[])
    assert flaw.at == "/skus/0/images/1/version"
    assert again in flaw.message


@given(st.text(max_size=30) | st.from_regex(r"[0-9.]{0,12}"))
def test_no_text_makes_the_order_raise(version: str) -> None:
    found = flaws("2.0.0", version, published=["1.0.0", version])
    assert version_key(version) or not any(flaw.at == "/skus/0/images/1/version" for flaw in found)


def versions_of(report: Report) -> set[tuple[str, str]]:
    mine = (f for f in report.findings if f.code.startswith("VER") or f.rule == "field-required")
    return {(f.severity.value, f.rule) for f in mine}


def test_every_hostile_version_gets_one_clear_answer(shared: Path, tmp_path: Path) -> None:
    """Leading zeros in a new version are refused by contract; the length counts in Partner Center."""
    lines = (shared / "badinputs" / "lists" / "versions.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, lines):
        case = Case("", row["why"], profile="partner-center", set={"/skus/0/images/0/version": row["value"]})
        found = versions_of(case.run(tmp_path / str(row["n"])))
        strict = row["code"] == "VERSION.LEADING_ZERO"
        expected = {"accept": set(), "warn": {"warning"}, "reject": {"error"}}[
            "reject" if strict else row["expect"]
        ]
        assert {severity for severity, _ in found} == expected, (row, found)
        assert len(found) == len(expected), (row, found)
