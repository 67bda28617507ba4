"""`publisher pull`: what stands in the marketplace as a folder that asks for nothing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.cli import run
from publisher.document import read_document
from publisher.document.built import offer_of
from publisher.document.canonical import content_files
from publisher.document.secrets import read_secrets
from publisher.lock import read_lock
from publisher.marketplaces.emulator import Emulator, start_emulator
from publisher.marketplaces.partner_center.assets import Uploaded
from publisher.marketplaces.partner_center.ingestion import Ingestion
from tests.ingestion.offers import rich
from tests.ingestion.store import Store, asked
from tests.rules.conftest import Case, write


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """A marketplace that the settings name."""
    with start_emulator(tmp_path / "emulator.db") as started:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PUBLISHER_TARGET", "emulator")
        monkeypatch.setenv("PUBLISHER_EMULATOR_URL", started.url)
        monkeypatch.setenv("PUBLISHER_LINKS_ASSUME", "*.tidewater-labs.example")
        yield started


@pytest.fixture
def emulator(empty: Emulator) -> Emulator:
    """One where the rich offer is live."""
    new = rich()
    for sku in new.offer["skus"]:
        sku.pop("deprecation", None)  # it names another offer, which is not there
    offer = offer_of(new)
    assets, files = Uploaded(empty.assets_url), content_files(offer)
    store = Store()
    store.asset_url = lambda _files: assets.url  # type: ignore[method-assign]
    assets.provide({assets.url(sha256, ""): data for sha256, data in files.items()})
    empty.seed(asked(offer, store, None), publish=True)
    return empty


def pull(*words: str) -> int:
    return run(["pull", *words])


def test_the_folder_holds_what_is_live(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pull("atelier-nimbus/carto-flux", "offer") == 0
    said = capsys.readouterr()
    assert said.out == "offer/offer.yaml\n"
    assert "this is what stands in live" in said.err
    document = read_document(tmp_path / "offer", read_secrets(tmp_path / "offer" / "secrets.env"))
    assert document.problems == ()
    assert document.offer
    assert {sku.id for sku in document.offer.skus} == {"payg", "byol", "sante-prive", "xs"}
    assert "sig=" not in document.texts["offer.yaml"]


def test_a_diff_right_after_it_is_empty(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    pull("atelier-nimbus/carto-flux", "offer")
    capsys.readouterr()
    assert run(["diff", "offer", "--exit-code", "--secrets-file", "offer/secrets.env"]) == 0
    assert run(["diff", "offer", "--exit-code"]) == 0


def test_the_lock_file_says_what_is_published(emulator: Emulator, tmp_path: Path) -> None:
    pull("atelier-nimbus/carto-flux", "offer")
    lock = read_lock(tmp_path / "offer")
    assert lock
    assert lock.live
    assert {sku.id: sku.versions for sku in lock.skus}["payg"] == ("2025.01.09", "2026.2.1")
    assert {sku.state for sku in lock.skus} == {"live"}


def test_a_draft_can_be_pulled_while_something_else_is_live(emulator: Emulator, tmp_path: Path) -> None:
    assert pull("atelier-nimbus/carto-flux", "offer", "--from", "draft") == 0
    assert read_lock(tmp_path / "offer")


def test_a_pulled_folder_is_edited_and_released(
    empty: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "mine", Case("", "", profile="partner-center"))
    release = ["--to", "live", "--confirm", "beacon-metrics", "--wait"]
    assert run(["release", "mine", *release, "--secrets-file", "mine/demo.env"]) == 0
    assert pull("beacon-metrics", "theirs") == 0
    (tmp_path / "theirs" / "secrets.env").unlink()  # what is published needs none
    text = (tmp_path / "theirs" / "offer.yaml").read_text("utf-8")
    (tmp_path / "theirs" / "offer.yaml").write_text(
        text.replace("Beacon Metrics Server", "Beacon Server"), "utf-8"
    )
    assert run(["diff", "theirs", "--exit-code"]) == 10
    assert run(["release", "theirs", *release]) == 0
    capsys.readouterr()
    assert run(["diff", "theirs", "--exit-code"]) == 0
    assert pull("beacon-metrics", "again") == 0
    assert run(["diff", "again", "--exit-code"]) == 0


def test_an_offer_of_another_machine_is_pulled_and_adopted(empty: Emulator, tmp_path: Path) -> None:
    write(tmp_path / "mine", Case("", "", profile="partner-center"))
    release = ["--to", "live", "--confirm", "beacon-metrics", "--wait"]
    assert run(["release", "mine", *release, "--secrets-file", "mine/demo.env"]) == 0
    shutil.rmtree(tmp_path / ".publisher")
    assert pull("tidewater-labs/beacon-metrics", "theirs") == 0
    assert run(["diff", "theirs", "--exit-code"]) == 0
    assert run(["adopt", "theirs", "--yes", "--secrets-file", "theirs/secrets.env"]) == 0
    assert run(["validate", "theirs", "--gate", "stage"]) == 0
    assert run(["diff", "theirs", "--exit-code"]) == 0


def test_nothing_is_overwritten(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "offer").mkdir()
    (tmp_path / "offer" / "notes.txt").write_text("mine")
    assert pull("atelier-nimbus/carto-flux", "offer") == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "offer").iterdir()] == ["notes.txt"]


def test_an_offer_that_is_not_there_is_said_to_be_missing(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pull("atelier-nimbus/no-such-offer", "offer") == 2
    assert "has nothing of no-such-offer in any target" in capsys.readouterr().err


def test_a_bare_id_must_be_known(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    assert pull("carto-flux", "offer") == 2
    assert "write publisher/offer" in capsys.readouterr().err


def test_the_embedded_marketplace_is_not_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert pull("a/b", "offer") == 2
    assert "holds only what was sent from here" in capsys.readouterr().err


def test_resources_of_another_shape_are_told_and_nothing_is_written(
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = Ingestion.resources

    def odd(self: Ingestion, product: str, target: str) -> list[dict[str, object]] | None:
        return [{**found, "vmImageVersions": "x"} for found in whole(self, product, target) or ()]

    monkeypatch.setattr(Ingestion, "resources", odd)
    assert pull("atelier-nimbus/carto-flux", "offer") == 3
    assert "atelier-nimbus/carto-flux: a resource has not the shape" in capsys.readouterr().err
    assert not (tmp_path / "offer").exists()
