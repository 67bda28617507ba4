"""The names of the marketplace's resource types, and where their schemas are published."""

import re
from collections.abc import Mapping
from typing import Any, Final

Resource = Mapping[str, Any]

HOST: Final = "https://schema.mp.microsoft.com/schema"
CONFIGURE: Final = f"{HOST}/configure/2022-03-01-preview2"

PRODUCT: Final = "product"
PLAN: Final = "plan"
PROPERTY: Final = "property"
LISTING: Final = "listing"
ASSET: Final = "listing-asset"
TRAILER: Final = "listing-trailer"
PLAN_LISTING: Final = "plan-listing"
AVAILABILITY: Final = "price-and-availability-offer"
SELLING: Final = "price-and-availability-plan"
TECHNICAL: Final = "virtual-machine-plan-technical-configuration"
RESELLER: Final = "reseller"
LEADS: Final = "customer-leads"
TEST_DRIVE: Final = "test-drive"
SUBMISSION: Final = "submission"

# What is written; on reading, every version and both hosts are taken. A resource that is there already
# keeps the version in which it was read.
_VERSION: Final = "2022-03-01-preview2"
_VERSIONS: Final = {TECHNICAL: "2022-03-01-preview5"}  # the first that knows ARM64 images
CORE: Final = "core-"  # the prefix of the technical configuration of a "core" VM product
CORE_PRODUCT: Final = "coreVirtualMachine"

KINDS: Final = (
    PRODUCT, PLAN, PROPERTY, LISTING, ASSET, TRAILER, PLAN_LISTING, AVAILABILITY, SELLING, TECHNICAL,
    RESELLER, LEADS, TEST_DRIVE,
)  # fmt: skip
OF_A_PLAN: Final = frozenset({PLAN_LISTING, SELLING, TECHNICAL})
# A resource of these that is wanted no more is sent once more, as deleted; others are left alone.
REMOVABLE: Final = frozenset({LISTING, ASSET, TRAILER, PLAN_LISTING})
DELETED: Final = "deleted"

# What the marketplace says and nobody tells it.
READ_ONLY: Final = frozenset({"validations", "status", "result", "created"})

_URI: Final = re.compile(
    r"https://(?:schema\.mp\.microsoft\.com|product-ingestion\.azureedge\.net)/schema/"
    r"([a-z][a-z0-9]{0,63}(?:-[a-z0-9]{1,63}){0,16})/[0-9]{4}-[0-9]{2}-[0-9]{2}(?:-[a-z0-9]{1,20})?"
)


def uri(kind: str) -> str:
    """The schema under which a resource of this type is sent for the first time."""
    return f"{HOST}/{kind}/{_VERSIONS.get(kind, _VERSION)}"


def type_of(resource: Resource) -> str:
    """The type that a resource's schema names; "" for any other text."""
    found = _URI.fullmatch(str(resource.get("$schema", ""))[:300])
    return found[1] if found else ""


def kind_of(resource: Resource) -> str:
    """The type of a resource as this package calls it: both technical configurations are one."""
    return type_of(resource).removeprefix(CORE)
