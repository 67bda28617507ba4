"""What a revision keeps of a folder, and the way back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from publisher.content import digest_of, draft_of, marketing_only, rebuilt, same_content
from publisher.document import read_document
from publisher.document.secrets import Secrets
from publisher.staging import stage
from tests.workshop import Workshop, content


def draft(shop: Workshop, offer: dict[str, Any]) -> Any:
    found = shop.folder(offer).offer
    assert found is not None
    return draft_of(found)


def test_a_revision_is_rebuilt_with_the_same_digest(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    revision = shop.view.open
    with rebuilt(shop.catalogue, revision, shop.engine.secrets) as document:
        assert document.problems == ()
        assert document.offer is not None
        assert digest_of(document.offer) == revision.digest
        assert document.offer.staging.subscriptions == tuple(revision.subscriptions)
        folder = document.folder
    assert not folder.exists()


def test_a_revision_keeps_files_and_no_secret(shop: Workshop) -> None:
    kept = draft(shop, content())
    assert {len(sha) for sha in kept.files} == {64}
    assert "sig=" not in repr(kept.document) + repr(kept.locks)
    assert set(kept.locks[""]["secrets"].values()) == {"OS_2_4_0", "DATA_2_4_0"}


def test_testers_comments_and_signatures_are_no_content(shop: Workshop) -> None:
    before = shop.folder(content())
    changed = content() | {"alias": "Other", "profile": "classic"}
    changed["staging"] = {"subscriptions": ["0F0E0D0C-7D1B-4A57-8A4E-0F6F7B7D2C10"]}
    after = shop.folder(changed)
    assert before.offer is not None
    assert after.offer is not None
    assert digest_of(before.offer) == digest_of(after.offer)
    assert draft_of(after.offer).subscriptions == ("0f0e0d0c-7d1b-4a57-8a4e-0f6f7b7d2c10",)


@pytest.mark.parametrize(
    ("change", "marketing"),
    [
        ({"title": "Beacon two"}, True),
        ({"price": 0.5}, False),
        ({"version": "2.4.1"}, False),
        ({"skus": ["hourly"]}, False),
    ],
)
def test_what_counts_as_marketing(shop: Workshop, change: dict[str, Any], marketing: bool) -> None:
    live, new = draft(shop, content()), draft(shop, content(**change))
    assert marketing_only(live.document, new.document) is marketing


def test_texts_of_a_sku_are_marketing_too(shop: Workshop) -> None:
    changed = content()
    changed["skus"][0]["listing"]["en-us"]["summary"] = "By the hour, nothing else."
    changed["legal"]["privacy_policy_url"] = "https://www.tidewater-labs.example/privacy/new"
    assert marketing_only(draft(shop, content()).document, draft(shop, changed).document)


def test_a_folder_without_its_secrets_is_still_recognised(shop: Workshop) -> None:
    stage(shop.engine, shop.folder(content()))
    stranger = read_document(shop.offer, Secrets(environ={}))
    assert stranger.unresolved
    assert same_content(stranger, shop.view.open)
    shop.folder(content("2.4.1"))
    assert not same_content(read_document(shop.offer, Secrets(environ={})), shop.view.open)


def test_what_cannot_be_read_is_no_content(shop: Workshop, tmp_path: Path) -> None:
    stage(shop.engine, shop.folder(content()))
    assert not same_content(replace(shop.read(), offer=None), shop.view.open)
