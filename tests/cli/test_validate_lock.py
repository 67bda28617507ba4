"""The lock file as the memory of a pipeline: alone, and beside a catalogue that may say otherwise."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from publisher.catalogue.database import open_engine
from publisher.cli import run
from publisher.settings import load_settings
from tests.cli.conftest import DEMO, Desk, Said

OFFER = Path("beacon-metrics")
LOCK = OFFER / "offer.lock.json"
LIVE = ("release", "beacon-metrics", "--to", "live", "--confirm", "beacon-metrics")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo offer went live as 2.4.0, and then as 2.4.1."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(DEMO, folder / OFFER)
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        here.setenv("PUBLISHER_LINKS_ASSUME", "*.tidewater-labs.example")
        assert run([*LIVE, "--secrets-file", f"{OFFER}/demo.env"]) == 0
        rewrite(lambda text: text.replace("2.4.0", "2.4.1"))
        assert run([*LIVE, "--secrets-file", f"{OFFER}/demo.env"]) == 0
    return folder


@pytest.fixture
def live(desk: Desk, published: Path) -> Desk:
    """The live offer, its lock file and the catalogue that knows it."""
    shutil.rmtree(OFFER)
    shutil.copytree(published, ".", dirs_exist_ok=True)
    return desk


@pytest.fixture
def alone(live: Desk) -> Desk:
    """A checkout on another machine: the folder with its lock file, and nothing else."""
    shutil.rmtree(".publisher")
    return live


def rewrite(edit: Callable[[str], str]) -> None:
    text = (OFFER / "offer.yaml").read_text(encoding="utf-8")
    changed = edit(text)
    assert changed != text
    (OFFER / "offer.yaml").write_text(changed, encoding="utf-8")


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def judge(desk: Desk, *options: str) -> Said:
    return desk("validate", "beacon-metrics", "--output-format", "json", *options)


def found(said: Said) -> dict[str, str]:
    """Severity by rule, without mere information."""
    findings = json.loads(said.out)["findings"]
    return {finding["rule"]: finding["severity"] for finding in findings if finding["severity"] != "info"}


def relock(edit: Callable[[dict[str, Any]], Any]) -> None:
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    edit(lock)
    LOCK.write_text(json.dumps(lock), encoding="utf-8")


CHANGES: dict[str, tuple[Callable[[str], str], str]] = {
    "publisher ID": (swap("publisher: tidewater-labs", "publisher: tidewater"), "publisher-id-immutable"),
    "offer ID": (swap("offer: beacon-metrics", "offer: beacon"), "offer-id-immutable"),
    "SKU renamed": (swap("- id: byol", "- id: own-licence"), "sku-id-immutable"),
    "SKU vanished": (lambda text: text[: text.index("  - id: byol")], "sku-id-immutable"),
    "billing model": (lambda text: re.sub("    prices:(\n      .*)*", "", text).replace(
        "billing: hourly\n    free_trial: one-month", "billing: byol"), "billing-model-immutable"),
    "price raised": (swap("2: 0.90", "2: 0.91"), "price-immutable"),
    "price of a size removed": (swap("{2: 0.90, ", "{"), "price-immutable"),
    "price of a size added": (swap("8: 2.90", "8: 2.90, 16: 5.00"), "price-immutable"),
    "currency": (swap("{currency: SEK", "{currency: EUR"), "price-immutable"),
    "region": (lambda text: text.replace("[SE, DE, US]", "[SE, US]").replace("      DE: {", "      # {"),
               "region-remove"),
    "lower version": (lambda text: text.replace("2.4.1", "2.3.9"), "version-increment"),
    "earlier version again": (lambda text: text.replace("2.4.1", "2.4.0"), "version-increment"),
    "port opened": (swap("range: 443, ", "range: 443-444, "), "port-immutable"),
    "port closed": (swap("      - {label: https, range: 443, protocol: tcp}\n", ""), "port-immutable"),
    "protocol": (swap("protocol: udp", "protocol: tcp"), "port-immutable"),
    "data disk removed": (lambda text: re.sub("        data_vhds:\n.*\n", "", text, count=1), "disk-count-change"),
    "SKU hidden": (swap("  - id: byol\n", "  - id: byol\n    hidden: true\n"), "visibility-immutable"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_pipeline_refuses_what_may_no_longer_change(alone: Desk, change: str) -> None:
    edit, rule = CHANGES[change]
    rewrite(edit)
    said = judge(alone)
    assert said.code == 1
    assert found(said)[rule] == "error"
    assert judge(alone, "--against", "lock").code == 1
    assert rule not in found(judge(alone, "--against", "none"))


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text,
        lambda text: text.replace("2.4.1", "2.4.2"),
        lambda text: text.replace("Beacon Metrics Server", "Beacon Metrics"),
        lambda text: text.replace("label: https", "label: web"),
        lambda text: text.replace("0.90", "0.900"),
    ],
    ids=["nothing", "version", "title", "label", "zeros"],
)
def test_a_pipeline_lets_pass_what_may_change(alone: Desk, edit: Callable[[str], str]) -> None:
    text = (OFFER / "offer.yaml").read_text(encoding="utf-8")
    (OFFER / "offer.yaml").write_text(edit(text), encoding="utf-8")
    assert "error" not in found(judge(alone)).values()


TODAYS: dict[str, tuple[Callable[[str], str], str]] = {
    "cloud": (swap("  - id: byol\n", "  - id: byol\n    clouds: [government]\n"), "cloud-remove"),
    "visibility": (swap("  - id: byol\n", "  - id: byol\n    visibility: private\n"), "visibility-public-to-private"),
}  # fmt: skip


@pytest.mark.parametrize("change", TODAYS)
def test_a_pipeline_refuses_what_partner_center_would(alone: Desk, change: str) -> None:
    edit, rule = TODAYS[change]
    assert rule not in found(judge(alone, "--profile", "partner-center"))
    rewrite(edit)
    assert found(judge(alone, "--profile", "partner-center"))[rule] == "error"
    assert rule not in found(judge(alone))


def test_a_pipeline_refuses_own_terms_in_place_of_the_standard_contract(alone: Desk) -> None:
    today = ("--profile", "partner-center", "--select", "terms-standard-lock")
    assert judge(alone, *today).code == 0
    relock(lambda lock: lock["live"].update(standard_contract=True))
    said = judge(alone, *today)
    assert (said.code, found(said)) == (1, {"terms-standard-lock": "error"})


def forget(lock: dict[str, Any]) -> None:
    """Make the lock file one from before these fields were kept."""
    lock["live"].pop("standard_contract")
    for sku in lock["skus"]:
        sku.pop("terms")


def test_a_lock_file_from_before_is_as_good_as_it_was(live: Desk) -> None:
    relock(forget)
    assert found(judge(live)) == {}
    shutil.rmtree(".publisher")
    assert found(judge(live)) == {}
    rewrite(TODAYS["cloud"][0])
    skipped = json.loads(judge(live, "--profile", "partner-center").out)["skipped"]
    reasons = {skip["rule"]: skip["reason"] for skip in skipped}
    assert {"cloud-remove", "terms-standard-lock"} <= reasons.keys()
    assert "was not recorded" in reasons["cloud-remove"]


def test_a_deleted_sku_never_comes_back(desk: Desk) -> None:
    for step in (LIVE, ("delete", "beacon-metrics", "--sku", "byol")):
        assert desk(*step).code == 0
    assert found(judge(desk)) == {}
    assert desk("delete", "beacon-metrics", "--sku", "byol", "--done").code == 0
    for against in ("lock", "catalogue"):
        assert found(judge(desk, "--against", against)) == {"sku-id-immutable": "error"}
    rewrite(lambda text: text.replace("2.4.0", "2.4.1"))
    assert "SKU byol was deleted: its ID cannot come back" in desk("stage", "beacon-metrics").out
    rewrite(lambda text: text[: text.index("  - id: byol")])
    assert "error" not in found(judge(desk)).values()


def test_nothing_is_made_where_no_catalogue_is(alone: Desk) -> None:
    assert judge(alone).code == 0
    assert not Path(".publisher").exists()
    assert judge(alone, "--against", "catalogue").code == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: LOCK.write_text(LOCK.read_text(encoding="utf-8")[:-20], encoding="utf-8"),
        lambda: relock(lambda lock: lock.pop("head")),
        lambda: relock(lambda lock: lock["skus"][0]["locked"].update(billing=5)),
        lambda: relock(lambda lock: lock.update(lock=2)),
        lambda: LOCK.write_bytes(b"<<<<<<< HEAD\n"),
    ],
    ids=["cut", "field gone", "wrong kind", "other format", "merge conflict"],
)
def test_an_altered_lock_file_is_an_error_never_no_lock_file(
    alone: Desk, spoil: Callable[[], object]
) -> None:
    spoil()
    said = judge(alone)
    assert (said.code, found(said)) == (1, {"lock-broken": "error"})
    assert judge(alone, "--ignore", "lock-broken").code == 2


@pytest.mark.parametrize("against", ["auto", "catalogue"])
def test_lock_file_and_catalogue_agree(live: Desk, against: str) -> None:
    assert found(judge(live, "--against", against)) == {}


@pytest.mark.parametrize(
    ("options", "finds"),
    [
        ((), {"lock-missing": "warning"}),
        (("--against", "catalogue"), {"lock-missing": "warning"}),
        (("--against", "none"), {}),
    ],
)
def test_a_lock_file_that_is_missing(live: Desk, options: tuple[str, ...], finds: dict[str, str]) -> None:
    LOCK.unlink()
    said = judge(live, *options)
    assert (said.code, found(said)) == (0, finds)


def test_a_lock_file_that_is_older_than_the_catalogue(live: Desk) -> None:
    earlier = LOCK.read_text(encoding="utf-8")
    rewrite(lambda text: text.replace("2.4.1", "2.4.2"))
    assert live(*LIVE).code == 0
    LOCK.write_text(earlier, encoding="utf-8")
    said = judge(live)
    assert (said.code, found(said)) == (0, {"lock-outdated": "warning"})
    assert "events older than the catalogue: versions of SKU hourly changed since" in said.out
    rewrite(lambda text: text.replace("2.4.2", "2.4.1"))
    assert "version-increment" in found(judge(live))  # the catalogue is the measure
    assert "version-increment" not in found(judge(live, "--against", "lock"))
    assert live("lock", "beacon-metrics").code == 0
    assert "lock-outdated" not in found(judge(live))


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda lock: lock.update(head="ab" * 32), "is another than the catalogue's"),
        (lambda lock: lock.update(events=lock["events"] - 1), "is another than the catalogue's"),
        (lambda lock: lock.update(events=999), "the lock file knows 999 events"),
        (lambda lock: lock["skus"][0]["versions"].pop(), "was altered: versions of SKU hourly"),
        (lambda lock: lock["skus"].pop(), "was altered: SKU byol"),
        (
            lambda lock: lock["skus"][0]["locked"].update(ports=[]),
            "was altered: what is locked of SKU hourly",
        ),
        (lambda lock: lock.update(live=None), "was altered: what is live"),
        (lambda lock: lock["live"].update(standard_contract=True), "was altered: what is live"),
        (lambda lock: lock["skus"][0]["terms"].update(clouds=["china"]), "was altered: how it is sold"),
        (lambda lock: lock.update(offer="other"), "is that of tidewater-labs/other"),
    ],
)
def test_a_lock_file_of_another_history(live: Desk, edit: Callable[[dict[str, Any]], Any], says: str) -> None:
    relock(edit)
    said = judge(live)
    assert (said.code, found(said)) == (1, {"lock-diverged": "error"})
    assert says in said.out


def test_a_catalogue_that_knows_nothing_of_what_the_lock_file_says(live: Desk) -> None:
    shutil.rmtree(".publisher")
    open_engine(load_settings().database_url).dispose()  # makes an empty catalogue
    said = judge(live)
    assert (said.code, found(said)) == (0, {"lock-unknown": "warning"})
    rewrite(swap("2: 0.90", "2: 0.91"))
    assert "price-immutable" in found(judge(live))  # the lock file still is the measure


def test_the_lock_of_another_offer_is_told_once(live: Desk) -> None:
    rewrite(swap("offer: beacon-metrics", "offer: beacon"))
    assert found(judge(live)) == {"offer-id-immutable": "error"}


def test_whatever_is_done_the_lock_file_keeps_up(desk: Desk) -> None:
    steps: list[tuple[str, ...]] = [
        ("stage", "beacon-metrics"),
        ("cancel", "beacon-metrics"),
        ("stage", "beacon-metrics"),
        ("test", "beacon-metrics", "--", "true"),
        LIVE,
        ("delete", "beacon-metrics", "--sku", "byol"),
        ("keep", "beacon-metrics", "--sku", "byol"),
        ("delete", "beacon-metrics", "--sku", "byol"),
        ("delete", "beacon-metrics", "--sku", "byol", "--done"),
    ]
    for step in steps:
        said = desk(*step)
        assert said.code == 0, (step, said)
        assert [rule for rule in found(judge(desk)) if rule.startswith("lock-")] == [], step
