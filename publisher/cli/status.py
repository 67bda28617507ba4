"""publisher status: where offers stand, what blocks them, and what can be done next."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from publisher.catalogue.views import OfferView
from publisher.cli.common import Target, engine
from publisher.cli.completion import offers
from publisher.cli.console import make_app, note, result
from publisher.cli.words import age, columns, lasting, moment
from publisher.engine import Engine, Key
from publisher.errors import PublisherError
from publisher.reports.json import dumps
from publisher.standing import brief, full
from publisher.submissions import observe

app = make_app()

Facts = Mapping[str, Any]


@app.command()
def command(
    offer: Annotated[
        str,
        typer.Argument(
            help="publisher/offer, or the offer ID where it is unique; all offers without it.",
            autocompletion=offers,
        ),
    ] = "",
    output_format: Annotated[Literal["text", "json"], typer.Option(help="How to print it.")] = "text",
    target: Target = "",
) -> None:
    """Show where offers stand, what is live, what the marketplace is doing, and what can be done next.

    A running submission is looked at first. Where the marketplace does not answer, what is known is shown.

    Example: publisher status relaygate-mail
    """
    with engine(target=target) as opened:
        if offer:
            facts, text = _one(opened, opened.find(offer))
        else:
            facts, text = _all(opened)
        if output_format == "json":
            result(dumps({"version": 1, "catalogue": opened.catalogue.place, "offers": facts}))
            return
    for line in text:
        result(line)


def _one(opened: Engine, key: Key) -> tuple[list[Facts], list[str]]:
    view, look_again, trouble = _looked(opened, key)
    facts = full(opened, view, look_again)
    facts["warnings"] = [*([trouble] if trouble else []), *facts["warnings"]]
    return [facts], list(_page(facts, opened.clock()))


def _all(opened: Engine) -> tuple[list[Facts], list[str]]:
    found: list[Facts] = []
    trouble = ""
    for key in opened.catalogue.offers():
        view = opened.view(key)
        if view.current is None:
            continue  # nothing is left of it but its history
        look_again = None
        if view.submission and view.submission.running and not trouble:
            view, look_again, trouble = _looked(opened, key)
            if trouble:  # whoever does not answer once would be waited for at every offer
                note(f"warning: {view.key}: {trouble}; no other submission is looked at now")
        found.append(brief(view, look_again))
    if not found:
        note(f"the catalogue {opened.catalogue.place} knows no offer; `publisher stage PATH` makes one known")
        return found, []
    now = opened.clock()
    return found, columns([("OFFER", "STATE", "FOR", "LIVE", "SUBMISSION"), *(_row(f, now) for f in found)])


def _looked(opened: Engine, key: Key) -> tuple[OfferView, float | None, str]:
    """The offer after a look at the marketplace, when to look again, and what went wrong with the look."""
    view, target = opened.view(key), opened.marketplace.capabilities.name
    if view.submission and view.submission.running and view.submission.target != target:
        went = view.submission.target
        return view, None, f"the submission went to the target {went!r}; the settings now say {target!r}"
    try:
        outcome = observe(opened, key)
    except PublisherError as error:
        cure = f" ({error.hint})" if error.hint else ""
        return opened.view(key), None, f"{error.message}{cure}; shown as it was last seen"
    return outcome.view, outcome.look_again, ""


# -- one line --


def _row(facts: Facts, now: datetime) -> tuple[str, str, str, str, str]:
    live, submission = facts["live"], facts["submission"]
    busy = submission and (submission["running"] or submission["progress"] in {"failed", "refused"})
    return (
        f"{facts['publisher']}/{facts['offer']}",
        facts["state"],
        age(facts["since"], now),
        f"revision {live['number']} for {age(live['since'], now)}" if live else "-",
        _progress(submission, now) if busy else "-",
    )


def _progress(submission: Facts, now: datetime) -> str:
    words = f"{submission['slot']} {submission['progress']}"
    if submission["running"]:
        step = f": {submission['step']}" if submission["step"] else ""
        return f"{words} for {age(submission['created'], now)}{step}"
    return f"{words} {age(submission['changed'], now)} ago"


# -- one page --


def _page(facts: Facts, now: datetime) -> Iterator[str]:
    key, since = f"{facts['publisher']}/{facts['offer']}", facts["since"]
    if facts["revision"] is None:
        yield f"{key}: discarded; nothing is left of it but {facts['events']} events of history"
        yield "next: `publisher stage PATH` begins again"
        return
    yield f"{key}: {facts['state']} for {age(since, now)} (since {moment(since)})"
    yield f"revision: {_revision(facts['revision'])}"
    live = facts["live"]
    yield f"live: {_revision(live)}, since {moment(live['since'])}" if live else "live: nothing"
    yield from _leaving_lines(facts["deprecation"])
    yield from _sku_lines(facts["skus"])
    yield from _submission_lines(facts["submission"], now)
    yield from _proof_lines(facts)
    yield from _ticket_lines(facts["tickets"])
    yield from _next_lines(facts["next"])
    yield from (f"warning: {warning}" for warning in facts["warnings"])


def _revision(facts: Facts) -> str:
    return f"{facts['number']}, digest {facts['digest'][:12]}"


def _leaving_lines(facts: Facts | None) -> Iterator[str]:
    if facts is None:
        return
    day = f"in force on {facts['in_force']}" if facts["in_force"] else "the marketplace has not taken it yet"
    told = {"in_days": "days of notice", "reason": "reason", "alternative": "customers can take"}
    yield f"deprecated: {day}"
    for name, words in told.items():
        if name in facts:
            yield f"  {words}: {facts[name]}"


def _sku_lines(skus: list[Facts]) -> Iterator[str]:
    yield "SKUs:"
    rows = [(f"  {sku['id']}", _state(sku), f"since {moment(sku['since'])}", _versions(sku)) for sku in skus]
    yield from columns(rows) if rows else ["  none"]


def _state(sku: Facts) -> str:
    return f"{sku['state']}, deprecated" if sku["deprecated"] else str(sku["state"])


def _versions(sku: Facts) -> str:
    live, published = sku["live_versions"], sku["published_versions"]
    earlier = [version for version in published if version not in live]
    words = [f"live {', '.join(live)}"] if live else []
    if leaving := sku["deprecated_versions"]:
        words += [f"deprecated {', '.join(leaving)}"]
    words += [f"burned {', '.join(earlier)}"] if earlier else []
    return "; ".join(words) or "no version published"


def _submission_lines(submission: Facts | None, now: datetime) -> Iterator[str]:
    if submission is None:
        return
    yield f"submission: {_progress(submission, now)}, requested by {submission['requested_by']}"
    if submission["message"]:
        yield f"  {submission['message']}"
    if submission["marketing_only"] and submission["running"]:
        yield "  only marketing changes: certification is skipped"
    if submission["look_again"] is not None:
        yield f"  look again in {lasting(max(1, submission['look_again']))}"


def _proof_lines(facts: Facts) -> Iterator[str]:
    if test := facts["test"]:
        words = "passed" if test["exit_status"] == 0 else f"FAILED with exit status {test['exit_status']}"
        yield f"latest staging test: {words} at {moment(test['at'])}, by {test['by']}: {test['command']}"
    approvals = facts["approvals"]
    if approvals["given"] or (approvals["wanted"] and facts["state"] == "staging"):
        given = ", ".join(approvals["given"]) or "none"
        yield f"approvals: {given} ({approvals['wanted']} wanted)"


def _ticket_lines(tickets: list[Facts]) -> Iterator[str]:
    for ticket in tickets:
        what = f"SKU {ticket['sku']}" if ticket["sku"] else "the whole offer"
        act = "removal from customers" if ticket["removal"] else "deletion"
        yield f"ticket {ticket['number']}: {act} of {what}, drafted {moment(ticket['created'])}"
        yield f"  to read it: publisher ticket show {ticket['number']}"
        yield f"  once the support has done it: {ticket['done']}"
        yield f"  to withdraw it: {ticket['keep']}"


def _next_lines(steps: list[Facts]) -> Iterator[str]:
    yield "next:" if steps else "next: nothing"
    for step in steps:
        yield f"  {step['command']}"
        yield f"    {step['description']}"
        yield from (f"    blocked: {reason}" for reason in step["blocked"])
        yield from (f"    note: {word}" for word in step["notes"])
