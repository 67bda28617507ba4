"""A small offer, requests about it, and marketplaces over files in a temporary folder."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from publisher.marketplaces import Request, Slot
from publisher.marketplaces.local import LocalMarketplace
from publisher.redact import Secret

TERMS = "You may use it. " * 80
TERMS_HASH = hashlib.sha256(TERMS.encode()).hexdigest()
VHD = "https://lighthouse.blob.core.example/vhds/os.vhd"
SIGNATURE = "c2VjcmV0LXNpZ25hdHVyZQ"


class Links:
    """A link checker whose answers the test decides; it keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []
        self.broken: dict[str, str] = {}

    def __call__(self, urls: Sequence[str]) -> Mapping[str, str]:
        self.asked.append(urls)
        return {url: self.broken[url] for url in urls if url in self.broken}


@pytest.fixture
def document() -> dict[str, Any]:
    """The canonical document of an offer with two SKUs."""
    return {
        "publisher": "northlight",
        "offer": "beacon",
        "categories": ["security", "networking"],
        "listing": {
            "en-us": {
                "title": "Beacon Gateway",
                "summary": "none",
                "description": "<p>For harbours.</p>",
                "logos": {"small": {"sha256": "ab12", "bytes": 345}},
                "links": [{"title": "Guide", "url": "https://docs.northlight.example/guide"}],
                "sample_images": [{"file": {"sha256": "cd34", "bytes": 678}, "caption": "The lamp"}],
            }
        },
        "legal": {
            "terms": {"sha256": TERMS_HASH, "length": len(TERMS)},
            "privacy_policy_url": "https://northlight.example/privacy",
        },
        "support": {
            "engineering": {"name": "Ana", "email": "ana@northlight.example", "phone": "+34 910 000 001"},
            "customer": {"name": "Desk", "url": "https://support.northlight.example"},
        },
        "skus": [
            {
                "id": "hourly",
                "billing": "hourly",
                "free_trial": "one-month",
                "hidden": False,
                "listing": {"en-us": {"title": "Beacon by the hour"}},
                "regions": ["FR", "US"],
                "prices": {"US": {"currency": "USD", "per_hour_by_cores": {"1": "0.05", "2": "0.09"}}},
                "operating_system": {"family": "linux", "name": "Ubuntu Server 24.04 LTS"},
                "recommended_sizes": ["Standard_D2s_v5", "Standard_D4s_v5"],
                "ports": [{"label": "https", "range": "443", "protocol": "tcp"}],
                "images": [
                    {"version": "1.2.0", "os_vhd": VHD, "data_vhds": [{"lun": 0, "url": f"{VHD}-data.vhd"}]}
                ],
            },
            {"id": "byol", "billing": "byol", "hidden": False, "regions": ["FR"]},
        ],
    }


@pytest.fixture
def ask(document: dict[str, Any]) -> Callable[..., Request]:
    """Makes a request to stage the small offer; the test names what is different."""

    def make(identity: str = "s1", slot: Slot = Slot.STAGING, **other: Any) -> Request:
        values: dict[str, Any] = {
            "publisher": "northlight",
            "offer": "beacon",
            "digest": "d1",
            "document": document,
            "files": {TERMS_HASH: TERMS.encode()},
            "vhds": {VHD: Secret(f"{VHD}?sv=1&sp=rl&sig={SIGNATURE}")},
            "subscriptions": ("AAAA-1", "bbbb-2"),
        }
        return Request(identity=identity, slot=slot, **{**values, **other})

    return make


@pytest.fixture
def check_links() -> Links:
    """All links are fine until the test breaks one."""
    return Links()


@pytest.fixture
def local(tmp_path: Path, check_links: Links) -> LocalMarketplace:
    """An embedded marketplace that nothing was asked of yet."""
    return LocalMarketplace(tmp_path / ".publisher" / "marketplace.db", check_links=check_links)
