"""`publisher image`: edits of an offer folder about image versions; and a look at a VHD file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from publisher.cli.console import make_app, note, result
from publisher.cli.notice import Alternative, InDays, ReasonOption, say
from publisher.document.edit import Part
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.document import Document
    from publisher.findings import Report
    from publisher.vhd import Vhd

app = make_app(group=True)

PathArgument = Annotated[
    Path, typer.Argument(metavar="PATH", help="Offer folder or its document.", show_default=False)
]
SkuOption = Annotated[
    list[str] | None, typer.Option("--sku", metavar="ID", help="SKU to edit; repeat for several.")
]
VersionOption = Annotated[
    str, typer.Option("--version", metavar="X.Y.Z", help="Version that is meant.", show_default=False)
]
AllSkusOption = Annotated[bool, typer.Option("--all-skus", help="Edit every SKU.")]


@app.callback()
def callback() -> None:
    """Add, renumber, deprecate or restore an image version, or look at a VHD file."""


@app.command(epilog="next: publisher diff PATH")
def add(
    path: PathArgument,
    version: Annotated[
        str, typer.Option(metavar="X.Y.Z", help="Number of the new version.", show_default=False)
    ],
    sku: SkuOption = None,
    all_skus: AllSkusOption = False,
    os_vhd_secret: Annotated[
        str, typer.Option(metavar="NAME", help="Secret that holds the SAS URL of the OS disk.")
    ] = "",
    data_vhd_secret: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="The same for a data disk; repeat for each, LUN 0 first."),
    ] = None,
    like: Annotated[
        str, typer.Option(metavar="X.Y.Z", help="Version to start from.", show_default="the current one")
    ] = "",
) -> None:
    """Append a version; comments, order and style of the document stay.

    Example: publisher image add my-offer --all-skus --version 1.2.1 --os-vhd-secret OS_VHD_1_2_1
    """
    from publisher.document.edit import Disks, add_image

    document = _document(path)
    disks = Disks(os=os_vhd_secret, data=tuple(data_vhd_secret or ()))
    skus = _skus(sku, all_skus)
    say(add_image(document, skus, version, disks=disks, like=like, burned=_burned(document)))


@app.command(epilog="next: publisher diff PATH")
def bump(
    path: PathArgument,
    part: Annotated[Part, typer.Option(help="Which number rises.", show_default=False)],
    sku: SkuOption = None,
    all_skus: AllSkusOption = False,
) -> None:
    """Give the current version, which was never live, the next number.

    Example: publisher image bump my-offer --sku hourly --part patch
    """
    from publisher.document.edit import bump_image

    document = _document(path)
    say(bump_image(document, _skus(sku, all_skus), part, burned=_burned(document)))


@app.command(epilog="next: publisher release PATH --to live")
def deprecate(
    path: PathArgument,
    version: VersionOption,
    sku: SkuOption = None,
    all_skus: AllSkusOption = False,
    in_days: InDays = 90,
    reason: ReasonOption = None,
    alternative: Alternative = "",
) -> None:
    """Write that a version leaves the store; it takes effect once the folder is released.

    Its number stays burned, and it stays in the folder. For the marketplace of today.

    Example: publisher image deprecate my-offer --all-skus --version 1.2.0 --reason end-of-support
    """
    from publisher.document.deprecating import deprecate_image
    from publisher.document.model import Deprecation

    notice = Deprecation(in_days=in_days, reason=reason or "", alternative=alternative)
    say(deprecate_image(_document(path), _skus(sku, all_skus), version, notice))


@app.command(epilog="next: publisher release PATH --to live")
def restore(
    path: PathArgument, version: VersionOption, sku: SkuOption = None, all_skus: AllSkusOption = False
) -> None:
    """Write that a version stays after all.

    Example: publisher image restore my-offer --sku byol --version 1.2.0
    """
    from publisher.document.deprecating import restore_image

    say(restore_image(_document(path), _skus(sku, all_skus), version))


@app.command(epilog="next: publisher explain vhd-format")
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE.vhd", help="VHD file.", show_default=False)],
    profile: Annotated[
        Literal["classic", "partner-center"] | None,
        typer.Option(help="Generation of the marketplace.", show_default="as the settings say"),
    ] = None,
    data_disk: Annotated[bool, typer.Option("--data-disk", help="It is no OS disk.")] = False,
    approved_base: Annotated[
        bool, typer.Option("--approved-base", help="It is built on a base that the marketplace approved.")
    ] = False,
    output_format: Annotated[
        Literal["text", "json"], typer.Option(help="Format of the result on stdout.")
    ] = "text",
) -> None:
    """Look at a VHD file: footer, size, and the sectors that must stay free. Never reads the whole file.

    Exit codes: 0 nothing at error, 1 findings at error, 2 no VHD, or it cannot be read.

    Example: publisher image inspect beacon-2.4.1.vhd
    """
    from publisher import vhd
    from publisher.findings import Gate, Report
    from publisher.rules.vhd import judge
    from publisher.settings import load_settings

    settings = load_settings()
    limits = settings.limits(profile or str(settings["profile"]))
    disk = vhd.inspect(file)
    findings = tuple(judge(disk, limits, data_disk=data_disk, approved_base=approved_base))
    report = Report(
        path=str(file), publisher="", offer="", profile=limits.name, gate=Gate.STAGE, findings=findings
    )
    _show(disk, report, output_format)
    raise typer.Exit(int(report.blocks()))


def _show(disk: "Vhd", report: "Report", output_format: str) -> None:
    from publisher.reports import json, text
    from publisher.reports.vhd import facts, lines

    if output_format == "json":
        typer.echo(json.dumps({**json.envelope([report]), "offers": [], "image": facts(disk)}))
        note(text.summary(report))
        return
    for line in lines(disk):
        result(line)
    result(text.render(report))


def _document(path: Path) -> "Document":
    from publisher.document.save import open_for_edit

    return open_for_edit(path)


def _skus(named: list[str] | None, every: bool) -> list[str]:
    """The SKUs to edit; empty for all of them."""
    if bool(named) == every:
        raise UsageError("it is not said which SKUs to edit", hint="give --sku ID, or --all-skus alone")
    return named or []


def _burned(document: "Document") -> dict[str, tuple[str, ...]]:
    """The versions that were live, as far as the lock file tells."""
    from publisher.lock import read_lock

    lock = read_lock(document.folder)
    return {sku.id: sku.versions for sku in lock.skus} if lock else {}
