"""The resource types of a VM offer, and their members."""

from typing import Final

from publisher.marketplaces.emulator.machine import TECHNICAL_CONFIGURATION
from publisher.marketplaces.emulator.parts import ENDS, ID, KEPT, LINK, NAME, REFERENCE, SCHEDULE
from publisher.marketplaces.emulator.shape import Schema, choice, flag, many, members, number, table, text

SCHEMA_HOST: Final = "https://schema.mp.microsoft.com"
VERSION: Final = "2022-03-01-preview2"

_TITLED_LINK: Final = members(needed={"displayText": text(), "link": LINK}, other={}, closed=False)
_PICTURE: Final = members(needed={"url": LINK}, other={})
_AUDIENCE: Final = members(
    needed={},
    other={
        "type": choice("none", "subscription", "ea", "msdn", "tenant"),
        "id": text(least=1, most=50),
        "label": text(most=1000),
    },
)
_CONTACT: Final = members(needed={"name": text()}, other={"email": text(), "phone": text(), "url": LINK})
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
        other={"lifecycleState": ENDS, "deprecationSchedule": SCHEDULE, "productGroup": REFERENCE},
        closed=False,
    ),
    "plan": members(
        needed={
            "product": REFERENCE,
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
            "lifecycleState": ENDS,
            "deprecationSchedule": SCHEDULE,
        },
        closed=False,
    ),
    "submission": members(
        needed={
            "product": REFERENCE,
            "target": members(
                needed={"targetType": choice("draft", "preview", "live")},
                other={"targetId": text()},
                closed=False,
            ),
        },
        other={
            "lifecycleState": choice("generallyAvailable", "deprecated"),
            "deprecationSchedule": SCHEDULE,
        },
        closed=False,
    ),
    "customer-leads": members(
        needed={"product": REFERENCE, "leadDestination": choice("none", *LEADS)},
        other=dict.fromkeys(LEADS.values(), members(needed={}, other={}, closed=False)),
        closed=False,
    ),
    "test-drive": members(
        needed={"product": REFERENCE, "enabled": flag()},
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
            "product": REFERENCE,
            "kind": choice("azureVM"),
            "categories": table(many(text())),
            "termsConditions": choice("custom", "standardMicrosoft"),
        },
        other={
            "termsOfUse": text(),
            "termsOfUseUrl": text(),
            "standardContractAmendment": text(),
            "customAmendments": many(members(needed={}, other={"terms": text()}, closed=False)),
            "lifecycleState": KEPT,
        },
    ),
    "listing": members(
        needed={"product": REFERENCE, "kind": choice("azureVM"), "languageId": text(least=2, most=20)},
        other=dict.fromkeys(
            ("title", "description", "searchResultSummary", "shortDescription", "privacyPolicyLink",
             "globalSupportWebsite", "governmentSupportWebsite", "cloudSolutionProviderMarketingMaterials"),
            text(),
        )
        | dict.fromkeys(("supportContact", "engineeringContact", "cloudSolutionProviderContact"), _CONTACT)
        | {
            "generalLinks": many(_TITLED_LINK),
            "lifecycleState": KEPT,
        },
    ),
    "listing-asset": members(
        needed={
            "product": REFERENCE,
            "kind": choice("azure"),
            "languageId": text(least=2, most=20),
            "listing": REFERENCE,
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
            "url": LINK,
            "lifecycleState": KEPT,
        },
    ),
    "listing-trailer": members(
        needed={"product": REFERENCE, "kind": choice("azure"), "listing": REFERENCE},
        other={
            "streamingUrl": LINK,
            "assets": table(
                members(
                    needed={"title": text(), "imageList": many(_PICTURE, least=1, most=1)},
                    other={},
                    closed=False,
                )
            ),
            "lifecycleState": KEPT,
        },
    ),
    "price-and-availability-offer": members(
        needed={"product": REFERENCE}, other={"previewAudiences": many(_AUDIENCE)}, closed=False
    ),
    "price-and-availability-plan": members(
        needed={
            "product": REFERENCE,
            "plan": REFERENCE,
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
            "product": REFERENCE,
            "plan": REFERENCE,
            "privateAudiences": members(
                needed={}, other={"add": many(_AUDIENCE), "remove": many(_AUDIENCE)}
            ),
        },
        other={},
    ),
    "plan-listing": members(
        needed={
            "product": REFERENCE,
            "plan": REFERENCE,
            "kind": choice("azureVM-plan"),
            "languageId": text(least=2, most=20),
        },
        other={"name": text(), "description": text(), "summary": text(), "lifecycleState": KEPT},
    ),
    "reseller": members(
        needed={
            "product": REFERENCE,
            "resellerChannelState": choice("notSet", "none", "some", "all", "terminated"),
        },
        other={"audiences": many(members(needed={}, other={}, closed=False))},
        closed=False,
    ),
    "commercial-marketplace-setup": members(
        needed={"product": REFERENCE},
        other={
            "sellThroughMicrosoft": flag(),
            "callToAction": choice("free", "freeTrial", "contactMe"),
            "accessUrl": text(),
            "useMicrosoftLicenseManagementService": flag(),
            "requireLicenseForInstall": flag(),
        },
        closed=False,
    ),
    "virtual-machine-plan-technical-configuration": TECHNICAL_CONFIGURATION,
    "core-virtual-machine-plan-technical-configuration": TECHNICAL_CONFIGURATION,
}  # fmt: skip

TYPES: Final = tuple(_OWN)
TECHNICAL: Final = frozenset(name for name in TYPES if name.endswith("technical-configuration"))

_BASE: Final[dict[str, Schema]] = {
    "$schema": text(most=200),
    "id": ID,
    "resourceName": NAME,
    "validations": many(members(needed={}, other={}, closed=False)),
}
SCHEMAS: Final[dict[str, Schema]] = {
    name: {**own, "properties": {**_BASE, **own["properties"]}, "required": ["$schema", *own["required"]]}
    for name, own in _OWN.items()
}
UNKNOWN: Final = members(
    needed={"$schema": _BASE["$schema"], "product": REFERENCE}, other=_BASE, closed=False
)


def described(kind: str) -> Schema:
    """The schema of a type, with the one `$schema` by which the type is known."""
    own = SCHEMAS[kind]
    uri = choice(f"{SCHEMA_HOST}/schema/{kind}/{VERSION}")
    return {**own, "title": kind, "properties": {**own["properties"], "$schema": uri}}
