"""What customers buy: a SKU, its prices, its technical configuration and its image versions."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from publisher.document.values import Link, Text, VhdUrl, described, record

GENERATIONS: Final = ("x64-gen1", "x64-gen2", "arm64-gen2")
MARKETS: Final = ("listed", "all", "tax-remitted")
DEPRECATION_REASONS: Final = ("critical-security-issue", "end-of-support", "other")
CLOUDS: Final = ("global", "government", "germany", "china")
_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")


@record
class SkuListing:
    """The marketing texts of a SKU in one language."""

    at: str = ""
    title: str = described("name of the SKU in the store")
    summary: str = described("one line")
    description: Text = described("what this SKU adds", default=Text())


@record
class Price:
    """The price of a SKU in one region, per hour: by number of cores, flat, for each core, or free.

    The classic portal knows prices by number of cores alone.
    """

    at: str = ""
    currency: str = described("ISO 4217 code, such as USD")
    per_hour_by_cores: dict[str, Decimal] = described("price per hour by number of cores", default={})
    flat_per_hour: Decimal | None = described("price per hour of any VM size", default=None)
    per_core_per_hour: Decimal | None = described("price per hour of each core", default=None)
    free: bool = described("true if the software costs nothing", default=False)


@record
class AudienceEntry:
    """Somebody to whom a private SKU is shown."""

    at: str = ""
    id: str = described("GUID of the tenant or subscription")
    label: str = described("your own note on who that is")
    kind: str = described("tenant or subscription", default="tenant", choices=("tenant", "subscription"))


@record
class OperatingSystem:
    """What runs on the OS disk."""

    at: str = ""
    family: str = described("linux or windows", choices=("linux", "windows"))
    name: str = described("friendly name, such as Ubuntu Server 24.04 LTS")
    type: str = described("vendor or release, such as debian or windows-server-2022")


@record
class Port:
    """An open port or range of ports."""

    at: str = ""
    label: str = described("what listens there")
    range: str = described("one port, or first-last")
    protocol: str = described("tcp, udp or both", default="tcp", choices=("tcp", "udp", "both"))

    @property
    def opening(self) -> str:
        """Range and protocol, such as 443/tcp: what is locked once live."""
        return f"{self.range}/{self.protocol}"


@record
class Properties:
    """What the image supports and demands."""

    at: str = ""
    extensions: bool = described("VM extensions can be installed", default=True)
    remote_connection: bool = described("customers can log in over SSH or RDP", default=True)
    backup: bool = described("Azure Backup works", default=False)
    accelerated_networking: bool = described("accelerated networking works", default=False)
    network_virtual_appliance: bool = described("the image routes or filters traffic", default=False)
    nvme: bool = described("NVMe disks work", default=False)
    cloud_init: bool = described("cloud-init provisions the VM", default=False)
    hibernation: bool = described("the VM can hibernate", default=False)
    aad_login: bool = described("customers can log in with their Microsoft account", default=False)
    custom_arm_template: bool = described("only an ARM template of yours deploys the image", default=False)


@record
class Generation:
    """A kind of image that the SKU comes as, with the ID under which it is deployed."""

    at: str = ""
    type: str = described("architecture and VM generation", choices=GENERATIONS)
    sku_id: str = described("ID that deployments name; one of them is the ID of the SKU")


@record
class GalleryImage:
    """An image version in an Azure Compute Gallery."""

    at: str = ""
    tenant_id: str = described("GUID of the tenant that holds the gallery")
    resource_id: str = described("resource ID of the image version, /subscriptions/…/versions/X.Y.Z")


@record
class DataVhd:
    """A data disk of an image version."""

    at: str = ""
    lun: int | None = described("logical unit number, from 0", default=None)
    url: VhdUrl = described("SAS URL of the VHD", default=VhdUrl())
    size_gb: int | None = described("size of the disk in GB", default=None)


@record
class Deprecation:
    """When and why what is deprecated leaves the store, and what customers can take in its place."""

    at: str = ""
    in_days: int | None = described("days of notice; 90 are customary, 0 is at once", default=None)
    reason: str = described("why", choices=DEPRECATION_REASONS)
    alternative: str = described("ID of another SKU of this offer, or of another offer")

    def told(self) -> dict[str, Any]:
        """The fields that say something, as a document has them."""
        fields = {"in_days": self.in_days, "reason": self.reason, "alternative": self.alternative}
        return {name: value for name, value in fields.items() if value not in (None, "")}


@record
class Image:
    """One version: an OS disk and its data disks, or an image of a gallery.

    A SKU of several generations has one such entry for each, with the same version.
    """

    at: str = ""
    version: str = described("X.Y.Z, higher than every version published before")
    generation: str = described("which of the SKU's generations; empty for the first", choices=GENERATIONS)
    os_vhd: VhdUrl = described("SAS URL of the OS VHD", default=VhdUrl())
    size_gb: int | None = described("size of the OS disk in GB", default=None)
    data_vhds: tuple[DataVhd, ...] = described("data disks, LUN 0 first", default=())
    gallery: GalleryImage | None = described("image of a gallery, in place of VHDs", default=None)
    deprecated: bool = described("true to take a published version out of the store", default=False)
    deprecation: Deprecation = described("when, why, and what instead", default=Deprecation())

    def vhds(self) -> Iterator[VhdUrl]:
        """The OS disk, then the data disks."""
        yield self.os_vhd
        for disk in self.data_vhds:
            yield disk.url


@record
class Sku:
    """What customers buy: a billing model, prices, and image versions."""

    at: str = ""
    id: str = described("ID of the SKU; fixed once staged")
    alias: str = described("your own name for the SKU; never shown")
    billing: str = described("hourly or byol; fixed once live", default="hourly", choices=("hourly", "byol"))
    free_trial: str = described(
        "hourly SKUs only",
        default="none",
        choices=("none", "one-month", "three-months", "six-months"),
    )
    hidden: bool = described("true only for solution templates; fixed once live", default=False)
    visibility: str = described(
        "private shows the SKU to its audience alone", default="public", choices=("public", "private")
    )
    audience: tuple[AudienceEntry, ...] = described("who sees a private SKU", default=())
    clouds: tuple[str, ...] = described("empty means global", default=(), choices=CLOUDS)
    government_certifications: tuple[Link, ...] = described("for the government cloud", default=())
    listing: dict[str, SkuListing] = described("texts by language", default={})
    markets: str = described(
        "where it is sold: in the regions listed, in all, or where Microsoft remits the tax",
        default="listed",
        choices=MARKETS,
    )
    regions: tuple[str, ...] = described("ISO 3166 alpha-2 codes; never removed once live", default=())
    prices: dict[str, Price] = described("prices by region; fixed once live", default={})
    reservation: dict[str, int] = described("percent saved, by one-year and three-years", default={})
    operating_system: OperatingSystem = described("the OS of the image", default=OperatingSystem())
    recommended_sizes: tuple[str, ...] = described("VM sizes, the first is proposed", default=())
    ports: tuple[Port, ...] = described("open ports; fixed once live", default=())
    properties: Properties = described("what the image supports", default=Properties())
    generations: tuple[Generation, ...] = described("kinds of image, with their IDs", default=())
    reuses: str = described("ID of the SKU whose technical configuration this one has too")
    images: tuple[Image, ...] = described("every version offered; the highest is current", default=())
    deprecated: bool = described("true to take a published SKU out of the store", default=False)
    deprecation: Deprecation = described("when, why, and what instead", default=Deprecation())

    @property
    def current(self) -> Image | None:
        """The image with the highest version; a deprecated one only where there is no other."""
        return max(
            self.images, key=lambda image: (not image.deprecated, version_key(image.version)), default=None
        )


def version_key(version: str) -> tuple[int, ...]:
    """What a version is compared by: three integers. A text that is no version comes before all.

    Leading zeros count as nothing, as published history demands (2026.01.09 equals 2026.1.9).
    """
    if len(version) > 256 or not _VERSION.fullmatch(version):
        return ()
    return tuple(map(int, version.split(".")))
