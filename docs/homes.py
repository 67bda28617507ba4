"""Where each field of the offer format goes in the marketplace: found by setting it, and looking."""

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any, get_args, get_origin, get_type_hints

from publisher.document.model import Asset, Offer, Text, VhdUrl
from publisher.ingestion.outgoing import made
from publisher.ingestion.schema import TECHNICAL
from publisher.ingestion.tree import Key

VERSION = {"version": "1.0.0", "os_vhd": "https://x/a.vhd"}
PLAIN: dict[str, Any] = {
    "offer": "offer",
    "listing": {"en-us": {"title": "x"}},
    "skus": [{"id": "sku", "regions": ["US"], "images": [VERSION]}],
}


def _listed(listing: dict[str, Any]) -> dict[str, Any]:
    return {"listing": {"en-us": listing}}


# What must stand beside a field for it to mean something.
BESIDE: dict[str, Any] = {
    "leads.address": {"leads": {"destination": "email"}},
    "listing.LANGUAGE.sample_images.caption": _listed({"sample_images": [{"file": {"sha256": "0"}}]}),
    "skus.deprecation": {"skus": [{"deprecated": True}]},
    "skus.images.deprecation": {"skus": [{"images": [{**VERSION, "deprecated": True}]}]},
    "skus.prices.REGION.currency": {
        "skus": [{"prices": {"US": {"currency": "USD", "per_hour_by_cores": {"2": "1"}}}}]
    },
}
VALUES = {
    "skus.prices.REGION.currency": "EUR",
    "skus.reservation": {"one-year": 10},
    "skus.prices.REGION.per_hour_by_cores": {"2": "1"},
    "resellers": "any",
    "categories": ["security"],
}
BY_KEY = {"listing": ("LANGUAGE", "en-us"), "prices": ("REGION", "US")}
WHOLE = ("categories", "corePricing", "imageList")  # members that are told as one
APART = {  # what the document that counts leaves out
    "format": "", "profile": "", "publisher": "",
    "alias": "`product`: alias",
    "staging.subscriptions": "`price-and-availability-offer`: previewAudiences",
    "test_drive.type": "`test-drive`: type",
    "skus.id": "`plan`: identity.externalId, and what refers to it",
    "skus.alias": "`plan`: alias",
    "skus.reuses": f"`{TECHNICAL}`: basePlan, reuseTechnicalConfigurationState",
    "verbatim": "whatever was found there beyond this table",
}  # fmt: skip


def page() -> str:
    """The table as a page."""
    rows = "".join(f"| `{path}` | {home or 'stays in the folder'} |\n" for path, home in homes())
    return f"{_HEAD}| in the offer | in the marketplace: `resource`: members |\n|---|---|\n{rows}"


def homes() -> Iterator[tuple[str, str]]:
    """Every field of the format, and in words where it goes; "" for nowhere."""
    for path, value in _leaves(Offer, ()):
        name = ".".join(path)
        yield name, APART[name] if name in APART else _home(path, VALUES.get(name, value))


def _leaves(cls: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    hints = get_type_hints(cls)
    for field in fields(cls):
        if field.name != "at":
            yield from _leaf(field, hints[field.name], (*path, field.name))


def _leaf(field: Field[Any], hint: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    inner = [arg for arg in get_args(hint) if is_dataclass(arg) and arg not in _SIMPLE]
    if get_origin(hint) is dict and inner:
        yield from _leaves(inner[0], (*path, BY_KEY[path[-1]][0]))
    elif inner or (is_dataclass(hint) and hint not in _SIMPLE):
        yield from _leaves(inner[0] if inner else hint, path)
    else:
        value = _value(field, hint)
        yield path, [value] if get_origin(hint) is tuple else value


_SIMPLE: dict[Any, Any] = {
    Text: "text",
    Asset: {"sha256": "1" * 64, "bytes": 1},
    VhdUrl: "https://x/b.vhd",
    Decimal: "1",
    bool: True,
    int: 1,
}


def _value(field: Field[Any], hint: Any) -> Any:
    """Something that is not the default."""
    if choices := [word for word in field.metadata.get("choices", ()) if word != field.default]:
        return choices[-1]
    if hint is bool:
        return not field.default
    kinds = (hint, *get_args(hint))
    return next((_SIMPLE[kind] for kind in kinds if kind in _SIMPLE), "word")


def _home(path: tuple[str, ...], value: Any) -> str:
    name = ".".join(path)
    beside = next((BESIDE[key] for key in BESIDE if name == key or name.startswith(f"{key}.")), {})
    before = _merged(PLAIN, beside)
    found: dict[str, list[str]] = {}
    for kind, member in _changed(_parts(before), _parts(_merged(before, _nested(path, value)))):
        found.setdefault(kind, []).append(member)
    return "; ".join(f"`{kind}`: {', '.join(dict.fromkeys(members))}" for kind, members in found.items())


def _nested(path: tuple[str, ...], value: Any) -> Any:
    """The value where it stands in a document; lists have one item."""
    for step in reversed(path):
        key = dict(BY_KEY.values()).get(step, step)
        value = {
            key: [value] if step in _LISTS and isinstance(value, dict) and "sha256" not in value else value
        }
    return value


_LISTS = frozenset(
    {"skus", "images", "ports", "links", "sample_images", "videos", "custom_amendments", "audience",
     "government_certifications", "generations", "data_vhds"}
)  # fmt: skip


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old.get(key), item) for key, item in new.items()}}
    if (
        isinstance(old, list)
        and isinstance(new, list)
        and all(isinstance(item, dict) for item in (*old, *new))
    ):
        return [_merged(one, other) for one, other in zip_longest(old, new, fillvalue={})]
    return new


def _parts(document: dict[str, Any]) -> Mapping[Key, Any]:
    return {key: part.members for key, part in made(document, text=str, aliases={}, subscriptions=()).items()}


def _changed(before: Mapping[Key, Any], after: Mapping[Key, Any]) -> Iterator[tuple[str, str]]:
    for key in dict.fromkeys((*after, *before)):
        for member in _members(before.get(key), after.get(key), ""):
            if "unsayable" not in member and member not in {"kind", "languageId", ""}:
                yield key.kind, member


def _members(old: Any, new: Any, path: str) -> Iterator[str]:
    if old == new or (not old and not new and not isinstance(new, bool)):
        return
    if path.rpartition(".")[2] in WHOLE:
        yield path
    elif isinstance(old, dict | None) and isinstance(new, dict | None):
        for key in dict.fromkeys((*(new or {}), *(old or {}))):
            yield from _members((old or {}).get(key), (new or {}).get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(old, list | None) and isinstance(new, list | None) and isinstance((new or old)[0], dict):
        for one, other in zip_longest(old or [], new or []):
            yield from _members(one, other, f"{path}[]")
    else:
        yield path


_HEAD = """# What goes where

Each field of the offer format, and where it stands in the resources of the Product Ingestion API. This table
was found by setting each field alone and looking what changed in what would be sent.

What the marketplace holds beyond it is kept in the file that `verbatim` names (`pull` writes it), word for
word but for secrets, and is sent back unchanged: whole resources of unknown types, unknown members, and
values that the offer format has no word for, each with the value that it stands instead of. Once the folder
says something else in that place, the folder is right. Numbers of the product and its plans stand there as
`{product}` and `{plan:SKU}`, so that the folder can make another product.

- An image version that was published is never left out, whether the folder lists it or not. What stands in
  the draft and means the same goes back as it came: old SAS URLs, masked keys, addresses of pictures.
- A picture is known by its file name, which holds the first 16 hex digits of its SHA-256.
- A language, picture or film that the folder drops is sent as deleted; a SKU that it drops is left alone.
- A price that is one and the same in USD for all regions is sent as flat, per core or per core size, others
  by market and core size. Flat prices that differ between regions cannot be told to the marketplace.
- Categories are ids made of the name; exceptions stand in `workflows/categories.toml`, and a word that may
  be an id is taken for one.
- The order of SKUs, regions and films means nothing there.

"""
