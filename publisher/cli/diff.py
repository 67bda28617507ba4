"""publisher diff: an offer folder against what is staged and live."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Literal

import typer

from publisher.cli.common import Place, SecretsFile, Target, engine
from publisher.cli.console import make_app, note, result
from publisher.cli.words import moment
from publisher.comparison import Comparison, Side, compare, text_source
from publisher.diff import Change, not_compared
from publisher.document import read_document
from publisher.excerpt import excerpt
from publisher.reports.json import dumps

app = make_app()

THERE_ARE_CHANGES = 10
_NAMED = 5  # disks that were not compared

TextOf = Callable[[str], str | None]


@app.command()
def command(
    path: Place,
    against: Annotated[
        Literal["staged", "live", "both"], typer.Option(help="What to compare with.")
    ] = "both",
    output_format: Annotated[
        Literal["text", "json", "markdown"], typer.Option(help="How to print it.")
    ] = "text",
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 10 when the folder differs from any of them.")
    ] = False,
    secrets_file: SecretsFile = None,
    target: Target = "",
) -> None:
    """Show field by field how a folder differs from what is staged and live, and what staging it means.

    + is new, - is gone, ~ is changed; [locked] may not change any more. Nothing is sent or recorded.

    Example: publisher diff offers/relaygate --against live
    """
    with engine(secrets_file, target) as opened:
        document = read_document(path, opened.secrets)
        found = compare(opened, document, against)
        text_of = text_source(opened, document.offer) if document.offer else lambda _: None
        if output_format == "json":
            result(dumps(_facts(found, document.display())))
        else:
            lines = _markdown if output_format == "markdown" else _text
            for line in lines(found, text_of):
                result(line)
    for line in _unknown(found.uncompared):
        note(line)
    if document.unresolved and not found.effect.same_as:
        note(
            f"secrets that are not at hand: {len(document.unresolved):,};"
            " give --secrets-file where the stage gate asks for them"
        )
    if exit_code and any(side.changes for side in found.sides):
        raise typer.Exit(THERE_ARE_CHANGES)


def _unknown(secrets: Sequence[str]) -> Iterator[str]:
    """A line for each disk whose secret is not at hand; of many, for the first ones."""
    yield from map(not_compared, secrets[:_NAMED])
    if (more := len(secrets) - _NAMED) > 0:
        yield f"and {more:,} more disks were not compared"


def _facts(found: Comparison, path: str) -> dict[str, Any]:
    effect = found.effect
    return {
        "version": 1,
        "path": path,
        "offer": found.key,
        "digest": found.digest,
        "comparisons": [_side_facts(side) for side in found.sides],
        "uncompared": list(found.uncompared),
        "published_elsewhere": found.published_elsewhere,
        "effect": vars(effect) | {"blocked": list(effect.blocked)},
    }


def _side_facts(side: Side) -> dict[str, Any]:
    standing = side.standing
    return {
        "against": side.against,
        "revision": standing.revision if standing else None,
        "digest": standing.digest if standing else None,
        "since": standing.since if standing else None,
        "changes": [vars(change) for change in side.changes],
    }


# -- text --


def _text(found: Comparison, text_of: TextOf) -> Iterator[str]:
    yield f"{found.key}, digest {found.digest[:12]}"
    for side in found.sides:
        yield f"against {_heading(side)}"
        for change in side.changes:
            yield from (f"  {line}" for line in _change_lines(change, text_of))
    for name, line in _effect_lines(found):
        yield f"{name}: {line}" if name else f"  {line}"


def _heading(side: Side) -> str:
    count, locked = len(side.changes), sum(change.locked for change in side.changes)
    words = f"{count or 'no'} change{'' if count == 1 else 's'}" + (f", {locked} locked" if locked else "")
    if (standing := side.standing) is None:
        return f"{side.against}: nothing is {side.against}, every field is new"
    where = f"revision {standing.revision}" if standing.revision else "in the marketplace"
    return f"{side.against} ({where}, {standing.digest[:12]}, {moment(standing.since)}): {words}"


def _change_lines(change: Change, text_of: TextOf) -> Iterator[str]:
    yield f"{change.kind} {change.line()}{'  [locked]' if change.locked else ''}"
    if change.kind == "~":
        yield from (f"    {line}" for line in excerpt(change.old, change.new, text_of))


def _effect_lines(found: Comparison) -> Iterator[tuple[str, str]]:
    effect = found.effect
    if found.published_elsewhere:
        yield "lock file", f"{found.published_elsewhere}; this catalogue knows nothing of it"
    if effect.same_as:
        yield "effect", f"none: this is just what is {effect.same_as}"
        return
    if effect.blocked:
        yield "effect", f"`{effect.command}` is not possible now"
        yield from (("", f"blocked: {reason}") for reason in effect.blocked)
    else:
        yield "effect", f"`{effect.command}` is possible; then test it, and request production"
    if effect.marketing_only is not None:
        yield "", _certification(effect.marketing_only)


def _certification(marketing_only: bool) -> str:
    if marketing_only:
        return "only marketing, legal or support texts differ from what is live: certification is skipped"
    return "technical fields differ from what is live: it will be certified"


# -- markdown --


def _markdown(found: Comparison, text_of: TextOf) -> Iterator[str]:
    yield f"### {_code(found.key)}"
    for side in found.sides:
        yield from ("", f"**Against {_heading(side)}**")
        if side.changes:
            yield from (
                "",
                *_fenced([line for change in side.changes for line in _change_lines(change, text_of)]),
            )
    yield ""
    for name, line in _effect_lines(found):
        yield f"- **{name}**: {line}" if name else f"  - {line}"


def _fenced(lines: list[str]) -> list[str]:
    fence = "`" * max(3, *(len(run) + 1 for line in lines for run in re.findall("`+", line)), 0)
    return [f"{fence}diff", *lines, fence]


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"
