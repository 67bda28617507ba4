"""SAS URLs: taken apart without harm, judged in one clear answer, never told to anybody."""

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.document import Document, read_document
from publisher.document.model import VhdUrl
from publisher.document.secrets import Secrets, read_secrets
from publisher.findings import Gate, Report, Severity
from publisher.profiles import load_profile
from publisher.redact import Secret
from publisher.rules.runner import Circumstances, check
from publisher.sas import PUBLIC, faults, moment, parse, quoted

DEMO = Path(__file__).resolve().parent.parent / "templates" / "demo" / "beacon-metrics"
NOW = dt.datetime(2026, 8, 27, tzinfo=dt.UTC)
SIGNATURE = "KfU2x0bMADEUPq7/Zp+NOBODYSsIGNATUREw9Yt3o4="
ENCODED = "KfU2x0bMADEUPq7%2FZp%2BNOBODYSsIGNATUREw9Yt3o4%3D"
GOOD = (
    "https://contosofake.blob.core.windows.net/vhds/disk.vhd"
    f"?sp=rl&st=2026-08-01T00:00:00Z&se=2027-08-01T00:00:00Z&spr=https&sv=2022-11-02&sr=c&sig={ENCODED}"
)


NEIGHBOURS = "sas-one-container"  # the demo's other disk lies elsewhere


def judge(demo: Path, url: str, now: dt.datetime = NOW, gate: Gate = Gate.STAGE) -> Report:
    return check(read(demo, url), Circumstances(gate=gate, limits=load_profile("classic"), now=now))


def read(demo: Path, url: str) -> Document:
    secrets = read_secrets(demo / "demo.env")
    return read_document(demo, Secrets({**secrets._values, "BEACON_OS_VHD": url}, environ={}))


def test_a_good_url_comes_apart() -> None:
    sas = parse(GOOD)
    assert (sas.scheme, sas.host, sas.container) == ("https", "contosofake.blob.core.windows.net", "vhds")
    assert (sas.blob, sas.cloud, sas.policy, sas.loose_signature) == ("disk.vhd", PUBLIC, False, False)
    assert sas.get("sig") == SIGNATURE
    assert not list(faults(GOOD))


def test_nothing_secret_is_shown_of_the_parts() -> None:
    assert SIGNATURE not in repr(parse(GOOD))
    assert ENCODED not in repr(parse(GOOD))


@pytest.mark.parametrize("between", ["&", "%3F", "%26", "/", "\r\n", " ", ";", "@", ":"])
def test_a_mangled_url_tells_no_signature_either(between: str) -> None:
    for url in (
        GOOD.replace("?", between).replace("&", between),
        f"https://a{between}SIG={ENCODED}/vhds/a.vhd",
    ):
        disk = VhdUrl(url=Secret(url))
        for shown in (disk.address, repr(parse(url)), *faults(url)):
            assert ENCODED[:12].lower() not in shown.lower()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-30T00:00:00Z", dt.datetime(2026, 9, 30, tzinfo=dt.UTC)),
        ("2026-09-30T00:00:00.1234567Z", dt.datetime(2026, 9, 30, tzinfo=dt.UTC)),
        ("2026-09-30T00:00:00+02:00", dt.datetime(2026, 9, 29, 22, tzinfo=dt.UTC)),
        ("2026-09-30T00:00:00-02:30", dt.datetime(2026, 9, 30, 2, 30, tzinfo=dt.UTC)),
        ("2026-09-30", None),
        ("2026-09-30T00:00Z", None),
        ("2026-09-30T00:00:00", None),
        ("2026-09-30T00:00:00Z\n", None),
        ("2026-13-45T00:00:00Z", None),
        ("2026-09-30T24:00:00Z", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("２026-09-30T00:00:00Z", None),
    ],
)  # fmt: skip
def test_only_full_times_that_exist_are_times(text: str, expected: dt.datetime | None) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    "host",
    [
        "contosofake.blob.core.windows.net.evil.example",
        "blob.core.windows.net",
        "evil.example",
        "contosofake.blob.core.windows.net@evil.example",
        "contosofake-blob.core.windows.net",
        "contosofake.blob.core.windovvs.net",
        "contosofake.blob.core.windows.net.",
        "contosofаke.blob.core.windows.net",  # a Cyrillic letter
        "[::1]",
        "169.254.169.254",
    ],
)
def test_look_alike_and_foreign_hosts_are_refused(host: str) -> None:
    url = GOOD.replace("contosofake.blob.core.windows.net", host)
    assert any("no storage account" in fault or "names a user" in fault for fault in faults(url))


def test_an_empty_url_written_out_is_a_missing_field_alone(demo: Path) -> None:
    offer = (demo / "offer.yaml").read_text(encoding="utf-8").replace("{secret: BEACON_OS_VHD}", "''")
    (demo / "offer.yaml").write_text(offer, encoding="utf-8")
    report = judge(demo, GOOD)
    assert {f.rule for f in report.findings if f.pointer == "/skus/0/images/0/os_vhd"} == {"field-required"}


def test_every_hostile_url_gets_one_clear_answer(demo: Path, shared: Path) -> None:
    """An error where it says reject, else at most warnings; the contract alone is stricter on dates."""
    lines = (shared / "badinputs" / "lists" / "sas.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, lines):
        now = dt.datetime.fromisoformat(row["now"]) if "now" in row else NOW
        report = judge(demo, row["value"], now)
        findings = [f for f in report.findings if f.code.startswith("SAS") and f.rule != NEIGHBOURS]
        expect = "reject" if row["why"] == "date-only expiry" else row["expect"]
        weights = [f.severity for f in findings]
        if expect == "accept":
            assert not findings, row["why"]
        else:
            wanted = Severity.ERROR if expect == "reject" else Severity.WARNING
            allowed = {0, 1} if row["why"] == "root container" else {1}
            assert weights.count(wanted) in allowed, (row["why"], findings)
            assert set(weights) <= {wanted}, (row["why"], findings)
        for finding in findings:
            assert not re.search("FAKEFAKE|EVILEVIL|abc==", finding.message + finding.fix)


# What people and programs do to a URL on its way: parts lost, doubled, encoded again, run together.
PIECES = st.sampled_from(
    [
        "https://", "http://", "contosofake.blob.core.windows.net", "evil.example", "user:pass@", ":443", "/",
        "vhds", "$root", "..", "disk.vhd", "disk.VHD", " ", "%20", "?", "&", "&amp;", "#", "=", "%3D", "+",
        "sp=rl", "sp=", "st=2026-08-01T00:00:00Z", "se=2027-08-01T00:00:00Z", "se=2027-08-01", "sr=c", "sr=b",
        "sv=2022-11-02", "si=policy", "ss=b", f"sig={SIGNATURE}", f"sig={ENCODED}", f"SIG={ENCODED}",
        f"%73ig={ENCODED}", "\r\n", "\x00", "\u200b", "é", "\ud800",
    ]
)  # fmt: skip


TOKENS = re.split("([/?&])", GOOD)


def mutations() -> st.SearchStrategy[str]:
    swap = st.tuples(st.integers(0, len(TOKENS) - 1), PIECES | st.just("") | st.just("&sig="))
    swapped = st.lists(swap, min_size=1, max_size=3).map(_swapped)
    return st.one_of(swapped, st.lists(PIECES, max_size=20).map("".join), st.text(max_size=200))


def _swapped(swaps: list[tuple[int, str]]) -> str:
    pieces = dict(swaps)
    return "".join(pieces.get(index, token) for index, token in enumerate(TOKENS))


@given(url=mutations())
def test_no_text_makes_the_parser_raise_or_tell(url: str) -> None:
    parts, told = parse(url), list(faults(url))
    parts.cloud, parts.policy, parts.loose_signature  # noqa: B018
    for values in parts.parameters.values():
        for value in values:
            moment(value)
            quoted(value)
    assert all(isinstance(fault, str) and fault for fault in told)
    assert not any(secret[:12].lower() in fault.lower() for fault in told for secret in (SIGNATURE, ENCODED))


@pytest.fixture(scope="module")
def offer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path_factory.mktemp("offer") / "beacon-metrics"))


@given(url=mutations())
def test_no_finding_tells_a_signature(offer: Path, url: str) -> None:
    report = judge(offer, url)
    told = json.dumps([[f.message, f.fix] for f in report.findings], ensure_ascii=False)
    told += json.dumps([skip.reason for skip in report.skipped], ensure_ascii=False)
    for length in (len(SIGNATURE), 12):
        for secret in (SIGNATURE, ENCODED):
            assert secret[:length] not in told
            assert secret[-length:] not in told
