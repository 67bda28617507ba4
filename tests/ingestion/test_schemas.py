"""What is sent validates against the marketplace's own schemas, where those lie beside the project."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from publisher.document import read_document
from publisher.document.secrets import read_secrets
from publisher.ingestion import folder_of
from publisher.ingestion import schema as s
from tests.conftest import ROOT
from tests.ingestion.offers import rich
from tests.ingestion.store import Store, asked, stored, wanted

LONGEST = 400  # characters; the schemas' own patterns are exponential in Python


@cache
def common(folder: Path) -> Any:
    """What the schemas refer to: each brings some of it along, that of leads nothing."""
    schemas = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    parts = {uri: part for schema in schemas for uri, part in schema.get("$defs", {}).items() if "://" in uri}
    parts["https://product-ingestion.azureedge.net/schema/masked-secret/2022-03-01-preview2"] = {
        "const": "*********"
    }
    return Registry().with_resources(
        (uri, DRAFT202012.create_resource(_tamed(part, ""))) for uri, part in parts.items()
    )


@cache
def validator(folder: Path, kind: str) -> Any:
    schema = json.loads((folder / f"{kind}-2022-03-01-preview2.json").read_text("utf-8"))
    schema = _tamed({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"}, kind)
    return jsonschema.Draft202012Validator(schema, registry=common(folder))


def _tamed(schema: Any, kind: str) -> Any:
    """The schema with patterns that do not explode, and without its known slips."""
    if isinstance(schema, dict):
        tamed = {key: _tamed(item, kind) for key, item in schema.items()}
        if str(tamed.get("pattern", "")).startswith("^[a-z](-?[a-z0-9]+)*/"):
            tamed["pattern"] = "^[a-z][a-z0-9-]*/[a-z0-9/-]+$"
        if tamed.get("title") == "Items" and kind == s.RESELLER:
            tamed.pop("required")  # it requires `id` and knows only `resourceId`
        return tamed
    return [_tamed(item, kind) for item in schema] if isinstance(schema, list) else schema


def longest(value: Any) -> int:
    if isinstance(value, dict):
        return max(
            (longest(item) for key, item in value.items() if key in {"id", "product", "plan", "listing"}),
            default=0,
        )
    return len(value) if isinstance(value, str) else 0


def assert_valid(resources: list[dict[str, Any]], shared: Path) -> None:
    for resource in resources:
        assert longest(resource) < LONGEST
        kind = s.kind_of(resource)
        errors = [
            f"{kind}{error.json_path[1:]}: {error.message}"
            for error in validator(shared / "domain" / "schemas", kind).iter_errors(resource)
        ]
        assert errors == []


@pytest.mark.parametrize("name", ["templates/demo/beacon-metrics", "examples/relaygate-mail"])
def test_payloads_of_classic_offers(name: str, shared: Path) -> None:
    folder = ROOT / name if (ROOT / name).exists() else shared / name
    offer = read_document(folder, read_secrets(next(folder.glob("*.env")))).offer
    assert offer
    assert_valid(asked(offer, Store(), None), shared)


def test_payloads_of_a_rich_offer_that_is_new(shared: Path) -> None:
    assert_valid(wanted(rich(), Store(), None), shared)


def test_payloads_of_a_rich_offer_that_is_there(shared: Path) -> None:
    store = stored(rich())
    back = folder_of(store.read(), publisher="atelier-nimbus", fetch=store.files.__getitem__)
    assert_valid(wanted(back, store, store.tree()), shared)
