"""Reads reports of image tests: our own format, the Self-Test API's answer, LISA's JUnit file."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Literal

from publisher.frozen import dataclass

Outcome = Literal["pass", "fail", "warning", "not-run"]

_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "pass": "pass", "passed": "pass", "fail": "fail", "failed": "fail", "warning": "warning",
    "not-run": "not-run", "not run": "not-run", "skipped": "not-run",
}  # fmt: skip
MAX_TESTS: Final = 2000

# The tests that a rule looks at, by the name that a report of ours gives them. `*` marks advice: a
# failure is a warning.
TESTS: Final[Mapping[str, str]] = {
    "cert-base-image": "approved-base sql-server-base",
    "cert-generalized": "generalized provisioning",
    "cert-linux": """swap-on-os-disk root-partition* bash-history client-alive-interval kernel-parameters
        agent-version auto-update* os-architecture openssl-version python-version* no-other-users
        omi-version kernel-modules""",
    "cert-windows": """os-architecture user-account-dependency failover-cluster ipv6 dhcp hyper-v
        remote-access rights-management deployment-services bitlocker internet-storage-name multipath-io
        network-load-balancing peer-name-resolution snmp internet-name wireless-lan remote-desktop""",
    "cert-patches": "patches-current sack-patch wannacry-patch security-threats known-vulnerabilities",
    "cert-credentials": "default-credentials",
    "cert-extensions": "extensions",
    "cert-nva": """nva-access nva-deployment nva-reboot nva-redeployment nva-high-availability nva-peering
        nva-accelerated-networking nva-multi-nic nva-disruption""",
}
_ROWS: Final[dict[str, dict[str, bool]]] = {}
for _rule, _words in TESTS.items():
    for _word in _words.split():
        _ROWS.setdefault(_word.rstrip("*"), {})[_rule] = _word.endswith("*")
_WINDOWS: Final = frozenset(name for name, rows in _ROWS.items() if list(rows) == ["cert-windows"])

# What other tools call the same test, without case and punctuation.
_ALIASES: Final = {
    "swap partition on os disk": "swap-on-os-disk",
    "no swap on osdisk": "swap-on-os-disk",
    "root partition on os disk": "root-partition",
    "bash history is empty": "bash-history",
    "client active interval": "client-alive-interval",
    "required kernel parameters": "kernel-parameters",
    "serial console is enabled": "kernel-parameters",
    "linux agent version": "agent-version",
    "waagent version": "agent-version",
    "azure 64bit os": "os-architecture",
    "no pre exist users": "no-other-users",
    "essential kernel modules": "kernel-modules",
    "rights management services": "rights-management",
    "windows deployment services": "deployment-services",
    "bitlocker drive encryption": "bitlocker",
    "internet storage name server": "internet-storage-name",
    "multipath i o": "multipath-io",
    "peer name resolution protocol": "peer-name-resolution",
    "snmp services": "snmp",
    "windows internet name service": "internet-name",
    "wireless lan service": "wireless-lan",
    "os update": "patches-current",
    "sack vulnerability patch verification": "sack-patch",
    "wannacry patch verification test for windows": "wannacry-patch",
    "vhd access": "nva-access",
    "nva deployment": "nva-deployment",
    "high availability": "nva-high-availability",
    "vnet peering": "nva-peering",
    "accelerated networking an": "nva-accelerated-networking",
    "multi nic basic": "nva-multi-nic",
    "network disruption": "nva-disruption",
}


@dataclass(frozen=True, kw_only=True)
class ImageTest:
    """One test: its name in our words where it is a known one, and as it was `written`."""

    name: str
    written: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class ImageReport:
    """What one run found out. `sku` and `version` say which image it is about; "" where it does not."""

    tests: tuple[ImageTest, ...]
    sku: str = ""
    version: str = ""

    def of(self, rule: str) -> Iterator[tuple[ImageTest, bool]]:
        """The tests that a rule looks at, and whether each is mere advice; "" for those of no rule.

        What Linux and Windows have in common belongs to the one whose other tests are there.
        """
        windows = any(test.name in _WINDOWS for test in self.tests)
        others = "cert-linux" if windows else "cert-windows"
        for test in self.tests:
            rows = _ROWS.get(test.name, {"": False})
            row = next(name for name in rows if name != others or len(rows) == 1)
            if row == rule:
                yield test, rows[row]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The reports in a text; `fault` says why there are none."""

    reports: tuple[ImageReport, ...] = ()
    fault: str = ""


class _Unfit(Exception):
    """A text that is no report."""


@lru_cache(maxsize=4)
def read_reports(text: str) -> Reading:
    """The reports in a text; never raises."""
    try:
        reports = tuple(_junit(text) if text.lstrip().startswith("<") else _reports(_json(text)))
        if not reports or sum(len(report.tests) for report in reports) == 0:
            raise _Unfit("it holds no test")
    except _Unfit as unfit:
        return Reading(fault=str(unfit))
    return Reading(reports=reports)


def _json(text: str) -> Any:
    import json  # most offers name no report

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _Unfit("it is neither JSON nor JUnit XML") from None


def _reports(value: Any) -> Iterator[ImageReport]:
    if isinstance(value, list):
        for item in value:
            yield from _report(item)
    else:
        yield from _report(value)


def _report(value: Any) -> Iterator[ImageReport]:
    if not isinstance(value, dict):
        raise _Unfit("it is no JSON object")
    if isinstance(value.get("Response"), str):  # the Self-Test API wraps its answer
        yield from _report(_json(value["Response"]))
    elif "Tests" in value:
        yield ImageReport(tests=_tests(value["Tests"], "TestCaseName", "Result", "ActualValue"))
    elif "tests" in value:
        about = {key: _text(value.get(key, ""), key) for key in ("sku", "version")}
        yield ImageReport(tests=_tests(value["tests"], "name", "result", "detail"), **about)
    else:
        raise _Unfit('it has no "tests"')


def _tests(rows: Any, name: str, result: str, detail: str) -> tuple[ImageTest, ...]:
    """The tests in a list of objects, whose keys are given."""
    if not isinstance(rows, list) or len(rows) > MAX_TESTS or not all(isinstance(row, dict) for row in rows):
        raise _Unfit(f"its tests are no list of at most {MAX_TESTS:,} objects")
    return tuple(
        _test(_text(row.get(name, ""), name), row.get(result), _text(row.get(detail, ""), detail))
        for row in rows
    )


def _test(written: str, result: Any, detail: str) -> ImageTest:
    if not written.strip():
        raise _Unfit("a test has no name")
    outcome = _OUTCOMES.get(result.strip().lower()) if isinstance(result, str) else None
    if outcome is None:
        raise _Unfit(f"the result of the test {written[:60]!a} is none of pass, fail, warning, not-run")
    return ImageTest(
        name=_name(written), written=written[:120], outcome=outcome, detail=" ".join(detail.split())[:200]
    )


def _name(written: str) -> str:
    words = " ".join(re.sub("[^a-z0-9]+", " ", written.lower()).split())
    words = words.removeprefix("verify ")
    return _ALIASES.get(words, words.replace(" ", "-"))


def _text(value: Any, key: str) -> str:
    if value is None or isinstance(value, str | int | float):
        return "" if value is None else str(value)
    raise _Unfit(f"its {key!r} is no text")


def _junit(text: str) -> Iterator[ImageReport]:
    """LISA's report. Declarations are refused: they are what makes XML dangerous, and JUnit has none."""
    from xml.etree import ElementTree

    if "<!" in text.replace("<![CDATA[", ""):
        raise _Unfit("its XML holds a declaration or a comment")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  # see above
    except (ElementTree.ParseError, ValueError):
        raise _Unfit("its XML cannot be read") from None
    cases = list(root.iter("testcase"))[: MAX_TESTS + 1]
    rows = [{"name": case.get("name", ""), **_junit_result(case)} for case in cases]
    yield ImageReport(tests=_tests(rows, "name", "result", "detail"))


def _junit_result(case: Any) -> dict[str, str]:
    for tag, result in (("failure", "fail"), ("error", "fail"), ("skipped", "not-run")):
        if (child := case.find(tag)) is not None:
            return {"result": result, "detail": child.get("message", "")}
    return {"result": "pass"}
