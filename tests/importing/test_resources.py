"""Resource trees of the Product Ingestion API become offer folders."""

import json
from typing import Any

import pytest

from publisher.diff import changes
from publisher.document.built import offer_of
from publisher.document.canonical import canonical
from publisher.errors import MarketplaceUnavailable
from publisher.importing import read_offer
from publisher.ingestion import folder_of
from tests.importing.conftest import Desk
from tests.ingestion.offers import rich
from tests.ingestion.store import stored

TREE = "https://schema.mp.microsoft.com/schema/resource-tree/2022-03-01-preview2"


@pytest.fixture(scope="module")
def tree() -> Any:
    """A product of several plans, as the API answers."""
    return {
        "$schema": TREE,
        "root": "product/x",
        "target": {"targetType": "draft"},
        "resources": list(stored(rich()).read()),
    }


def test_the_folder_is_that_of_a_pull(desk: Desk, tree: Any) -> None:
    offer = desk.offer(tree, "--publisher", "atelier-nimbus")
    pulled = folder_of(tree["resources"], publisher="atelier-nimbus", fetch=None)
    assert list(changes(canonical(offer_of(pulled)), canonical(offer))) == []
    assert offer.publisher == "atelier-nimbus"
    assert "SAS_XS_1_0_0_OS" in (desk.target / "secrets.env").read_text()
    assert "the file was not downloaded" in desk.report


def test_pictures_are_fetched_or_the_fault_is_told(desk: Desk, tree: Any) -> None:
    file = desk.file(tree)
    new = read_offer(file, fetch=lambda url: b"picture").new
    assert any(name.startswith("media/") for name in new.files)

    def fetch(url: str) -> bytes:
        raise MarketplaceUnavailable("upload.example did not answer")

    left = read_offer(file, fetch=fetch).new.left_out
    assert left[0].reason == "no file was fetched: upload.example did not answer"


@pytest.mark.parametrize("shape", ["list", "configure"])
def test_other_ways_to_keep_resources_are_the_same(desk: Desk, tree: Any, shape: str) -> None:
    content = tree["resources"] if shape == "list" else {"$schema": "x", "resources": tree["resources"]}
    assert desk.offer(content).offer == "carto-flux"


def test_what_is_found_is_what_is_missing(desk: Desk, tree: Any) -> None:
    desk.take(tree)
    assert "document-unknown-key" not in desk.findings()
    assert {"publisher-id-format", "logo-set"} <= set(desk.findings())


def test_other_products_and_broken_members_are_errors(desk: Desk, tree: Any) -> None:
    product = next(item for item in tree["resources"] if "/product/" in item["$schema"])
    code, _, err = desk.take({"resources": [product | {"type": "azureContainer"}]})
    assert (code, "no VM offer" in err) == (2, True)
    broken = json.loads(
        json.dumps(tree["resources"]).replace('"vmImageVersions": [', '"vmImageVersions": ["x", ')
    )
    code, _, err = desk.take(broken)
    assert (code, "has not the shape that its schema says" in err) == (2, True)
    assert not desk.target.exists()
