"""The resource types of a VM offer, and their members."""

from typing import Final

from publisher.marketplaces.emulator.shape import (
    Schema,
    choice,
    either,
    flag,
    many,
    members,
    number,
    table,
    text,
)

SCHEMA_HOST: Final = "https://schema.mp.microsoft.com"
VERSION: Final = "2022-03-01-preview2"

_LINK: Final = text("^https?://", most=4000)
_ID: Final = text("^[a-z][a-z0-9-]*(/[a-z0-9-]+)+$", most=500)
_NAME: Final = text("^[a-zA-Z0-9_-]+$", least=1, most=50)
_REFERENCE: Final = either(
    _ID,
    members(needed={"externalId": text("^[a-z0-9][a-z0-9_-]{2,49}$")}, other={}, closed=False),
    members(needed={"resourceName": _NAME}, other={}, closed=False),
)
_TITLED_LINK: Final = members(needed={"displayText": text(), "link": _LINK}, other={}, closed=False)
_PICTURE: Final = members(needed={"url": _LINK}, other={})
_MONTHS: Final = text("^P[0-9YMWD]+$", most=20)
_SCHEDULE: Final = members(
    needed={},
    other={
        "dateOffset": _MONTHS,
        "date": text(),
        "reason": choice("criticalSecurityIssue", "endOfSupport", "other"),
        "alternative": either(
            members(needed={"product": _REFERENCE}, other={}), members(needed={"plan": _REFERENCE}, other={})
        ),
    },
)
_ENDS: Final = choice("generallyAvailable", "deprecated", "deleted")
_KEPT: Final = choice("generallyAvailable", "deleted")
_AUDIENCE: Final = members(
    needed={},
    other={
        "type": choice("none", "subscription", "ea", "msdn", "tenant"),
        "id": text(least=1, most=50),
        "label": text(most=1000),
    },
)
_CONTACT: Final = members(needed={"name": text()}, other={"email": text(), "phone": text(), "url": _LINK})
_IMAGE_TYPE: Final = choice("x64Gen1", "x64Gen2", "arm64Gen2", "armGen2")
_DISK: Final = members(needed={"uri": _LINK}, other={})
_SOURCE: Final = members(
    needed={"sourceType": choice("sasUri", "sharedImageGallery")},
    other={
        "osDisk": _DISK,
        "dataDisks": many(
            members(needed={"lunNumber": number(0, 15, whole=True), "uri": _LINK}, other={}), most=16
        ),
        "sharedImage": members(needed={"tenantId": text(), "resourceId": text()}, other={}),
    },
)
_IMAGE: Final = members(needed={"imageType": _IMAGE_TYPE, "source": _SOURCE}, other={})
_IMAGE_VERSION: Final = members(
    needed={
        "versionNumber": text(r"^[0-9]+\.[0-9]+\.[0-9]+$", least=1, most=32),
        "vmImages": many(_IMAGE, least=1, most=4),
    },
    other={"lifecycleState": _ENDS, "deprecationSchedule": _SCHEDULE},
)  # fmt: skip
_SUPPORTS: Final = (
    "Extensions", "Backup", "AcceleratedNetworking", "NVMe", "CloudInit", "AadLogin", "Hibernation",
    "RemoteConnection", "ClientHub", "HubOnOffSwitch", "Sriov",
)  # fmt: skip
_VM_PROPERTIES: Final = members(
    needed={},
    other={
        **{f"supports{name}": flag() for name in _SUPPORTS},
        "isNetworkVirtualAppliance": flag(),
        "requiresCustomArmTemplate": flag(),
        "availableToFreeAccounts": flag(),
        "networkVirtualAppliance": table(either(text(), flag())),
    },
)
_SKU: Final = members(
    needed={"imageType": _IMAGE_TYPE, "skuId": text("^[a-z0-9_-]+$", most=50)},
    other={"securityType": many(text())},
)
_PORT: Final = members(
    needed={
        "label": text("^[a-zA-Z_0-9.\\- ]*[a-zA-Z_0-9]$", least=3, most=20),
        "portRange": text("^[0-9]{1,5}(-[0-9]{1,5})?$"),
        "protocol": choice("tcp", "udp", "both"),
    },
    other={},
)
_AMOUNTS: Final = table(number())
_CORE_PRICING: Final = members(
    needed={"priceInputOption": choice("free", "flat", "perCore", "perCoreSize", "perMarketAndCoreSize")},
    other={
        "price": number(),
        "pricePerCore": number(),
        "pricePerCoreSize": _AMOUNTS,
        "prices": many(
            members(
                needed={
                    "markets": many(text("^[a-z]{2,3}$")),
                    "currency": text("^[A-Za-z]{3}$"),
                    "prices": _AMOUNTS,
                },
                other={},
            )
        ),
    },
)  # fmt: skip
_TECHNICAL: Final = members(
    needed={"product": _REFERENCE, "plan": _REFERENCE},
    other={
        "operatingSystem": members(
            needed={"family": choice("windows", "linux"), "type": text(most=60)},
            other={"friendlyName": text(least=1, most=100)},
        ),
        "recommendedVmSizes": many(text(), most=6),
        "openPorts": many(_PORT, most=100),
        "vmProperties": _VM_PROPERTIES,
        "skus": many(_SKU, least=1, most=8),
        "vmImageVersions": many(_IMAGE_VERSION),
        "basePlan": _REFERENCE,
        "reuseTechnicalConfigurationState": choice("enable", "detach"),
        "softwareType": choice("operatingSystem", "solution"),
    },
    closed=False,
)
LEADS: Final = {  # destination → the member that configures it
    name: f"{name}LeadConfiguration"
    for name in ("blob", "dynamics", "email", "httpsEndpoint", "marketo", "salesforce", "table")
}

_OWN: Final[dict[str, Schema]] = {
    "product": members(
        needed={
            "identity": members(
                needed={"externalId": text("^[a-z0-9][a-z0-9_-]{2,49}$")}, other={}, closed=False
            ),
            "type": choice("azureVirtualMachine", "coreVirtualMachine"),
            "alias": text(most=120),
        },
        other={"lifecycleState": _ENDS, "deprecationSchedule": _SCHEDULE, "productGroup": _REFERENCE},
        closed=False,
    ),
    "plan": members(
        needed={
            "product": _REFERENCE,
            "identity": members(needed={"externalId": text("^[a-z0-9_-]{1,50}$")}, other={}),
            "alias": text(least=1, most=125),
        },
        other={
            "azureRegions": many(
                choice("azureGlobal", "azureGovernment", "azureGermany", "azureChina"), unique=True
            ),
            "azureGovernmentCertifications": many(
                members(needed={"name": text(least=1, most=255), "link": text(most=1000)}, other={}), most=100
            ),
            "displayRank": number(),
            "lifecycleState": _ENDS,
            "deprecationSchedule": _SCHEDULE,
        },
        closed=False,
    ),
    "submission": members(
        needed={
            "product": _REFERENCE,
            "target": members(
                needed={"targetType": choice("draft", "preview", "live")},
                other={"targetId": text()},
                closed=False,
            ),
        },
        other={
            "lifecycleState": choice("generallyAvailable", "deprecated"),
            "deprecationSchedule": _SCHEDULE,
        },
        closed=False,
    ),
    "customer-leads": members(
        needed={"product": _REFERENCE, "leadDestination": choice("none", *LEADS)},
        other=dict.fromkeys(LEADS.values(), members(needed={}, other={}, closed=False)),
        closed=False,
    ),
    "test-drive": members(
        needed={"product": _REFERENCE, "enabled": flag()},
        other={
            "type": choice(
                "azureResourceManager", "dynamicsForBusinessCentral", "dynamicsForCustomerEngagement",
                "dynamicsForOperations", "logicApp", "powerBi",
            )
        },
        closed=False,
    ),
    "property": members(
        needed={
            "product": _REFERENCE,
            "kind": choice("azureVM"),
            "categories": table(many(text())),
            "termsConditions": choice("custom", "standardMicrosoft"),
        },
        other={
            "termsOfUse": text(),
            "termsOfUseUrl": text(),
            "standardContractAmendment": text(),
            "customAmendments": many(members(needed={}, other={"terms": text()}, closed=False)),
            "lifecycleState": _KEPT,
        },
    ),
    "listing": members(
        needed={"product": _REFERENCE, "kind": choice("azureVM"), "languageId": text(least=2, most=20)},
        other=dict.fromkeys(
            ("title", "description", "searchResultSummary", "shortDescription", "privacyPolicyLink",
             "globalSupportWebsite", "governmentSupportWebsite", "cloudSolutionProviderMarketingMaterials"),
            text(),
        )
        | dict.fromkeys(("supportContact", "engineeringContact", "cloudSolutionProviderContact"), _CONTACT)
        | {
            "generalLinks": many(_TITLED_LINK),
            "lifecycleState": _KEPT,
        },
    ),
    "listing-asset": members(
        needed={
            "product": _REFERENCE,
            "kind": choice("azure"),
            "languageId": text(least=2, most=20),
            "listing": _REFERENCE,
            "type": choice(
                "azureLogoSmall", "azureLogoMedium", "azureLogoLarge", "azureLogoWide", "azureLogoScreenshot",
                "azureLogoHero", "pdfDocument",
            ),
        },
        other={
            "description": text(),
            "displayOrder": number(0, whole=True),
            "fileName": text(),
            "friendlyName": text(),
            "url": _LINK,
            "lifecycleState": _KEPT,
        },
    ),
    "listing-trailer": members(
        needed={"product": _REFERENCE, "kind": choice("azure"), "listing": _REFERENCE},
        other={
            "streamingUrl": _LINK,
            "assets": table(
                members(
                    needed={"title": text(), "imageList": many(_PICTURE, least=1, most=1)},
                    other={},
                    closed=False,
                )
            ),
            "lifecycleState": _KEPT,
        },
    ),
    "price-and-availability-offer": members(
        needed={"product": _REFERENCE}, other={"previewAudiences": many(_AUDIENCE)}, closed=False
    ),
    "price-and-availability-plan": members(
        needed={
            "product": _REFERENCE,
            "plan": _REFERENCE,
            "visibility": choice("visible", "hidden"),
            "audience": choice("public", "private"),
        },
        other={
            "customerMarkets": choice("customMarkets", "allMarkets", "allTaxRemittedMarkets"),
            "markets": many(text("^[a-z]{2,3}$")),
            "privateAudiences": many(_AUDIENCE),
            "billingTag": text(),
            "trial": members(
                needed={"type": choice("day", "week", "month", "year"), "value": number()}, other={}
            ),
            "pricing": members(
                needed={"licenseModel": choice("byol", "payAsYouGo")}, other={"corePricing": _CORE_PRICING}
            ),
            "softwareReservation": many(
                members(
                    needed={"type": choice("month", "year"), "term": number()},
                    other={"percentageSave": number()},
                )
            ),
        },
        closed=False,
    ),
    "price-and-availability-update-private-audiences": members(
        needed={
            "product": _REFERENCE,
            "plan": _REFERENCE,
            "privateAudiences": members(
                needed={}, other={"add": many(_AUDIENCE), "remove": many(_AUDIENCE)}
            ),
        },
        other={},
    ),
    "plan-listing": members(
        needed={
            "product": _REFERENCE,
            "plan": _REFERENCE,
            "kind": choice("azureVM-plan"),
            "languageId": text(least=2, most=20),
        },
        other={"name": text(), "description": text(), "summary": text(), "lifecycleState": _KEPT},
    ),
    "reseller": members(
        needed={
            "product": _REFERENCE,
            "resellerChannelState": choice("notSet", "none", "some", "all", "terminated"),
        },
        other={"audiences": many(members(needed={}, other={}, closed=False))},
        closed=False,
    ),
    "commercial-marketplace-setup": members(
        needed={"product": _REFERENCE},
        other={
            "sellThroughMicrosoft": flag(),
            "callToAction": choice("free", "freeTrial", "contactMe"),
            "accessUrl": text(),
            "useMicrosoftLicenseManagementService": flag(),
            "requireLicenseForInstall": flag(),
        },
        closed=False,
    ),
    "virtual-machine-plan-technical-configuration": _TECHNICAL,
    "core-virtual-machine-plan-technical-configuration": _TECHNICAL,
}  # fmt: skip

TYPES: Final = tuple(_OWN)
TECHNICAL: Final = frozenset(name for name in TYPES if name.endswith("technical-configuration"))

_BASE: Final[dict[str, Schema]] = {
    "$schema": text(most=200),
    "id": _ID,
    "resourceName": _NAME,
    "validations": many(members(needed={}, other={}, closed=False)),
}
SCHEMAS: Final[dict[str, Schema]] = {
    name: {**own, "properties": {**_BASE, **own["properties"]}, "required": ["$schema", *own["required"]]}
    for name, own in _OWN.items()
}
UNKNOWN: Final = members(
    needed={"$schema": _BASE["$schema"], "product": _REFERENCE}, other=_BASE, closed=False
)


def described(kind: str) -> Schema:
    """The schema of a type, with the one `$schema` by which the type is known."""
    own = SCHEMAS[kind]
    uri = choice(f"{SCHEMA_HOST}/schema/{kind}/{VERSION}")
    return {**own, "title": kind, "properties": {**own["properties"], "$schema": uri}}
