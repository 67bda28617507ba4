"""Judges an offer folder at a gate: reads it, finds what is published, asks the rules, heeds waivers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from publisher.baseline import LOCK
from publisher.document import Document, read_document
from publisher.document.nodes import Problem
from publisher.document.secrets import Secrets, read_secrets
from publisher.findings import Finding, Gate, Report, Skipped
from publisher.measure import Against, Measure, measure
from publisher.nearest import nearest
from publisher.profiles import PROFILES
from publisher.redact import Secret
from publisher.rules.registry import NO_BASELINE, find
from publisher.rules.runner import Account, Circumstances, DiskAnswer, LinkAnswer, check
from publisher.settings import Settings, load_settings


def validate(
    path: Path,
    *,
    gate: Gate,
    settings: Settings,
    secrets: Secrets,
    now: datetime,
    profile: str | None = None,
    against: Against = "auto",
    network: bool = False,
    probe_images: bool = False,
    left_out: Mapping[str, str] | None = None,
) -> Report:
    """What the rules say of an offer folder.

    The profile is the argument's, else the offer's, else the settings'. `against` says where to
    look for what is published (see `publisher.measure`). Links are
    asked over the network at the production gate, and earlier with `network`; storage is asked for
    the ends of each disk with `probe_images`, from the stage gate on. `left_out` says why of each
    rule whose findings are not wanted; the settings decide without it.

    Raises UsageError for a path that cannot be read or a baseline that was asked for and is not
    there, SettingsError for a waiver of an unknown rule. What stands in the folder is never raised.
    """
    document = _known_profile(read_document(path, secrets))
    known = measure(document, settings, against)
    limits = settings.limits(_profile_name(document, settings, profile))
    circumstances = Circumstances(
        gate=gate,
        limits=limits,
        now=now,
        account=account(settings),
        published=known.published,
        others=known.others,
        links=_links(document, limits.name, settings, now) if network or gate >= Gate.PRODUCTION else None,
        probes=_probes(document, settings) if probe_images and gate >= Gate.STAGE else None,
        left_out=unwanted(settings) if left_out is None else left_out,
    )
    report = _explained(check(document, circumstances), known, document)
    if not settings.waivers:
        return report
    from publisher.waivers import apply

    return apply(
        report,
        settings.waivers,
        today=now.astimezone(UTC).date(),
        days=settings["waiver_days"],
        file=settings.file,
    )


def validate_folder(
    path: Path, *, gate: Gate = Gate.STAGE, profile: str | None = None, secrets_file: Path | None = None
) -> Report:
    """`validate` with the settings and the clock of this place: for programs that use the library."""
    return validate(
        path,
        gate=gate,
        settings=load_settings(),
        secrets=read_secrets(secrets_file),
        now=datetime.now(UTC),
        profile=profile,
    )


def unwanted(
    settings: Settings,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> Mapping[str, str]:
    """Why findings of a rule are not wanted, by the rule's name: the words of `--select` and
    `--ignore` decide, where there are none those of the settings.

    `say` is told which rules cannot be ignored and are not. Raises UsageError for words that mean no rule.
    """
    if not (select or ignore or settings["select"] or settings["ignore"]):
        return {}
    from publisher.rules.selection import Words, selection

    def words(name: str, given: Sequence[str]) -> Words:
        place = f"--{name}" if given else f"the setting {name}"
        return Words(words=given or settings[name], place=place)

    found = selection(words("select", select), words("ignore", ignore))
    if found.kept:
        say(f"note: asked all the same, for they cannot be ignored: {', '.join(r.name for r in found.kept)}")
    return found.left_out


def _known_profile(document: Document) -> Document:
    """The document, with a problem where it names a profile that nobody knows."""
    name = document.offer.profile if document.offer else ""
    if not name or name in PROFILES:
        return document
    near = nearest(name, PROFILES)
    problem = Problem(
        rule="document-type",
        message=f"the profile {name[:40]!a} is not known",
        fix=f"did you mean {near!r}?" if near else f"known: {', '.join(PROFILES)}",
        pointer="/profile",
    )
    return replace(document, problems=(*document.problems, problem))


def _profile_name(document: Document, settings: Settings, profile: str | None) -> str:
    own = document.offer.profile if document.offer else ""
    return profile or (own if own in PROFILES else "") or str(settings["profile"])


def account(settings: Settings) -> Account:
    """What the settings say about the publisher's account."""
    return Account(
        tax_profile=settings["account.tax_profile"],
        bank_account=settings["account.bank_account"],
        azure_certified=settings["account.azure_certified"],
        solution_template_approved=settings["solution_template_approved"],
    )


def _links(document: Document, profile: str, settings: Settings, now: datetime) -> Mapping[str, LinkAnswer]:
    if document.offer is None:
        return {}
    from publisher.links import check_links
    from publisher.links.cache import FILE, remembered
    from publisher.rules.links import link_urls

    assume = settings["links.assume"] if settings["target"] in {"local", "emulator"} else ()
    ask = partial(check_links, assume=assume, **settings.link_limits)
    urls = [url for _, url in link_urls(document.offer, profile)]
    if not (hours := settings["links.cache_hours"]):
        return ask(urls)
    return remembered(urls, ask, file=settings.home / FILE, age=timedelta(hours=hours), now=now)


def _probes(document: Document, settings: Settings) -> Mapping[Secret, DiskAnswer]:
    from publisher.links.disks import probe_disks
    from publisher.sas import faults

    urls = [vhd.url for vhd in document.offer.vhds() if vhd.url] if document.offer else []
    sound = (url for url in urls if not faults(url.reveal()))
    return probe_disks(sound, proxy=settings["links.proxy"])


def _explained(report: Report, known: Measure, document: Document) -> Report:
    """The report with the true reason for rules that had nothing to compare with, and the notice."""
    if known.reason != NO_BASELINE:
        skipped = (
            Skipped(rule=skip.rule, reason=known.reason) if skip.reason == NO_BASELINE else skip
            for skip in report.skipped
        )
        report = replace(report, skipped=tuple(skipped))
    if (notice := known.notice) is None:
        return report
    rule = find(notice.rule)
    finding = Finding(
        code=rule.code, rule=rule.name, severity=rule.severity(report.profile, report.gate), gate=rule.gate,
        message=notice.message, fix=rule.fix, file=document.display(LOCK), line=notice.line,
        column=notice.column, offer=report.offer,
    )  # fmt: skip
    return replace(report, findings=(*report.findings, finding))
