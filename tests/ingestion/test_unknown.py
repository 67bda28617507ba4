"""What the offer format does not know is kept word for word, and goes back as it came."""

import json
from typing import Any

import pytest

from publisher.diff import changes
from publisher.document.built import offer_of
from publisher.document.canonical import canonical, content_files
from publisher.document.writing import NewFolder
from publisher.errors import UsageError
from publisher.ingestion import Tree, carried, differences, folder_of
from publisher.ingestion import schema as s
from publisher.ingestion.selling import text as amount_text
from tests.ingestion.offers import rich
from tests.ingestion.store import Store, guid, stored, wanted

METER = "price-and-availability-custom-meter"


def one(store: Store, kind: str, sku: str = "") -> dict[str, Any]:
    """A resource of the draft, to be changed as another tool would."""
    plan = f"plan/{guid('product')}/{guid(sku)}" if sku else None
    found = (r for r in store.draft.values() if s.kind_of(r) == kind and r.get("plan") == plan)
    return next(found)


def pulled(store: Store) -> NewFolder:
    return folder_of(store.read(), publisher="atelier-nimbus", fetch=store.files.__getitem__)


def kept(new: NewFolder) -> Any:
    return json.loads(new.files.get("marketplace.json", b"{}"))


def sent(new: NewFolder, store: Store) -> list[Any]:
    current = store.tree()
    return differences(wanted(new, store, current), current)


@pytest.fixture
def store() -> Store:
    """A draft that other tools and the portal have worked on."""
    store = stored(rich())
    product, payg = f"product/{guid('product')}", f"plan/{guid('product')}/{guid('payg')}"
    one(store, s.SELLING, "payg").update(billingTag="tag-1", trial={"type": "week", "value": 2})
    one(store, s.TECHNICAL, "payg")["vmProperties"]["supportsSriov"] = True
    version = one(store, s.TECHNICAL, "payg")["vmImageVersions"][0]
    version["deprecationSchedule"] = {
        "dateOffset": "P3M",
        "reason": "other",
        "alternative": {"plan": f"plan/{guid('product')}/{guid('xs')}"},
    }
    one(store, s.LISTING)["supportContact"]["url"] = "https://support.nimbus.example/desk"
    one(store, s.ASSET).update(friendlyName="The small one", fileName="logo.png")
    audiences = one(store, s.AVAILABILITY)["previewAudiences"]
    audiences[0]["label"] = "Ours"
    audiences.append({"type": "tenant", "id": guid("tester")})
    meter = {
        "$schema": s.uri(METER),
        "id": f"{METER}/{guid('product')}/7",
        "product": product,
        "plan": payg,
        "unit": "GB",
    }
    store.draft[meter["id"]] = meter
    return store


def test_it_comes_back_without_a_loss(store: Store) -> None:
    new = pulled(store)
    assert sent(new, store) == []
    copy = Store()
    copy.send(wanted(new, copy, None))
    again = pulled(copy)
    assert list(changes(canonical(offer_of(new)), canonical(offer_of(again)))) == []
    assert kept(again) == kept(new)


def test_it_says_what_stands_instead_of_what(store: Store) -> None:
    trial = next(entry for entry in kept(pulled(store))["members"] if entry["member"] == ["trial"])
    assert trial == {
        "type": s.SELLING,
        "sku": "payg",
        "member": ["trial"],
        "value": {"type": "week", "value": 2},
    }


def test_it_names_skus_rather_than_numbers(store: Store) -> None:
    text = json.dumps(kept(pulled(store)))
    assert "{plan:xs}" in text
    assert guid("product") not in text
    assert guid("xs") not in text


def test_the_folder_wins_where_it_says_something_else(store: Store) -> None:
    new = pulled(store)
    new.offer["skus"][1 if new.offer["skus"][0]["id"] != "payg" else 0]["free_trial"] = "one-month"
    (changed,) = sent(new, store)
    assert changed["trial"] == {"type": "month", "value": 1}
    assert changed["billingTag"] == "tag-1"


def test_a_patch_that_is_void_makes_no_difference_after_the_change_went(store: Store) -> None:
    new = pulled(store)
    next(sku for sku in new.offer["skus"] if sku["id"] == "payg")["free_trial"] = "one-month"
    store.send(wanted(new, store, store.tree()))
    offer = offer_of(new)
    theirs = canonical(offer_of(pulled(store)))
    assert list(changes(carried(canonical(offer), files=content_files(offer)), theirs)) == []


def test_a_folder_that_was_never_pulled_wipes_nothing(store: Store) -> None:
    resources = {
        s.kind_of(r): r
        for r in wanted(rich(), store, store.tree())
        if r.get("plan", "").endswith(guid("payg"))
    }
    assert resources[s.TECHNICAL]["vmProperties"]["supportsSriov"] is True
    assert resources[s.SELLING]["billingTag"] == "tag-1"


def test_notes_on_testers_stay_in_the_marketplace(store: Store) -> None:
    again = next(r for r in wanted(pulled(store), store, store.tree()) if s.kind_of(r) == s.AVAILABILITY)
    assert again["previewAudiences"] == one(store, s.AVAILABILITY)["previewAudiences"]


def test_pictures_that_were_not_downloaded_stay_where_they_are(store: Store) -> None:
    new = folder_of(store.read(), publisher="atelier-nimbus", fetch=None)
    assert len(new.left_out) == 5
    assert sent(new, store) == []


def test_the_second_of_two_that_are_one_stays(store: Store) -> None:
    film = one(store, s.TRAILER)
    store.draft["listing-trailer/x/2"] = {**film, "id": "listing-trailer/x/2"}
    assert sent(pulled(store), store) == []


def test_keys_of_leads_stay_masked_and_go_back_as_they_came() -> None:
    store = stored(rich())
    config = {
        "instanceUrl": "https://crm.example",
        "authentication": "azureAD",
        "applicationId": guid("a"),
        "applicationKey": "*********",
        "directoryId": guid("d"),
    }
    leads = {key: value for key, value in one(store, s.LEADS).items() if not key.endswith("Configuration")}
    store.draft[leads["id"]] = {**leads, "leadDestination": "dynamics", "dynamicsLeadConfiguration": config}
    new = pulled(store)
    assert new.offer["leads"] == {"destination": "dynamics", "address": "https://crm.example"}
    assert sent(new, store) == []
    again = next(r for r in wanted(new, store, store.tree()) if s.kind_of(r) == s.LEADS)
    assert again["dynamicsLeadConfiguration"] == config


def test_keys_that_stand_open_are_not_written_down() -> None:
    store = stored(rich())
    leads = one(store, s.LEADS)
    leads["httpsEndpointLeadConfiguration"]["httpsEndpointUrl"] = (
        "https://crm.nimbus.example/leads?sig=open-secret"
    )
    one(store, s.SELLING, "payg")["callback"] = "https://x.example/?code=1&sig=open-secret"
    new = pulled(store)
    assert b"open-secret" not in b"".join(new.files.values())
    assert sent(new, store) == []


def test_a_text_that_is_no_such_file_is_refused() -> None:
    new = rich()
    new.offer["verbatim"] = "[1, 2"
    with pytest.raises(UsageError, match="/verbatim cannot be read"):
        wanted(new, Store(), None)


def test_null_members_and_read_only_ones_count_for_nothing() -> None:
    store = stored(rich())
    for resource in store.draft.values():
        resource.update(validations=[{"code": "x", "level": "warning"}], nothing=None)
    assert kept(pulled(store)) == {}
    assert sent(rich(), store) == []


def test_both_hosts_and_every_version_of_a_schema_are_read() -> None:
    store = stored(rich())
    for resource in store.draft.values():
        kind = s.type_of(resource)
        resource["$schema"] = f"https://product-ingestion.azureedge.net/schema/{kind}/2026-04-01-preview1"
    assert kept(pulled(store)) == {}
    current = store.tree()
    assert {r["$schema"].rpartition("/")[2] for r in wanted(rich(), store, current)} == {
        "2026-04-01-preview1"
    }


def test_a_core_product_keeps_its_kind() -> None:
    store = stored(rich())
    one(store, s.PRODUCT)["type"] = s.CORE_PRODUCT
    for resource in list(store.draft.values()):
        if s.kind_of(resource) == s.TECHNICAL:
            resource["$schema"] = resource["$schema"].replace("/virtual", "/core-virtual")
    new = pulled(store)
    assert sent(new, store) == []
    copy = wanted(new, Store(), None)
    assert {s.type_of(r) for r in copy if s.kind_of(r) == s.TECHNICAL} == {f"core-{s.TECHNICAL}"}
    assert Tree.of(copy).plans.keys() == {"payg", "byol", "sante-prive", "xs"}


def test_languages_that_look_the_same_in_a_file_name_keep_their_texts() -> None:
    resources = list(stored(rich()).read())
    listing = next(r for r in resources if s.kind_of(r) == s.LISTING)
    others = [
        {**listing, "id": f"listing/{name}", "languageId": name, "description": f"<p>{name}</p>" * 40}
        for name in ("xx-aa", "xx_aa", "xx aa")
    ]
    new = folder_of([*resources, *others], publisher="atelier-nimbus", fetch=None)
    texts = {name: data for name, data in new.files.items() if b"<p>xx" in data and name.startswith("texts/")}
    assert len(set(texts.values())) == len(texts) == 3


@pytest.mark.parametrize("odd", ["1e999999", "-1e-999999", "NaN", float("inf"), "x"])
def test_a_few_characters_do_not_become_a_million(odd: Any) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        amount_text(odd)
    assert [amount_text(given) for given in (0, 0.5, "12.50", 1e-7)] == ["0", "0.5", "12.5", "0.0000001"]
