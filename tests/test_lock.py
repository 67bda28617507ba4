"""The lock file: what is written is read back, and what is doubtful is refused with its place."""

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from publisher.baseline import LiveTerms, Locked, LockedPrice, PublishedSku
from publisher.lifecycle import workflow
from publisher.lock import (
    LOCK,
    STATES,
    Live,
    Lock,
    LockBroken,
    LockNotWritten,
    published,
    read_lock,
    write_lock,
)
from publisher.locked import facts, locked_from

LOCKED = Locked(
    billing="hourly",
    prices={
        "US": LockedPrice(currency="USD", per_hour_by_cores={"16": Decimal("0.50"), "2": Decimal("0.05")})
    },
    regions=("DE", "US"),
    ports=("443/tcp",),
    hidden=False,
    data_vhds=1,
)
LIVE = Live(revision=3, digest="ab" * 32, since=datetime(2026, 9, 1, 12, tzinfo=UTC), hero=False)
EXAMPLE = Lock(
    publisher="tidewater-labs",
    offer="beacon-metrics",
    skus=(
        PublishedSku(id="hourly", state="live", versions=("2.4.0", "2026.01.09"), locked=LOCKED),
        PublishedSku(id="byol", state="staging", versions=(), locked=None),
    ),
    live=LIVE,
    staged=True,
    events=9,
    head="cd" * 32,
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    assert write_lock(tmp_path, EXAMPLE)
    assert read_lock(tmp_path) == EXAMPLE
    assert os.listdir(tmp_path) == [LOCK]


def test_how_an_offer_is_sold_is_kept_where_it_is_known(tmp_path: Path) -> None:
    price = LockedPrice(currency="USD", per_hour_by_cores={}, flat_per_hour=Decimal("1.50"))
    free = LockedPrice(currency="CNY", per_hour_by_cores={}, free=True)
    sold = PublishedSku(
        id="hourly", state="live", versions=(), locked=replace(LOCKED, prices={"US": price, "CN": free}),
        terms=LiveTerms(visibility="private", clouds=("global", "government")),
    )  # fmt: skip
    lock = replace(EXAMPLE, skus=(sold,), live=replace(LIVE, standard_contract=True))
    assert write_lock(tmp_path, lock)
    assert read_lock(tmp_path) == lock
    assert published(lock).standard_contract is True


def test_an_offer_without_a_lock_file(tmp_path: Path) -> None:
    assert read_lock(tmp_path) is None


def test_the_file_says_what_is_promised(tmp_path: Path) -> None:
    write_lock(tmp_path, EXAMPLE)
    assert json.loads((tmp_path / LOCK).read_text(encoding="utf-8")) == {
        "lock": 1,
        "publisher": "tidewater-labs",
        "offer": "beacon-metrics",
        "skus": [
            {
                "id": "hourly",
                "state": "live",
                "versions": ["2.4.0", "2026.01.09"],
                "locked": {
                    "billing": "hourly",
                    "prices": {"US": {"currency": "USD", "per_hour_by_cores": {"2": "0.05", "16": "0.5"}}},
                    "regions": ["DE", "US"],
                    "ports": ["443/tcp"],
                    "hidden": False,
                    "data_vhds": 1,
                },
            },
            {"id": "byol", "state": "staging", "versions": [], "locked": {}},
        ],
        "live": {"revision": 3, "digest": "ab" * 32, "since": "2026-09-01T12:00:00Z", "hero": False},
        "staged": True,
        "events": 9,
        "head": "cd" * 32,
    }


def test_cores_stand_in_order_and_each_price_on_a_line_of_its_own(tmp_path: Path) -> None:
    write_lock(tmp_path, EXAMPLE)
    text = (tmp_path / LOCK).read_text(encoding="utf-8")
    assert '              "2": "0.05",\n              "16": "0.5"\n' in text
    assert text.endswith("}\n")


def test_equal_content_is_not_written_again(tmp_path: Path) -> None:
    write_lock(tmp_path, EXAMPLE)
    before = (tmp_path / LOCK).stat()
    assert not write_lock(tmp_path, EXAMPLE)
    assert (tmp_path / LOCK).stat().st_ino == before.st_ino
    assert write_lock(tmp_path, replace(EXAMPLE, events=10))


def test_a_folder_that_takes_no_file_says_so_and_keeps_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / LOCK).mkdir()
    with pytest.raises(LockNotWritten, match=r"offer\.lock\.json: is a directory"):
        write_lock(tmp_path, EXAMPLE)
    assert os.listdir(tmp_path) == [LOCK]
    with pytest.raises(LockNotWritten, match="no such file"):
        write_lock(tmp_path / "gone", EXAMPLE)


def test_locked_facts_and_back() -> None:
    assert locked_from(facts(LOCKED)) == LOCKED
    assert locked_from(json.loads(json.dumps(facts(LOCKED)))) == LOCKED


def test_the_states_are_those_of_the_workflow() -> None:
    assert set(STATES) == set(workflow("sku").states)


def test_as_a_measure_for_changes() -> None:
    known = published(EXAMPLE)
    assert (known.source, known.live) == ("lock", True)
    hourly, byol = known.skus
    assert hourly.locked == LOCKED
    assert byol.locked is None


@pytest.mark.parametrize(
    ("live", "staged", "hero"),
    [
        (None, True, None),  # never live: nobody knows here
        (LIVE, False, False),
        (LIVE, True, None),  # a banner may stand in the staging slot
        (replace(LIVE, hero=True), True, True),
    ],
)
def test_whether_a_banner_was_staged(live: Live | None, staged: bool, hero: bool | None) -> None:
    assert published(replace(EXAMPLE, live=live, staged=staged)).hero is hero


def broken(folder: Path, at: str, value: Any) -> str:
    """What is said of the example with one value changed; `...` takes it away."""
    write_lock(folder, EXAMPLE)
    data = node = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    *above, last = at.split("/")
    for part in above:
        node = node[int(part) if isinstance(node, list) else part]
    last = int(last) if isinstance(node, list) else last  # type: ignore[assignment]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    (folder / LOCK).write_text(json.dumps(data, indent=2), encoding="utf-8")
    with pytest.raises(LockBroken) as caught:
        read_lock(folder)
    assert caught.value.line > 0
    return caught.value.message


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        ("lock", 2, "lock: format 2 is not known"),
        ("lock", ..., "lock: is missing"),
        ("lock", "1", "lock: a whole number"),
        ("publisher", "", "publisher: is empty"),
        ("offer", 7, "offer: a text"),
        ("offer", "x" * 201, "offer: a text of at most 200"),
        ("colour", "red", "colour: is not known"),
        ("skus", {}, "skus: a list"),
        ("skus/1/id", "hourly", "skus: the ID 'hourly' stands twice"),
        ("skus/0/state", "sleeping", "skus[0].state: 'sleeping' is not one of"),
        ("skus/0/versions/0", "2.4", "skus[0].versions[0]: a version X.Y.Z"),
        ("skus/0/versions/0", "2.4.0\n", "skus[0].versions[0]: a version X.Y.Z"),
        ("skus/0/locked", {}, "skus[0].locked: is empty, though the SKU is live"),
        ("skus/0/locked", None, "skus[0].locked: fields"),
        ("skus/0/locked/ports", ..., "skus[0].locked.ports: is missing"),
        ("skus/0/locked/hidden", "no", "skus[0].locked.hidden: true or false"),
        ("skus/0/locked/hidden", None, "skus[0].locked.hidden: true or false"),
        ("skus/0/locked/data_vhds", -1, "skus[0].locked.data_vhds: a whole number"),
        ("skus/0/locked/data_vhds", 1.5, "skus[0].locked.data_vhds: a whole number"),
        ("skus/0/locked/prices/US/currency", ..., "skus[0].locked.prices.US.currency: is missing"),
        (
            "skus/0/locked/prices/US/per_hour_by_cores/2",
            "1e3",
            "skus[0].locked.prices.US.per_hour_by_cores.2: an amount",
        ),
        (
            "skus/0/locked/prices/US/per_hour_by_cores/two",
            "1",
            "skus[0].locked.prices.US.per_hour_by_cores: 'two' has no place here",
        ),
        ("live", [], "live: fields"),
        ("live/since", "yesterday", "live.since: a time"),
        ("live/hero", ..., "live.hero: is missing"),
        ("staged", 1, "staged: true or false"),
        ("events", "9", "events: a whole number"),
        ("head", None, "head: a text"),
    ],
)
def test_a_doubtful_field_is_named(tmp_path: Path, at: str, value: Any, says: str) -> None:
    assert says in broken(tmp_path, at, value)


def test_the_place_is_named(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text('{\n  "lock": 1,\n  "publisher": 5}', encoding="utf-8")
    with pytest.raises(LockBroken) as caught:
        read_lock(tmp_path)
    assert caught.value.message == "offer: is missing"
    (tmp_path / LOCK).write_text('{\n  "lock": x}', encoding="utf-8")
    with pytest.raises(LockBroken) as caught:
        read_lock(tmp_path)
    assert (caught.value.line, caught.value.column) == (2, 11)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"[]", "the file: fields"),
        (b"\xff", "UTF-8"),
        (b'{"lock": 1, "lock": 1}', "stands twice"),
        (b"[" * 100, "deeper than 32"),
        (b" " * 9_000_000, "bytes"),
        (b'{"lock": 1e999}', "lock: a whole number"),
    ],
)
def test_a_file_that_is_no_lock(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / LOCK).write_bytes(data)
    with pytest.raises(LockBroken, match=says):
        read_lock(tmp_path)


def test_a_link_into_nothing_is_not_the_same_as_no_lock(tmp_path: Path) -> None:
    (tmp_path / LOCK).symlink_to("gone")
    with pytest.raises(LockBroken, match="does not exist"):
        read_lock(tmp_path)
    (tmp_path / LOCK).unlink()
    (tmp_path / LOCK).mkdir()
    with pytest.raises(LockBroken, match="regular file"):
        read_lock(tmp_path)


def test_amounts_may_be_numbers_and_keep_their_digits(tmp_path: Path) -> None:
    write_lock(tmp_path, EXAMPLE)
    text = (tmp_path / LOCK).read_text(encoding="utf-8")
    (tmp_path / LOCK).write_text(text.replace('"0.05"', "0.10000000"), encoding="utf-8")
    lock = read_lock(tmp_path)
    assert lock
    assert lock.skus[0].locked
    assert lock.skus[0].locked.prices["US"].per_hour_by_cores["2"] == Decimal("0.1")


def test_a_day_without_a_zone_is_a_day_of_utc(tmp_path: Path) -> None:
    write_lock(tmp_path, EXAMPLE)
    text = (tmp_path / LOCK).read_text(encoding="utf-8")
    (tmp_path / LOCK).write_text(text.replace("2026-09-01T12:00:00Z", "2026-09-01"), encoding="utf-8")
    lock = read_lock(tmp_path)
    assert lock
    assert lock.live
    assert lock.live.since == datetime(2026, 9, 1, tzinfo=UTC)


def test_a_copy_of_the_folder_keeps_the_lock(tmp_path: Path) -> None:
    write_lock(tmp_path, EXAMPLE)
    copy = Path(shutil.copytree(tmp_path, tmp_path / "copy"))
    assert not write_lock(copy, EXAMPLE)
