"""A workshop for tests: the engine over a real catalogue and the embedded marketplace, with a clock set by hand."""

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import publisher.media
from publisher.catalogue.store import Catalogue
from publisher.catalogue.views import OfferView
from publisher.document import Document, read_document
from publisher.document.secrets import Secrets
from publisher.engine import Engine, open_engine
from publisher.marketplaces.local import LocalMarketplace
from publisher.production import request_production
from publisher.settings import load_settings
from publisher.staging import stage
from publisher.submissions import Outcome, observe

DEMO = Path(__file__).resolve().parent.parent / "templates" / "demo" / "beacon-metrics"
KEY = ("tidewater-labs", "beacon-metrics")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_SHIPPED: dict[str, Any] = yaml.safe_load((DEMO / "offer.yaml").read_text(encoding="utf-8"))
_SAS = (
    "sp=rl&st=2026-01-01T00:00:00Z&se=2099-01-01T00:00:00Z&spr=https&sv=2022-11-02&sr=c&sig="
    + "A" * 43
    + "%3D"
)


class AnyDisk(Secrets):
    """Knows the made-up SAS URL of every disk: the secret OS_2_4_0 is that of `images/os-2-4-0.vhd`."""

    def __init__(self) -> None:
        super().__init__(environ={})

    def get(self, name: str) -> Any:
        """The URL for a name."""
        disk = name.lower().replace("_", "-")
        host = "https://tidewaterlabs.blob.core.windows.net"
        return Secrets({name: f"{host}/images/{disk}.vhd?{_SAS}"}, environ={}).get(name)


def content(
    version: str = "2.4.0",
    *,
    skus: Iterable[str] = ("hourly", "byol"),
    title: str = "Beacon",
    price: float = 0.9,
) -> dict[str, Any]:
    """The shipped offer with these SKUs, all with this image version; unknown SKUs are like `byol`."""
    offer = deepcopy(_SHIPPED)
    offer["listing"]["en-us"]["title"] = title
    known = {sku["id"]: sku for sku in offer["skus"]}
    offer["skus"] = [_sku(known, sku_id, version, price) for sku_id in skus]
    return offer


def _sku(known: dict[str, Any], sku_id: str, version: str, price: float) -> dict[str, Any]:
    sku: dict[str, Any] = deepcopy(known.get(sku_id) or known["byol"])
    if sku_id not in known:
        sku["listing"]["en-us"]["title"] += f" {sku_id}"
    sku["id"] = sku_id
    for region in sku.get("prices", {}).values():
        region["per_hour_by_cores"] = {str(n): v for n, v in region["per_hour_by_cores"].items()}
    if "prices" in sku:
        sku["prices"]["SE"]["per_hour_by_cores"]["2"] = price
    name = version.replace(".", "_")
    disks = [{"lun": 0, "url": {"secret": f"DATA_{name}"}, "size_gb": 256}]
    sku["images"] = [{"version": version, "os_vhd": {"secret": f"OS_{name}"}, "data_vhds": disks}]
    return sku


class Workshop:
    """One offer folder, one catalogue, one marketplace. `said` keeps the engine's talk, `now` is its time."""

    def __init__(self, root: Path, engine: Engine, said: list[str]) -> None:
        self.root = root
        self.offer = root / "offer"
        self.engine = engine
        self.said = said
        self.now = START
        if not self.offer.exists():
            shutil.copytree(DEMO, self.offer)
            (self.offer / "offer.yaml").unlink()

    @property
    def catalogue(self) -> Catalogue:
        """The real one, in SQLite."""
        return self.engine.catalogue

    @property
    def marketplace(self) -> LocalMarketplace:
        """The embedded one, with its journal and its knobs."""
        assert isinstance(self.engine.marketplace, LocalMarketplace)
        return self.engine.marketplace

    @property
    def view(self) -> OfferView:
        """The offer as the catalogue has it."""
        return self.engine.view(KEY)

    def folder(self, offer: dict[str, Any]) -> Document:
        """Write a content into the folder, and read it."""
        (self.offer / "offer.json").write_text(json.dumps(offer), encoding="utf-8")
        return self.read()

    def read(self) -> Document:
        """The folder as it is."""
        return read_document(self.offer, self.engine.secrets)

    def later(self, **span: float) -> None:
        """Let time pass: `later(hours=2)`."""
        self.now += timedelta(**span)

    def triggers(self, subject: str = "offer") -> list[str]:
        """What happened to the offer or to a SKU, in order, without tests, approvals and progress."""
        events = self.catalogue.history(self.view)
        return [
            e.trigger
            for e in events
            if e.subject == subject and e.source != e.target and e.trigger != "progress"
        ]


def settled(shop: Workshop, outcome: Outcome) -> Outcome:
    """Where a submission ends, after as many looks as that takes."""
    for _ in range(50):
        if outcome.look_again is None:
            return outcome
        outcome = observe(shop.engine, KEY)
    raise AssertionError(outcome.message)


def staged(shop: Workshop, offer: dict[str, Any] | None = None) -> Outcome:
    """Bring an offer, or the shipped one, to the staging slot."""
    return settled(shop, stage(shop.engine, shop.folder(offer or content())))


def released(shop: Workshop, offer: dict[str, Any] | None = None) -> Outcome:
    """Bring an offer to live."""
    staged(shop, offer)
    outcome = settled(shop, request_production(shop.engine, KEY))
    assert outcome.view.state == "live"
    return outcome


def look_once(patch: pytest.MonkeyPatch) -> None:
    """The shipped pictures never change: each is decoded once in this process."""
    patch.setattr(publisher.media, "look", lambda pictures: _looks(tuple(pictures)))


_looks = cache(publisher.media.look)


@contextmanager
def open_workshop(root: Path, **settings: str) -> Iterator[Workshop]:
    """A workshop in a folder; a second one in the same folder is a second command on the same offer."""
    said: list[str] = []
    environ = {"PUBLISHER_LINKS_ASSUME": "*.tidewater-labs.example"}
    environ |= {f"PUBLISHER_{name.upper()}": value for name, value in settings.items()}
    root.mkdir(parents=True, exist_ok=True)
    effective = load_settings(root, environ=environ)
    with open_engine(effective, AnyDisk(), say=said.append, clock=lambda: shop.now) as engine:
        shop = Workshop(root, engine, said)
        yield shop
