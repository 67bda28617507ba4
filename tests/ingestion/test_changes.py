"""An edit of the folder sends what it changed, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from publisher.document.writing import NewFolder
from publisher.errors import Refused
from publisher.ingestion import differences
from publisher.ingestion import schema as s
from publisher.redact import Secret
from tests.ingestion.offers import TENANT, rich, sas
from tests.ingestion.store import Store, guid, stored, wanted

PUBLISHED = frozenset({("payg", "2025.1.9"), ("payg", "2026.2.1"), ("sante-prive", "3.4.1"), ("xs", "1.0.0")})


def sku(new: NewFolder, name: str) -> dict[str, Any]:
    return next(entry for entry in new.offer["skus"] if entry["id"] == name)


def sent(new: NewFolder, store: Store, **more: Any) -> list[dict[str, Any]]:
    current = store.tree()
    return differences(wanted(new, store, current, **more), current, **more)


def kinds(resources: list[dict[str, Any]]) -> list[str]:
    return [s.kind_of(resource) for resource in resources]


@pytest.fixture
def store() -> Store:
    return stored(rich())


def edited(edit: Callable[[NewFolder], Any]) -> NewFolder:
    new = rich()
    edit(new)
    return new


EDITS: list[tuple[str, Callable[[NewFolder], Any], list[str]]] = [
    ("title", lambda new: new.offer["listing"]["fr-fr"].update(title="CartoFlux"), [s.LISTING]),
    ("links in another order", lambda new: new.offer["listing"]["en-us"]["links"].reverse(), [s.LISTING]),
    ("text", lambda new: new.files.update({"texts/description.html": b"<p>Short.</p>\n"}), [s.LISTING]),
    ("terms", lambda new: new.offer["legal"].update(standard_contract=False, terms="Be kind."), [s.PROPERTY]),
    ("categories", lambda new: new.offer.update(categories=["Analytics"]), [s.PROPERTY]),
    ("contact", lambda new: new.offer["support"]["engineering"].update(phone="1"), [s.LISTING, s.LISTING]),
    ("caption", lambda new: new.offer["listing"]["en-us"]["sample_images"][0].update(caption="New"), [s.ASSET]),
    ("tester", lambda new: new.offer["staging"].update(subscriptions=[TENANT]), [s.AVAILABILITY]),
    ("alias", lambda new: sku(new, "xs").update(alias="Tiny"), [s.PLAN]),
    ("SKU text", lambda new: sku(new, "payg")["listing"]["en-us"].update(summary="Hourly."), [s.PLAN_LISTING]),
    ("region", lambda new: (sku(new, "sante-prive")["regions"].append("ES"), sku(new, "sante-prive")["prices"].update(ES=sku(new, "sante-prive")["prices"]["FR"])), [s.SELLING]),
    ("price", lambda new: sku(new, "sante-prive")["prices"]["GB"]["per_hour_by_cores"].update({"16": "0.46"}), [s.SELLING]),
    ("audience", lambda new: sku(new, "sante-prive")["audience"].pop(), [s.SELLING]),
    ("markets", lambda new: sku(new, "byol").update(markets="tax-remitted"), [s.SELLING]),
    ("ports", lambda new: sku(new, "payg").update(ports=[]), [s.TECHNICAL]),
    ("property", lambda new: sku(new, "payg")["properties"].pop("cloud_init"), [s.TECHNICAL]),
    ("reuse", lambda new: sku(new, "byol").update(reuses="xs"), [s.TECHNICAL]),
    ("leads", lambda new: new.offer.update(leads={"destination": "email", "address": "a@b.example"}), [s.LEADS]),
    ("no leads", lambda new: new.offer.pop("leads"), [s.LEADS]),
    ("test drive", lambda new: new.offer.pop("test_drive"), [s.TEST_DRIVE]),
    ("resellers", lambda new: new.offer.update(resellers="none"), [s.RESELLER]),
    ("order of SKUs", lambda new: new.offer["skus"].reverse(), []),
    ("order of regions", lambda new: sku(new, "payg")["regions"].reverse(), []),
    ("renewed SAS", lambda new: new.secrets.update(NEW_GEN2=sas("new_gen2", "bmV3")), []),
    ("other names of secrets", lambda new: (new.secrets.update(XS=new.secrets.pop("XS_OS")), sku(new, "xs")["images"][0].update(os_vhd={"secret": "XS"})), []),
    ("leading zeros", lambda new: [image.update(version="2025.1.9") for image in sku(new, "payg")["images"][:2]], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "edit", "expected"), EDITS, ids=[name for name, *_ in EDITS])
def test_an_edit_sends_what_it_changed(
    store: Store, name: str, edit: Callable[[NewFolder], Any], expected: list[str]
) -> None:
    changed = sent(edited(edit), store)
    assert kinds(changed) == expected
    store.send(changed)
    assert sent(edited(edit), store) == []


def with_version(new: NewFolder, version: str) -> NewFolder:
    sku(new, "xs")["images"].append({"version": version, "os_vhd": {"secret": "XS_NEXT"}})
    new.secrets["XS_NEXT"] = sas("xs_next")
    return new


def versions(resource: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {version["versionNumber"]: version for version in resource["vmImageVersions"]}


def test_a_new_version_is_added_to_those_that_are_there(store: Store) -> None:
    (changed,) = sent(with_version(rich(), "1.1.0"), store)
    assert list(versions(changed)) == ["1.0.0", "1.1.0"]
    assert "sig=" in versions(changed)["1.1.0"]["vmImages"][0]["source"]["osDisk"]["uri"]


def test_versions_that_are_there_need_no_secret(store: Store) -> None:
    new = with_version(rich(), "1.1.0")
    before = sas("xs_os").reveal()
    del new.secrets["XS_OS"]
    (changed,) = sent(new, store)
    assert versions(changed)["1.0.0"]["vmImages"][0]["source"]["osDisk"]["uri"] == before


def test_a_new_version_whose_secret_is_missing_is_refused(store: Store) -> None:
    new = with_version(rich(), "1.1.0")
    del new.secrets["XS_NEXT"]
    with pytest.raises(Refused, match=r"SKU xs 1\.1\.0: the SAS URL of a disk is not at hand"):
        sent(new, store)


def test_a_published_version_is_never_left_out(store: Store) -> None:
    new = with_version(rich(), "1.1.0")
    del sku(new, "xs")["images"][0]
    (changed,) = sent(new, store, published=PUBLISHED)
    assert list(versions(changed)) == ["1.0.0", "1.1.0"]


def test_a_version_that_was_never_published_may_go(store: Store) -> None:
    store.send(sent(with_version(rich(), "1.1.0"), store))
    (changed,) = sent(with_version(rich(), "1.2.0"), store, published=PUBLISHED)
    assert list(versions(changed)) == ["1.0.0", "1.2.0"]


def test_a_renewed_sas_is_sent_for_a_version_that_was_never_published(store: Store) -> None:
    new = with_version(rich(), "1.1.0")
    store.send(sent(new, store))
    new.secrets["XS_NEXT"] = Secret(new.secrets["XS_NEXT"].reveal().replace("2026-12-31", "2027-12-31"))
    (changed,) = sent(new, store, published=PUBLISHED)
    assert "2027-12-31" in versions(changed)["1.1.0"]["vmImages"][0]["source"]["osDisk"]["uri"]
    assert sent(new, store) == []


def test_a_deprecated_version_says_so(store: Store) -> None:
    new = with_version(rich(), "1.1.0")
    sku(new, "xs")["images"][0]["deprecated"] = True
    (changed,) = sent(new, store)
    states = {number: version.get("lifecycleState") for number, version in versions(changed).items()}
    assert states == {"1.0.0": "deprecated", "1.1.0": None}


def test_a_new_picture_is_uploaded_and_only_that(store: Store) -> None:
    before = len(store.uploads)
    new = edited(lambda new: new.files.update({"media/logo-large.png": b"another"}))
    changed = sent(new, store)
    assert kinds(changed) == [s.ASSET]
    assert changed[0]["url"].startswith("https://upload.example/")
    assert len(store.uploads) == before + 1


def test_a_picture_that_is_gone_is_deleted(store: Store) -> None:
    changed = sent(edited(lambda new: new.offer["listing"]["en-us"]["sample_images"].pop()), store)
    assert [(r["lifecycleState"], r["type"]) for r in changed] == [("deleted", "azureLogoScreenshot")]
    store.send(changed)
    assert sum(r.get("type") == "azureLogoScreenshot" for r in store.draft.values()) == 1


def test_pictures_in_another_order_are_not_uploaded_again(store: Store) -> None:
    before = len(store.uploads)
    changed = sent(edited(lambda new: new.offer["listing"]["en-us"]["sample_images"].reverse()), store)
    assert kinds(changed) == [s.ASSET, s.ASSET]
    assert len(store.uploads) == before


def test_a_language_that_is_gone_takes_its_texts_along(store: Store) -> None:
    changed = sent(edited(lambda new: new.offer["listing"].pop("fr-fr")), store)
    assert [(r["languageId"], r["lifecycleState"]) for r in changed] == [("fr-fr", "deleted")]


def test_another_thumbnail_is_seen_once_it_was_looked_at(store: Store) -> None:
    new = edited(
        lambda new: new.offer["listing"]["en-us"]["videos"][0].update(thumbnail="media/dashboard.png")
    )
    assert sent(new, store) == []
    film = next(id for id, r in store.draft.items() if s.kind_of(r) == s.TRAILER)
    current = store.tree(hashes={film: "0" * 64})
    assert kinds(differences(wanted(new, store, current), current)) == [s.TRAILER]


def test_a_new_sku_refers_to_its_siblings_by_name(store: Store) -> None:
    new = rich()
    new.offer["skus"].append(
        {**sku(new, "xs"), "id": "xl", "generations": [{"type": "x64-gen1", "sku_id": "xl"}]}
    )
    changed = sent(new, store)
    assert kinds(changed) == [s.PLAN, s.SELLING, s.TECHNICAL]
    assert changed[0]["product"] == f"product/{guid('product')}"
    assert changed[1]["plan"] == {"resourceName": changed[0]["resourceName"]}


def test_a_sku_that_is_gone_from_the_folder_is_left_alone(store: Store) -> None:
    assert sent(edited(lambda new: new.offer["skus"].pop()), store) == []


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda new: sku(new, "payg")["ports"].append({"label": "all", "range": "0"}), "'0' is no range of ports"),
        (lambda new: sku(new, "payg")["ports"].append({"label": "all", "range": "80-65536"}), "is no range of ports"),
        (lambda new: sku(new, "payg")["prices"]["FR"].update(flat_per_hour="0.5"), "one price in USD for all regions"),
        (lambda new: sku(new, "payg")["generations"].pop(0), "none of its generations has its ID"),
        (lambda new: new.offer.update(leads={"destination": "marketo"}), "leads by marketo"),
    ],
)  # fmt: skip
def test_what_would_be_refused_is_not_sent(
    store: Store, edit: Callable[[NewFolder], Any], reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        sent(edited(edit), store)
    assert reason in refused.value.reasons[0]
