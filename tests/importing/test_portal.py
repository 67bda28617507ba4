"""Offers of the Cloud Partner Portal become offer folders; what has no home is told."""

from decimal import Decimal
from typing import Any

import pytest

from publisher.document.model import Offer
from publisher.errors import MarketplaceRefused
from publisher.importing import read_offer
from tests.importing.conftest import HERE, Desk

SHOP = "microsoft-azure-marketplace."
VM = "microsoft-azure-virtualmachines."
PNG = (HERE.parents[1] / "templates/demo/beacon-metrics/media/logo-large.png").read_bytes()


def test_texts_contacts_and_addresses_come_along(desk: Desk, portal_offer: Any) -> None:
    offer = desk.offer(portal_offer)
    listing = offer.listing["en-us"]
    assert (offer.key, offer.alias, offer.profile) == (
        "northgale/tidegauge-logger", "Tidegauge production", "partner-center",
    )  # fmt: skip
    assert offer.categories == ("Internet of Things/IoT Solutions", "Analytics/Big Data")
    assert listing.description.value.startswith("<p>Tidegauge Logger reads up to 5,000 gauges")
    assert listing.description.file == "texts/description.html"
    assert [(link.title, link.url) for link in listing.links] == [
        ("Manual", "https://docs.northgale.example/tidegauge")
    ]
    assert offer.support.customer.url == "https://northgale.example/support"
    assert offer.support.engineering.name == "Mara Holm"
    assert offer.legal.privacy_policy_url == "https://northgale.example/privacy"
    assert (offer.staging.subscriptions, offer.resellers) == (
        ("3f2b8a54-5f0c-4c5e-9a8e-0d5a3f8f6f11",),
        "any",
    )


def test_skus_come_along(desk: Desk, portal_offer: Any) -> None:
    hourly, licensed = desk.offer(portal_offer).skus
    assert (hourly.id, hourly.billing, hourly.free_trial) == ("by-core", "hourly", "one-month")
    assert hourly.listing["en-us"].title == "Tidegauge by the core"
    assert (hourly.operating_system.family, hourly.operating_system.name) == ("linux", "Debian 12")
    assert hourly.recommended_sizes == ("Standard_D2s_v3", "Standard_D4s_v3")
    assert [(port.label, port.opening) for port in hourly.ports] == [("mqtt", "8883/tcp")]
    assert (licensed.billing, licensed.visibility, licensed.prices) == ("byol", "private", {})
    assert [(who.id[:4], who.label, who.kind) for who in licensed.audience] == [
        ("9c1d", "Pilot port", "subscription")
    ]
    assert licensed.clouds == ("global", "government")


def test_history_keeps_its_leading_zeros(desk: Desk, portal_offer: Any) -> None:
    offer = desk.offer(portal_offer)
    assert [image.version for image in offer.skus[0].images] == ["2019.01.09", "2020.02.03"]


def test_signed_addresses_are_secrets_and_one_address_has_one_name(desk: Desk, portal_offer: Any) -> None:
    first, second = desk.offer(portal_offer).skus
    assert first.images[1].os_vhd.secret == second.images[0].os_vhd.secret == "SAS_BY_CORE_2020_02_03"
    assert first.images[1].os_vhd.address == "https://northgale.blob.core.windows.net/vhds/logger-2.vhd"
    assert [(disk.lun, disk.url.secret) for disk in second.images[0].data_vhds] == [
        (0, "SAS_LICENSED_2020_02_03_LUN_0")
    ]
    assert (desk.target / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_no_secret_is_shown(desk: Desk, portal_offer: Any) -> None:
    portal_offer["definition"]["offer"]["x.apiKey"] = "hidden-as-well"
    portal_offer["definition"]["offer"]["x.callback"] = "https://who:hidden@x.example/?code=hidden"
    _, out, err = desk.take(portal_offer)
    for text in (out, err, desk.report, (desk.target / "offer.yaml").read_text()):
        assert "hidden" not in text.replace("not shown", "")
    assert "https://media.northgale.example/small.png |" in desk.report


def test_a_price_for_each_core_stands_in_every_region(desk: Desk, portal_offer: Any) -> None:
    prices = desk.offer(portal_offer).skus[0].prices
    assert {
        region: (price.currency, price.per_core_per_hour) for region, price in prices.items()
    } == dict.fromkeys(("SE", "DE", "US"), ("USD", Decimal("0.05")))
    assert "this one price stands in every region now" in desk.report


@pytest.mark.parametrize(
    ("pricing", "expected"),
    [
        ({"coreMultiplier": {"currency": "USD", "individually": {"1core": 0.5, "16core": 4}}}, {"1": Decimal("0.5"), "16": Decimal(4)}),
        ({"regionPrices": {"us": {"currency": "usd", "2core": "0.10"}}}, {"2": Decimal("0.10")}),
        ({"regionPrices": {"US": {"currency": "USD", "individually": {"2core": 1, "sharedcore": 9}}}}, {"2": Decimal(1)}),
        ({"coreMultiplier": {"currency": "USD", "single": -1}}, None),
        ({"coreMultiplier": {"currency": "USD", "single": "much"}}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_prices_by_number_of_cores(desk: Desk, portal_offer: Any, pricing: Any, expected: Any) -> None:
    plan = portal_offer["definition"]["plans"][0]
    plan["virtualMachinePricing"] = {"isByol": False, **pricing}
    del plan["virtualMachinePricingV2"]
    prices = desk.offer(portal_offer).skus[0].prices
    assert (prices["US"].per_hour_by_cores if "US" in prices else None) == expected


def test_a_price_of_zero_is_free(desk: Desk, portal_offer: Any) -> None:
    for key in ("virtualMachinePricing", "virtualMachinePricingV2"):
        portal_offer["definition"]["plans"][0][key]["coreMultiplier"]["single"] = 0
    assert desk.offer(portal_offer).skus[0].prices["SE"].free


def test_the_newer_pricing_wins_and_the_older_is_told(desk: Desk, portal_offer: Any) -> None:
    portal_offer["definition"]["plans"][0]["virtualMachinePricing"]["isByol"] = True
    assert desk.offer(portal_offer).skus[0].billing == "hourly"
    assert (
        "`$.definition.plans[0].virtualMachinePricing` | virtualMachinePricingV2 stands beside it"
        in desk.report
    )


def test_every_field_without_a_home_is_told_by_its_path(desk: Desk, portal_offer: Any) -> None:
    portal_offer["definition"]["offer"][f"{SHOP}screenshots"] = [{"name": "Curves"}]
    portal_offer["definition"]["plans"][1]["colour"] = {"deep": [1]}
    _, _, err = desk.take(portal_offer)
    for place in (
        f"$.definition.offer['{SHOP}screenshots']",
        f"$.definition.offer['{SHOP}offerMarketingUrlIdentifier']` | the offer format has no field for it: tidegauge",
        "$.definition.plans[1].colour",
        "$.changedTime",
    ):
        assert place in desk.report
    assert "not carried over in all" in err


def test_a_disk_without_an_address_is_a_secret_to_be_given(desk: Desk, portal_offer: Any) -> None:
    images = portal_offer["definition"]["plans"][0][f"{VM}vmImages"]
    images["2020.02.03"]["osVhdUrl"] = "<osVhd>"
    images["2021.01.01"] = {"osVhdUrl": ""}
    images["2021.01.02"] = {"osVhdUrl": ""}
    offer = desk.offer(portal_offer)
    names = [image.os_vhd.secret for image in offer.skus[0].images[1:]]
    assert names == ["SAS_BY_CORE_2020_02_03", "SAS_BY_CORE_2021_01_01", "SAS_BY_CORE_2021_01_02"]
    assert "this is no URL of a disk; give it as a secret" in desk.report


def test_what_is_found_is_what_is_missing(desk: Desk, portal_offer: Any) -> None:
    desk.take(portal_offer)
    assert desk.findings() == ["logo-set", "secret-unresolved", "support-url-gov", "version-format"]
    code, _, err = desk.call(
        "adopt", str(desk.target), "--yes", "--secrets-file", str(desk.target / "secrets.env")
    )
    assert code == 0, err
    assert desk.findings() == ["logo-set", "support-url-gov"]  # disks that were live are judged no more


def test_disks_that_were_not_at_hand_at_the_adoption_come_from_no_gallery(
    desk: Desk, portal_offer: Any
) -> None:
    desk.take(portal_offer)
    secrets = str(desk.target / "secrets.env")
    assert desk.call("adopt", str(desk.target), "--yes")[0] == 0
    _, found, _ = desk.call("validate", str(desk.target), "--secrets-file", secrets)
    assert "logo-set" in found
    assert "version-published-immutable" not in found


def test_pictures_are_fetched_where_that_is_allowed(portal_offer: Any, desk: Desk) -> None:
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        if "small" in url:
            raise MarketplaceRefused("https://media.northgale.example/small.png: 404 Not Found")
        return PNG

    new = read_offer(desk.file(portal_offer), fetch=fetch).new
    assert len(asked) == 2
    assert new.offer["listing"]["en-us"]["logos"] == {"large": "media/large-logo.png"}
    assert new.files["media/large-logo.png"] == PNG
    assert any(
        "not fetched: https://media.northgale.example/small.png: 404" in left.reason for left in new.left_out
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "localhost"])
def test_private_addresses_are_never_asked(desk: Desk, portal_offer: Any, host: str) -> None:
    shop = portal_offer["definition"]["offer"]
    shop[f"{SHOP}smallLogo"] = shop[f"{SHOP}largeLogo"] = f"http://{host}:1/logo.png"
    assert not desk.offer(portal_offer, "--network").listing["en-us"].logos.small
    assert "was not fetched" in desk.report or "not fetched: " in desk.report


def test_other_offers_of_the_portal_are_told_from_vm_offers(desk: Desk, portal_offer: Any) -> None:
    portal_offer["offerTypeId"] = "microsoft-azure-applications"
    code, _, err = desk.take(portal_offer)
    assert code == 2
    assert "of the type 'microsoft-azure-applications'" in err
    assert not desk.target.exists()


def test_plans_with_names_alike_keep_their_own_texts(desk: Desk, portal_offer: Any) -> None:
    plans = portal_offer["definition"]["plans"]
    for number, name in enumerate(("a-b", "a_b")):
        plans[number]["planId"] = name
        plans[number][f"{VM}skuDescription"] = f"{name} " * 100
    texts = [sku.listing["en-us"].description for sku in desk.offer(portal_offer).skus]
    assert [text.file for text in texts] == ["texts/sku-a-b.html", "texts/sku-a-b-2.html"]
    assert [text.value[:3] for text in texts] == ["a-b", "a_b"]


def test_terms_that_are_an_address_are_one(desk: Desk, portal_offer: Any) -> None:
    portal_offer["definition"]["offer"][f"{SHOP}termsOfUse"] = "https://northgale.example/terms"
    legal = desk.offer(portal_offer).legal
    assert (legal.terms_url, legal.terms.value) == ("https://northgale.example/terms", "")


def test_core_plans_are_read_too(desk: Desk) -> None:
    core = "microsoft-azure-corevm."
    plan = {
        "planId": "k8s",
        f"{core}skuTitle": "Nodes",
        f"{core}generation": "2",
        f"{core}vmImagesPublicAzure": {
            "1.2.3": {"osVhdUrl": "https://a.blob.core.windows.net/v/o.vhd?sig=x"}
        },
        f"{core}supportsBackup": True,
    }
    offer: Offer = desk.offer({"id": "nodes", "definition": {"plans": [plan]}}, "--publisher", "northgale")
    assert offer.key == "northgale/nodes"
    assert [item.type for item in offer.skus[0].generations] == ["x64-gen2"]
    assert offer.skus[0].properties.backup
    assert offer.skus[0].images[0].os_vhd.secret == "SAS_K8S_1_2_3"
