"""Declares rules, and everything else that has a code and an explanation."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, Final, Literal

from publisher.document.nodes import Mark
from publisher.errors import UsageError
from publisher.findings import Gate, Severity
from publisher.frozen import dataclass
from publisher.nearest import nearest
from publisher.profiles import PROFILES

Kind = Literal["rule", "document", "guard", "image"]
Weight = Severity | Mapping[str, Severity]

# What a rule may ask for by argument name; the names in SCOPES decide how often it is asked.
SCOPES: Final = ("vhd", "image", "sku_listing", "sku", "listing")
GIVEN: Final = frozenset(
    {
        *SCOPES,
        "offer",
        "language",
        "limits",
        "gate",
        "now",
        "account",
        "published",
        "published_sku",
        "others",
        "links",
        "probes",
    }
)
NO_BASELINE: Final = "nothing published is known: there is no lock file, and no catalogue was asked"
_CODE: Final = re.compile(r"(DOC|IDN|TXT|MED|LNK|LGL|BIL|IMG|VER|SAS|LCY|CFG)[0-9]{3}")
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SECTION: Final = re.compile(r"^ *(Why|Fix|Source): *", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """What a rule yields: the place (a JSON pointer) and what is wrong there.

    `severity` may weigh less than the rule says. `file` and `mark` name a better place than the
    pointer's, such as a line of a text file.
    """

    at: str
    message: str
    fix: str = ""
    severity: Severity | None = None
    file: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unjudged:
    """What a rule yields about a part that it could not judge: the rule then counts as skipped."""

    reason: str


Check = Callable[..., Iterable[Flaw | Unjudged]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A code, its explanation in `text`, and (for kind `rule`) the function that judges."""

    code: str
    name: str
    kind: Kind
    text: str
    gate: Gate
    weight: Weight
    profiles: frozenset[str]
    requires: frozenset[str] = frozenset()
    waivable: bool = True
    since: str = "0.1.0"
    check: Check | None = None
    asks: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    scope: str = field(default="offer")

    @cached_property
    def sections(self) -> Mapping[str, str]:
        """The explanation by section: title, why, fix, source; taken apart when it is first read."""
        title, _, body = inspect.cleandoc(self.text).partition("\n")
        parts = _SECTION.split(body)
        sections = {
            key.lower(): " ".join(value.split()) for key, value in zip(parts[1::2], parts[2::2], strict=True)
        }
        return {"title": title.strip(), **sections}

    @property
    def title(self) -> str:
        """What must hold, in a sentence."""
        return self.sections["title"]

    @property
    def why(self) -> str:
        """What happens otherwise."""
        return self.sections["why"]

    @property
    def fix(self) -> str:
        """The cure."""
        return self.sections["fix"]

    @property
    def source(self) -> str:
        """Where the rule comes from."""
        return self.sections["source"]

    def severity(self, profile: str, gate: Gate) -> Severity:
        """What a finding of this rule weighs for a profile, at a gate."""
        if isinstance(self.weight, Severity):
            return self.weight
        weight = self.weight.get(profile) or self.weight.get(gate.label)
        return weight or self.weight.get("else", Severity.ERROR)


RULES: Final[dict[str, Rule]] = {}
_TAKEN: Final[set[str]] = set()  # codes


def rule(
    code: str,
    name: str,
    *,
    gate: Gate = Gate.DRAFT,
    severity: Weight = Severity.ERROR,
    profiles: Iterable[str] = PROFILES,
    requires: Iterable[str] = (),
    waivable: bool = True,
) -> Callable[[Check], Check]:
    """Register a function as a rule.

    Its docstring is the explanation: a title line, then paragraphs `Why:`, `Fix:` and `Source:`.
    Its argument names say what it is asked with (see `GIVEN`); one with a default may be unknown.
    `severity` is one weight, or weights by profile or gate name with `else` for the rest.
    """

    def register(check: Check) -> Check:
        asks = check.__code__.co_varnames[: check.__code__.co_argcount]
        needs = frozenset(asks[: len(asks) - len(check.__defaults__ or ())])
        if unknown := set(asks) - GIVEN:
            raise TypeError(f"{name} asks for {', '.join(sorted(unknown))}")
        scope = next((scope for scope in SCOPES if scope in asks), "offer")
        add(
            code, name, check.__doc__ or "", kind="rule", gate=gate, weight=severity,
            profiles=frozenset(profiles), requires=frozenset(requires), waivable=waivable,
            check=check, asks=asks, needs=needs, scope=scope,
        )  # fmt: skip
        return check

    return register


def add(code: str, name: str, text: str, **facts: Any) -> Rule:
    """Register an explanation. Raises ValueError for a code or name that is taken or malformed."""
    if not _CODE.fullmatch(code) or not _NAME.fullmatch(name):
        raise ValueError(f"{code} {name}: malformed")
    if name in RULES or code in _TAKEN:
        raise ValueError(f"{code} {name}: taken")
    if missing := [section for section in ("Why:", "Fix:", "Source:") if section not in text]:
        raise ValueError(f"{name}: no {', '.join(missing)} in its explanation")
    defaults = {"gate": Gate.DRAFT, "weight": Severity.ERROR, "profiles": frozenset(PROFILES)}
    facts = {**defaults, **facts}
    _TAKEN.add(code)
    RULES[name] = Rule(code=code, name=name, text=text, **facts)
    return RULES[name]


def find(word: str) -> Rule:
    """The rule with this name or code, in any case. Raises UsageError with the nearest one."""
    wanted = word.strip().lower()
    for known in load().values():
        if wanted in {known.name, known.code.lower()}:
            return known
    near = nearest(wanted, [*RULES, *(rule.code.lower() for rule in RULES.values())], 0.5)
    raise UsageError(
        f"no rule is called {word[:60]!a}",
        hint=f"did you mean {near!r}?" if near else "`publisher explain --all` lists every rule",
    )


def load(profile: str = "") -> dict[str, Rule]:
    """Every rule by name, with the modules that declare them imported: all, or all that a profile needs."""
    _import(profile)
    return RULES


@lru_cache(maxsize=4)
def _import(profile: str) -> None:
    from publisher.rules import OF_ONE_PROFILE, SUBJECTS

    for subject in SUBJECTS:
        if not profile or OF_ONE_PROFILE.get(subject, profile) == profile:
            __import__(f"publisher.rules.{subject}")


def in_order(profile: str) -> tuple[Rule, ...]:
    """The rules that judge for a profile, each after those it requires; the same whatever else is loaded."""
    return _ordered(profile, tuple(load(profile)))


@lru_cache(maxsize=4)
def _ordered(profile: str, names: tuple[str, ...]) -> tuple[Rule, ...]:
    ordered: list[Rule] = []
    judging = (
        RULES[name] for name in names if RULES[name].kind == "rule" and profile in RULES[name].profiles
    )
    waiting = sorted(judging, key=attrgetter("code"))
    while waiting:
        left = {rule.name for rule in waiting}
        ready = [rule for rule in waiting if rule.requires.isdisjoint(left)]
        if not ready:
            raise ValueError(f"rules require each other: {sorted(left)}")
        ordered += ready
        waiting = [rule for rule in waiting if not rule.requires.isdisjoint(left)]
    return tuple(ordered)
