"""Settings: `publisher.toml` or `[tool.publisher]`, found upward, with an environment twin for each."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from pathlib import Path
from typing import Any, Final, TypedDict

from publisher.catalogue import SQLITE
from publisher.errors import SettingsError
from publisher.frozen import dataclass
from publisher.kinds import FLAG, OPTIONAL_FLAG, PROXY, TEXT, TEXTS, Kind, choice, number
from publisher.nearest import nearest
from publisher.profiles import CLASSIC, PARTNER_CENTER, PROFILES, Profile, load_profile

FILE: Final = "publisher.toml"
INGESTION: Final = ("partner-center", "emulator")  # targets that speak the Product Ingestion API
TARGETS: Final = ("local", "manual", *INGESTION)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting: its kind of value, what it is when nobody says, and what it does."""

    kind: Kind
    default: Any
    help: str

    def twin(self, name: str) -> str:
        """The environment variable of the setting."""
        return "PUBLISHER_" + name.upper().replace(".", "_")


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A finding that somebody answers for, until a day. `code` is a rule's code or name; an empty
    `offer` means every offer. `line` is where it stands in the settings file."""

    code: str
    reason: str
    until: date
    by: str
    offer: str = ""


class LinkLimits(TypedDict):
    """Seconds for one link, links at the same time, how many of these may be of one host, and the proxy
    that is asked in their place."""

    timeout: int
    concurrency: int
    per_host: int
    proxy: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The effective settings. `root` holds the settings file, or is the current directory;
    `origins` says of each value where it came from."""

    root: Path
    file: Path | None
    values: Mapping[str, Any]
    origins: Mapping[str, str]
    waivers: tuple[Waiver, ...] = field(default=())

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def home(self) -> Path:
        """The folder of the catalogue and of the embedded marketplace."""
        return self.root / ".publisher"

    @property
    def link_limits(self) -> LinkLimits:
        """How links are asked."""
        return LinkLimits(
            timeout=self["links.timeout"],
            concurrency=self["links.concurrency"],
            per_host=self["links.per_host"],
            proxy=self["links.proxy"],
        )

    def limits(self, profile: str) -> Profile:
        """A profile, with figures of one's own where there are some."""
        return load_profile(profile, self.root / self["figures"] if self["figures"] else None)

    @property
    def database_url(self) -> str:
        """The catalogue's database."""
        return str(self["database_url"]) or f"{SQLITE}{self.home / 'catalogue.db'}"


SETTINGS: Final[dict[str, Setting]] = {
    "target": Setting(kind=choice(*TARGETS), default="local", help="marketplace that offers go to"),
    "profile": Setting(
        kind=choice(*PROFILES),
        default=CLASSIC,
        help="generation of the marketplace; the target decides, else classic",
    ),
    "figures": Setting(
        kind=TEXT, default="", help="TOML file with figures of your own in place of a profile's; empty: none"
    ),
    "database_url": Setting(kind=TEXT, default="", help="catalogue; empty means .publisher/catalogue.db"),
    "required_test": Setting(
        kind=FLAG, default=False, help="refuse a production request without a passed staging test"
    ),
    "approvals": Setting(
        kind=number(0, 100), default=0, help="how many other persons must approve before production"
    ),
    "solution_template_approved": Setting(
        kind=FLAG, default=False, help="whether hidden SKUs are approved for the account"
    ),
    "account.tax_profile": Setting(
        kind=OPTIONAL_FLAG,
        default=None,
        help="whether the account has a tax profile; needed for hourly SKUs",
    ),
    "account.bank_account": Setting(
        kind=OPTIONAL_FLAG,
        default=None,
        help="whether the account has a bank account; needed for hourly SKUs",
    ),
    "account.azure_certified": Setting(
        kind=OPTIONAL_FLAG,
        default=None,
        help="whether the account is approved for Azure Certified; needed in the classic portal",
    ),
    "select": Setting(
        kind=TEXTS,
        default=(),
        help="rules that `validate` tells of alone: names, codes, beginnings of codes",
    ),
    "ignore": Setting(kind=TEXTS, default=(), help="rules that `validate` tells nothing of"),
    "fail_on": Setting(
        kind=choice("error", "warning", "info"),
        default="error",
        help="least severity with which `validate` ends with exit code 1",
    ),
    "waiver_days": Setting(
        kind=number(0, 36_500), default=90, help="how many days ahead a waiver may end; 0 means any number"
    ),
    "links.assume": Setting(
        kind=TEXTS, default=(), help="host patterns taken as reachable in rehearsals (local target only)"
    ),
    "links.cache_hours": Setting(
        kind=number(0, 8760),
        default=1,
        help="hours for which `validate` does not ask a link again that answered; 0: none",
    ),
    "links.timeout": Setting(
        kind=number(1, 600), default=20, help="seconds for one link with all its redirects"
    ),
    "links.concurrency": Setting(
        kind=number(1, 1000), default=100, help="links that are asked at the same time"
    ),
    "links.per_host": Setting(kind=number(1, 100), default=8, help="of these, at most so many of one host"),
    "links.proxy": Setting(
        kind=PROXY,
        default="",
        help="proxy for links and disks, such as http://proxy.example:3128; empty: none",
    ),
    "partner_center.url": Setting(
        kind=TEXT,
        default="https://graph.microsoft.com/rp/product-ingestion",
        help="address of the Product Ingestion API",
    ),
    "partner_center.assets_url": Setting(
        kind=TEXT,
        default="",
        help="https address of a web folder from which the marketplace fetches new pictures, "
        "each under <sha256>.png",
    ),
    "partner_center.assets_secret": Setting(
        kind=TEXT,
        default="",
        help="name of the secret that follows such an address as its query, for example a SAS",
    ),
    "emulator_url": Setting(
        kind=TEXT,
        default="",
        help="address of a running emulator (target emulator); empty starts one inside the command",
    ),
    "language": Setting(
        kind=choice("en", "fr"), default="en", help="language of ticket drafts and portal steps"
    ),
    "contact.name": Setting(kind=TEXT, default="", help="who is named as contact in ticket drafts"),
    "contact.email": Setting(kind=TEXT, default="", help="e-mail address in ticket drafts"),
    "contact.phone": Setting(kind=TEXT, default="", help="telephone number in ticket drafts"),
}


def load_settings(start: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings for work in a folder (the current one by default).

    Raises SettingsError naming file and key, with the nearest known one.
    """
    start = (start or Path.cwd()).resolve()
    environ = os.environ if environ is None else environ
    file, table = _find(start)
    waivers = _waivers(table.pop("waivers", []), file)
    flat = _flatten(table)
    _refuse_unknown(flat, file)
    values, origins = {}, {}
    for name, setting in SETTINGS.items():
        values[name], origins[name] = _effective(name, setting, flat, file, environ)
    if origins["profile"] == "default" and values["target"] in INGESTION:
        values["profile"], origins["profile"] = PARTNER_CENTER, f"target {values['target']}"
    return Settings(
        root=file.parent if file else start, file=file, values=values, origins=origins, waivers=waivers
    )


def _find(start: Path) -> tuple[Path | None, dict[str, Any]]:
    """The nearest settings file, upward to the root of the repository."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder / FILE, _toml(folder / FILE)
        project = folder / "pyproject.toml"
        if project.is_file() and (table := _toml(project).get("tool", {}).get("publisher")) is not None:
            return project, table
        if (folder / ".git").exists():
            break
    return None, {}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: {error}", hint="correct the file; nothing was done") from None


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _refuse_unknown(flat: Mapping[str, Any], file: Path | None) -> None:
    for name in flat:
        if name not in SETTINGS:
            near = nearest(name, SETTINGS, 0.5)
            raise SettingsError(
                f"{file}: the setting {name[:60]!r} is not known",
                hint=f"did you mean {near!r}?" if near else "`publisher config` lists every setting",
            )


def _effective(
    name: str, setting: Setting, flat: Mapping[str, Any], file: Path | None, environ: Mapping[str, str]
) -> tuple[Any, str]:
    twin = setting.twin(name)
    if twin in environ:
        raw, origin = environ[twin], f"environment {twin}"
    elif name in flat:
        raw, origin = flat[name], str(file)
    else:
        return setting.default, "default"
    try:
        return setting.kind.read(raw), origin
    except ValueError as error:
        raise SettingsError(f"{origin}: {name}: {error}", hint=setting.help) from None


def _waivers(rows: Any, file: Path | None) -> tuple[Waiver, ...]:
    if not isinstance(rows, list):
        raise SettingsError(f"{file}: waivers: a list of tables is expected", hint="write [[waivers]]")
    return tuple(_waiver(row, file, number) for number, row in enumerate(rows, 1))


def _waiver(row: Any, file: Path | None, number: int) -> Waiver:
    place = f"{file}: waivers[{number}]"
    if not isinstance(row, dict):
        raise SettingsError(f"{place}: a table is expected", hint="write [[waivers]]")
    known = ("code", "offer", "reason", "until", "by")
    for key in row:
        if key not in known:
            raise SettingsError(f"{place}: {key[:60]!r} is not known", hint=f"known: {', '.join(known)}")
    for key in ("code", "reason", "until", "by"):
        if not row.get(key):
            raise SettingsError(f"{place}: {key} is missing", hint="a waiver says code, reason, until and by")
    if wrong := next((key for key in row if key != "until" and not isinstance(row[key], str)), None):
        raise SettingsError(f"{place}: {wrong}: a text is expected", hint='write it in quotes: "…"')
    return Waiver(**{**row, "until": _day(row["until"], place)})


def _day(value: Any, place: str) -> date:
    try:
        return date.fromisoformat(str(value)[:10] if isinstance(value, date) else str(value))
    except ValueError:
        raise SettingsError(f"{place}: until is no date", hint="write until = 2026-12-31") from None
