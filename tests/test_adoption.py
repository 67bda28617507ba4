"""Adoption: what is live elsewhere is recorded and locked, and nothing is sent."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.adoption import adopt, prepare
from publisher.deletion import Wish, finish_deletion, request_deletion
from publisher.document import read_document
from publisher.document.secrets import Secrets
from publisher.errors import GateRefused, Refused, UsageError
from publisher.lock import read_lock
from publisher.release import discard
from publisher.staging import stage
from tests.workshop import KEY, Workshop, content, open_workshop

SINCE = datetime(2024, 5, 1, tzinfo=UTC)


def adopted(shop: Workshop, *versions: str, **offer: object) -> None:
    document = shop.folder(content(**offer))  # type: ignore[arg-type]
    adopt(shop.engine, document, prepare(shop.engine, document, since=SINCE, versions=versions))


def test_it_is_live_since_then_and_nothing_was_sent(shop: Workshop) -> None:
    adopted(shop)
    assert (shop.view.state, shop.view.live.since[:10], shop.triggers()) == ("live", "2024-05-01", ["adopt"])
    assert shop.marketplace.journal() == []
    lock = read_lock(shop.offer)
    assert lock is not None
    assert lock.live is not None
    assert (lock.live.since, lock.head) == (SINCE, shop.view.head)


def test_earlier_versions_are_burned_too(shop: Workshop) -> None:
    adopted(shop, "byol=1.9.0", "byol=2026.01.09")
    assert {sku.sku: list(sku.versions) for sku in shop.view.skus} == {
        "hourly": ["2.4.0"],
        "byol": ["1.9.0", "2.4.0", "2026.01.09"],
    }


def test_history_keeps_its_leading_zeros(shop: Workshop) -> None:
    document = shop.folder(content("2026.01.09"))
    adopt(shop.engine, document, prepare(shop.engine, document, since=SINCE, versions=()))
    assert list(shop.view.skus[0].versions) == ["2026.01.09"]


@pytest.mark.parametrize("word", ["platinum=1.0.0", "byol=1.0", "byol", "=1.0.0"])
def test_a_version_must_belong_to_a_sku(shop: Workshop, word: str) -> None:
    with pytest.raises(UsageError, match=r"is not SKU=X\.Y\.Z"):
        adopted(shop, word)
    assert shop.catalogue.offers() == []


def test_what_will_be_locked_is_told(shop: Workshop) -> None:
    document = shop.folder(content())
    lines = "\n".join(prepare(shop.engine, document, since=SINCE, versions=["byol=1.9.0"]).lines())
    assert "price SE SEK per hour by cores 2: 0.9" in lines
    assert "versions 1.9.0, 2.4.0 are burned" in lines


def test_from_then_on_changes_are_measured_by_it(shop: Workshop) -> None:
    adopted(shop)
    with pytest.raises(GateRefused) as caught:
        stage(shop.engine, shop.folder(content(price=0.5)))
    assert "price-immutable" in {finding.rule for finding in caught.value.report.findings}
    discard(shop.engine, KEY)
    assert stage(shop.engine, shop.folder(content("2.4.1"))).view.state == "staging"


def test_a_lock_file_of_an_earlier_life_is_replaced(
    shop: Workshop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    adopted(shop)
    lock = (shop.offer / "offer.lock.json").read_bytes()
    with open_workshop(tmp_path_factory.mktemp("elsewhere")) as other:
        (other.offer / "offer.lock.json").write_bytes(lock.replace(shop.view.head.encode(), b"0" * 64))
        adopted(other)
        assert stage(other.engine, other.folder(content("2.4.1"))).view.state == "staging"


def moved(shop: Workshop, folder: Path) -> Workshop:
    """The folder with its lock file, before another catalogue that knows nothing of it."""
    with open_workshop(folder) as other:
        shutil.copy(shop.offer / "offer.lock.json", other.offer / "offer.lock.json")
        return other


def test_what_the_lock_file_says_is_not_forgotten(shop: Workshop, tmp_path: Path) -> None:
    adopted(shop, "byol=1.9.0")
    other = moved(shop, tmp_path / "elsewhere")
    document = other.folder(content())
    adopt(other.engine, document, prepare(other.engine, document, since=None, versions=[]))
    assert list(other.view.sku("byol").versions) == ["1.9.0", "2.4.0"]
    assert other.view.live.since[:10] == "2024-05-01"


def test_a_deleted_sku_stays_deleted(shop: Workshop, tmp_path: Path) -> None:
    adopted(shop)
    request_deletion(shop.engine, KEY, "byol", Wish())
    finish_deletion(shop.engine, KEY, "byol")
    other = moved(shop, tmp_path / "elsewhere")
    with pytest.raises(GateRefused) as caught:
        adopted(other)
    assert {finding.rule for finding in caught.value.report.findings} == {"sku-id-immutable"}
    adopted(other, skus=["hourly"])
    assert other.view.sku("byol").state == "deleted"
    with pytest.raises(GateRefused):
        stage(other.engine, other.folder(content()))


def test_a_forbidden_change_is_not_adopted(shop: Workshop, tmp_path: Path) -> None:
    adopted(shop)
    other = moved(shop, tmp_path / "elsewhere")
    with pytest.raises(GateRefused) as caught:
        adopted(other, price=0.5)
    assert {finding.rule for finding in caught.value.report.findings} == {"price-immutable"}
    assert other.catalogue.offers() == []


def test_an_edit_is_not_recorded_as_live(shop: Workshop, tmp_path: Path) -> None:
    adopted(shop)
    other = moved(shop, tmp_path / "elsewhere")
    with pytest.raises(Refused, match="is not what the lock file says is live, revision 1"):
        adopted(other, title="Beacon again")


def test_live_versions_may_have_leading_zeros(shop: Workshop) -> None:
    adopted(shop, version="2026.01.09")
    assert list(shop.view.sku("byol").versions) == ["2026.01.09"]
    with pytest.raises(GateRefused):
        stage(shop.engine, shop.folder(content("2026.02.01")))


def test_disks_that_cannot_be_looked_up_are_told(shop: Workshop) -> None:
    (shop.offer / "offer.json").write_text(json.dumps(content()), encoding="utf-8")
    document = read_document(shop.offer, Secrets(environ={}))
    prepare(shop.engine, document, since=SINCE, versions=[])
    assert any("OS_2_4_0, DATA_2_4_0 cannot be looked up" in line for line in shop.said)


def test_a_known_offer_is_not_adopted(shop: Workshop) -> None:
    adopted(shop)
    with pytest.raises(Refused, match="knows tidewater-labs/beacon-metrics already: it is live"):
        adopted(shop)


def test_a_draft_in_the_way_can_be_discarded(shop: Workshop) -> None:
    with pytest.raises(GateRefused):
        stage(shop.engine, shop.folder(content(title="x" * 60)))
    with pytest.raises(Refused) as caught:
        adopted(shop)
    assert "publisher discard beacon-metrics" in caught.value.hint


def test_a_discarded_one_may_be_with_fewer_skus(shop: Workshop) -> None:
    with pytest.raises(GateRefused):
        stage(shop.engine, shop.folder(content(title="x" * 60)))
    discard(shop.engine, KEY)
    adopted(shop, skus=["hourly"])
    assert {sku.sku: sku.state for sku in shop.view.skus} == {"hourly": "live", "byol": "discarded"}


def test_a_folder_without_skus_is_no_offer(shop: Workshop) -> None:
    with pytest.raises(UsageError, match="there is no SKU to adopt"):
        adopted(shop, skus=[])


def test_what_cannot_be_read_is_not_adopted(shop: Workshop) -> None:
    (shop.offer / "offer.json").write_text('{"publisher": 1', encoding="utf-8")
    with pytest.raises(GateRefused, match="nothing was recorded"):
        prepare(shop.engine, shop.read(), since=SINCE, versions=[])
