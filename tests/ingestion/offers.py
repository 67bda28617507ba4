"""A rich offer of Partner Center, as a folder that is not written yet."""

from copy import deepcopy
from typing import Any

from publisher.document.writing import NewFolder
from publisher.redact import Secret
from tests.conftest import DEMO

TENANT = "3d7a1c55-9a0b-4d2e-8f11-0a1b2c3d4e5f"
OLD = {"in_days": 0, "reason": "critical-security-issue", "alternative": "sante-prive"}
TESTER = "9c1d7be2-8a17-4a9b-b0d6-6f2f7d1e2a22"


def sas(disk: str, signature: str = "c2ln") -> Secret:
    query = f"sp=rl&sr=c&st=2026-01-01T00:00:00Z&se=2026-12-31T00:00:00Z&sig={signature}%3D"
    return Secret(f"https://nimbus.blob.core.windows.net/vhds/{disk}.vhd?{query}")


def contact(name: str, **more: str) -> dict[str, str]:
    return {"name": name, "email": f"{name.lower()}@nimbus.example", "phone": "+33 1 00 00 00 01", **more}


def _payg() -> dict[str, Any]:
    images = [
        {"version": "2025.01.09", "generation": "x64-gen2", "os_vhd": {"secret": "OLD_GEN2"}, "deprecated": True, "deprecation": OLD},
        {"version": "2025.01.09", "generation": "x64-gen1", "os_vhd": {"secret": "OLD_GEN1"}, "deprecated": True, "deprecation": OLD},
        {"version": "2026.2.1", "generation": "x64-gen2", "os_vhd": {"secret": "NEW_GEN2"}, "data_vhds": [{"lun": 0, "url": {"secret": "NEW_DATA"}}]},
        {"version": "2026.2.1", "generation": "x64-gen1", "os_vhd": {"secret": "NEW_GEN1"}, "data_vhds": [{"lun": 0, "url": {"secret": "NEW_DATA"}}]},
    ]  # fmt: skip
    return {
        "id": "payg",
        "alias": "Pay as you go",
        "billing": "hourly",
        "free_trial": "three-months",
        "clouds": ["global", "government"],
        "government_certifications": [{"title": "FedRAMP", "url": "https://nimbus.example/fedramp"}],
        "listing": {
            "en-us": {
                "title": "CartoFlux hourly",
                "summary": "By the hour.",
                "description": "<p>All of it.</p>",
            }
        },
        "regions": ["DE", "FR", "US"],
        "prices": {region: {"currency": "USD", "flat_per_hour": "0.4"} for region in ("DE", "FR", "US")},
        "reservation": {"one-year": 20, "three-years": 40},
        "operating_system": {"family": "linux", "name": "Debian 12", "type": "debian"},
        "recommended_sizes": ["Standard_D4s_v5", "Standard_D8s_v5"],
        "ports": [
            {"label": "https", "range": "443", "protocol": "tcp"},
            {"label": "ingest", "range": "8000-8010", "protocol": "both"},
        ],
        "properties": {"cloud_init": True, "accelerated_networking": True, "remote_connection": False},
        "generations": [{"type": "x64-gen2", "sku_id": "payg"}, {"type": "x64-gen1", "sku_id": "payg-gen1"}],
        "images": images,
    }


def _private() -> dict[str, Any]:
    gallery = {
        "tenant_id": TENANT,
        "resource_id": f"/subscriptions/{TESTER}/resourceGroups/g/providers/Microsoft.Compute/galleries/x/images/y/versions/3.4.1",
    }
    prices = {
        "FR": {"currency": "EUR", "per_hour_by_cores": {"2": "0.08", "16": "0.5"}},
        "GB": {"currency": "GBP", "per_hour_by_cores": {"2": "0.07", "16": "0.45"}},
    }
    return {
        "id": "sante-prive",
        "alias": "Santé",
        "hidden": True,
        "visibility": "private",
        "audience": [{"id": TENANT, "label": "Hôpital, n° 1"}, {"id": TESTER, "kind": "subscription"}],
        "listing": {
            "en-us": {
                "title": "CartoFlux health",
                "summary": "For hospitals.",
                "description": "For hospitals alone.",
            }
        },
        "regions": ["FR", "GB"],
        "prices": prices,
        "operating_system": {
            "family": "windows",
            "name": "Windows Server 2022",
            "type": "windows-server-2022",
        },
        "generations": [{"type": "x64-gen2", "sku_id": "sante-prive"}],
        "images": [{"version": "3.4.1", "gallery": gallery}],
        "deprecated": True,
        "deprecation": {"in_days": 90, "reason": "end-of-support", "alternative": "carto-flux-2"},
    }


def rich() -> NewFolder:
    """Texts, pictures and a film, two languages, four SKUs of every sort."""
    media = {
        name: (DEMO / "media" / f"{name}.png").read_bytes()
        for name in ("logo-large", "logo-small", "dashboard", "hero")
    }
    offer = {
        "format": "vm-offer/1",
        "publisher": "atelier-nimbus",
        "offer": "carto-flux",
        "alias": "CartoFlux prod",
        "profile": "partner-center",
        "categories": ["Analytics/Data Insights", "Analytics/Real-time/Streaming Analytics", "Internet of Things"],
        "listing": {
            "en-us": {
                "title": "CartoFlux Geo-analytics Server",
                "summary": "Maps of what happens now.",
                "long_summary": "For those who watch things move.",
                "description": {"file": "texts/description.html"},
                "logos": {"small": "media/logo-small.png", "large": "media/logo-large.png"},
                "links": [
                    {"title": "Guide", "url": "https://docs.nimbus.example/guide"},
                    {"title": "API", "url": "https://docs.nimbus.example/api"},
                ],
                "sample_images": [
                    {"file": "media/dashboard.png", "caption": "The map"},
                    {"file": "media/hero.png", "caption": "The other map"},
                ],
                "videos": [{"title": "A tour", "url": "https://vimeo.com/123456", "thumbnail": "media/hero.png"}],
                "reseller_materials_url": "https://nimbus.example/csp",
            },
            "fr-fr": {"title": "CartoFlux, serveur d'analyse", "summary": "Des cartes.", "description": "<p>Des cartes.</p>"},
        },
        "legal": {
            "standard_contract": True,
            "amendment": {"file": "texts/amendment.txt"},
            "custom_amendments": [{"text": "Net 60.", "tenants": [TENANT]}],
            "privacy_policy_url": "https://nimbus.example/privacy",
        },
        "support": {
            "engineering": contact("Ines"),
            "customer": contact("Desk", url="https://support.nimbus.example", government_url="https://gov.nimbus.example"),
            "reseller": contact("Paul"),
        },
        "staging": {"subscriptions": [TESTER]},
        "leads": {"destination": "https", "address": "https://crm.nimbus.example/leads"},
        "test_drive": {"enabled": True, "type": "arm"},
        "resellers": "any",
        "skus": [
            _payg(),
            {
                "id": "byol", "alias": "BYOL", "billing": "byol", "markets": "all", "reuses": "payg",
                "listing": {"en-us": {"title": "CartoFlux BYOL", "summary": "Your licence.", "description": "With your licence."}},
            },
            _private(),
            {
                "id": "xs", "alias": "XS", "billing": "byol", "markets": "tax-remitted",
                "operating_system": {"family": "linux", "name": "Own", "type": "other"},
                "generations": [{"type": "x64-gen1", "sku_id": "xs"}],
                "images": [{"version": "1.0.0", "os_vhd": {"secret": "XS_OS"}}],
            },
        ],
    }  # fmt: skip
    files = {f"media/{name}.png": data for name, data in media.items()}
    files |= {
        "texts/description.html": b"<p>" + b"Long. " * 300 + b"</p>\n",
        "texts/amendment.txt": b"One.\n\nTwo.\n",
    }
    secrets = {
        name: sas(name.lower())
        for name in ("OLD_GEN2", "OLD_GEN1", "NEW_GEN2", "NEW_GEN1", "NEW_DATA", "XS_OS")
    }
    return NewFolder(offer=deepcopy(offer), files=files, secrets=secrets)
