"""publisher marketplace: look into the embedded one, rehearse its moods, record a portal's answers."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Final, Literal

import typer

from publisher.cli.common import OfferName, engine
from publisher.cli.console import make_app, note, result
from publisher.cli.words import columns, json_line, moment
from publisher.diff import changes
from publisher.engine import Engine
from publisher.errors import UsageError
from publisher.marketplaces import Content, Slot
from publisher.marketplaces.core import SimulatedMarketplace
from publisher.marketplaces.knobs import EVERY
from publisher.marketplaces.ledger import JournalEntry
from publisher.marketplaces.local import LocalMarketplace
from publisher.marketplaces.manual import ManualMarketplace
from publisher.reports.json import dumps
from publisher.submissions import observe

app = make_app()

_KNOB_HELP: Final = "publisher/offer, an offer ID that is known, or '*' (quoted) for all offers."

Scope = Annotated[str, typer.Argument(metavar="OFFER|*", help=_KNOB_HELP)]
Format = Annotated[Literal["text", "json"], typer.Option("--output-format", help="How to print it.")]


@app.callback()
def callback() -> None:
    """Look into the embedded marketplace, rehearse its moods, and record what a portal answered."""


# -- knobs --


@app.command()
def refuse(
    offer: Scope,
    reason: Annotated[
        list[str], typer.Argument(metavar="[Nx] [certification:|approval:] REASON", help="Or off.")
    ],
) -> None:
    """Refuse the next (N) submissions of an offer, at certification or at approval.

    Example: publisher marketplace refuse relaygate-mail approval: the logo is not yours
    """
    _turn(offer, "refuse", reason)


@app.command()
def fail(
    offer: Scope, reason: Annotated[list[str], typer.Argument(metavar="[Nx] REASON", help="Or off.")]
) -> None:
    """Let the next (N) certifications of an offer fail.

    Example: publisher marketplace fail relaygate-mail 2x the image does not boot
    """
    _turn(offer, "fail", reason)


@app.command()
def delay(
    offer: Scope, seconds: Annotated[str, typer.Argument(help="How long each step takes, or off.")]
) -> None:
    """Let each step of a submission take a while.

    Example: publisher marketplace delay relaygate-mail 5
    """
    _turn(offer, "delay", [seconds])


@app.command()
def outage(
    offer: Scope,
    value: Annotated[list[str], typer.Argument(metavar="on | after [N] | off", help="How it goes wrong.")],
) -> None:
    """Answer no call; or carry out the next (N) calls and time out instead of answering.

    Example: publisher marketplace outage '*' on
    """
    _turn(offer, "outage", value)


@app.command()
def throttle(
    offer: Scope, calls: Annotated[list[str], typer.Argument(metavar="N [SECONDS]", help="Or off.")]
) -> None:
    """Send the next N calls away, to come back in SECONDS.

    Example: publisher marketplace throttle relaygate-mail 3 10
    """
    _turn(offer, "throttle", calls)


@app.command()
def clear(
    offer: Annotated[str, typer.Argument(metavar="[OFFER|*]", help="Only these; all knobs without it.")] = "",
) -> None:
    """Turn every knob back.

    Example: publisher marketplace clear
    """
    with engine() as opened:
        market = _local(opened)
        if not offer:
            market.clear_knobs()
        else:
            scope = _scope(opened, offer)
            for name in market.knobs().get(scope, {}):
                market.set_knob(scope, name, "off")
        _show_knobs(market)


@app.command()
def knobs() -> None:
    """Show which knobs are turned, and how often they still count.

    Example: publisher marketplace knobs
    """
    with engine() as opened:
        _show_knobs(_local(opened))


def _turn(offer: str, name: str, words: list[str]) -> None:
    with engine() as opened:
        market = _local(opened)
        market.set_knob(_scope(opened, offer), name, " ".join(words))
        _show_knobs(market)


def _scope(opened: Engine, word: str) -> str:
    """The scope of a knob. An offer that is not known yet can be named in full."""
    if word == EVERY:
        return EVERY
    if word.count("/") == 1:
        with suppress(UsageError):
            return "/".join(opened.find(word))
        return word
    return "/".join(opened.find(word))


def _show_knobs(market: LocalMarketplace) -> None:
    rows = [
        (scope, name, value) for scope, values in market.knobs().items() for name, value in values.items()
    ]
    for line in columns(rows) if rows else ():
        result(line)
    if not rows:
        note("no knob is turned: the marketplace accepts what its rules allow")


def _local(opened: Engine) -> LocalMarketplace:
    """The embedded marketplace. Raises UsageError where the settings name another target."""
    if isinstance(opened.marketplace, LocalMarketplace):
        return opened.marketplace
    target = opened.marketplace.capabilities.name
    raise UsageError(
        f"the target is {target}: only the local marketplace can be told to misbehave",
        hint='set target = "local" in publisher.toml, or PUBLISHER_TARGET=local, for a rehearsal',
    )


# -- a look inside --


@app.command()
def journal(
    offer: Annotated[str, typer.Argument(help="Only this offer.")] = "",
    output_format: Annotated[Literal["text", "jsonl"], typer.Option(help="How to print it.")] = "text",
) -> None:
    """Show every effect that the marketplace accepted, in order.

    Example: publisher marketplace journal relaygate-mail
    """
    with engine() as opened:
        entries = _simulated(opened).journal(_scope(opened, offer) if offer else None)
    if output_format == "jsonl":
        for entry in entries:
            result(json_line(_plain(entry)))
    elif entries:
        for line in columns([_row(entry) for entry in entries]):
            result(line)
    else:
        note("the journal is empty: nothing was ever accepted")


@app.command()
def show(
    offer: OfferName,
    slot: Annotated[Slot, typer.Option(help="Which of the offer's two slots.")],
    subscription: Annotated[
        str, typer.Option(help="Look as this subscription: staging shows itself to testers only.")
    ] = "",
    output_format: Format = "text",
) -> None:
    """Show what stands in a slot: what testers see, or what customers see.

    Example: publisher marketplace show relaygate-mail --slot production
    """
    with engine() as opened:
        key = opened.find(offer)
        content = opened.marketplace.content(*key, slot, subscription=subscription or None)
    if output_format == "json":
        result(dumps({"version": 1, "slot": slot.value, "content": content and _content(content)}))
    elif content is None:
        result(f"{'/'.join(key)}: the {slot.value} slot is empty")
    else:
        _say_content(content)


def _say_content(content: Content) -> None:
    since = moment(content.since.isoformat())
    result(f"{content.publisher}/{content.offer}: {content.slot.value} since {since}")
    result(f"digest {content.digest}")
    for subscription in content.subscriptions:
        result(f"seen by {subscription}")
    for change in changes({}, content.document):
        result(f"  {change.line()}")


def _content(content: Content) -> dict[str, Any]:
    kept = vars(content) | {"slot": content.slot.value, "since": content.since.isoformat()}
    return kept | {"document": dict(content.document), "subscriptions": list(content.subscriptions)}


def _plain(entry: JournalEntry) -> dict[str, Any]:
    return vars(entry) | {"at": entry.at.isoformat(), "detail": dict(entry.detail)}


def _row(entry: JournalEntry) -> tuple[str, ...]:
    when = entry.at.isoformat()[:19].replace("T", " ") + " UTC"
    return str(entry.seq), when, entry.offer, entry.effect, entry.digest[:12], _detail(entry.detail)


def _detail(detail: Mapping[str, Any]) -> str:
    words = (value if isinstance(value, str) else json.dumps(value) for value in detail.values())
    return ", ".join(f"{name}: {word}" for name, word in zip(detail, words, strict=True))


def _simulated(opened: Engine) -> SimulatedMarketplace:
    if isinstance(opened.marketplace, SimulatedMarketplace):
        return opened.marketplace
    raise UsageError(
        f"the target {opened.marketplace.capabilities.name} keeps no journal here",
        hint="`publisher history OFFER` shows what this catalogue knows",
    )


# -- the manual target --


@app.command()
def record(
    offer: OfferName,
    outcome: Annotated[
        Literal["ready", "failed", "live", "refused"],
        typer.Argument(help="ready: it is staged; live: customers see it; failed or refused: it is neither."),
    ],
    reason: Annotated[str, typer.Option(help="What the portal said; worth writing down on a refusal.")] = "",
) -> None:
    """Record what the portal answered to the running submission of an offer (target manual).

    Example: publisher marketplace record relaygate-mail refused --reason "broken link in the description"
    """
    with engine() as opened:
        market = opened.marketplace
        if not isinstance(market, ManualMarketplace):
            raise UsageError(
                f"the target is {market.capabilities.name}: its submissions end by themselves",
                hint="`publisher status OFFER` looks; `publisher marketplace refuse OFFER REASON` rehearses",
            )
        key = opened.find(offer)
        market.record(*key, outcome, reason, now=opened.clock())
        result(observe(opened, key).message)
        note(f"next: publisher status {key[1]}")
