"""What of an offer is already published: the measure of every rule about changes."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Final

from publisher.document.model import Image, Sku, VhdUrl, version_key
from publisher.document.sku import CLOUDS
from publisher.frozen import dataclass

LOCK: Final = "offer.lock.json"


@dataclass(frozen=True, kw_only=True)
class LockedPrice:
    """A published price: currency, and amounts per hour by number of cores, flat, or for each core."""

    currency: str
    per_hour_by_cores: Mapping[str, Decimal]
    flat_per_hour: Decimal | None = None
    per_core_per_hour: Decimal | None = None
    free: bool = False


@dataclass(frozen=True, kw_only=True)
class Locked:
    """What of a SKU can no longer change because it was live. `ports` are openings such as 443/tcp."""

    billing: str
    prices: Mapping[str, LockedPrice]
    regions: tuple[str, ...]
    ports: tuple[str, ...]
    hidden: bool
    data_vhds: int


@dataclass(frozen=True, kw_only=True)
class LiveTerms:
    """How a SKU is sold in Partner Center while it is live: `clouds` is empty for the global one alone,
    `visibility` is public or private."""

    visibility: str
    clouds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PublishedSku:
    """A SKU that was staged at least once. `locked` is None until it was live.

    `versions` were live, and are burned for ever. `vhds` holds the addresses (OS disk first,
    then by LUN) of published versions where they are known: a lock file does not keep them. `terms` is
    how it is sold while it is live, where that was recorded.
    """

    id: str
    state: str
    versions: tuple[str, ...]
    locked: Locked | None
    vhds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    terms: LiveTerms | None = None

    @property
    def deleted(self) -> bool:
        """Whether its deletion was marked done: then, and only then, it may be missing."""
        return self.state == "deleted"


@dataclass(frozen=True, kw_only=True)
class OtherOffer:
    """Another offer of the same publisher."""

    offer: str
    titles: tuple[str, ...]
    skus: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Published:
    """An offer that was staged at least once, as the lock file or the catalogue knows it.

    `source` is `lock` or `catalogue`. `hero` says whether a banner was staged, `standard_contract` whether
    that is what customers accept (None: not known, or not live).
    """

    source: str
    publisher: str
    offer: str
    live: bool
    skus: tuple[PublishedSku, ...]
    hero: bool | None = None
    standard_contract: bool | None = None

    def was_live(self, sku_id: str, version: str) -> bool:
        """Whether an image version was live once; leading zeros count as nothing."""
        known, key = self.sku(sku_id), version_key(version)
        return bool(known and key) and key in map(version_key, known.versions if known else ())

    def sku(self, sku_id: str) -> PublishedSku | None:
        """The published SKU of this ID."""
        return next((sku for sku in self.skus if sku.id == sku_id), None)


def locked(sku: Sku) -> Locked:
    """What going live locks of a SKU."""
    current = sku.current
    return Locked(
        billing=sku.billing,
        prices={
            region: LockedPrice(
                currency=price.currency,
                per_hour_by_cores=dict(price.per_hour_by_cores),
                flat_per_hour=price.flat_per_hour,
                per_core_per_hour=price.per_core_per_hour,
                free=price.free,
            )
            for region, price in sorted(sku.prices.items())
        },
        regions=tuple(sorted(set(sku.regions))),
        ports=tuple(sorted({port.opening for port in sku.ports})),
        hidden=sku.hidden,
        data_vhds=len(current.data_vhds) if current else 0,
    )


def live_terms(sku: Sku) -> LiveTerms:
    """How a SKU is sold once it is live; words that mean nothing are left out."""
    visibility = "private" if sku.visibility == "private" else "public"
    return LiveTerms(visibility=visibility, clouds=tuple(cloud for cloud in CLOUDS if cloud in sku.clouds))


def addresses(image: Image) -> tuple[str, ...]:
    """The public addresses of a version's disks, in the order of `disks`."""
    return tuple(vhd.address for vhd in disks(image))


def disks(image: Image) -> tuple[VhdUrl, ...]:
    """A version's disks: OS disk first, then by LUN, wherever they stand in the document."""
    in_order = sorted(image.data_vhds, key=lambda disk: (disk.lun is None, disk.lun or 0))
    return (image.os_vhd, *(disk.url for disk in in_order))
