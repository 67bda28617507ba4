"""Which changes are forbidden: of IDs once staged; of billing, prices, regions and more once live."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

ADDED: Final = "+"
REMOVED: Final = "-"
CHANGED: Final = "~"


@dataclass(frozen=True)
class Step:
    """A difference at a place: `at` holds the names of fields, and those of items in brackets."""

    at: tuple[str, ...]
    kind: str
    old: Any
    new: Any


def bare(name: str) -> str:
    """The name of an item without its brackets; that of a field as it is."""
    return name[1:-1] if name.startswith("[") else name


def fixed(step: Step, new: Mapping[str, Any], locks: Mapping[str, Any] | None) -> bool:
    """Whether this change would be refused; see `publisher.diff.changes` for `locks`."""
    if locks is None:
        return False
    if step.at in {("publisher",), ("offer",)}:
        return True
    if step.at[0] == "listing":
        return step.kind == REMOVED and (step.at[-1] == "hero" or _holds_hero(step.old))
    if step.at == ("skus",):
        return step.kind == REMOVED and bool(locks)
    if step.at[0] != "skus" or (sku_id := bare(step.at[1])) not in locks:
        return False
    rest = step.at[2:]
    if not rest:
        return step.kind == REMOVED
    facts = locks[sku_id]
    return bool(facts) and _fact_locked(step, rest, facts, _sku(new, sku_id))


def _holds_hero(value: Any) -> bool:
    """Whether a listing, or a part of one, has a banner: it stays once it was staged."""
    return isinstance(value, Mapping) and ("hero" in value or any(map(_holds_hero, value.values())))


def _fact_locked(step: Step, rest: tuple[str, ...], facts: Mapping[str, Any], sku: Mapping[str, Any]) -> bool:
    """Whether a change inside a SKU that was live touches what that locked."""
    sold = {*facts.get("regions", ()), *facts.get("prices", {})}
    match rest:
        case ("billing" | "hidden",):
            return True
        case ("prices",):
            return bool(sold)
        case ("prices", region, *_):
            return region.upper() in sold
        case ("regions",):
            return step.kind != ADDED and _lost(step, sold)
        case ("ports", *below):
            return below[-1:] not in (["label"], ["order"])
        case ("images", version, "data_vhds", *below):
            moved = len(below) < 2 or step.kind == ADDED
            return moved and _disks(sku, bare(version)) != facts.get("data_vhds", 0)
    return False


def _lost(step: Step, sold: set[str]) -> bool:
    gone = step.old if isinstance(step.old, list) else [step.old]
    left = step.new if isinstance(step.new, list) else []
    return any(str(region).upper() in sold for region in gone if region not in left)


def _sku(document: Mapping[str, Any], sku_id: str) -> Mapping[str, Any]:
    return next((sku for sku in document.get("skus", ()) if sku.get("id") == sku_id), {})


def _disks(sku: Mapping[str, Any], version: str) -> int:
    images = (image for image in sku.get("images", ()) if image.get("version") == version)
    return max((len(image.get("data_vhds", ())) for image in images), default=0)
