"""What of each resource the offer format governs, and how two values of it are compared.

Members that stand here are said by the offer folder alone. All others are none of its business: they
are kept as they were found.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from publisher.document.model import version_key
from publisher.ingestion import schema as s
from publisher.redact import public_url

Form = Callable[[Any], Any]


def plain(value: Any) -> Any:
    """A value without what says nothing: nulls, empty texts, lists and objects; line ends are LF."""
    match value:
        case str():
            return value.replace("\r\n", "\n")
        case Mapping():
            items = {key: plain(item) for key, item in value.items()}
            return {key: item for key, item in items.items() if not empty(item)}
        case list() | tuple():
            return [plain(item) for item in value]
    return value


def empty(value: Any) -> bool:
    """Whether a value says as little as a member that is missing."""
    return value is None or value == "" or (isinstance(value, list | dict) and not value)


def _words(value: Any) -> Any:
    """A list in which order and capitals mean nothing."""
    return sorted({str(item).lower() for item in value}) if isinstance(value, list) else value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _address(value: Any) -> Any:
    return public_url(value) if isinstance(value, str) else value


def version_name(value: Any) -> Any:
    """A version as numbers: leading zeros, which history may have, count as nothing."""
    return ".".join(map(str, version_key(str(value)))) or value


def _prices(value: Any) -> Any:
    """A price in which neither the order of groups nor that of markets means anything."""
    value = plain(value)
    if not isinstance(value, dict) or not isinstance(value.get("prices"), list):
        return value
    groups = [{**group, "markets": _words(group.get("markets"))} for group in value["prices"]]
    return {**value, "prices": sorted(groups, key=repr)}


def _unordered(value: Any) -> Any:
    return sorted(plain(value), key=repr) if isinstance(value, list) else value


def _schedule(value: Any) -> Any:
    """A schedule without the day that the marketplace computes."""
    return {key: plain(item) for key, item in value.items() if key != "date"} if value else None


def _nothing(value: Any) -> Any:
    """An address from which a file is fetched: another one at each reading."""


def _image_list(value: Any) -> Any:
    return len(value) if isinstance(value, list) else value


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A member that is one value; `default` is what its absence means.

    One that is not `governed` is known, and all the same none of the offer format's business.
    """

    form: Form = plain
    default: Any = None
    governed: bool = True


@dataclass(frozen=True, kw_only=True)
class Items:
    """A list of objects, each known by a name of its own."""

    key: Callable[[Mapping[str, Any]], Any]
    fields: "Fields"
    ordered: bool = False

    def named(self, value: Any) -> dict[str, Any] | None:
        """The items by name; None where the list is not of that kind, or two have one name."""
        if not isinstance(value, Sequence) or not all(isinstance(item, Mapping) for item in value):
            return None
        found = {str(self.key(item)): item for item in value}
        return found if len(found) == len(value) else None


Shape = Leaf | Items | dict[str, Any]
Fields = dict[str, Shape]

LEAF: Final = Leaf()
_FALSE: Final = Leaf(default=False)
_TRUE: Final = Leaf(default=True)
_STATE: Final = Leaf(default="generallyAvailable")
_OWN_STATE: Final = Leaf(default="generallyAvailable", governed=False)
_LIFECYCLE: Final[Fields] = {"lifecycleState": _STATE, "deprecationSchedule": Leaf(form=_schedule)}
_CONTACT: Final[Fields] = {"name": LEAF, "email": LEAF, "phone": LEAF}

_DISK: Final[Fields] = {"uri": Leaf(form=_address)}
_SOURCE: Final[Fields] = {
    "sourceType": LEAF,
    "osDisk": _DISK,
    "dataDisks": Items(key=lambda disk: disk.get("lunNumber"), fields={"lunNumber": LEAF, **_DISK}),
    "sharedImage": {"tenantId": LEAF, "resourceId": LEAF},
}
_VERSION: Final[Fields] = {
    "versionNumber": Leaf(form=version_name),
    **_LIFECYCLE,
    "vmImages": Items(
        key=lambda image: image.get("imageType"), fields={"imageType": LEAF, "source": _SOURCE}
    ),
}
_AUDIENCE: Final = Items(
    key=lambda entry: _lower(entry.get("id")), fields={"type": LEAF, "id": Leaf(form=_lower), "label": LEAF}
)

# Labels of testers are a note of the portal's: no more than the testers do they count in a digest.
_TESTERS: Final = Items(
    key=lambda entry: _lower(entry.get("id")), fields={"type": LEAF, "id": Leaf(form=_lower)}
)

# The last members of `technical` properties, with what their absence means.
PROPERTIES: Final = {
    "supportsExtensions": _TRUE,
    "supportsRemoteConnection": _TRUE,
    "supportsBackup": _FALSE,
    "supportsAcceleratedNetworking": _FALSE,
    "isNetworkVirtualAppliance": _FALSE,
    "supportsNVMe": _FALSE,
    "supportsCloudInit": _FALSE,
    "supportsHibernation": _FALSE,
    "supportsAadLogin": _FALSE,
    "requiresCustomArmTemplate": _FALSE,
}

SHAPES: Final[Mapping[str, Fields]] = {
    s.PRODUCT: {
        "identity": {"externalId": LEAF},
        "type": LEAF,
        "alias": LEAF,
        "lifecycleState": _OWN_STATE,
    },
    s.PLAN: {
        "identity": {"externalId": LEAF},
        "alias": LEAF,
        "lifecycleState": _OWN_STATE,
        "displayRank": Leaf(default=2147483647, governed=False),
        "azureRegions": Leaf(form=_words, default=["azureglobal"]),
        "azureGovernmentCertifications": Items(
            key=lambda link: link.get("name"), fields={"name": LEAF, "link": LEAF}, ordered=True
        ),
        **_LIFECYCLE,
    },
    s.PROPERTY: {
        "kind": LEAF,
        "categories": Leaf(form=lambda value: {k: _words(v) for k, v in (value or {}).items()}),
        "termsConditions": LEAF,
        "termsOfUse": LEAF,
        "termsOfUseUrl": LEAF,
        "standardContractAmendment": LEAF,
        "customAmendments": LEAF,
    },
    s.LISTING: {
        "kind": LEAF,
        "languageId": LEAF,
        "title": LEAF,
        "searchResultSummary": LEAF,
        "shortDescription": LEAF,
        "description": LEAF,
        "privacyPolicyLink": LEAF,
        "globalSupportWebsite": LEAF,
        "governmentSupportWebsite": LEAF,
        "cloudSolutionProviderMarketingMaterials": LEAF,
        "generalLinks": Items(
            key=lambda link: link.get("displayText"), fields={"displayText": LEAF, "link": LEAF}, ordered=True
        ),
        "supportContact": _CONTACT,
        "engineeringContact": {**_CONTACT, "url": LEAF},
        "cloudSolutionProviderContact": {**_CONTACT, "url": LEAF},
        "lifecycleState": _STATE,
    },
    s.ASSET: {
        "kind": LEAF,
        "languageId": LEAF,
        "type": LEAF,
        "description": LEAF,
        "displayOrder": Leaf(default=0),
        "fileName": LEAF,
        "url": Leaf(form=_nothing),
        "lifecycleState": _STATE,
    },
    s.TRAILER: {
        "kind": LEAF,
        "streamingUrl": LEAF,
        "assets": {"en-us": {"title": LEAF, "imageList": Leaf(form=_image_list)}},
        "lifecycleState": _STATE,
    },
    s.PLAN_LISTING: {
        "kind": LEAF,
        "languageId": LEAF,
        "name": LEAF,
        "summary": LEAF,
        "description": LEAF,
        "lifecycleState": _STATE,
    },
    s.AVAILABILITY: {"previewAudiences": _TESTERS},
    s.SELLING: {
        "visibility": LEAF,
        "audience": LEAF,
        "privateAudiences": _AUDIENCE,
        "customerMarkets": Leaf(default="customMarkets"),
        "markets": Leaf(form=_words),
        "trial": LEAF,
        "softwareReservation": Leaf(form=_unordered),
        "pricing": {"licenseModel": LEAF, "corePricing": Leaf(form=_prices)},
    },
    s.TECHNICAL: {
        "operatingSystem": {"family": LEAF, "type": LEAF, "friendlyName": LEAF},
        "recommendedVmSizes": LEAF,
        "openPorts": Items(
            key=lambda port: f"{port.get('portRange')}/{port.get('protocol')}",
            fields={"label": LEAF, "portRange": LEAF, "protocol": LEAF},
            ordered=True,
        ),
        "vmProperties": PROPERTIES,
        "skus": Items(
            key=lambda sku: f"{sku.get('imageType')} {sku.get('skuId')}",
            fields={"imageType": LEAF, "skuId": LEAF},
        ),
        "vmImageVersions": Items(key=lambda image: version_name(image.get("versionNumber")), fields=_VERSION),
        "basePlan": LEAF,
        "reuseTechnicalConfigurationState": LEAF,
    },
    s.RESELLER: {"resellerChannelState": Leaf(default="none")},
    s.LEADS: {
        "leadDestination": Leaf(default="none"),
        "emailLeadConfiguration": {"contactEmail": LEAF},
        "httpsEndpointLeadConfiguration": {"httpsEndpointUrl": Leaf(form=_address)},
        "dynamicsLeadConfiguration": {"instanceUrl": Leaf(form=_address)},
    },
    s.TEST_DRIVE: {"enabled": _FALSE, "type": LEAF},
}
