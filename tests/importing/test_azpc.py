"""Manifests of azpc lead to their listing configuration and logos, and to nothing outside of their folder."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.importing.conftest import HERE, Desk

LOGO = HERE.parents[1] / "templates/demo/beacon-metrics/media/logo-large.png"
LISTING = {
    "offer_setup": {"alias": "Tidegauge templates", "testDrive": False, "crm": ""},
    "property_settings": {"leveledCategories": {"analytics": ["big-data", "data-insights"]}},
    "offer_listing": {
        "title": "Tidegauge",
        "summary": "Water levels",
        "short_description": "Reads gauges.",
        "description": "<p>Reads gauges.</p>",
        "keywords": ["harbour"],
        "listing_contacts": [
            {"type": "CustomerSupport", "email": "s@northgale.example", "name": "Desk", "phone": "+46 1", "uri": "https://northgale.example/help"},
            {"type": "Engineering", "email": "e@northgale.example", "name": "Mara", "phone": "+46 2"},
        ],
        "listing_uris": [
            {"type": "PrivacyUri", "displayText": "Privacy", "uri": "https://northgale.example/privacy"},
            {"type": "PublicCloudSupport", "displayText": "Support", "uri": "https://northgale.example/support"},
        ],
        "listing_logos": {"logo_large": "large.png", "logo_small": "none.png"},
    },
    "preview_audience": {"subscriptions": ["3f2b8a54-5f0c-4c5e-9a8e-0d5a3f8f6f11"]},
    "technical_configuration": {"tenant_id": "x", "application_id": "y"},
    "plan_overview": [
        {
            "plan_listing": {"title": "Base", "summary": "All of it", "description": "The base plan."},
            "pricing_and_availability": {
                "visibility": "Private",
                "azure_private_subscriptions": [{"ID": "9c1d7be2-8a17-4a9b-b0d6-6f2f7d1e2a22", "Description": "Pilot"}],
            },
            "technical_configuration": {"version": "0.0.1"},
        }
    ],
}  # fmt: skip


def manifest(**more: str) -> str:
    fields = {"name": "tidegauge", "plan_name": "base", "app_path": "app/", "app": "app.zip"}
    return "".join(f'{key}: "{value}"\n' for key, value in (fields | more).items())


def test_a_manifest_of_a_vm_leads_to_its_document(desk: Desk, portal_offer: Any) -> None:
    desk.file(portal_offer, "app/vm_config.json")
    shutil.copy(LOGO, desk.folder / "app" / "r_216.png")
    path = desk.file(manifest(json_listing_config="vm_config.json", logo_large="r_216.png"), "manifest.yml")
    offer = desk.offer(path)
    logo = offer.listing["en-us"].logos.large
    assert offer.key == "northgale/tidegauge-logger"
    assert logo
    assert logo.data == LOGO.read_bytes()
    assert "manifest.app` | the package of an application" in desk.report


def test_a_listing_configuration_gives_texts_and_contacts(desk: Desk) -> None:
    desk.file(LISTING, "app/listing.json")
    shutil.copy(LOGO, desk.folder / "app" / "large.png")
    offer = desk.offer(
        desk.file(manifest(json_listing_config="listing.json"), "manifest.yml"), "--publisher", "northgale"
    )
    listing = offer.listing["en-us"]
    assert (offer.key, offer.alias) == ("northgale/tidegauge", "Tidegauge templates")
    assert offer.categories == ("Analytics/Big Data", "Analytics/Data Insights")
    assert (listing.title, listing.long_summary.value, listing.search_keywords) == (
        "Tidegauge",
        "Reads gauges.",
        ("harbour",),
    )
    assert offer.support.customer.url == "https://northgale.example/support"
    assert offer.legal.privacy_policy_url == "https://northgale.example/privacy"
    sku = offer.skus[0]
    assert (sku.id, sku.visibility, sku.audience[0].label) == ("base", "private", "Pilot")
    assert listing.logos.large
    for place in (
        "$.technical_configuration",
        "listing_logos.logo_small",
        "plan_overview[0].technical_configuration",
    ):
        assert place in desk.report


def test_a_listing_configuration_alone_will_do(desk: Desk) -> None:
    assert desk.offer(LISTING).listing["en-us"].title == "Tidegauge"
    assert {"offer-id-format", "publisher-id-format", "logo-set"} <= set(desk.findings())


@pytest.mark.parametrize(
    "name", ["../secret.json", "/etc/passwd", "app/../../secret.json", "", "C:\\x.json", "no.json"]
)
def test_files_outside_of_the_folder_are_not_read(desk: Desk, name: str, portal_offer: Any) -> None:
    desk.file(portal_offer, "../secret.json")
    path = desk.file(
        manifest().replace("app/", "../") + f"json_listing_config: {name!r}\n", "in/manifest.yml"
    )
    code, _, err = desk.call("import", str(path), str(desk.target))
    assert code == 2
    assert "cure:" in err
    assert not desk.target.exists()


def test_a_link_out_of_the_folder_is_not_followed(desk: Desk, portal_offer: Any) -> None:
    outside = desk.file(portal_offer, "outside.json")
    path = desk.file(manifest(json_listing_config="listing.json", app_path="."), "in/manifest.yml")
    (path.parent / "listing.json").symlink_to(outside)
    code, _, err = desk.call("import", str(path), str(desk.target))
    assert (code, "leads out of the offer folder" in err) == (2, True)


def test_a_configuration_that_is_none_is_told(desk: Desk) -> None:
    desk.file({"a": 1}, "app/listing.json")
    code, _, err = desk.take(desk.file(manifest(json_listing_config="listing.json"), "manifest.yml"))
    assert code == 2
    assert "app/listing.json: this is no listing configuration" in err


def test_a_logo_that_is_no_picture_is_left_out(desk: Desk) -> None:
    desk.file(LISTING, "listing.json")
    desk.file("no picture", "large.png")
    desk.take(
        desk.file(manifest(json_listing_config="listing.json", logo_wide="large.png", app_path=""), "m.yml")
    )
    assert "manifest.logo_wide` | this is no PNG picture" in desk.report
    assert not list(Path(desk.target).glob("media/*"))
