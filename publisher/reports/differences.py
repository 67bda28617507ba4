"""How the generations of the marketplace differ, from their profiles and from the rules that heed them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Final

from publisher.profiles import PROFILES, LogoSize, Profile, load_profile
from publisher.reports.explanation import severities, severity_words
from publisher.rules.registry import Rule, load

NOTHING: Final = "–"
_UNITS: Final = {
    "lengths": "UTF-16 code units",
    "counts": "number",
    "days": "days",
    "gigabytes": "GB",
    "prices": "per hour",
}
_CAPITALS: Final = {
    "sku": "SKU",
    "skus": "SKUs",
    "id": "ID",
    "lun": "LUN",
    "vhds": "VHDs",
    "os": "OS",
    "sas": "SAS",
}
_HEAD: Final = """# The two generations of the marketplace

A profile holds the limits of one generation of the marketplace: `classic` is the publishing portal of 2016,
`partner-center` is today's. An offer names its own (`profile:` in `offer.yaml`), else the settings do. The
numbers stand in `workflows/profiles/*.toml`; this page shows where they differ.

Some figures are not verified; check them before you rely on them: the regions where the marketplace remits
the sales tax (`tax_remitted`), the price above which one is questioned (`prices`), how alike near-equal texts
are (`near_equal_percent`), the longest run of a submission (`sas_run`), and the list of categories, which is
of 2020. Figures of your own take their place: the setting `figures` names a file such as

```toml
[classic]
tax_remitted = ["US", "DE", "SE"]

[classic.prices]
USD = 500 # more per hour is questioned
else = 450
```
"""


def markdown() -> str:
    """The page of the documentation."""
    profiles = [load_profile(name) for name in PROFILES]
    parts = [
        _HEAD,
        "## Limits\n",
        _table(_limits(profiles)),
        "## Choices and media\n",
        _table(_choices(profiles)),
        *_rules(),
    ]
    return "\n".join(parts)


def _table(rows: Iterator[tuple[str, ...]]) -> str:
    lines = [f"| | {' | '.join(PROFILES)} |", "|---|" + "---|" * len(PROFILES)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _limits(profiles: list[Profile]) -> Iterator[tuple[str, ...]]:
    for table, unit in _UNITS.items():
        values: list[Mapping[str, int]] = [getattr(profile, table) for profile in profiles]
        for key in dict.fromkeys(key for known in values for key in known):
            row = [f"{known[key]:,}" if key in known else NOTHING for known in values]
            if len(set(row)) > 1:
                yield (f"{_words(key)} ({unit})", *row)


def _choices(profiles: list[Profile]) -> Iterator[tuple[str, ...]]:
    rows: dict[str, list[str]] = {
        "elements in texts": [", ".join(map(_element, profile.html.items())) for profile in profiles],
        "language notice": [profile.language_notice for profile in profiles],
        "categories": [", ".join(profile.categories) or "any" for profile in profiles],
    }
    for name in (field.name for field in fields(Profile)):
        values = [getattr(profile, name) for profile in profiles]
        if all(isinstance(value, tuple) for value in values):
            rows[_words(name)] = [", ".join(map(str, value)) for value in values]
    for kind, sizes in (("logo", "logos"), ("picture", "pictures")):
        tables: list[Mapping[str, LogoSize]] = [getattr(profile, sizes) for profile in profiles]
        for name in dict.fromkeys(name for table in tables for name in table):
            rows[f"{kind}: {_words(name)}"] = [_size(table.get(name)) for table in tables]
    for what, row in rows.items():
        if len(set(row)) > 1:
            yield (what, *(cell or NOTHING for cell in row))


def _element(pair: tuple[str, tuple[str, ...]]) -> str:
    name, attributes = pair
    return f"`{name}` ({', '.join(attributes)})" if attributes else f"`{name}`"


def _size(size: LogoSize | None) -> str:
    return "" if size is None else f"{size} pixels{', required' if size.required else ''}"


def _words(key: str) -> str:
    """A key of a profile in words: `sku_title` is the SKU title, `subscriptions_max` at most so many."""
    name, bound = re.sub("_(min|max|advised)$", "", key), key.rpartition("_")[2]
    words = " ".join(_CAPITALS.get(word, word) for word in name.split("_"))
    return words + {"min": ", at least", "max": ", at most", "advised": ", advised"}.get(bound, "")


def _rules() -> Iterator[str]:
    rules = sorted(load().values(), key=lambda rule: rule.code)
    for name in PROFILES:
        yield f"## Rules of {name} alone\n"
        yield _list([rule for rule in rules if rule.profiles == {name}], lambda rule: rule.title)
    yield "## Rules that weigh differently\n"
    differing = [rule for rule in rules if len(rule.profiles) > 1 and len(_weights(rule)) > 1]
    yield _list(differing, lambda rule: f"{rule.title} {severity_words(rule).capitalize()}.")


def _weights(rule: Rule) -> set[tuple[tuple[str, str], ...]]:
    return {tuple(by_gate.items()) for by_gate in severities(rule).values()}


def _list(rules: list[Rule], words: Callable[[Rule], str]) -> str:
    return "".join(f"- [{rule.code} {rule.name}](rules/{rule.name}.md): {words(rule)}\n" for rule in rules)
