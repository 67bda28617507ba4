"""The JSON Schema of the offer format accepts what the reader accepts, and knows every key."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from publisher.cli import run


@pytest.fixture
def validator(capsys: pytest.CaptureFixture[str]) -> Draft202012Validator:
    """As an editor would use what is printed."""
    assert run(["schema", "offer"]) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def load(folder: Path) -> Any:
    return yaml.safe_load((folder / "offer.yaml").read_text(encoding="utf-8"))


def test_the_demo_fits(validator: Draft202012Validator, demo: Path) -> None:
    assert list(validator.iter_errors(load(demo))) == []


def test_the_example_fits(validator: Draft202012Validator, shared: Path) -> None:
    assert list(validator.iter_errors(load(shared / "examples" / "relaygate-mail"))) == []


def test_a_new_folder_fits(validator: Draft202012Validator, tmp_path: Path) -> None:
    assert run(["init", str(tmp_path)]) == 0
    assert list(validator.iter_errors(load(tmp_path))) == []


def test_everything_as_text_fits(validator: Draft202012Validator, demo: Path) -> None:
    texts = yaml.load((demo / "offer.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert list(validator.iter_errors(texts)) == []


@pytest.mark.parametrize(
    "pointer",
    ["", "listing/en-us", "listing/en-us/logos", "listing/en-us/links/0", "listing/en-us/description", "legal",
     "support/customer", "staging", "skus/0", "skus/0/listing/en-us", "skus/0/prices/SE", "skus/0/ports/0",
     "skus/0/operating_system", "skus/0/images/0", "skus/0/images/0/os_vhd", "skus/0/images/0/data_vhds/0"],
)  # fmt: skip
def test_an_unknown_key_is_marked_everywhere(
    validator: Draft202012Validator, demo: Path, pointer: str
) -> None:
    document = place = load(demo)
    for key in filter(None, pointer.split("/")):
        place = place[int(key)] if isinstance(place, list) else place[key]
    place["titel"] = "x"
    assert not validator.is_valid(document)


@pytest.mark.parametrize(
    ("key", "value"),
    [("billing", "monthly"), ("hidden", "yes"), ("regions", "SE"), ("ports", {"label": "x"}), ("prices", []),
     ("images", [{"data_vhds": [{"lun": -1}]}]), ("images", [{"size_gb": "1.5"}]), ("images", [{"size_gb": 1.5}]),
     ("prices", {"SE": {"per_hour_by_cores": {"2": "0,5"}}}), ("images", [{"os_vhd": {}}])],
)  # fmt: skip
def test_another_shape_is_marked(validator: Draft202012Validator, demo: Path, key: str, value: Any) -> None:
    document = load(demo)
    document["skus"][0][key] = value
    assert not validator.is_valid(document)


def test_every_key_is_explained(validator: Draft202012Validator) -> None:
    for owner in (validator.schema, *validator.schema["$defs"].values()):
        assert all(field["description"] for field in owner["properties"].values())
