"""`publisher validate`: what the rules say of offer folders, before anyone else does."""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal

import typer

from publisher.cli.completion import rules
from publisher.cli.console import complain, counted, make_app, note
from publisher.document.secrets import read_secrets
from publisher.errors import UsageError, unwritten
from publisher.findings import Gate, Report, Severity
from publisher.folders import documents
from publisher.measure import Against
from publisher.parallel import Judge, Outcome, judge_all
from publisher.reports import FORMATS, MACHINE
from publisher.reports import text as text_report
from publisher.settings import Settings, load_settings
from publisher.validation import unwanted, validate

app = make_app()


@app.command(epilog="next: publisher explain RULE")
def command(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH", help="Offer folders, or their offer.yaml; folders of offer folders; patterns."
        ),
    ],
    *,
    gate: Annotated[
        Literal["draft", "stage", "production"],
        typer.Option(help="Moment to judge for; includes the earlier ones."),
    ] = "stage",
    profile: Annotated[
        Literal["classic", "partner-center"] | None,
        typer.Option(help="Instead of the profile that the offer names."),
    ] = None,
    against: Annotated[
        Against,
        typer.Option(
            help="Where to see what is published; auto: catalogue if it knows the offer, else lock file."
        ),
    ] = "auto",
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="Tell of these rules alone: name, code, or beginning of codes; repeatable.",
            autocompletion=rules,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Tell nothing of these rules; repeatable.", autocompletion=rules),
    ] = None,
    network: Annotated[bool, typer.Option("--network", help="Ask links at every gate.")] = False,
    probe_images: Annotated[
        bool,
        typer.Option(
            "--probe-images", help="Ask storage for both ends of each disk, from the stage gate on."
        ),
    ] = False,
    secrets_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File of lines NAME=VALUE for the offer's secrets; the environment is asked as well.",
        ),
    ] = None,
    output_format: Annotated[
        Literal["text", "json", "sarif", "junit", "github", "gitlab", "azure", "markdown"],
        typer.Option(help="Format of the result on stdout."),
    ] = "text",
    output_file: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT=PATH", help="Write a report to a file as well; repeatable."),
    ] = None,
    fail_on: Annotated[
        Literal["error", "warning", "info"] | None,
        typer.Option(help="Least severity that ends with exit code 1; else the settings say, else error."),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Report findings, but exit with 0.")] = False,
    jobs: Annotated[
        int, typer.Option(min=0, help="Processes; 0: as many as processors, where there are many offers.")
    ] = 0,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Name the rules that were skipped.")
    ] = False,
) -> None:
    """Check an offer folder against the marketplace's rules.

    Nothing is sent but questions whether links answer (at the production gate, or with --network) and
    whether disks can be read (with --probe-images). Nothing is written but which links answered, for an
    hour. Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 could not judge.

    Example: publisher validate offers/relaygate --gate production --secrets-file secrets.env
    """
    files = [_output_file(word) for word in output_file or ()]
    settings, now = load_settings(), datetime.now(UTC)
    judge = partial(
        validate, gate=Gate[gate.upper()], settings=settings, secrets=read_secrets(secrets_file), now=now,
        profile=profile, against=against, network=network, probe_images=probe_images,
        left_out=unwanted(settings, select=select or (), ignore=ignore or (), say=note),
    )  # fmt: skip
    # What asks the network does so for one offer after the other: hosts are not to be overrun.
    outcomes = _judged(paths, judge, 1 if network or probe_images or gate == "production" else jobs)
    reports = [outcome for outcome in outcomes if isinstance(outcome, Report)]
    codes = [complain(outcome) for outcome in outcomes if isinstance(outcome, UsageError)]
    reports = _with_waivers(reports, settings, now)
    _show(reports, output_format, verbose=verbose)
    for name, file in files:
        _write(file, _rendered(reports, name, verbose=verbose))
    least = Severity(fail_on or settings["fail_on"])
    failed = not exit_zero and any(report.blocks(least) for report in reports)
    raise typer.Exit(max(codes, default=int(failed)))


def _judged(paths: Sequence[Path], judge: Judge, jobs: int) -> list[Outcome]:
    """What there is to say of each path, in the order of the command line."""
    found = list(documents(paths))
    ready = [document for document in found if isinstance(document, Path)]
    with closing(counted(judge_all(ready, judge, jobs=jobs), len(ready), "offers judged")) as outcomes:
        return [document if isinstance(document, UsageError) else next(outcomes) for document in found]


def _with_waivers(reports: list[Report], settings: Settings, now: datetime) -> list[Report]:
    """The reports with what is said of waivers put together; says which waivers end soon."""
    if not settings.waivers:
        return reports
    from publisher.waivers import ending, settled

    for waiver in ending(settings.waivers, today=now.date()):
        note(f"note: the waiver of {waiver.code} ends on {waiver.until.isoformat()}: {waiver.reason}")
    return settled(reports, settings.waivers)


def _output_file(word: str) -> tuple[str, Path]:
    name, _, path = word.partition("=")
    if name not in FORMATS or not path:
        raise UsageError(
            f"--output-file {word[:80]!r} is not FORMAT=PATH",
            hint=f"write --output-file json=report.json; formats: {', '.join(FORMATS)}",
        )
    return name, Path(path)


def _rendered(reports: Sequence[Report], name: str, *, colour: bool = False, verbose: bool = False) -> str:
    if module := MACHINE.get(name):
        return str(import_module(module).render(reports))
    return "\n\n".join(text_report.render(report, colour=colour, verbose=verbose) for report in reports)


def _show(reports: Sequence[Report], name: str, *, verbose: bool) -> None:
    colour = _coloured()
    if text := _rendered(reports, name, colour=colour, verbose=verbose):
        typer.echo(text, color=colour)
    if name in MACHINE:
        for report in reports:
            note(text_report.summary(report))


def _write(file: Path, text: str) -> None:
    from publisher.document.swap import put

    try:
        put(file, f"{text}\n".encode())
    except OSError as error:
        raise unwritten(file, error, hint="name a file in a folder that exists and can be written") from None


def _coloured() -> bool:
    """Whether stdout takes colours: NO_COLOR beats FORCE_COLOR beats what the terminal can."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
