"""Drafts of the support tickets that ask for the deletion of what was once staged."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from publisher.errors import PublisherError, UsageError
from publisher.redact import redact
from publisher.resources import folder

if TYPE_CHECKING:
    from jinja2 import Template

FORMATS: Final = ("md", "txt", "eml", "json")
LANGUAGES: Final = ("en", "fr")
MAX_OUTPUT: Final = 256 * 1024  # bytes of UTF-8

_FORM: Final = (
    "https://support.microsoft.com/{locale}/getsupport?wf=0&tenant=ClassicCommercial"
    "&oaspworkflow=start_1.0.0.0&locale={locale}&supportregion={locale}"
    "&pesid=15635&ccsid=635993707583706681"
)
_BLOCKS: Final = ("reason", "customer_note")  # the facts that may have several lines

_LINE_ENDS: Final = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# C0 but tab, C1, zero width, bidi marks and overrides, lone surrogates, invisible tags.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# What a mail program may take for more than text, beside line ends: an encoded word, a link with fields.
_MAIL_TRICK: Final = re.compile(r"=\?[^?\s]*\?[bq]\?|mailto:", re.IGNORECASE)
_ATOMS: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_ADDRESS: Final = re.compile(rf"{_ATOMS}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True, kw_only=True)
class TicketSku:
    """A SKU to delete; `live_since` is None while no customer could ever buy it."""

    id: str
    versions: tuple[str, ...]
    state: str
    live_since: date | None


@dataclass(frozen=True, kw_only=True)
class TicketFacts:
    """All that a draft may say. An empty fact is flagged in the draft, never invented.

    `skus` are those to delete: all of them when `whole_offer`. `drafted` is aware. Only `reason` and
    `customer_note` may have several lines. `history_head` anchors the offer's history outside of us.
    `removal` asks today's marketplace to take it from customers who have it, too.
    """

    number: str
    drafted: datetime
    publisher: str
    publisher_name: str = ""
    offer: str
    title: str = ""
    whole_offer: bool
    skus: tuple[TicketSku, ...]
    live_since: date | None
    reason: str = ""
    wanted_date: date | None = None
    replacement: str = ""
    customer_note: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    history_head: str
    removal: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, for storage: dates in ISO form, every text redacted."""
        plain: dict[str, Any] = _plain(asdict(self))
        return {name: value for name, value in plain.items() if name != "removal" or value}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The facts that `as_dict` wrote; KeyError, TypeError or ValueError for anything else."""
        return cls(
            **{
                **data,
                "drafted": datetime.fromisoformat(data["drafted"]),
                "skus": tuple(_sku(sku) for sku in data["skus"]),
                "live_since": _day(data["live_since"]),
                "wanted_date": _day(data.get("wanted_date")),
            }
        )


def missing(facts: TicketFacts) -> tuple[str, ...]:
    """Names of the facts that the support desk will ask for, in the order of the draft.

    `versions` and `live_since` may be those of a SKU. Nobody used what was never live: then neither a
    replacement nor a note to customers is wanted.
    """
    released = [sku for sku in facts.skus if sku.live_since or sku.state == "live"]
    in_use = bool(released or (facts.whole_offer and facts.live_since))
    dated = facts.live_since and all(sku.live_since for sku in released)
    lacks = {
        "live_since": released and not dated,
        "wanted_date": not facts.wanted_date,
        "replacement": in_use and not facts.replacement.strip(),
        "skus": not facts.skus,
        "versions": not all(sku.versions for sku in facts.skus),
        "reason": not facts.reason.strip(),
        "customer_note": in_use and not facts.customer_note.strip(),
        "contact_name": not facts.contact_name.strip(),
        "contact_email": not facts.contact_email.strip(),
        "contact_phone": not facts.contact_phone.strip(),
        "history_head": not facts.history_head.strip(),
    }
    return tuple(name for name, lacking in lacks.items() if lacking)


def render(facts: TicketFacts, *, format: str = "md", language: str = "en") -> str:
    """The draft as text; `eml` is pure ASCII with CRLF line ends.

    Raises UsageError for an unknown format or language, for facts that cannot stand in a mail, and for
    a draft above 256 KiB; PublisherError when the installed templates do not work.
    """
    _check_known("ticket format", format, FORMATS)
    _check_known("ticket language", language, LANGUAGES)
    words = _words(language, removal=facts.removal)
    if format == "json":
        text = _json(facts, words, language)
    elif format == "eml":
        text = _mail(facts, words)
    else:
        text = _fill(f"ticket.{format}.j2", _context(facts, words, _STYLES[format]))
    return _within_cap([text])


# -- facts to plain data and back --


def _plain(value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case date():
            return value.isoformat()
        case dict():
            return {name: _plain(item) for name, item in value.items()}
        case tuple() | list():
            return [_plain(item) for item in value]
    return value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _sku(data: Mapping[str, Any]) -> TicketSku:
    return TicketSku(**{**data, "versions": tuple(data["versions"]), "live_since": _day(data["live_since"])})


# -- texts made safe before a template sees them --


def _one_line(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", _LINE_ENDS.sub(" ", text).replace("\t", " ")).strip()


def _lines(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", _LINE_ENDS.sub("\n", text)).strip("\n")


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _code_span(text: str) -> str:
    # Nothing is markup inside a code span, and what is copied from it is exact.
    ticks = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _fenced(text: str) -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}text\n{text}\n{fence}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))


@dataclass(frozen=True, kw_only=True)
class _Style:
    """How a format writes a fact of one line, a fact of several lines, and a gap."""

    line: Callable[[str], str] = str
    block: Callable[[str], str] = str
    gap: Callable[[str], str] = str

    def apply(self, value: Any, name: str = "") -> Any:
        """The same plain data with every text cleaned and written this way; empty stays empty."""
        match value:
            case str() if name in _BLOCKS:
                return self.block(clean) if (clean := _lines(value)).strip() else ""
            case str():
                return self.line(clean) if (clean := _one_line(value)) else ""
            case dict():
                return {key: self.apply(item, key) for key, item in value.items()}
            case list():
                return [self.apply(item) for item in value]
        return value


_STYLES: Final = {
    "md": _Style(line=_code_span, block=_fenced, gap="**{}**".format),
    "txt": _Style(block=_indented),
    "json": _Style(),
}


# -- what a template gets: plain dicts and lists of texts --


def _words(language: str, *, removal: bool) -> dict[str, Any]:
    words = tomllib.loads((folder("templates") / "tickets" / f"{language}.toml").read_text("utf-8"))
    return words | (words["removal"] if removal else {})


def _link(words: Mapping[str, Any]) -> str:
    return str(words.get("link") or _FORM.format(locale=words["locale"]))


def _context(facts: TicketFacts, words: Mapping[str, Any], style: _Style) -> dict[str, Any]:
    gaps = {
        name: style.gap(f"{words['missing_mark']} {request}") for name, request in words["missing"].items()
    }
    shown = style.apply(facts.as_dict())
    lacking = missing(facts)
    never_live = gaps["live_since"] if "live_since" in lacking else words["never_live"]
    return {
        "words": words,
        "link": _link(words),
        "steps": [f"{number}. {step}" for number, step in enumerate(words["steps"], start=1)],
        "drafted": f"{facts.drafted.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "missing": list(lacking),
        "facts": {**shown, **{name: gaps[name] for name in lacking}},
        "scope": words["whole_offer"] if facts.whole_offer else words["only_skus"],
        "status": f"{words['live_since']} {shown['live_since']}" if facts.live_since else never_live,
        "skus": [_sku_row(*pair, words, gaps) for pair in zip(facts.skus, shown["skus"], strict=True)],
        "no_skus": gaps["skus"],
        "mail": False,
    }


def _sku_row(
    sku: TicketSku, shown: Mapping[str, Any], words: Mapping[str, Any], gaps: Mapping[str, str]
) -> dict[str, str]:
    if sku.live_since:
        status = f"{words['live_since']} {shown['live_since']}"
    else:
        status = gaps["live_since"] if sku.state == "live" else words["never_live"]
    return {"id": shown["id"], "versions": ", ".join(shown["versions"]) or gaps["versions"], "status": status}


# -- the formats --


def _fill(name: str, context: Mapping[str, Any]) -> str:
    import jinja2

    try:
        return _within_cap(_template(name).generate(context))
    except (
        jinja2.TemplateError,
        ArithmeticError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise PublisherError(
            f"the ticket template {name} does not work: {_one_line(str(error))}",
            hint="templates look up, loop and choose, no more; install the package again to restore them",
        ) from error


def _template(name: str) -> "Template":
    """A template that can reach its context and nothing else: no attributes, calls, filters, globals."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        # The stock sandbox lets a template build texts of any size.
        intercepted_binops = frozenset({"*", "**", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            raise SecurityError(f"{operator} is not for templates")

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return False

        def is_safe_callable(self, obj: Any) -> bool:
            return False

    environment = Sandbox(
        loader=FileSystemLoader(folder("templates") / "tickets"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for offered in (environment.globals, environment.filters, environment.tests):
        offered.clear()
    return environment.get_template(name)


def _mail(facts: TicketFacts, words: Mapping[str, Any]) -> str:
    from email.message import EmailMessage
    from email.policy import SMTP

    _check_mailable(facts)
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"  # mail programs open it as a draft
    message["Subject"] = redact(f"{words['heading']} {facts.number} ({facts.publisher}/{facts.offer})")
    message["Date"] = facts.drafted.astimezone(UTC)
    if address := facts.contact_email.strip():
        message["To"] = address
    body = _fill("ticket.txt.j2", {**_context(facts, words, _STYLES["txt"]), "mail": True})
    message.set_content(body, cte="quoted-printable")
    return message.as_string()


def _json(facts: TicketFacts, words: Mapping[str, Any], language: str) -> str:
    envelope = {
        "version": 1,
        "kind": "removal" if facts.removal else "deletion",
        "language": language,
        "link": _link(words),
        "labels": {"problem_type": words["problem_type"], "category": words["category"]},
        "steps": words["steps"],
        "missing": {name: words["missing"][name] for name in missing(facts)},
        "facts": _STYLES["json"].apply(facts.as_dict()),
    }
    return json.dumps(envelope, ensure_ascii=False, indent=2) + "\n"


# -- refusals --


def _check_known(what: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise UsageError(f"no {what} {_one_line(value)!r}", hint=f"known are {', '.join(known)}")


def _check_mailable(facts: TicketFacts) -> None:
    """Refuses every fact of one line that a mail program could read as something else."""
    for name, value in asdict(facts).items():
        if name in _BLOCKS or not isinstance(value, str):
            continue
        if any(pattern.search(value) for pattern in (_LINE_ENDS, _UNPRINTABLE, _MAIL_TRICK)) or "\t" in value:
            raise UsageError(
                f"{name} cannot stand in a mail: it is not one line of plain text",
                hint=f"correct {name}: no line breaks, control characters, encoded words or mailto links",
            )
    address = facts.contact_email.strip()
    if address and not (len(address) <= 254 and _ADDRESS.fullmatch(address)):
        raise UsageError(
            "contact_email is not one mail address", hint="write it as name@host.example, in ASCII"
        )


def _within_cap(chunks: Iterable[str]) -> str:
    kept: list[str] = []
    size = 0
    for chunk in chunks:
        size += len(chunk.encode())
        if size > MAX_OUTPUT:
            raise UsageError(
                f"the ticket draft is longer than {MAX_OUTPUT // 1024} KiB",
                hint="shorten reason and customer_note; long material goes with the ticket as a file",
            )
        kept.append(chunk)
    return "".join(kept)
