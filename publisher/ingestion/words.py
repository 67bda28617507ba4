"""The words of the offer format and those of the marketplace that mean the same."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Final

from publisher.profiles import PARTNER_CENTER, load_profile
from publisher.resources import folder as shipped

GENERATIONS: Final = {"x64-gen1": "x64Gen1", "x64-gen2": "x64Gen2", "arm64-gen2": "arm64Gen2"}
CLOUDS: Final = {
    "global": "azureGlobal",
    "government": "azureGovernment",
    "germany": "azureGermany",
    "china": "azureChina",
}
TRIALS: Final = {"one-month": 1, "three-months": 3, "six-months": 6}  # months
RESERVATIONS: Final = {"one-year": 1, "three-years": 3}  # years
MARKETS: Final = {"listed": "customMarkets", "all": "allMarkets", "tax-remitted": "allTaxRemittedMarkets"}
RESELLERS: Final = {"any": "all", "specific": "some", "none": "none"}
LEADS: Final = {
    "none": "none",
    "dynamics": "dynamics",
    "email": "email",
    "https": "httpsEndpoint",
    "marketo": "marketo",
    "salesforce": "salesforce",
    "table": "table",
    "blob": "blob",
}
LOGOS: Final = {
    "small": "azureLogoSmall",
    "medium": "azureLogoMedium",
    "large": "azureLogoLarge",
    "wide": "azureLogoWide",
    "hero": "azureLogoHero",
}
SCREENSHOT: Final = "azureLogoScreenshot"
PROPERTIES: Final = {
    "extensions": "supportsExtensions",
    "remote_connection": "supportsRemoteConnection",
    "backup": "supportsBackup",
    "accelerated_networking": "supportsAcceleratedNetworking",
    "network_virtual_appliance": "isNetworkVirtualAppliance",
    "nvme": "supportsNVMe",
    "cloud_init": "supportsCloudInit",
    "hibernation": "supportsHibernation",
    "aad_login": "supportsAadLogin",
    "custom_arm_template": "requiresCustomArmTemplate",
}
_SYSTEMS: Final = (
    "debian", "centos", "openSolaris", "redHat", "ubuntu", "suse", "cblMariner", "oracleLinux", "other",
    "windowsServer2008R2", "windowsServer2012", "windowsServer2012R2", "windowsServer2012R2Datacenter",
    "windowsServer2016", "windowsServer2019", "windowsServer2022", "windowsServer2022DatacenterAzureEdition",
    "windowsServerVersion20H2", "windowsServerVersion2004",
)  # fmt: skip
_ID: Final = re.compile("[A-Za-z0-9_-]+")  # what may be an id is taken for one
_BOUNDARY: Final = re.compile("(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])")

SYSTEMS: Final = {_BOUNDARY.sub("-", name).lower(): name for name in _SYSTEMS}


def theirs(words: Mapping[str, str], ours: str) -> str:
    """The marketplace's word for one of ours; a word that is in no table is the same on both sides."""
    return words.get(ours, ours)


def ours(words: Mapping[str, str], theirs: str) -> str:
    """The inverse of `theirs`."""
    return next((word for word, other in words.items() if other == theirs), theirs)


def category_id(name: str) -> str:
    """The marketplace's id of a category, or of `category/subcategory`: the last one's."""
    folded = _folded(name)
    known = next((category for category in _categories() if _folded(category) == folded), name)
    own = known.partition("/")[2] or known
    return _exceptions().get(known) or (
        _slug(own) if known in _categories() or not _ID.fullmatch(own) else own
    )


def category_name(category: str, subcategory: str = "") -> str:
    """`name` or `name/subcategory` of ids; an id that is not known is its own name."""
    name = _names().get(category, category)
    if not subcategory:
        return name
    whole = _subcategories().get((name, subcategory))
    return whole or f"{name}/{subcategory}"


def split_category(category: str) -> tuple[str, str]:
    """The ids of a category and of its subcategory, "" where it names none."""
    name, slash, _ = category.partition("/")
    return category_id(name), category_id(category) if slash else ""


def _slug(name: str) -> str:
    """The id that a name has by the marketplace's habit."""
    words = name.strip().lower().replace("+", " plus ").replace("&", " and ")
    return re.sub("[^a-z0-9]+", "-", words).strip("-") or name


def _folded(name: str) -> str:
    return "/".join(" ".join(part.split()) for part in name.casefold().split("/", 1))


@cache
def _categories() -> tuple[str, ...]:
    """Every known category, and every subcategory as `category/subcategory`."""
    known = load_profile(PARTNER_CENTER).categories
    return (*known, *(f"{name}/{sub}" for name, subs in known.items() for sub in subs))


@cache
def _exceptions() -> dict[str, str]:
    table = tomllib.loads((shipped("workflows") / "categories.toml").read_text("utf-8"))
    return dict(table["ids"])


@cache
def _names() -> dict[str, str]:
    return {category_id(name): name for name in _categories() if "/" not in name}


@cache
def _subcategories() -> dict[tuple[str, str], str]:
    return {(name.partition("/")[0], category_id(name)): name for name in _categories() if "/" in name}
