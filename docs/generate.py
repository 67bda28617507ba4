"""Writes the pages that are generated: `python docs/generate.py`. A test tells when they are out of date."""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import typer  # noqa: E402

from docs import homes  # noqa: E402
from publisher.cli import COMMANDS  # noqa: E402
from publisher.redact import redact  # noqa: E402
from publisher.reports import differences, explanation  # noqa: E402
from publisher.rules.registry import Rule, load  # noqa: E402
from tests.rules.conftest import Case  # noqa: E402

CASES = ROOT / "tests" / "rules" / "cases"
LONGEST = 60  # characters of a made-up long text that an example shows
# What a case says of the world around the document: how to call it, and what nothing stands for.
AROUND = {
    "remove": ("left out", ""),
    "files": ("files", ""),
    "secrets": ("secrets", ""),
    "account": ("account", ""),
    "now": ("on", ""),
    "published": ("published before", "the demo offer"),
    "others": ("other offers", "none"),
    "links": ("links", "every one answers"),
    "probes": ("disks", "every one answers"),
}
SUBJECTS = {
    "IDN": "Identity: publisher, offer and SKU IDs",
    "TXT": "Texts of the listing",
    "MED": "Logos, pictures and videos",
    "LNK": "Links",
    "LGL": "Legal texts, support, categories, services",
    "BIL": "Billing, prices, regions",
    "IMG": "Images: disks, ports, systems, certification",
    "VER": "Versions",
    "SAS": "SAS URLs",
    "LCY": "Acts: stage, test, publish, delete",
    "CFG": "Settings and waivers",
    "DOC": "Reading the document",
}


def pages() -> dict[str, str]:
    """Every generated page, by its path below `docs/`."""
    rules = sorted(load().values(), key=lambda rule: rule.code)
    found = {
        "commands.md": _commands(),
        "profiles.md": differences.markdown(),
        "mapping.md": homes.page(),
        "rules/README.md": _index(rules),
    }
    return found | {f"rules/{rule.name}.md": _page(rule) for rule in rules}


def _commands() -> str:
    """Every command and group with its own help, without a terminal's width or colours."""
    parts = ["# Commands\n\nWhat `publisher COMMAND --help` prints, in the order of an offer's life.\n"]
    for name in COMMANDS:
        command = typer.main.get_command(import_module(f"publisher.cli.{name.replace('-', '_')}").app)
        parts.extend(_helps(f"publisher {name}", command))
    return "\n".join(parts)


def _helps(name: str, command: Any) -> Iterator[str]:
    info = {"info_name": name, "auto_envvar_prefix": name.upper().replace(" ", "_").replace("-", "_")}
    with command.make_context(args=[], resilient_parsing=True, terminal_width=100, **info) as context:
        yield f"## {name}\n\n```\n{command.get_help(context)}\n```\n"
    for child, sub in getattr(command, "commands", {}).items():
        yield from _helps(f"{name} {child}", sub)


def _index(rules: list[Rule]) -> str:
    parts = ["# Rules\n\n`publisher explain RULE` prints these pages; each finding names its rule.\n"]
    for prefix, subject in SUBJECTS.items():
        rows = map(_row, (rule for rule in rules if rule.code.startswith(prefix)))
        head = "| code | rule | what must hold | severity | gate |\n|---|---|---|---|---|\n"
        parts.append(f"## {subject}\n\n{head}{''.join(rows)}")
    return "\n".join(parts)


def _row(rule: Rule) -> str:
    words = explanation.severity_words(rule)
    return f"| {rule.code} | [{rule.name}]({rule.name}.md) | {rule.title} | {words} | {rule.gate.label} |\n"


def _page(rule: Rule) -> str:
    file = CASES / f"{rule.name}.yaml"
    if not file.exists():
        return explanation.markdown(rule)
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))["cases"]
    return f"{explanation.markdown(rule)}\n## Examples\n\n{''.join(_examples(rule, rows))}"


def _examples(rule: Rule, rows: list[dict[str, Any]]) -> Iterator[str]:
    """A row that is found, and one that is in order: the first that edit something."""
    telling = sorted(rows, key=lambda row: "set" not in row)
    for row in [row for row in telling if "finds" in row][:1]:
        yield f"Found: *{row['name']}*\n\n{_edits(row)}{_finding(rule, row)}\n"
    for row in [row for row in telling if row.get("good")][:1]:
        yield f"In order: *{row['name']}*\n\n{_edits(row)}"


def _finding(rule: Rule, row: Mapping[str, Any]) -> str:
    with TemporaryDirectory() as folder:
        report = Case(rule=rule.name, **row).run(Path(folder))
    first = next(finding for finding in report.findings if finding.rule == rule.name)
    return f"> {first.severity}: {first.message}\n>\n> fix: {first.fix}\n"


def _edits(row: Mapping[str, Any]) -> str:
    """What a case makes of the demo offer, as YAML."""
    where = [row["profile"]] if "profile" in row else []
    where += [f"at the {row['gate']} gate"] if row.get("gate", "draft") != "draft" else []
    lines = (
        f"In {', '.join(where)}:\n\n"
        if "profile" in row
        else f"{where[0].capitalize()}:\n\n"
        if where
        else ""
    )
    blocks = [_nested(row["set"])] if "set" in row else []
    for key, (words, nothing) in AROUND.items():
        if row.get(key) is not None:
            blocks.append({f"({words})": _short(row[key]) or nothing})
    if not blocks:
        return f"{lines}The demo offer as it stands.\n\n"
    text = "".join(yaml.safe_dump(block, sort_keys=False, allow_unicode=True, width=100) for block in blocks)
    return f"{lines}```yaml\n{redact(text)}```\n\n"


def _nested(edits: Mapping[str, Any]) -> Any:
    """Edits by pointer as they would stand in the document; items of lists without their number."""
    tree: dict[str, Any] = {}
    for pointer, value in edits.items():
        *above, last = pointer[1:].replace("~1", "/").split("/")
        place: Any = tree
        for part in above:
            place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
        if last == "-" and isinstance(place, list):
            place.append(_short(value))
        else:
            place[int(last) if isinstance(place, list) else last] = _short(value)
    return _listed(tree)


def _listed(tree: Any) -> Any:
    """Branches whose keys count items become lists; numbers of cores stay keys."""
    if not isinstance(tree, dict):
        return tree
    if tree and all(key == "-" or (key.isdigit() and isinstance(item, dict)) for key, item in tree.items()):
        return [_listed(item) for item in tree.values()]
    return {key: _listed(item) for key, item in tree.items()}


def _short(value: Any) -> Any:
    """A value of a case, with made-up long texts and lists cut short."""
    if isinstance(value, dict) and "repeat" in value:
        length = len(value["repeat"]) * int(value["times"]) + len(value.get("end", ""))
        return f"{(value['repeat'] * LONGEST)[:LONGEST]}… ({length:,} characters)"
    if isinstance(value, dict) and "list" in value:
        return [_short(value["list"]), f"… ({value['times']} in all, numbered by {{n}})"]
    if isinstance(value, dict):
        return {str(key): _short(item) for key, item in value.items()}
    return [_short(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    """Write every page, and delete those of rules that are gone."""
    current = pages()
    for stale in (ROOT / "docs" / "rules").glob("*.md"):
        if f"rules/{stale.name}" not in current:
            stale.unlink()
    for name, text in current.items():
        path = ROOT / "docs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
