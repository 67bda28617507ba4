"""Which findings are wanted: what `--select` and `--ignore` name, by rule, code, or beginning of a code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final

from publisher.errors import UsageError
from publisher.frozen import dataclass
from publisher.nearest import nearest
from publisher.rules.registry import Rule, load

_PREFIX: Final = re.compile("[A-Z]{3}[0-9]{0,2}")
_ASKED: Final = frozenset({"rule", "document"})  # what a validation can find


@dataclass(frozen=True, kw_only=True)
class Words:
    """Words for rules, and where they were written: an option, or a setting."""

    words: Sequence[str]
    place: str


@dataclass(frozen=True, kw_only=True)
class Selection:
    """`left_out` says why of each rule whose findings are not wanted. `kept` are the rules that a
    beginning of a code meant to ignore as well, and that nobody can ignore."""

    left_out: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[Rule, ...] = ()


def selection(select: Words, ignore: Words) -> Selection:
    """What to leave out: all that is not selected (if anything is), and all that is ignored.

    What the reader itself refuses is always told. Raises UsageError for a word that means no rule, a
    rule that a validation never asks, or one that cannot be ignored.
    """
    left_out: dict[str, str] = {}
    if select.words:
        chosen = {rule.name for word in _split(select) for rule in _selected(word, select.place)}
        rest = (rule.name for rule in load().values() if rule.kind == "rule" and rule.name not in chosen)
        left_out |= dict.fromkeys(rest, f"not named by {select.place}")
    kept: dict[str, Rule] = {}
    for word in _split(ignore):
        rules = _named(word, ignore.place)
        held = [rule for rule in rules if not rule.waivable]
        if len(held) == len(rules):
            raise _refused(word, ignore.place, held[0])
        kept |= {rule.name: rule for rule in held}
        left_out |= dict.fromkeys(
            (rule.name for rule in rules if rule.waivable), f"ignored by {ignore.place}"
        )
    return Selection(left_out=left_out, kept=tuple(kept.values()))


def _split(words: Words) -> Iterator[str]:
    for word in words.words:
        yield from filter(None, (part.strip() for part in word.split(",")))


def _selected(word: str, place: str) -> list[Rule]:
    rules = _named(word, place)
    if asked := [rule for rule in rules if rule.kind in _ASKED]:
        return asked
    raise UsageError(
        f"{place}: {rules[0].code} {rules[0].name} is not asked by a validation",
        hint=f"`publisher explain {rules[0].name}` says when it is",
    )


def _named(word: str, place: str) -> list[Rule]:
    """The rule of a name or code, or all whose codes begin so."""
    name, code = word.lower(), word.upper()
    rules = load().values()
    if found := [rule for rule in rules if name == rule.name or code == rule.code]:
        return found
    if _PREFIX.fullmatch(code) and (found := [rule for rule in rules if rule.code.startswith(code)]):
        return found
    known = {word for rule in rules for word in (rule.name, rule.code.lower(), rule.code[:3].lower())}
    near = nearest(name, sorted(known), 0.5)
    raise UsageError(
        f"{place}: no rule is called {word[:60]!a}",
        hint=f"did you mean {near!r}?" if near else "`publisher explain --all` lists every rule",
    )


def _refused(word: str, place: str, rule: Rule) -> UsageError:
    return UsageError(
        f"{place}: {word} cannot be ignored: {rule.code} {rule.name} guards what cannot be undone or judged",
        hint=f"cure what it finds; `publisher explain {rule.name}` says how",
    )
