"""Walks two versions of a resource side by side, along what is known of its members."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from publisher.ingestion.masking import masked
from publisher.ingestion.members import LEAF, Fields, Items, Leaf, Shape, empty
from publisher.ingestion.schema import READ_ONLY

Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Patch:
    """One member that stands otherwise than the offer folder says, and what it stands instead of.

    None is a member that is missing.
    """

    path: Path
    value: Any
    instead_of: Any = None


def normal(shape: Shape, value: Any) -> Any:
    """A value as it is compared: without what is read-only, empty or the default; order where it counts."""
    if isinstance(shape, Leaf):
        formed = shape.form(value)
        return None if empty(formed) or formed == shape.default else formed
    if isinstance(shape, Items):
        items = shape.named(value)
        if items is None:
            return normal(LEAF, value)
        listed = [normal(shape.fields, item) for item in items.values()]
        return (listed if shape.ordered else sorted(listed, key=repr)) or None
    if not isinstance(value, Mapping):
        return normal(LEAF, value)
    items = {key: normal(shape.get(key, LEAF), item) for key, item in value.items() if key not in READ_ONLY}
    return {key: item for key, item in items.items() if item is not None} or None


def residue(shape: Fields, made: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Patch]:
    """What was found and is not made, and the reverse: as small patches as the shape allows."""
    for key in dict.fromkeys((*found, *made)):
        if key not in READ_ONLY:
            yield from _residue(shape.get(key, LEAF), (key,), made.get(key), found.get(key))


def _residue(shape: Shape, path: Path, made: Any, found: Any) -> Iterator[Patch]:
    if normal(shape, made) == normal(shape, found):
        return
    pairs = _pairs(shape, made, found)
    if pairs is None:
        yield Patch(path=path, value=found, instead_of=made)
        return
    before = len(path)
    for key, inner, one, other in pairs:
        for patch in _residue(inner, (*path, key), one, other):
            before = 0
            yield patch
    if before:  # the items are the same, and stand in another order
        yield Patch(path=path, value=found, instead_of=made)


def _pairs(shape: Shape, made: Any, found: Any) -> list[tuple[str, Shape, Any, Any]] | None:
    """What two values hold under the same names; None where they are compared as a whole."""
    if isinstance(shape, dict) and isinstance(made, Mapping) and isinstance(found, Mapping):
        keys = [key for key in dict.fromkeys((*found, *made)) if key not in READ_ONLY]
        return [(key, shape.get(key, LEAF), made.get(key), found.get(key)) for key in keys]
    if isinstance(shape, Items):
        ours, theirs = shape.named(made or []), shape.named(found or [])
        if ours is not None and theirs is not None:
            keys = list(dict.fromkeys((*theirs, *ours)))
            return [(key, shape.fields, ours.get(key), theirs.get(key)) for key in keys]
    return None


def patched(shape: Shape, value: Any, path: Path, patch: Patch) -> Any:
    """The value with one patch, where it still stands as the patch knew it; else unchanged."""
    if not path:
        return patch.value if normal(shape, value) == normal(shape, patch.instead_of) else value
    key, *rest = path
    if isinstance(shape, Items):
        return _patched_item(shape, value, key, tuple(rest), patch)
    if value is not None and not isinstance(value, Mapping):
        return value
    inner = shape.get(key, LEAF) if isinstance(shape, dict) else LEAF
    new = patched(inner, (value or {}).get(key), tuple(rest), patch)
    others = {name: item for name, item in (value or {}).items() if name != key or new is not None}
    return {**others, key: new} if new is not None else others


def _patched_item(shape: Items, value: Any, key: str, rest: Path, patch: Patch) -> Any:
    items = shape.named(value or [])
    if items is None or (rest and key not in items):
        return value
    new = patched(shape.fields, items.get(key), rest, patch)
    items = {**items, key: new} if new is not None else {k: v for k, v in items.items() if k != key}
    return list(items.values())


def carried_over(shape: Shape, made: Any, there: Any) -> Any:
    """What is made, with those members of what is there that the offer format does not govern."""
    if isinstance(shape, Items):
        ours, theirs = shape.named(made), shape.named(there)
        if ours is None or theirs is None:
            return made
        return [carried_over(shape.fields, item, theirs.get(key)) for key, item in ours.items()]
    if isinstance(shape, Leaf) or not isinstance(made, Mapping) or not isinstance(there, Mapping):
        return made
    made = {key: item if key in shape else _unmasked(item, there.get(key)) for key, item in made.items()}
    result = {
        key: carried_over(shape[key], item, there.get(key)) if key in shape else item
        for key, item in made.items()
    }
    foreign = {key: item for key, item in there.items() if not _governed(shape, key)}
    return {**foreign, **result}


def _unmasked(kept: Any, there: Any) -> Any:
    """What is there in place of what was kept of it, unless it is another by now."""
    return there if kept == masked(there) else kept


def _governed(shape: Mapping[str, Any], key: str) -> bool:
    """Whether the offer folder alone says what a member is, or nobody does."""
    member = shape.get(key)
    return key in READ_ONLY or not (member is None or (isinstance(member, Leaf) and not member.governed))


def echoed(shape: Shape, made: Any, there: Any) -> Any:
    """What is made, and wherever it means the same as what is there, that word for word.

    So a signature that nobody has any more, a masked key or the marketplace's own address of a file
    goes back as it came.
    """
    if there is None:
        return made
    if normal(shape, made) == normal(shape, there):
        return there
    pairs = _pairs(shape, made, there)
    if pairs is None or made is None:
        return made
    new = {key: echoed(inner, one, other) for key, inner, one, other in pairs if one is not None}
    if isinstance(shape, dict):
        return new
    named = shape.named(made) if isinstance(shape, Items) else None
    return [new[key] for key in named or ()]
