"""The offer format as a whole: all fields can be written, and what is older keeps its digest."""

import json
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from publisher.document import Document, read_document
from publisher.document.canonical import canonical, content_files, digest
from publisher.document.model import Offer

# What could be written when the first digests were stored.
FIRST = """
format: vm-offer/1
publisher: tidewater-labs
offer: beacon
categories: [monitoring]
listing:
  en-us:
    title: Beacon
    summary: Metrics
    links: [{title: Guide, url: "https://docs.tidewater-labs.example/"}]
legal: {terms: Pay., privacy_policy_url: "https://www.tidewater-labs.example/privacy"}
support:
  customer: {name: Desk, email: desk@tidewater-labs.example, phone: "000"}
skus:
  - id: hourly
    regions: [SE, DE]
    prices:
      SE: {currency: SEK, per_hour_by_cores: {2: 0.90}}
    operating_system: {family: linux, name: Debian 12}
    ports: [{label: https, range: 443}]
    images:
      - version: 2.4.0
        os_vhd: "https://tidewaterlabs.blob.core.windows.net/images/beacon.vhd?sig=x"
        data_vhds: [{lun: 0, url: "https://tidewaterlabs.blob.core.windows.net/images/data.vhd?sig=x", size_gb: 8}]
  - {id: byol, billing: byol, hidden: true}
"""
FIRST_DIGEST = "b41d777d0ad2a5138678b028b9078032ec2d2657ed6bc5689941359cdd6941b1"

# Every field that joined later, with a value that is not its default.
LATER = """
format: vm-offer/1
publisher: atelier-nimbus
offer: carto-flux
profile: partner-center
listing:
  en-us:
    title: CartoFlux
    search_keywords: [maps, tiles]
    videos: [{title: Tour, url: "https://vimeo.com/1", thumbnail: tour.png}]
    reseller_materials_url: https://atelier-nimbus.example/csp
legal:
  terms_url: https://atelier-nimbus.example/terms
  standard_contract: true
  amendment: For all.
  custom_amendments:
    - {text: {file: amendment.txt}, tenants: [3f0c8f0e-7d55-4f1e-9f70-0a4b6a1f2c3d]}
support:
  customer: {government_url: "https://gov.atelier-nimbus.example"}
  reseller: {name: Desk}
leads: {destination: https, address: "https://leads.atelier-nimbus.example/in?code=SECRET"}
test_drive: {enabled: true, type: arm}
resellers: any
certification: {notes: Log in as admin., report: {file: report.json}}
skus:
  - id: payg
    alias: By the hour
    visibility: private
    audience: [{id: 3f0c8f0e-7d55-4f1e-9f70-0a4b6a1f2c3d, label: Clinic, kind: subscription}]
    clouds: [global, government]
    government_certifications: [{title: FedRAMP, url: "https://atelier-nimbus.example/fedramp"}]
    prices:
      FR: {currency: EUR, flat_per_hour: 0.40}
      DE: {currency: EUR, per_core_per_hour: 0.10}
      US: {currency: USD, free: true}
    reservation: {one-year: 20, three-years: 40}
    operating_system: {type: debian}
    properties:
      extensions: false
      remote_connection: false
      backup: true
      accelerated_networking: true
      network_virtual_appliance: true
      nvme: true
      cloud_init: true
      hibernation: true
      aad_login: true
      custom_arm_template: true
    generations: [{type: x64-gen2, sku_id: payg}, {type: x64-gen1, sku_id: payg-gen1}]
    reuses: byol
    images:
      - version: 3.4.1
        generation: x64-gen2
        gallery: {tenant_id: 3f0c8f0e-7d55-4f1e-9f70-0a4b6a1f2c3d, resource_id: /subscriptions/x/versions/3.4.1}
      - {version: 3.4.0, deprecated: true}
"""


def read(folder: Path, text: str) -> Document:
    (folder / "offer.yaml").write_text(text, encoding="utf-8")
    return read_document(folder)


@pytest.fixture
def later(tmp_path: Path) -> Offer:
    (tmp_path / "amendment.txt").write_text("Long terms. " * 200)
    (tmp_path / "report.json").write_text("{}")
    (tmp_path / "tour.png").write_bytes(b"\x89PNG")
    document = read(tmp_path, LATER)
    assert document.problems == ()
    assert document.offer
    return document.offer


def test_what_was_written_before_keeps_its_digest(tmp_path: Path) -> None:
    offer = read(tmp_path, FIRST).offer
    assert offer
    assert digest(canonical(offer)) == FIRST_DIGEST


def test_a_default_that_is_written_out_changes_nothing(tmp_path: Path) -> None:
    text = FIRST.replace(
        "  - id: hourly\n", "  - id: hourly\n    visibility: public\n    properties: {extensions: true}\n"
    )
    offer = read(tmp_path, text + "test_drive: {enabled: false}\n").offer
    assert offer
    assert digest(canonical(offer)) == FIRST_DIGEST


def test_every_field_can_be_read(later: Offer) -> None:
    sku = later.skus[0]
    assert sku.prices["FR"].flat_per_hour == Decimal("0.40")
    assert sku.reservation == {"one-year": 20, "three-years": 40}
    assert sku.images[0].gallery
    assert later.legal.custom_amendments[0].text.file == "amendment.txt"
    assert {name for name, value in flags(sku.properties) if not value} == {"extensions", "remote_connection"}


def flags(properties: Any) -> list[tuple[str, Any]]:
    return [(f.name, getattr(properties, f.name)) for f in fields(properties) if f.name != "at"]


def test_the_canonical_document_holds_all_of_it_and_can_be_read_back(later: Offer, tmp_path: Path) -> None:
    document = canonical(later)
    folder = tmp_path / "again"
    folder.mkdir()
    for sha, data in content_files(later).items():
        (folder / sha).write_bytes(data)
    (folder / "offer.json").write_text(json.dumps(in_files(document)))
    again = read_document(folder)
    assert again.problems == ()
    assert again.offer
    assert canonical(again.offer) == document


def in_files(value: Any) -> Any:
    if isinstance(value, dict) and "sha256" in value:
        return value["sha256"] if "bytes" in value else {"file": value["sha256"]}
    if isinstance(value, dict):
        return {key: in_files(item) for key, item in value.items()}
    return [in_files(item) for item in value] if isinstance(value, list) else value


def test_no_key_of_a_lead_destination_is_kept(later: Offer) -> None:
    assert canonical(later)["leads"]["address"] == "https://leads.atelier-nimbus.example/in"


def test_the_current_image_is_one_that_is_not_deprecated(tmp_path: Path) -> None:
    text = FIRST.replace(
        "      - version: 2.4.0\n", "      - {version: 2.5.0, deprecated: true}\n      - version: 2.4.0\n"
    )
    offer = read(tmp_path, text).offer
    assert offer
    assert offer.skus[0].current
    assert offer.skus[0].current.version == "2.4.0"
