"""What differs between two contents: which fields, how they are matched, what is locked, how it reads."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.diff import Change, changes, summary
from publisher.document import read_document
from publisher.document.canonical import canonical
from publisher.document.secrets import Secrets, read_secrets
from publisher.excerpt import excerpt, shown

FACTS = {
    "billing": "hourly",
    "prices": {"SE": {"currency": "SEK", "per_hour_by_cores": {"2": "0.9"}}},
    "regions": ["SE"],
    "ports": ["443/tcp"],
    "hidden": False,
    "data_vhds": 1,
}
DOCUMENT: dict[str, Any] = {
    "publisher": "tidewater",
    "offer": "beacon",
    "listing": {
        "en-us": {
            "title": "Beacon",
            "logos": {"hero": {"sha256": "a" * 64, "bytes": 3424}},
            "links": [{"title": "Guide", "url": "https://a.example/"}, {"title": "API", "url": "https://b.example/"}],
        }
    },
    "skus": [
        {
            "id": "hourly",
            "billing": "hourly",
            "hidden": False,
            "listing": {"en-us": {"title": "By the hour"}},
            "regions": ["SE"],
            "prices": {"SE": {"currency": "SEK", "per_hour_by_cores": {"2": "0.9"}}},
            "recommended_sizes": ["D2", "D4"],
            "ports": [{"label": "https", "range": "443", "protocol": "tcp"}],
            "images": [
                {
                    "version": "2.4.0",
                    "os_vhd": "https://a.example/os.vhd",
                    "data_vhds": [{"lun": 0, "url": "https://a.example/d.vhd"}],
                }
            ],
        },
        {"id": "byol", "billing": "byol", "hidden": False},
    ],
}  # fmt: skip
STAGED: dict[str, Any] = {"hourly": FACTS, "byol": {}}


def edited(edit: str, document: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    """A copy of the document after a statement about `d`, its first SKU `s`, and its listing `en`."""
    copy = deepcopy(document)
    exec(edit, {"d": copy, "s": copy["skus"][0], "en": copy["listing"]["en-us"]})
    return copy


def lines(edit: str, locks: dict[str, Any] | None = None) -> list[str]:
    found = changes(DOCUMENT, edited(edit), locks)
    return [f"{change.kind} {change.line()}{' locked' if change.locked else ''}" for change in found]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ("pass", []),
        ("en['title'] = 'Beacon 2'", ['~ listing.en-us.title: Beacon -> "Beacon 2"']),
        ("en['summary'] = 'New'", ["+ listing.en-us.summary: New"]),
        ("d['skus'].reverse()", ["~ skus.order: hourly, byol -> byol, hourly"]),
        ("d['skus'].insert(0, {'id': 'ent'})", ["+ skus[ent].id: ent"]),
        ("s['images'][0]['version'] = '2.04.0'", ["~ skus[hourly].images[2.04.0].version: 2.4.0 -> 2.04.0"]),
        ("s['images'].insert(0, {'version': '2.5.0'})", ["+ skus[hourly].images[2.5.0].version: 2.5.0"]),
        ("s['recommended_sizes'].append('D8')", ["+ skus[hourly].recommended_sizes: D8"]),
        (
            "s['recommended_sizes'].reverse()",
            ["~ skus[hourly].recommended_sizes.order: D2, D4 -> D4, D2"],
        ),
        (
            "en['links'][0]['url'] = 'https://c.example/'",
            ["~ listing.en-us.links[Guide].url: https://a.example/ -> https://c.example/"],
        ),
        (
            "en['links'][0]['title'] = 'Manual'",
            ["~ listing.en-us.links[Manual].title: Guide -> Manual"],
        ),
        ("del en['links'][0]", ["- listing.en-us.links[Guide]: title Guide, url https://a.example/"]),
        (
            "s['images'][0]['data_vhds'][0]['size_gb'] = 4",
            ["+ skus[hourly].images[2.4.0].data_vhds[0].size_gb: 4"],
        ),
        ("s['hidden'] = True", ["~ skus[hourly].hidden: false -> true"]),
    ],
)
def test_each_field_is_a_change_with_its_path(edit: str, expected: list[str]) -> None:
    assert lines(edit) == expected


@pytest.mark.parametrize(
    "edit",
    [
        "d['offer'] = 'beacon-2'",
        "d['publisher'] = 'other'",
        "d['skus'].pop()",
        "d.pop('skus'); d['skus'] = []",
        "s['id'] = 'hourly-2'",
        "s['billing'] = 'byol'",
        "s['hidden'] = True",
        "s['prices']['SE']['per_hour_by_cores']['2'] = '1'",
        "s['prices']['SE']['per_hour_by_cores']['4'] = '1'",
        "del s['prices']",
        "s['regions'] = ['DE']",
        "del s['regions']",
        "s['ports'][0]['range'] = '8443'",
        "s['ports'].append({'label': 'web', 'range': '80', 'protocol': 'tcp'})",
        "del s['ports']",
        "s['images'][0]['data_vhds'].append({'lun': 1})",
        "s['images'].append({'version': '2.5.0', 'data_vhds': [{'lun': 0}, {'lun': 1}]})",
        "del s['images'][0]['data_vhds']",
        "del en['logos']['hero']",
        "del d['listing']['en-us']",
    ],
)
def test_what_may_not_change_once_live_is_marked(edit: str) -> None:
    assert any(line.endswith(" locked") for line in lines(edit, STAGED))
    assert not any(line.endswith(" locked") for line in lines(edit))


@pytest.mark.parametrize(
    "edit",
    [
        "en['title'] = 'Beacon 2'",
        "s['free_trial'] = 'one-month'",
        "s['regions'].append('DE')",
        "s['prices']['DE'] = {'currency': 'EUR', 'per_hour_by_cores': {'2': '1'}}",
        "s['ports'][0]['label'] = 'web'",
        "s['images'].append({'version': '2.5.0', 'data_vhds': [{'lun': 0}]})",
        "s['images'][0]['data_vhds'][0]['size_gb'] = 4",
        "d['skus'].append({'id': 'ent', 'billing': 'hourly'})",
        "d['skus'][1]['billing'] = 'hourly'",  # staged, but never live
        "en['logos']['hero'] = {'sha256': 'b' * 64, 'bytes': 1}",
    ],
)
def test_what_may_change_once_live_is_not_marked(edit: str) -> None:
    assert not any(line.endswith(" locked") for line in lines(edit, STAGED))


_NAMES = ["id", "version", "label", "range", "title", "caption"]
_LISTS = ["skus", "images", "data_vhds", "ports", "links", "sample_images"]
_TEXTS = st.sampled_from(["", "a", "b", "1.0.0", "1.0.00", "0"])


def _items(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = {"lun": st.integers(0, 2)} | dict.fromkeys(_NAMES, _TEXTS) | dict.fromkeys(_LISTS, inner)
    return st.lists(st.fixed_dictionaries({}, optional=fields), max_size=3) | st.lists(_TEXTS, max_size=3)


_DOCUMENTS = st.dictionaries(st.sampled_from(_LISTS), st.recursive(_TEXTS, _items, max_leaves=6), max_size=2)


@given(_DOCUMENTS, _DOCUMENTS)
def test_no_change_means_equal_documents(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert (changes(old, new) == []) == (old == new)


def test_a_disk_whose_secret_is_not_at_hand_is_not_compared(demo: Path) -> None:
    secrets = read_secrets(demo / "demo.env")
    old = canonical(read_document(demo, secrets).offer)  # type: ignore[arg-type]
    without = read_document(demo, Secrets(environ={}))
    assert changes(old, canonical(without.offer)) == []  # type: ignore[arg-type]
    assert [line.partition(" was ")[0] for line in summary(old, without)] == [
        "the disk behind the secret BEACON_OS_VHD",
        "the disk behind the secret BEACON_DATA_VHD",
    ]


def test_a_new_disk_is_shown_by_its_secret() -> None:
    version = "{'version': '2.5.0', 'os_vhd': 'unresolved:NEXT'}"
    assert lines(f"s['images'].append({version})")[1].endswith("os_vhd: secret NEXT, not looked up")


def test_a_summary_is_short_and_says_where_the_rest_is(demo: Path) -> None:
    found = summary({}, read_document(demo))
    assert len(found) == 15
    assert found[0] == "+ publisher: tidewater-labs"
    assert found[12].startswith("and ")
    assert "`publisher diff " in found[12]


def test_a_document_that_cannot_be_read_is_summed_up_by_its_problem(tmp_path: Path) -> None:
    (tmp_path / "offer.yaml").write_text("- a list\n")
    assert summary({}, read_document(tmp_path)) == ["fields (key: value) expected at the top"]


def _long(sha256: str, length: int) -> dict[str, Any]:
    return {"sha256": sha256, "length": length}


def test_a_long_text_is_named_by_its_length() -> None:
    change = Change(path="legal.terms", kind="~", old=_long("a", 13000), new=_long("b", 13370))
    assert change.line() == "legal.terms: text of 13,370 characters changed (before: 13,000)"


def test_a_long_text_can_show_what_differs() -> None:
    texts = {"a": "One. Two is here.\n" * 90 + "Last.", "b": "One. Two is here.\n" * 90 + "Last!"}
    assert excerpt(_long("a", 1625), _long("b", 1625), texts.get) == ["- Last.", "+ Last!"]
    assert excerpt(_long("a", 1625), _long("lost", 1), texts.get) == []
    assert excerpt("short", "text", texts.get) == []


def test_an_excerpt_shows_where_a_long_line_differs_and_ends_in_time() -> None:
    texts = {"a": "x" * 2000 + "\n" + "y\n" * 50, "b": "x" * 1000 + "z" + "x" * 999}
    found = excerpt(_long("a", 2100), _long("b", 2000), texts.get)
    assert len(found) == 13
    assert found[-1] == "... and 41 more lines"
    assert all(len(line) < 110 for line in found)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (False, "false"),
        ("two\nlines \x1b", '"two\\nlines \\u001b"'),
        ({"sha256": "e59cca07" * 8, "bytes": 3424}, "file of 3,424 bytes (sha256 e59cca07)"),
        ({"sha256": "a", "length": 5000}, "text of 5,000 characters"),
        ("x" * 70, "x" * 57 + "..."),
        (["a", "b"], "a, b"),
    ],
)
def test_a_value_stands_on_one_line(value: Any, expected: str) -> None:
    assert shown(value) == expected
