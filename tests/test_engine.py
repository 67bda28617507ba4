"""The parts together: finding offers, what is published of them, and the marketplace in the settings."""

from pathlib import Path

import pytest

from publisher.document.secrets import Secrets
from publisher.engine import actor, lock_of, open_marketplace, other_offers, published, published_in_catalogue
from publisher.errors import GateRefused, UsageError
from publisher.production import request_production
from publisher.settings import load_settings
from publisher.staging import stage
from tests.workshop import KEY, Workshop, content


def another(shop: Workshop, **names: str) -> None:
    """Stage the offer under another name."""
    (shop.offer / "offer.lock.json").unlink(missing_ok=True)
    stage(shop.engine, shop.folder(content(skus=["byol"], title="Other " + "".join(names.values())) | names))


def test_an_offer_is_found_by_its_id_or_with_its_publisher(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content(skus=["hourly"])))
    assert shop.engine.find("beacon-metrics") == shop.engine.find("tidewater-labs/beacon-metrics") == KEY


def test_an_id_that_is_not_unique_needs_its_publisher(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content(skus=["hourly"])))
    another(shop, publisher="other-labs")
    with pytest.raises(
        UsageError, match="not unique: other-labs/beacon-metrics, tidewater-labs/beacon-metrics"
    ):
        shop.engine.find("beacon-metrics")
    assert shop.engine.find("other-labs/beacon-metrics") == ("other-labs", "beacon-metrics")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("beacon-metric", "did you mean 'beacon-metrics'?"),
        ("zzz", "makes one known"),
        ("", "makes one known"),
    ],
)
def test_an_unknown_offer_is_told_with_the_nearest(shop: Workshop, word: str, hint: str) -> None:
    stage(shop.engine, shop.folder(content()))
    with pytest.raises(UsageError, match="knows no offer") as caught:
        shop.engine.find(word)
    assert hint in caught.value.hint


def test_nothing_is_published_of_a_draft(shop: Workshop) -> None:
    with pytest.raises(GateRefused):
        stage(shop.engine, shop.folder(content(title="x" * 60)))
    assert published(shop.view) is None


def test_what_was_staged_is_published_without_locks_until_it_is_live(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    known = published(shop.view)
    assert known is not None
    assert (known.live, known.hero, [(sku.id, sku.locked, sku.versions) for sku in known.skus]) == (
        False, True, [("hourly", None, ()), ("byol", None, ())],
    )  # fmt: skip
    request_production(shop.engine, KEY)
    known = published(shop.view)
    assert known is not None
    assert known.live
    assert [sku.versions for sku in known.skus] == [("2.4.0",)] * 2
    assert known.skus[0].locked is not None
    assert known.skus[0].locked.data_vhds == 1


def test_the_catalogue_is_asked_without_an_engine(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content(skus=["hourly"])))
    another(shop, offer="beacon-edge")
    known, others = published_in_catalogue(shop.engine.settings, *KEY)
    assert known is not None
    assert [sku.id for sku in known.skus] == ["hourly"]
    assert [(other.offer, other.skus) for other in others] == [("beacon-edge", ("byol",))]


def test_other_offers_are_those_of_the_publisher_that_are_not_gone(shop: Workshop) -> None:
    from publisher.deletion import Wish, finish_deletion, request_deletion

    stage(shop.engine, shop.folder(content(skus=["hourly"])))
    another(shop, offer="beacon-edge")
    another(shop, publisher="other-labs")
    assert [other.offer for other in other_offers(shop.catalogue, KEY)] == ["beacon-edge"]
    gone = ("tidewater-labs", "beacon-edge")
    request_deletion(shop.engine, gone, "", Wish(reason="x"))
    finish_deletion(shop.engine, gone, "")
    assert other_offers(shop.catalogue, KEY) == ()


def test_a_lock_says_what_is_live_and_where_the_history_is(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    assert lock_of(shop.view).live is None
    request_production(shop.engine, KEY)
    lock = lock_of(shop.view)
    assert lock.live is not None
    assert (lock.live.revision, lock.live.digest, lock.live.hero) == (1, shop.view.live.digest, True)
    assert (lock.events, lock.head) == (shop.view.events, shop.view.head)


@pytest.mark.parametrize("target", ["local", "manual"])
def test_the_settings_name_the_marketplace(tmp_path: Path, target: str) -> None:
    settings = load_settings(tmp_path, environ={"PUBLISHER_TARGET": target})
    with open_marketplace(settings, Secrets()) as marketplace:
        assert marketplace.capabilities.name == target


def test_the_actor_is_known_to_the_operating_system() -> None:
    user, _, host = actor().partition("@")
    assert user
    assert host
