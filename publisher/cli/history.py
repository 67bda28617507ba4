"""publisher history: every event of an offer, and the proof that none was altered."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from publisher.catalogue.history import Event
from publisher.catalogue.views import OfferView
from publisher.cli.common import OfferName, engine
from publisher.cli.console import make_app, note, result
from publisher.cli.words import columns, json_line
from publisher.engine import Engine
from publisher.errors import HistoryBroken
from publisher.gates import lock_objection

app = make_app()

_HASH = 64  # hex digits; a line of text shows the first twelve


@app.command()
def command(
    offer: OfferName,
    verify: Annotated[
        bool, typer.Option("--verify", help="Prove the chain; print its length and head.")
    ] = False,
    output_format: Annotated[
        Literal["text", "jsonl"], typer.Option(help="jsonl exports every event with its hash.")
    ] = "text",
) -> None:
    """Show the history of an offer, one line per event, oldest first.

    --verify walks the chain of hashes, and compares it with the lock file of the folder that was staged
    last. Keep the head that it prints somewhere else: a history cut short shows only against that.

    Example: publisher history relaygate-mail --verify
    """
    with engine() as opened:
        view = opened.view(opened.find(offer))
        events = opened.catalogue.history(view)
        if output_format == "jsonl":
            for event in events:
                result(_line(view, event))
        elif not verify:
            for line in columns([_row(event) for event in events]):
                result(line)
        if verify:
            (note if output_format == "jsonl" else result)(_proof(opened, view))


def _line(view: OfferView, event: Event) -> str:
    """The event as its hash covers it, with the hash."""
    return json_line({"offer": view.key} | asdict(event))


def _row(event: Event) -> tuple[str, ...]:
    moved = event.target if event.source in {"", event.target} else f"{event.source} -> {event.target}"
    revision = f"revision {event.revision}" if event.revision else ""
    when = event.at[:19].replace("T", " ") + " UTC"
    return (
        str(event.number),
        when,
        event.by,
        event.subject,
        event.trigger,
        moved,
        revision,
        _detail(event.detail),
    )


def _detail(detail: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name}: {_short(value)}" for name, value in detail.items() if value not in ("", [], None)
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    text = " ".join(text.split())
    if len(text) == _HASH and " " not in text:
        return text[:12]
    return text if len(text) <= 100 else text[:97] + "..."


def _proof(opened: Engine, view: OfferView) -> str:
    """Length and head of the chain. Raises HistoryBroken naming the event that does not fit."""
    verdict = opened.catalogue.verify(view)
    if verdict.broken:
        raise HistoryBroken(
            f"{view.key}: the history is broken: {verdict.broken}",
            hint="keep the database as it is for whoever investigates; go on with the last good backup",
        )
    folder = Path(view.folder) if view.folder else None
    if folder and (objection := lock_objection(opened, view, folder)):
        raise HistoryBroken(
            f"{view.key}: {objection}",
            hint=f"either the catalogue is an older copy, or {folder} belongs to another one",
        )
    return f"{view.key}: {verdict.events} events, head {verdict.head}: every event fits"
