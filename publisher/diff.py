"""What differs between two contents of an offer, field by field.

Works on canonical documents (`publisher.document.canonical`), which hold no signature. Items of lists
are matched by what names them: SKUs by ID, images by version, data disks by LUN, ports by opening or
label, links by title or address, samples by caption; what has no such name, by position.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from publisher.document import Document
from publisher.document.canonical import UNRESOLVED, canonical
from publisher.document.model import version_key
from publisher.excerpt import between, shown
from publisher.fixed import ADDED, CHANGED, REMOVED, Step, bare, fixed

_SUMMARY: Final = 12  # lines

_Name = Callable[[Mapping[str, Any]], Any]


def _version(image: Mapping[str, Any]) -> Any:
    return version_key(image.get("version", "")) or image.get("version")


def _opening(port: Mapping[str, Any]) -> str:
    return f"{port.get('range', '')}/{port.get('protocol', '')}"


def _field(name: str) -> _Name:
    return lambda item: item.get(name)


# What names an item of a list, the best name first.
_NAMES: Final[Mapping[str, tuple[_Name, ...]]] = {
    "skus": (_field("id"),),
    "images": (_version,),
    "data_vhds": (_field("lun"),),
    "ports": (_opening, _field("label")),
    "links": (_field("title"), _field("url")),
    "sample_images": (_field("caption"),),
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference: `kind` is `+`, `-` or `~`; `old` and `new` are canonical values, None where
    there is none. A path reads `skus[hourly].prices.SE.currency`. `locked`: it may not change."""

    path: str
    kind: str
    old: Any
    new: Any
    locked: bool = False

    def line(self) -> str:
        """The change on one line, without its kind: path, old -> new."""
        if self.kind == ADDED:
            return f"{self.path}: {shown(self.new)}"
        if self.kind == REMOVED:
            return f"{self.path}: {shown(self.old)}"
        return f"{self.path}: {between(self.old, self.new)}"


def changes(
    old: Mapping[str, Any], new: Mapping[str, Any], locks: Mapping[str, Any] | None = None
) -> list[Change]:
    """Every difference between two canonical documents, in the order of the new one.

    `locks` holds by SKU ID what is locked of each SKU that was staged: the facts of the lock file
    once it was live, nothing before. None means that nothing was staged. Disks whose secret could
    not be looked up are not compared; without any, no change means equal documents.
    """
    return [
        Change(
            path=_path(step.at), kind=step.kind, old=step.old, new=step.new, locked=fixed(step, new, locks)
        )
        for step in _compared((), old, new)
    ]


def summary(old: Mapping[str, Any], document: Document) -> list[str]:
    """A few short lines: what a folder holds that is not in a canonical document."""
    if document.offer is None:
        return [problem.message for problem in document.problems]
    found = changes(old, canonical(document.offer))
    lines = [f"{change.kind} {change.line()}" for change in found[:_SUMMARY]]
    if len(found) > _SUMMARY:
        lines.append(f"and {len(found) - _SUMMARY} more: `publisher diff {document.display()}` shows all")
    return lines + [not_compared(name) for name in document.unresolved]


def not_compared(secret: str) -> str:
    """The sentence about a disk whose secret is not at hand."""
    return f"the disk behind the secret {secret} was not compared: the secret cannot be looked up here"


# -- the walk --


def _compared(at: tuple[str, ...], old: Any, new: Any) -> Iterator[Step]:
    if old == new or _unresolved(old) or _unresolved(new):
        return
    if _is_branch(old) and _is_branch(new):
        yield from _branches(at, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(at, old, new)
    else:
        yield Step(at, CHANGED, old, new)


def _branches(at: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Step]:
    for key, value in new.items():
        if key in old:
            yield from _compared((*at, key), old[key], value)
        else:
            yield from _added((*at, key), value)
    yield from (Step((*at, key), REMOVED, value, None) for key, value in old.items() if key not in new)


def _added(at: tuple[str, ...], value: Any) -> Iterator[Step]:
    """What is new is shown in full, each field on its own."""
    if _is_branch(value) and value:
        for key, item in value.items():
            yield from _added((*at, key), item)
    elif isinstance(value, list) and value:
        for name, item in zip(_labels(at, value), value, strict=True):
            yield from _added((*at, name) if _is_branch(item) else at, item)
    else:
        yield Step(at, ADDED, None, value)


def _lists(at: tuple[str, ...], old: list[Any], new: list[Any]) -> Iterator[Step]:
    if all(_is_branch(item) for item in (*old, *new)):
        yield from _items(at, old, new)
    elif _distinct(old) and _distinct(new):
        yield from (Step(at, ADDED, None, item) for item in new if item not in old)
        yield from (Step(at, REMOVED, item, None) for item in old if item not in new)
        kept, now = [item for item in old if item in new], [item for item in new if item in old]
        if kept != now:
            yield Step((*at, "order"), CHANGED, kept, now)
    else:
        yield Step(at, CHANGED, old, new)


def _items(at: tuple[str, ...], old: list[Any], new: list[Any]) -> Iterator[Step]:
    pairs = _pairs(at[-1] if at else "", old, new)
    before = {theirs: ours for ours, theirs in pairs.items()}
    names, old_names = _labels(at, new), _labels(at, old)
    for index, item in enumerate(new):
        if index in before:
            yield from _compared((*at, names[index]), old[before[index]], item)
        else:
            yield from _added((*at, names[index]), item)
    for index, item in enumerate(old):
        if index not in pairs:
            yield Step((*at, old_names[index]), REMOVED, item, None)
    moved = [pairs[index] for index in sorted(pairs)]
    if moved != sorted(moved):
        old_order, new_order = ([bare(names[index]) for index in order] for order in (moved, sorted(moved)))
        yield Step((*at, "order"), CHANGED, old_order, new_order)


def _pairs(field: str, old: list[Any], new: list[Any]) -> dict[int, int]:
    """Which item of `old` became which of `new`, by index."""
    found: dict[int, int] = {}
    for name in _NAMES.get(field, ()):
        ours, theirs = _named(name, old, set(found)), _named(name, new, set(found.values()))
        found |= {ours[key]: theirs[key] for key in ours if key in theirs}
    nameless = (_nameless(field, old, set(found)), _nameless(field, new, set(found.values())))
    return found | dict(zip(*nameless, strict=False))


def _named(name: _Name, items: list[Any], taken: set[int]) -> dict[Any, int]:
    """Index by name, for the free items whose name is theirs alone."""
    keys = [name(item) for item in items]
    free = (index for index in range(len(items)) if index not in taken)
    return {_hashable(keys[i]): i for i in free if keys[i] not in (None, "") and keys.count(keys[i]) == 1}


def _nameless(field: str, items: list[Any], taken: set[int]) -> list[int]:
    names = _NAMES.get(field, ())
    known = set(_named(names[0], items, set()).values()) if names else set()
    return [index for index in range(len(items)) if index not in taken | known]


def _labels(at: tuple[str, ...], items: list[Any]) -> list[str]:
    """How the items are called in a path: by their best readable name, else by position."""
    readable = {"skus": "id", "images": "version", "data_vhds": "lun", "ports": "label", "links": "title"}
    field = readable.get(at[-1] if at else "", "")
    names = [item.get(field) if _is_branch(item) and field else None for item in items]
    return [
        f"[{index}]" if name in (None, "") or names.count(name) > 1 else f"[{name}]"
        for index, name in enumerate(names)
    ]


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int | tuple) else json.dumps(value, sort_keys=True)


def _distinct(items: Sequence[Any]) -> bool:
    plain = all(isinstance(item, str | int) for item in items)
    return plain and len(set(items)) == len(items)


def _is_branch(value: Any) -> bool:
    return isinstance(value, Mapping) and "sha256" not in value


def _unresolved(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(f"{UNRESOLVED}:")


def _path(at: tuple[str, ...]) -> str:
    return "".join(part if part.startswith("[") else f".{part}" for part in at).lstrip(".")
