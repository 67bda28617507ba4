"""What makes a resource invalid by itself: its schema, and what its members demand of each other."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from publisher.marketplaces.emulator.shape import Problem, problems
from publisher.marketplaces.emulator.types import LEADS, SCHEMAS, TECHNICAL, UNKNOWN


def resource_problems(resource: Mapping[str, Any], kind: str) -> list[Problem]:
    """Everything that makes a resource of this type invalid by itself."""
    found = list(problems(resource, SCHEMAS.get(kind, UNKNOWN)))
    return found or list(_DEMANDS.get(kind, _nothing)(resource))


def _nothing(resource: Mapping[str, Any]) -> Iterator[Problem]:
    return iter(())


def _leads(resource: Mapping[str, Any]) -> Iterator[Problem]:
    wanted = LEADS.get(resource["leadDestination"])
    for name in LEADS.values():
        if name == wanted and name not in resource:
            yield name, f"is required for {resource['leadDestination']}"
        if name != wanted and name in resource:
            yield name, f"does not belong to {resource['leadDestination']}"


def _test_drive(resource: Mapping[str, Any]) -> Iterator[Problem]:
    if resource["enabled"] != ("type" in resource):
        yield "type", "is required for an enabled test drive, and for no other"


def _plan_prices(resource: Mapping[str, Any]) -> Iterator[Problem]:
    if resource.get("customerMarkets", "customMarkets") != "customMarkets" and "markets" in resource:
        yield "markets", f"does not belong to {resource['customerMarkets']}"
    core = resource.get("pricing", {}).get("corePricing")
    if core is None:
        return
    wanted = {"flat": "price", "perCore": "pricePerCore", "perCoreSize": "pricePerCoreSize"}
    option = {**wanted, "perMarketAndCoreSize": "prices"}.get(core["priceInputOption"])
    for name in ("price", "pricePerCore", "pricePerCoreSize", "prices"):
        if (name == option) != (name in core):
            yield f"pricing/corePricing/{name}", f"does not go with {core['priceInputOption']}"


def _technical(resource: Mapping[str, Any]) -> Iterator[Problem]:
    for number_, version in enumerate(resource.get("vmImageVersions", ())):
        for index, image in enumerate(version["vmImages"]):
            place = f"vmImageVersions/{number_}/vmImages/{index}/source"
            yield from _source(image["source"], place)


def _source(source: Mapping[str, Any], place: str) -> Iterator[Problem]:
    """A gallery image has no disks of its own, a SAS image no gallery."""
    gallery = source["sourceType"] == "sharedImageGallery"
    for name in ("osDisk", "dataDisks", "sharedImage"):
        if name in source and gallery != (name == "sharedImage"):
            yield f"{place}/{name}", f"does not belong to {source['sourceType']}"
    needed = "sharedImage" if gallery else "osDisk"
    if needed not in source:
        yield f"{place}/{needed}", f"is required for {source['sourceType']}"


_DEMANDS: Final[dict[str, Callable[[Mapping[str, Any]], Iterator[Problem]]]] = {
    "customer-leads": _leads,
    "test-drive": _test_drive,
    "price-and-availability-plan": _plan_prices,
    **dict.fromkeys(TECHNICAL, _technical),
}
