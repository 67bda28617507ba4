"""What an offer folder says, as frozen values.

Every class keeps `at`, the JSON pointer of the place it was read from. Fields carry the word of the
offer format; a `help` text in their metadata is what editors show. What a generation of the
marketplace does not know may be written all the same, and does not count there.
"""

from collections.abc import Iterator
from typing import Final

from publisher.document.sku import (
    CLOUDS,
    DEPRECATION_REASONS,
    GENERATIONS,
    AudienceEntry,
    DataVhd,
    Deprecation,
    GalleryImage,
    Generation,
    Image,
    OperatingSystem,
    Port,
    Price,
    Properties,
    Sku,
    SkuListing,
    version_key,
)
from publisher.document.values import Asset, Link, Text, VhdUrl, described, record

__all__ = [
    "CLOUDS",
    "DEPRECATION_REASONS",
    "FORMAT",
    "GENERATIONS",
    "LEAD_DESTINATIONS",
    "Amendment",
    "Asset",
    "AudienceEntry",
    "Certification",
    "Contact",
    "DataVhd",
    "Deprecation",
    "GalleryImage",
    "Generation",
    "Image",
    "Leads",
    "Legal",
    "Link",
    "Listing",
    "Logos",
    "Offer",
    "OperatingSystem",
    "Port",
    "Price",
    "Properties",
    "SampleImage",
    "Sku",
    "SkuListing",
    "Staging",
    "Support",
    "TestDrive",
    "Text",
    "VhdUrl",
    "Video",
    "version_key",
]

FORMAT: Final = "vm-offer/1"
LEAD_DESTINATIONS: Final = ("none", "dynamics", "email", "https", "marketo", "salesforce", "table", "blob")


@record
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


@record
class SampleImage:
    """A picture of the product."""

    at: str = ""
    file: Asset | None = described("PNG file inside the folder", default=None)
    caption: str = described("what the picture shows")


@record
class Video:
    """A film about the product, shown from where it is hosted."""

    at: str = ""
    title: str = described("what the video shows")
    url: str = described("address on YouTube or Vimeo")
    thumbnail: Asset | None = described("PNG file inside the folder", default=None)


@record
class Listing:
    """The marketing texts of the offer in one language."""

    at: str = ""
    title: str = described("name of the product in the store")
    summary: str = described("one line for search results")
    long_summary: Text = described("audience and benefit in two sentences", default=Text())
    description: Text = described("simple HTML", default=Text())
    search_keywords: tuple[str, ...] = described("words that customers search for", default=())
    logos: Logos = described("logo files", default=Logos())
    links: tuple[Link, ...] = described("useful links", default=())
    sample_images: tuple[SampleImage, ...] = described("pictures of the product", default=())
    videos: tuple[Video, ...] = described("films about the product", default=())
    reseller_materials_url: str = described("address of marketing material for resellers (CSP)")


@record
class Amendment:
    """A change of the standard contract for a few customers."""

    at: str = ""
    text: Text = described("the terms that are changed", default=Text())
    tenants: tuple[str, ...] = described("tenant IDs (GUIDs) of these customers", default=())


@record
class Legal:
    """Terms of use and policies."""

    at: str = ""
    terms: Text = described("terms of use, text or file", default=Text())
    terms_url: str = described("address of the terms of use, in place of their text")
    standard_contract: bool = described("true for Microsoft's contract in place of own terms", default=False)
    amendment: Text = described("change of the standard contract for everybody", default=Text())
    custom_amendments: tuple[Amendment, ...] = described("changes for a few customers", default=())
    policies_url: str = described("address of further policies")
    privacy_policy_url: str = described("address of the privacy policy")


@record
class Contact:
    """A person or desk."""

    at: str = ""
    name: str = described("name of the person or desk")
    email: str = described("e-mail address")
    phone: str = described("telephone number; zeros mean that only e-mail is answered")
    url: str = described("address of the support site")
    government_url: str = described("address of the support site for the government cloud")


@record
class Support:
    """Whom the marketplace and the customers turn to."""

    at: str = ""
    engineering: Contact = described("internal contact of the marketplace", default=Contact())
    customer: Contact = described("contact that customers see", default=Contact())
    reseller: Contact = described("contact for resellers (CSP)", default=Contact())


@record
class Staging:
    """Who sees the staged offer."""

    at: str = ""
    subscriptions: tuple[str, ...] = described("subscription IDs of the testers (GUIDs)", default=())


@record
class Leads:
    """Where the data of interested customers is sent. Keys and connection strings stay in the portal."""

    at: str = ""
    destination: str = described("system that receives leads", choices=LEAD_DESTINATIONS)
    address: str = described("e-mail address, or URL without its query, of that system")


@record
class TestDrive:
    """A trial of the product that runs in the publisher's subscription."""

    __test__ = False  # no test, whatever its name begins with

    at: str = ""
    enabled: bool = described("true to offer a test drive", default=False)
    type: str = described("how it is deployed; VM offers: arm", choices=("arm",))


@record
class Certification:
    """What those who certify the offer should know; customers never see it."""

    at: str = ""
    notes: Text = described("how to test the product, exceptions and their reasons", default=Text())
    report: Text = described("JSON report of the image tests, as a file", default=Text())


@record
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
    leads: Leads = described("where interested customers are reported", default=Leads())
    test_drive: TestDrive = described("trial in your own subscription", default=TestDrive())
    resellers: str = described("resellers (CSP) that may sell it", choices=("any", "specific", "none"))
    certification: Certification = described("notes to the certifiers", default=Certification())
    skus: tuple[Sku, ...] = described("what customers buy", default=())
    verbatim: Text = described(
        "JSON file of what the marketplace holds beyond this format; `pull` writes it", default=Text()
    )

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
