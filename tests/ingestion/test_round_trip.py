"""A folder and the resources that say the same turn into each other without a loss."""

import json
from pathlib import Path
from typing import Any

import pytest

from publisher.diff import changes
from publisher.document import read_document
from publisher.document.built import offer_of
from publisher.document.canonical import canonical, content_files
from publisher.document.secrets import Secrets, read_secrets
from publisher.document.writing import NewFolder, write_folder
from publisher.errors import UsageError
from publisher.ingestion import carried, content_of, differences, folder_of
from tests.conftest import ROOT
from tests.ingestion.offers import rich
from tests.ingestion.store import Store, asked, stored, wanted


def carried_of(new: NewFolder) -> dict[str, Any]:
    offer = offer_of(new)
    return carried(canonical(offer), files=content_files(offer))


def pulled(store: Store, publisher: str = "atelier-nimbus") -> NewFolder:
    return folder_of(store.read(), publisher=publisher, fetch=store.files.__getitem__)


def sent_again(new: NewFolder, store: Store) -> list[Any]:
    current = store.tree()
    return differences(wanted(new, store, current), current)


def test_a_folder_comes_back_as_it_went() -> None:
    store = stored(rich())
    document, _files = content_of(store.read(), publisher="atelier-nimbus", fetch=store.files.__getitem__)
    assert list(changes(carried_of(rich()), document)) == []
    assert "verbatim" not in document
    assert pulled(store).left_out == ()


def test_what_came_back_asks_for_nothing() -> None:
    store = stored(rich())
    assert sent_again(rich(), store) == []
    assert sent_again(pulled(store), store) == []


def test_a_pulled_folder_is_one_that_can_be_read(tmp_path: Path) -> None:
    new = pulled(stored(rich()))
    document = read_document(
        write_folder(new, tmp_path / "offer"), read_secrets(tmp_path / "offer" / "secrets.env")
    )
    assert document.problems == ()
    assert document.unresolved == ()
    assert canonical(document.offer) == canonical(offer_of(new))


def test_nothing_is_uploaded_twice() -> None:
    store = stored(rich())
    before = list(store.uploads)
    wanted(rich(), store, store.tree())
    wanted(pulled(store), store, store.tree())
    assert len(before) == 5
    assert store.uploads == before


def test_secrets_have_readable_names_and_never_stand_in_the_document() -> None:
    new = pulled(stored(rich()))
    assert "SAS_PAYG_X64_GEN1_2026_2_1_OS" in new.secrets
    assert "SAS_XS_1_0_0_OS" in new.secrets
    assert "sig=" not in json.dumps(new.offer)


@pytest.mark.parametrize("again", [1, 2])
def test_what_is_carried_is_carried_again(again: int) -> None:
    offer = offer_of(rich())
    once = carried(canonical(offer), files=content_files(offer))
    assert carried(once, files=content_files(offer)) == once


def test_fields_without_a_home_make_no_difference() -> None:
    new = rich()
    for_us_alone = {"search_keywords": ["maps"]}
    new.offer["listing"]["en-us"] |= for_us_alone
    new.offer["legal"]["policies_url"] = "https://nimbus.example/policies"
    new.offer["certification"] = {"notes": "Log in as admin."}
    new.offer["skus"][0]["images"][2]["size_gb"] = 30
    assert carried_of(new) == carried_of(rich())


@pytest.mark.parametrize("name", ["templates/demo/beacon-metrics", "examples/relaygate-mail"])
def test_offers_of_the_classic_portal_come_back_as_they_went(name: str, shared: Path) -> None:
    folder = ROOT / name if (ROOT / name).exists() else shared / name
    offer = read_document(folder, read_secrets(next(folder.glob("*.env")))).offer
    assert offer
    store = Store()
    store.send(asked(offer, store, None))
    back, _ = content_of(store.read(), publisher=offer.publisher, fetch=store.files.__getitem__)
    assert list(changes(carried(canonical(offer), files=content_files(offer)), back)) == []


def test_disks_that_are_not_at_hand_stay_unresolved(demo: Path) -> None:
    offer = read_document(demo, Secrets({}, environ={})).offer
    assert offer
    assert carried(canonical(offer))["skus"][0]["images"][0]["os_vhd"] == "unresolved:BEACON_OS_VHD"


def test_other_products_are_refused() -> None:
    product = {
        "$schema": "https://schema.mp.microsoft.com/schema/product/2022-03-01-preview2",
        "type": "azureContainer",
    }
    with pytest.raises(UsageError, match="no VM offer"):
        folder_of([product], publisher="x", fetch=None)
