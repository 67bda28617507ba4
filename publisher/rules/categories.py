"""The categories under which customers find an offer."""

from collections import Counter
from collections.abc import Iterator, Mapping

from publisher.document.model import Offer
from publisher.findings import Gate
from publisher.nearest import nearest
from publisher.profiles import PARTNER_CENTER, Profile
from publisher.rules.registry import Flaw, rule


@rule("LGL106", "category-count")
def category_count(offer: Offer, limits: Profile, gate: Gate) -> Iterator[Flaw]:
    """The offer has a few categories, each with a name, each named once.

    Why: customers find it by category, and the portal takes no more than the message says. None at all
    is in order until the stage gate.
    Fix: list categories as `name` or `name/subcategory`, and delete those that are too many.
    Source: row 63; guide for VM offers, categories; Partner Center documentation, properties.
    """
    seen: dict[str, str] = {}
    for index, category in enumerate(offer.categories):
        name, at = _folded(category), f"/categories/{index}"
        if not all(name.split("/")):
            yield Flaw(at=at, message=f"{category[:60]!a} is no name of a category")
        elif name in seen:
            yield Flaw(at=at, message=f"the category {category[:60]!a} is named twice")
        else:
            seen[name] = category
    if not offer.categories and gate >= Gate.STAGE:
        yield Flaw(at="/categories", message=f"the offer has no category; {_bounds(limits)} are wanted")
    yield from _too_many(list(seen), limits)


@rule("LGL110", "category-known", profiles=[PARTNER_CENTER], requires={"category-count"})
def category_known(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Every category is one of the store's, and every subcategory is one of its category.

    Why: Partner Center offers a list to choose from, and takes nothing else. Capitals do not matter.
    Fix: write the category as the list does: `name`, or `name/subcategory`.
    Source: row 64; Partner Center documentation, categories.
    """
    known = {_folded(name): name for name in limits.categories}
    for index, category in enumerate(offer.categories):
        name, _, subcategory = category.partition("/")
        whole = known.get(_folded(name))
        if whole is None:
            message = f"there is no category {name.strip()[:60]!a}"
            yield Flaw(at=f"/categories/{index}", message=message, fix=_nearest(name, limits.categories))
        elif subcategory and (wrong := _stranger(subcategory, whole, limits)):
            yield Flaw(at=f"/categories/{index}", message=wrong, fix=_other_place(subcategory, whole, limits))


def _stranger(subcategory: str, category: str, limits: Profile) -> str:
    if _folded(subcategory) in map(_folded, limits.categories[category]):
        return ""
    return f"the category {category!r} has no subcategory {subcategory.strip()[:60]!a}"


def _other_place(subcategory: str, category: str, limits: Profile) -> str:
    """The cure for a subcategory that is not in its category: its own category, or one like it there."""
    for other, names in limits.categories.items():
        if home := next((name for name in names if _folded(name) == _folded(subcategory)), ""):
            return f"write {other}/{home}"
    if not (names := limits.categories[category]):
        return f"write {category} alone: it has no subcategories"
    return _nearest(subcategory, names, f"{category}/")


def _nearest(word: str, known: Mapping[str, object] | tuple[str, ...], prefix: str = "") -> str:
    names = {_folded(name): name for name in known}
    inside = (name for name in names if len(_folded(word)) > 3 and _folded(word) in name)
    near = next(inside, "") or nearest(_folded(word)[:80], names, 0.5)
    return f"write {prefix}{names[near]}" if near else f"choose one of: {', '.join(known)}"


def _too_many(names: list[str], limits: Profile) -> Iterator[Flaw]:
    subcategories = limits.counts.get("subcategories_max")
    by_category = Counter(name.partition("/")[0] for name in names)
    count = len(names) if subcategories is None else len(by_category)
    if count > limits.counts["categories_max"]:
        yield Flaw(at="/categories", message=f"{count} categories; {_bounds(limits)} are allowed")
    for category, number in by_category.items():
        if subcategories is not None and number > subcategories:
            message = f"{category[:60]!a} has {number} subcategories; at most {subcategories} are allowed"
            yield Flaw(at="/categories", message=message)


def _bounds(limits: Profile) -> str:
    return f"{limits.counts['categories_min']} to {limits.counts['categories_max']}"


def _folded(category: str) -> str:
    """A category as two spellings of it are compared; its parts are stripped."""
    return "/".join(" ".join(part.split()) for part in category.casefold().split("/"))
