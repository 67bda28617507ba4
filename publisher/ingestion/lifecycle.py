"""Deprecations of a SKU or of a version, with their schedule, both ways."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

REASONS: Final = {
    "critical-security-issue": "criticalSecurityIssue",
    "end-of-support": "endOfSupport",
    "other": "other",
}
_DAYS: Final = re.compile("P([0-9]{1,9})D")

Document = Mapping[str, Any]
SkuOf = Callable[[Any], str | None]


def schedule(notice: Document, plans: Collection[str] = ()) -> dict[str, Any]:
    """A deprecation schedule. An alternative is one of `plans`, the offer's SKU IDs, or another offer."""
    found: dict[str, Any] = {}
    if (days := notice.get("in_days")) is not None:
        found["dateOffset"] = f"P{days}D"
    if reason := notice.get("reason"):
        found["reason"] = REASONS.get(reason, reason)
    if alternative := notice.get("alternative"):
        plan = {"plan": f"plan/{{product}}/{{plan:{alternative}}}"}
        found["alternative"] = plan if alternative in plans else {"product": {"externalId": alternative}}
    return found


def lifecycle_members(entry: Document, plans: Collection[str]) -> dict[str, Any]:
    """The members of a plan or version that say whether it is deprecated; none while it is not."""
    if not entry.get("deprecated"):
        return {}
    planned = schedule(entry.get("deprecation", {}), plans)
    return {"lifecycleState": "deprecated", **({"deprecationSchedule": planned} if planned else {})}


def lifecycle_fields(members: Mapping[str, Any], sku_of: SkuOf) -> dict[str, Any]:
    """The fields of a SKU or image that these members hold; `sku_of` tells the SKU of a reference."""
    if members.get("lifecycleState") != "deprecated":
        return {"deprecated": False, "deprecation": {}}
    planned = members.get("deprecationSchedule") or {}
    days = _DAYS.fullmatch(str(planned.get("dateOffset", "")))
    reason = next((ours for ours, theirs in REASONS.items() if theirs == planned.get("reason")), "")
    notice = {
        "in_days": int(days[1]) if days else None,
        "reason": reason,
        "alternative": _alternative(planned.get("alternative") or {}, sku_of),
    }
    return {"deprecated": True, "deprecation": notice}


def _alternative(alternative: Mapping[str, Any], sku_of: SkuOf) -> str:
    if plan := alternative.get("plan"):
        return sku_of(plan) or ""
    product = alternative.get("product")
    return str(product.get("externalId") or "") if isinstance(product, Mapping) else ""
