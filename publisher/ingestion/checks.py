"""What the marketplace would refuse though its schema, or the offer format, lets it pass."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from publisher.ingestion import schema as s
from publisher.ingestion.selling import UNSAYABLE
from publisher.ingestion.tree import Part

_PORTS: Final = re.compile(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?")
_CONFIGURED: Final = frozenset(
    {"blob", "dynamics", "email", "httpsEndpoint", "marketo", "salesforce", "table"}
)


def objections(parts: Iterable[Part]) -> list[str]:
    """Every reason why these would be refused."""
    checks = {s.SELLING: _selling, s.TECHNICAL: _technical, s.LEADS: _leads}
    return [reason for part in parts if part.kind in checks for reason in checks[part.kind](part)]


def _selling(part: Part) -> Iterator[str]:
    pricing: Mapping[str, Any] = part.members.get("pricing") or {}
    if UNSAYABLE in pricing:
        yield (
            f"SKU {part.plan}: the marketplace takes one price in USD for all regions, or prices by number "
            "of cores in each region; not these"
        )
    if pricing.get("licenseModel") == "byol" and pricing.get("corePricing"):
        yield f"SKU {part.plan}: a byol SKU has no prices"
    if part.members.get("customerMarkets", "customMarkets") != "customMarkets" and part.members.get(
        "markets"
    ):
        yield f"SKU {part.plan}: regions stand beside markets that are not listed"


def _technical(part: Part) -> Iterator[str]:
    for port in part.members.get("openPorts") or ():
        found = _PORTS.fullmatch(str(port.get("portRange", "")))
        ends = [int(end) for end in found.groups() if end] if found else []
        if not ends or not all(1 <= end <= 65535 for end in ends) or ends != sorted(ends):
            yield f"SKU {part.plan}: {str(port.get('portRange'))[:40]!a} is no range of ports"
    ids = [entry.get("skuId") for entry in part.members.get("skus") or ()]
    if ids and part.plan not in ids:
        yield f"SKU {part.plan}: none of its generations has its ID"


def _leads(part: Part) -> Iterator[str]:
    destination = part.members.get("leadDestination")
    if destination in _CONFIGURED and f"{destination}LeadConfiguration" not in part.members:
        yield f"leads by {destination} need an address or keys: enter them in the portal first"
