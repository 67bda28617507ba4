"""The report that stands in an imported folder: what was left behind, and what to do next."""

from typing import Final

from publisher.document.guard import FORBIDDEN
from publisher.document.writing import SECRETS, NewFolder
from publisher.redact import redact

REPORT: Final = "import-report.md"


def report(file: str, kind: str, new: NewFolder) -> str:
    """Markdown; places are JSON paths of the source, values that may be secrets are not shown."""
    skus = new.offer.get("skus", [])
    parts = [
        "# What was imported\n",
        f"`{_plain(file)}` is {kind}. It became `offer.yaml`: {len(skus)} SKU(s), "
        f"{sum(len(sku.get('images', [])) for sku in skus)} image version(s).\n",
        "## What could not be carried over\n",
        _left(new),
        "## What to do next\n",
        _next(new),
    ]
    return "\n".join(parts)


def _left(new: NewFolder) -> str:
    if not new.left_out:
        return "Nothing.\n"
    rows = (f"| `{_plain(left.place)}` | {_plain(left.reason)} |\n" for left in new.left_out)
    return f"| place in the source | what became of it |\n|---|---|\n{''.join(rows)}"


def _next(new: NewFolder) -> str:
    lines = ["1. `publisher validate .` tells what is missing, and where."]
    if new.secrets:
        names = ", ".join(f"`{name}`" for name in new.secrets)
        lines.append(
            f"2. SAS URLs of disks are in `{SECRETS}`, under the names {names}. Keep that file out of version"
            f" control, and give it with `--secrets-file {SECRETS}`."
        )
    secrets = f" --secrets-file {SECRETS}" if new.secrets else ""
    lines.append(f"{len(lines) + 1}. If the offer is live, record that: `publisher adopt .{secrets}`")
    lines.append(f"{len(lines) + 1}. Delete this file when it is done with.")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """A text that stays in its cell, and says nothing in Markdown, in HTML or to a terminal."""
    text = FORBIDDEN.sub("", text)
    return redact(" ".join(text.split())).replace("`", "'").replace("|", "\\|").replace("<", "&lt;")
