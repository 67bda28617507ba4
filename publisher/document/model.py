"""What an offer folder says, as frozen values.

Every class keeps `at`, the JSON pointer of the place it was read from. Fields carry the word of the
offer format; a `help` text in their metadata is what editors show.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from publisher.redact import Secret, public_url

FORMAT: Final = "vm-offer/1"


def described(help_text: str, *, default: Any = "", choices: tuple[str, ...] = ()) -> Any:
    """A field with the sentence that editors and scaffolds show for it."""
    metadata = {"help": help_text, "choices": choices}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A long text, written in place or in a file beside the document (`file` is "" in place)."""

    at: str = ""
    value: str = field(default="", repr=False)
    file: str = ""

    def __bool__(self) -> bool:
        return bool(self.value.strip())


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A media file inside the folder."""

    at: str = ""
    file: str = ""
    data: bytes = field(default=b"", repr=False)

    @cached_property
    def sha256(self) -> str:
        """The hash of its bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, kw_only=True)
class VhdUrl:
    """The SAS URL of a disk: by the name of a secret, or written out; `url` is None while unresolved."""

    at: str = ""
    secret: str = ""
    url: Secret | None = None

    @cached_property
    def address(self) -> str:
        """The URL without its query: what may be stored and shown; "" while unresolved."""
        return public_url(self.url.reveal()) if self.url else ""


@dataclass(frozen=True, kw_only=True)
class Logos:
    """The logo files by size."""

    at: str = ""
    small: Asset | None = described("small logo, PNG", default=None)
    medium: Asset | None = described("medium logo, PNG", default=None)
    large: Asset | None = described("large logo, PNG", default=None)
    wide: Asset | None = described("wide logo, PNG", default=None)
    hero: Asset | None = described("banner, PNG; cannot be removed once staged", default=None)

    def given(self) -> Iterator[tuple[str, Asset]]:
        """Name and file of each logo that is there."""
        for name in ("small", "medium", "large", "wide", "hero"):
            if asset := getattr(self, name):
                yield name, asset


@dataclass(frozen=True, kw_only=True)
class Link:
    """A useful link of the listing."""

    at: str = ""
    title: str = described("what the link shows")
    url: str = described("absolute http(s) address")


@dataclass(frozen=True, kw_only=True)
class SampleImage:
    """A picture of the product."""

    at: str = ""
    file: Asset | None = described("PNG file inside the folder", default=None)
    caption: str = described("what the picture shows")


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The marketing texts of the offer in one language."""

    at: str = ""
    title: str = described("name of the product in the store")
    summary: str = described("one line for search results")
    long_summary: Text = described("audience and benefit in two sentences", default=Text())
    description: Text = described("simple HTML", default=Text())
    logos: Logos = described("logo files", default=Logos())
    links: tuple[Link, ...] = described("useful links", default=())
    sample_images: tuple[SampleImage, ...] = described("pictures of the product", default=())


@dataclass(frozen=True, kw_only=True)
class Legal:
    """Terms of use and policies."""

    at: str = ""
    terms: Text = described("terms of use, text or file", default=Text())
    policies_url: str = described("address of further policies")
    privacy_policy_url: str = described("address of the privacy policy")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A person or desk."""

    at: str = ""
    name: str = described("name of the person or desk")
    email: str = described("e-mail address")
    phone: str = described("telephone number; zeros mean that only e-mail is answered")
    url: str = described("address of the support site")


@dataclass(frozen=True, kw_only=True)
class Support:
    """Whom the marketplace and the customers turn to."""

    at: str = ""
    engineering: Contact = described("internal contact of the marketplace", default=Contact())
    customer: Contact = described("contact that customers see", default=Contact())


@dataclass(frozen=True, kw_only=True)
class Staging:
    """Who sees the staged offer."""

    at: str = ""
    subscriptions: tuple[str, ...] = described("subscription IDs of the testers (GUIDs)", default=())


@dataclass(frozen=True, kw_only=True)
class SkuListing:
    """The marketing texts of a SKU in one language."""

    at: str = ""
    title: str = described("name of the SKU in the store")
    summary: str = described("one line")
    description: Text = described("what this SKU adds", default=Text())


@dataclass(frozen=True, kw_only=True)
class Price:
    """The price of a SKU in one region, per hour, by number of cores."""

    at: str = ""
    currency: str = described("ISO 4217 code, such as USD")
    per_hour_by_cores: dict[str, Decimal] = described("price per hour by number of cores", default={})


@dataclass(frozen=True, kw_only=True)
class OperatingSystem:
    """What runs on the OS disk."""

    at: str = ""
    family: str = described("linux or windows", choices=("linux", "windows"))
    name: str = described("friendly name, such as Ubuntu Server 24.04 LTS")


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
class DataVhd:
    """A data disk of an image version."""

    at: str = ""
    lun: int | None = described("logical unit number, from 0", default=None)
    url: VhdUrl = described("SAS URL of the VHD", default=VhdUrl())
    size_gb: int | None = described("size of the disk in GB", default=None)


@dataclass(frozen=True, kw_only=True)
class Image:
    """One version: an OS disk and its data disks."""

    at: str = ""
    version: str = described("X.Y.Z, higher than every version published before")
    os_vhd: VhdUrl = described("SAS URL of the OS VHD", default=VhdUrl())
    size_gb: int | None = described("size of the OS disk in GB", default=None)
    data_vhds: tuple[DataVhd, ...] = described("data disks, LUN 0 first", default=())

    def vhds(self) -> Iterator[VhdUrl]:
        """The OS disk, then the data disks."""
        yield self.os_vhd
        for disk in self.data_vhds:
            yield disk.url


@dataclass(frozen=True, kw_only=True)
class Sku:
    """What customers buy: a billing model, prices, and image versions."""

    at: str = ""
    id: str = described("ID of the SKU; fixed once staged")
    billing: str = described("hourly or byol; fixed once live", default="hourly", choices=("hourly", "byol"))
    free_trial: str = described(
        "hourly SKUs only",
        default="none",
        choices=("none", "one-month", "three-months", "six-months"),
    )
    hidden: bool = described("true only for solution templates; fixed once live", default=False)
    listing: dict[str, SkuListing] = described("texts by language", default={})
    regions: tuple[str, ...] = described("ISO 3166 alpha-2 codes; never removed once live", default=())
    prices: dict[str, Price] = described("prices by region; fixed once live", default={})
    operating_system: OperatingSystem = described("the OS of the image", default=OperatingSystem())
    recommended_sizes: tuple[str, ...] = described("VM sizes, the first is proposed", default=())
    ports: tuple[Port, ...] = described("open ports; fixed once live", default=())
    images: tuple[Image, ...] = described("every version offered; the highest is current", default=())

    @property
    def current(self) -> Image | None:
        """The image with the highest version."""
        return max(self.images, key=lambda image: version_key(image.version), default=None)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A whole offer folder."""

    at: str = ""
    format: str = described("format of this file", default=FORMAT, choices=(FORMAT,))
    publisher: str = described("publisher ID; fixed once staged")
    offer: str = described("offer ID; fixed once staged")
    alias: str = described("your own name for the offer; never shown")
    profile: str = described(
        "generation of the marketplace; see `publisher config`", choices=("classic", "partner-center")
    )
    categories: tuple[str, ...] = described("name or name/subcategory", default=())
    listing: dict[str, Listing] = described("texts and media by language", default={})
    legal: Legal = described("terms and policies", default=Legal())
    support: Support = described("contacts", default=Support())
    staging: Staging = described("who sees the staged offer", default=Staging())
    skus: tuple[Sku, ...] = described("what customers buy", default=())

    @property
    def key(self) -> str:
        """`publisher/offer`, as commands take it."""
        return f"{self.publisher}/{self.offer}"

    def sku(self, sku_id: str) -> Sku | None:
        """The SKU with this ID."""
        return next((sku for sku in self.skus if sku.id == sku_id), None)

    def vhds(self) -> Iterator[VhdUrl]:
        """Every disk of every version of every SKU."""
        for sku in self.skus:
            for image in sku.images:
                yield from image.vhds()


def version_key(version: str) -> tuple[int, ...]:
    """What a version is compared by: three integers. A text that is no version comes before all.

    Leading zeros count as nothing, as published history demands (2026.01.09 equals 2026.1.9).
    """
    parts = version.split(".")
    if len(parts) != 3 or len(version) > 256 or not all(p.isascii() and p.isdigit() for p in parts):
        return ()
    return tuple(int(part) for part in parts)
