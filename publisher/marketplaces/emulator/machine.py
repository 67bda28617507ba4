"""The technical configuration of a plan: system, ports, SKUs, image versions."""

from typing import Final

from publisher.marketplaces.emulator.parts import ENDS, LINK, REFERENCE, SCHEDULE
from publisher.marketplaces.emulator.shape import choice, either, flag, many, members, number, table, text

_IMAGE_TYPE: Final = choice("x64Gen1", "x64Gen2", "arm64Gen2", "armGen2")
_DISK: Final = members(needed={"uri": LINK}, other={})
_SOURCE: Final = members(
    needed={"sourceType": choice("sasUri", "sharedImageGallery")},
    other={
        "osDisk": _DISK,
        "dataDisks": many(
            members(needed={"lunNumber": number(0, 15, whole=True), "uri": LINK}, other={}), most=16
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
    other={"lifecycleState": ENDS, "deprecationSchedule": SCHEDULE},
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
TECHNICAL_CONFIGURATION: Final = members(
    needed={"product": REFERENCE, "plan": REFERENCE},
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
        "basePlan": REFERENCE,
        "reuseTechnicalConfigurationState": choice("enable", "detach"),
        "softwareType": choice("operatingSystem", "solution"),
    },
    closed=False,
)
