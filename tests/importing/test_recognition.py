"""What is no offer of another tool gets one clear answer, and nothing is written."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.document.writing import write_folder
from publisher.errors import PublisherError
from publisher.importing import read_offer
from tests.importing.conftest import HERE, Desk
from tests.importing.test_azpc import LISTING
from tests.ingestion.offers import rich
from tests.ingestion.store import stored

OTHERS = {
    "an offer folder's document": "format: vm-offer/1\nskus: []\n",
    "a list": "[1, 2]",
    "a word": "hello",
    "an empty object": "{}",
    "a swagger": '{"swagger": "2.0", "paths": {}}',
    "a list of offers": '{"value": [{"id": "x"}]}',
    "a definition of nothing": '{"definition": {"x": 1}}',
    "a definition of another type": '{"definition": []}',
}
BROKEN = {
    "a key twice": '{"id": 1, "id": 2}',
    "NaN": '{"id": NaN}',
    "a comment": '{"id": 1} // x',
    "deep": "[" * 5_000,
    "a long number": f'{{"id": {"9" * 5_000}}}',
    "many": "[" + "{}," * 200_001 + "{}]",
    "nothing": "",
    "YAML with an alias": "json_listing_config: &x y\nb: *x\n",
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_is_something_else_is_told_with_what_is_known(case: str, desk: Desk) -> None:
    code, out, err = desk.take(desk.file(OTHERS[case], "their.txt"))
    assert (code, out) == (2, "")
    assert "no offer of another tool" in err
    assert "cure: known are: a resource tree" in err
    assert not desk.target.exists()


def test_a_plan_alone_is_told_from_an_offer(desk: Desk, portal_offer: Any) -> None:
    code, _, err = desk.take(portal_offer["definition"]["plans"][0])
    assert code == 2
    assert "one plan of an offer of the Cloud Partner Portal" in err


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_read_is_told_with_its_place(case: str, desk: Desk) -> None:
    code, out, err = desk.take(desk.file(BROKEN[case], "their.txt"))
    assert (code, out) == (2, "")
    assert "their.txt" in err
    assert "cure:" in err
    assert not desk.target.exists()


def test_every_hostile_document_gets_one_clear_answer(desk: Desk, shared: Path) -> None:
    for file in sorted((shared / "badinputs" / "json").glob("*")):
        code, out, err = desk.call("import", str(file), str(desk.target))
        assert (code, out) == (2, ""), file
        assert err.count("error: ") == 1
        assert file.name in err
        assert not desk.target.exists()


def test_a_folder_that_holds_something_is_not_touched(desk: Desk, portal_offer: Any) -> None:
    desk.target.mkdir()
    (desk.target / "notes.txt").write_text("mine")
    code, _, err = desk.take(portal_offer)
    assert code == 2
    assert "is not empty" in err
    assert os.listdir(desk.target) == ["notes.txt"]


def test_without_a_name_the_folder_is_called_like_the_offer(desk: Desk, portal_offer: Any) -> None:
    assert desk.call("import", str(desk.file(portal_offer)))[1] == "tidegauge-logger/offer.yaml\n"
    portal_offer["id"] = "../../etc"
    assert desk.call("import", str(desk.file(portal_offer)))[1] == "imported-offer/offer.yaml\n"
    assert sorted(path.name for path in desk.folder.iterdir()) == [
        "imported-offer",
        "their.json",
        "tidegauge-logger",
    ]


def test_names_in_a_document_never_lead_out_of_the_folder(desk: Desk, portal_offer: Any) -> None:
    plan = portal_offer["definition"]["plans"][0]
    plan["planId"] = "../../../evil"
    plan["microsoft-azure-virtualmachines.skuDescription"] = "long " * 100
    desk.offer(portal_offer)
    assert (desk.target / "texts" / "sku-evil.html").exists()
    assert sorted(path.name for path in desk.folder.iterdir()) == ["offer", "their.json"]


def test_characters_that_no_text_may_hold_are_taken_out_and_told(desk: Desk, portal_offer: Any) -> None:
    shop = portal_offer["definition"]["offer"]
    shop["microsoft-azure-marketplace.title"] = "Tide\u202egauge\ud800"
    shop["microsoft-azure-marketplace.description"] = "<p>One.</p>\r\n<p>Two.</p>"
    listing = desk.offer(portal_offer).listing["en-us"]
    assert (listing.title, listing.description.value) == ("Tidegauge", "<p>One.</p>\n<p>Two.</p>")
    assert "title']` | no text of an offer may hold U+202E, U+D800; the rest" in desk.report


def test_a_report_is_inert(desk: Desk, portal_offer: Any) -> None:
    portal_offer["<script>`|"] = "<img src=x>|`x`"
    desk.take(portal_offer)
    assert "<script>" not in desk.report
    assert "<img" not in desk.report


def keys_of(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in keys_of(item)}
    return {key for item in value for key in keys_of(item)} if isinstance(value, list) else set()


PORTAL = json.loads((HERE / "portal-offer.json").read_text(encoding="utf-8"))
TREE = {"resources": json.loads(json.dumps(list(stored(rich()).read())))}
KEYS = sorted(
    keys_of(PORTAL) | keys_of(LISTING) | {"regionPrices", "individually", "1core", "1.0.0", "resources"}
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 10**20), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.sampled_from(["USD", "US", "https://x.example/a.png?sig=x", "1.0.0", "../x"]),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(st.sampled_from(KEYS), deeper, max_size=6),
    max_leaves=12,
)


def mutated(value: Any, path: list[int], new: Any) -> Any:
    """The value with something else at the end of a path, which counts children."""
    if not path or not isinstance(value, dict | list) or not value:
        return new
    copied = dict(value) if isinstance(value, dict) else list(value)
    places = list(copied) if isinstance(copied, dict) else range(len(copied))
    place: Any = places[path[0] % len(places)]
    copied[place] = mutated(copied[place], path[1:], new)
    return copied


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([PORTAL, LISTING, TREE]), st.lists(st.integers(0, 50), min_size=1, max_size=9), ANYTHING
)
def test_known_keys_with_odd_values_never_break_the_program(
    tmp_path: Path, source: Any, path: list[int], new: Any
) -> None:
    odd(tmp_path, mutated(source, path, new))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANYTHING)
def test_nor_does_anything_made_of_them(tmp_path: Path, content: Any) -> None:
    odd(tmp_path, {"definition": {"offer": content, "plans": [content]}, "id": content})
    odd(tmp_path, {"offer_listing": {"title": "x"}, "plan_overview": content, "property_settings": content})
    odd(tmp_path, content)


def odd(folder: Path, content: Any) -> None:
    """Import it: an offer folder that reads, or an error with a cure."""
    file = folder / "odd.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    target = folder / os.urandom(6).hex()
    with suppress(PublisherError):
        write_folder(read_offer(file).new, target)
    assert target.exists() == (target / "offer.yaml").exists() == (target / "import-report.md").exists()
