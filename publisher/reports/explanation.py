"""What a rule says of itself, for people, for programs, and for the pages of the documentation."""

from typing import Any

from publisher.findings import Gate
from publisher.profiles import PROFILES
from publisher.rules.registry import Rule

_KINDS = {
    "rule": "asked by `publisher validate` and at the gates",
    "document": "found while the offer folder and its settings are read",
    "image": "asked by `publisher image inspect` about a VHD file",
    "guard": "asked when the act itself is wanted; `publisher validate` does not",
}


def facts(rule: Rule) -> dict[str, Any]:
    """All that is known of a rule, as plain values."""
    return {
        "code": rule.code,
        "rule": rule.name,
        "title": rule.title,
        "kind": rule.kind,
        "severity": severities(rule),
        "gate": rule.gate.label,
        "profiles": [name for name in PROFILES if name in rule.profiles],
        "waivable": rule.waivable,
        "requires": sorted(rule.requires),
        "since": rule.since,
        "why": rule.why,
        "fix": rule.fix,
        "source": rule.source,
    }


def severities(rule: Rule) -> dict[str, dict[str, str]]:
    """The severity by profile and gate, for the profiles and gates at which the rule runs."""
    return {
        profile: {gate.label: rule.severity(profile, gate).value for gate in Gate if gate >= rule.gate}
        for profile in PROFILES
        if profile in rule.profiles
    }


def severity_words(rule: Rule) -> str:
    """The severity in words: once where it is the same everywhere."""
    table = severities(rule)
    rows = {profile: _gates(by_gate) for profile, by_gate in table.items()}
    if len(set(rows.values())) == 1:
        return next(iter(rows.values()))
    return "; ".join(f"{words} in {profile}" for profile, words in rows.items())


def _gates(by_gate: dict[str, str]) -> str:
    if len(set(by_gate.values())) == 1:
        return next(iter(by_gate.values()))
    return ", ".join(f"{severity} at {gate}" for gate, severity in by_gate.items())


def _rows(rule: Rule) -> dict[str, str]:
    rows = {
        "Severity": severity_words(rule),
        "Gate": f"{rule.gate.label}{'' if rule.gate is Gate.PRODUCTION else ' and later'}",
        "Profiles": ", ".join(facts(rule)["profiles"]),
        "Kind": _KINDS[rule.kind],
        "Waivable": "yes" if rule.waivable else "no",
        "Since": rule.since,
    }
    return rows | ({"Needs": ", ".join(sorted(rule.requires))} if rule.requires else {})


def text(rule: Rule) -> str:
    """The page of a rule for a terminal."""
    from textwrap import fill

    rows = [f"  {name + ':':<10} {value}" for name, value in _rows(rule).items()]
    parts = [
        fill(f"{name}: {words}", 100, initial_indent="  ", subsequent_indent="    ")
        for name, words in (("Why", rule.why), ("Fix", rule.fix), ("Source", rule.source))
    ]
    return "\n".join([f"{rule.code} {rule.name}", f"  {rule.title}", "", *rows, "", *parts])


def line(rule: Rule) -> str:
    """A rule in one line of a list."""
    return f"{rule.code}  {rule.name:<30} {rule.gate.label:<10}  {severity_words(rule):<8}  {rule.title}"


def markdown(rule: Rule) -> str:
    """The page of a rule for the documentation."""
    rows = "\n".join(f"| {name} | {value} |" for name, value in _rows(rule).items())
    return (
        f"# {rule.code}: {rule.name}\n\n{rule.title}\n\n| | |\n|---|---|\n{rows}\n\n"
        f"## Why\n\n{_begun(rule.why)}\n\n## How to fix\n\n{_begun(rule.fix)}\n\n"
        f"## Source\n\n{_begun(rule.source)}\n"
    )


def _begun(words: str) -> str:
    """Words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]
