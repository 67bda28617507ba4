"""`publisher validate`: what the rules say of offer folders, before anyone else does."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal

import typer

from publisher.cli.console import complain, make_app, note
from publisher.document.secrets import read_secrets
from publisher.errors import UsageError
from publisher.findings import Gate, Report, Severity
from publisher.reports import FORMATS, MACHINE
from publisher.reports import text as text_report
from publisher.settings import Settings, load_settings
from publisher.validation import Against, validate

app = make_app()


@app.command(epilog="next: publisher explain RULE")
def command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Offer folders, or their offer.yaml.")],
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
        Against, typer.Option(help="Where to see what is published; auto: lock file, else catalogue.")
    ] = "auto",
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
        Literal["error", "warning", "info"], typer.Option(help="Least severity that ends with exit code 1.")
    ] = "error",
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Report findings, but exit with 0.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Name the rules that were skipped.")
    ] = False,
) -> None:
    """Check an offer folder against the marketplace's rules.

    Nothing is written, and nothing is sent but questions whether links answer (at the production gate,
    or with --network) and whether disks can be read (with --probe-images). Exit codes: 0 nothing at or
    above --fail-on, 1 findings, 2 could not judge.

    Example: publisher validate offers/relaygate --gate production --secrets-file secrets.env
    """
    files = [_output_file(word) for word in output_file or ()]
    settings, secrets, now = load_settings(), read_secrets(secrets_file), datetime.now(UTC)
    reports, code = [], 0
    for path in paths:
        try:
            reports.append(
                validate(
                    path, gate=Gate[gate.upper()], settings=settings, secrets=secrets, now=now,
                    profile=profile, against=against, network=network,
                    probe_images=probe_images,
                )
            )  # fmt: skip
        except UsageError as error:  # the other paths are judged all the same
            code = complain(error)
    _show(reports, output_format, verbose=verbose)
    for name, file in files:
        _write(file, _rendered(reports, name, verbose=verbose))
    _remind(settings, now)
    failed = not exit_zero and any(report.blocks(Severity(fail_on)) for report in reports)
    raise typer.Exit(code or int(failed))


def _remind(settings: Settings, now: datetime) -> None:
    if settings.waivers:
        from publisher.waivers import ending

        for waiver in ending(settings.waivers, today=now.date()):
            note(f"note: the waiver of {waiver.code} ends on {waiver.until.isoformat()}: {waiver.reason}")


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
    try:
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{file}: {(error.strerror or 'cannot be written').lower()}",
            hint="name a file in a folder that exists and can be written",
        ) from None


def _coloured() -> bool:
    """Whether stdout takes colours: NO_COLOR beats FORCE_COLOR beats what the terminal can."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
