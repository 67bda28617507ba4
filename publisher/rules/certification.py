"""What the tests of the images found out: a report that is attached is heeded, none is asked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from publisher.document.model import Offer, Sku, version_key
from publisher.document.nodes import Mark
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, PARTNER_CENTER, Profile
from publisher.rules.registry import RULES, Flaw, Unjudged, rule
from publisher.rules.runner import Account

if TYPE_CHECKING:  # most offers attach no report
    from publisher.certification import ImageReport, ImageTest, Reading

AT: Final = "/certification/report"
NO_REPORT: Final = "no certification report is attached"
_SEARCHED: Final = 200_000  # characters of a report in which the line of a test is looked for


@rule(
    "IMG401", "cert-report", gate=Gate.STAGE,
    severity={PARTNER_CENTER: Severity.WARNING, "else": Severity.ERROR},
)  # fmt: skip
def cert_report(offer: Offer, limits: Profile, gate: Gate) -> Iterator[Flaw | Unjudged]:
    """The report of the image tests is attached, is about this offer, and holds no failure.

    Why: the marketplace runs the same tests, for days; what fails here fails there. Without a report
    this is an info at the production gate, and the rules about single tests are skipped.
    Fix: run the certification test tool on the current image, correct what failed, and name its report
    under `certification`: report: {file: PATH}.
    Source: row 125; guide for VM offers (2016), certification; Partner Center documentation, image tests.
    """
    if not offer.certification.report:
        if gate >= Gate.PRODUCTION:
            yield Flaw(at="/certification", message=NO_REPORT, severity=Severity.INFO)
        else:
            yield Unjudged(reason=NO_REPORT)
        return
    reading = _read(offer)
    if reading.fault:
        yield _flaw(offer, f"the certification report cannot be read: {reading.fault}")
    for report in reading.reports:
        yield from _about(offer, report)
        for row in _unheeded(limits.name):
            yield from _failures(offer, report, row)


def _read(offer: Offer) -> "Reading":
    from publisher.certification import read_reports

    return read_reports(offer.certification.report.value)


def _unheeded(profile: str) -> Iterator[str]:
    """The rows that no rule of this profile looks at, and "" for tests that are in none."""
    from publisher.certification import TESTS

    yield ""
    yield from (row for row in TESTS if profile not in RULES[row].profiles)


def _about(offer: Offer, report: "ImageReport") -> Iterator[Flaw]:
    """Whether the report is about an image of this offer."""
    skus = _skus(offer, report)
    if not skus:
        yield _flaw(
            offer, f"the report is about SKU {report.sku[:60]!a}, which is not in the offer", report.sku
        )
        return
    current = {sku.current.version for sku in skus if sku.current}
    if report.version and version_key(report.version) not in map(version_key, current):
        shown = ", ".join(sorted(text if version_key(text) else ascii(text[:40]) for text in current))
        said = f"the report is about version {report.version[:40]!a}; current: {shown}"
        yield _flaw(offer, said, report.version, Severity.WARNING)


def _skus(offer: Offer, report: "ImageReport") -> list[Sku]:
    return [sku for sku in offer.skus if report.sku in {"", sku.id}]


def _judge(offer: Offer, row: str) -> Iterator[Flaw | Unjudged]:
    """What the tests of one row say."""
    reports = _read(offer).reports if offer.certification.report else ()
    for report in reports:
        yield from _failures(offer, report, row)
    if not any(test.outcome != "not-run" for report in reports for test, _ in report.of(row)):
        yield Unjudged(reason="the certification report holds no test of this" if reports else NO_REPORT)


def _failures(offer: Offer, report: "ImageReport", row: str) -> Iterator[Flaw]:
    for test, advice in report.of(row):
        if test.outcome in {"fail", "warning"}:
            mild = advice or test.outcome == "warning"
            yield _flaw(offer, _said(report, test), test.written, Severity.WARNING if mild else None)


def _said(report: "ImageReport", test: "ImageTest") -> str:
    what = "failed" if test.outcome == "fail" else "gave a warning"
    about = f" of SKU {report.sku[:60]!a}" if report.sku else ""
    return f"the image test {test.written!a}{about} {what}" + (f": {test.detail}" if test.detail else "")


def _flaw(offer: Offer, message: str, word: str = "", severity: Severity | None = None) -> Flaw:
    """A flaw at the line of the report that holds a word; in its first line without one."""
    text = offer.certification.report
    mark = _mark(text.value, word) if text.file else None
    return Flaw(at=AT, message=message, severity=severity, file=text.file, mark=mark)


def _mark(text: str, word: str) -> Mark:
    from json import dumps  # most offers name no report

    quoted = dumps(word, ensure_ascii=False)
    index = text.find(quoted) if word and len(text) <= _SEARCHED else -1
    before = text[: max(index, 0)]
    return Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))


@rule("IMG402", "cert-base-image", gate=Gate.STAGE)
def cert_base_image(offer: Offer) -> Iterator[Flaw | Unjudged]:
    """The image is built on a base that the marketplace approved, where one is asked for.

    Why: Windows and SQL Server come from the base images of the marketplace alone; others are refused
    for their licence.
    Fix: build the image anew on an approved base.
    Source: row 126; guide for VM offers (2016), VM images; Partner Center documentation, certification.
    """
    yield from _judge(offer, "cert-base-image")


@rule("IMG403", "cert-generalized", gate=Gate.STAGE)
def cert_generalized(offer: Offer) -> Iterator[Flaw | Unjudged]:
    """The image is generalized: it holds no trace of the machine on which it was built.

    Why: every customer's machine would start as a copy of one machine, and provisioning times out.
    Fix: run sysprep (Windows) or `waagent -deprovision+user` (Linux) as the last step.
    Source: row 127; guide for VM offers (2016), VM images; Partner Center documentation, certification.
    """
    yield from _judge(offer, "cert-generalized")


@rule("IMG404", "cert-linux", gate=Gate.STAGE, profiles=[PARTNER_CENTER])
def cert_linux(offer: Offer) -> Iterator[Flaw | Unjudged]:
    """A Linux image passes the tests: no swap on the OS disk, clean history, current agent, and more.

    Why: certification refuses images for exactly these points. Advice (one root partition, Python,
    automatic update of the agent) is a warning.
    Fix: correct the image as the message says, and give it a new version.
    Source: row 128; Partner Center documentation, certification; Microsoft's public image tests (LISA).
    """
    yield from _judge(offer, "cert-linux")


@rule("IMG405", "cert-windows", gate=Gate.STAGE, profiles=[PARTNER_CENTER])
def cert_windows(offer: Offer) -> Iterator[Flaw | Unjudged]:
    """A Windows image passes the tests: 64 bit, Remote Desktop on, no role that Azure does not support.

    Why: certification refuses images for exactly these points.
    Fix: correct the image as the message says, and give it a new version.
    Source: row 129; Partner Center documentation, certification.
    """
    yield from _judge(offer, "cert-windows")


@rule("IMG406", "cert-patches", gate=Gate.STAGE)
def cert_patches(offer: Offer) -> Iterator[Flaw | Unjudged]:
    """The image has every critical and important update.

    Why: certification looks for known holes, and customers are attacked through them from the first hour.
    Fix: update the image, and give it a new version.
    Source: row 130; guide for VM offers (2016), VM images; Partner Center documentation, certification.
    """
    yield from _judge(offer, "cert-patches")


@rule("IMG407", "cert-credentials", gate=Gate.STAGE)
def cert_credentials(offer: Offer) -> Iterator[Flaw | Unjudged]:
    """The image holds no default credentials.

    Why: whoever knows one customer's machine could log in to all of them.
    Fix: remove users, passwords and keys, and let each machine make its own at the first start.
    Source: row 131; Partner Center documentation, certification.
    """
    yield from _judge(offer, "cert-credentials")


@rule("IMG408", "cert-extensions", gate=Gate.STAGE, severity=Severity.WARNING, profiles=[PARTNER_CENTER])
def cert_extensions(offer: Offer) -> Iterator[Flaw | Unjudged]:
    """VM extensions can be installed, or the SKU says that they cannot.

    Why: the marketplace and customers install extensions, and take a failure for a fault of the image.
    Fix: add the agent (and Python on Linux), or write `extensions: false` under `properties`.
    Source: row 132; Partner Center documentation, technical configuration and certification.
    """
    if all(not sku.properties.extensions for sku in offer.skus):
        return
    yield from _judge(offer, "cert-extensions")


@rule("IMG409", "cert-nva", gate=Gate.STAGE, severity=Severity.WARNING, profiles=[PARTNER_CENTER])
def cert_nva(offer: Offer) -> Iterator[Flaw | Unjudged]:
    """A network virtual appliance passes the tests of its kind: it deploys, redeploys and keeps addresses.

    Why: for images that route or filter traffic, certification runs these tests besides the others.
    Fix: correct the image, or take `network_virtual_appliance` out of `properties` if it is none.
    Source: row 133; Partner Center documentation, certification of network virtual appliances.
    """
    if any(sku.properties.network_virtual_appliance for sku in offer.skus):
        yield from _judge(offer, "cert-nva")


@rule("LCY112", "azure-certified-partner", gate=Gate.PRODUCTION, profiles=[CLASSIC])
def azure_certified_partner(account: Account) -> Iterator[Flaw]:
    """The account is approved for Azure Certified before the offer goes to production.

    Why: the classic portal takes VM offers from approved publishers only.
    Fix: apply for Azure Certified, then state `account.azure_certified = true` in publisher.toml.
    Source: row 138; classic portal, Azure Certified and push to production.
    """
    if account.azure_certified is None:
        message = "nothing is stated about the account's approval for Azure Certified"
        yield Flaw(at="/publisher", message=message, severity=Severity.INFO)
    elif not account.azure_certified:
        yield Flaw(at="/publisher", message="the account is not approved for Azure Certified")
