"""Fuzzes the reader of SAS URLs and their rules: `python tests/fuzz/fuzz_sas.py -max_total_time=600`.

Whatever the text: nothing is raised, every time is in UTC or none, and no message holds a signature.
"""

import re
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fuzz.engine import fuzz, watched

with watched(__name__):
    from publisher.document import Document
    from publisher.document.model import DataVhd, Image, Offer, Sku, VhdUrl
    from publisher.findings import Gate, Report
    from publisher.profiles import load_profile
    from publisher.redact import Secret, public_url
    from publisher.rules.registry import load
    from publisher.rules.runner import Circumstances
    from publisher.rules.runner import check as judge
    from publisher.sas import faults, moment, parse, quoted

    load()  # rules are imported when they are first asked: too late to be watched

# In place of whatever stands as a signature: a text that no message holds by chance.
SIGNATURE = "KfU2x0bMADEUPq7%2FZp%2BNOBODYSsIGNATUREw9Yt3o4%3D"
TELLING = (SIGNATURE[:12].lower(), SIGNATURE[-12:].lower(), "nobodyssignature")
_SIGNED = re.compile(r"(?i)((?:\b|%26|%3f)sig(?:=|%3d))[^&#?/\s]*")
NOW = datetime(2026, 8, 27, tzinfo=UTC)


def check(data: bytes) -> None:
    """Raise when a promise about SAS URLs is broken by this text."""
    url = _SIGNED.sub(rf"\g<1>{SIGNATURE}", data.decode("utf-8", "surrogateescape"))
    parts, told = parse(url), [*faults(url)]
    parts.cloud, parts.policy, parts.loose_signature  # noqa: B018
    for values in parts.parameters.values():
        for value in values:
            time = moment(value)
            assert time is None or time.tzinfo is UTC, value
            told.append(quoted(value) if value not in parts.parameters.get("sig", ()) else "")
    told += [public_url(url), repr(parts)]
    report = judge(offer(url), circumstances())
    told += [f"{finding.message} {finding.fix}" for finding in report.findings]
    told += [skip.reason for skip in report.skipped]
    assert_one_cause(report)
    for message in told:
        assert not any(secret in message.lower() for secret in TELLING), message


def assert_one_cause(report: Report) -> None:
    """A text that is no SAS URL is told by the rule of its form, and by no rule that needs the form."""
    found = {finding.rule for finding in report.findings if finding.code.startswith("SAS")}
    if "sas-url-form" in found:
        assert found <= {"sas-url-form", "sas-secret"}, found


@cache
def circumstances() -> Circumstances:
    """The stage gate of the classic profile, which asks every rule about SAS URLs."""
    return Circumstances(gate=Gate.STAGE, limits=load_profile("classic"), now=NOW)


def offer(url: str) -> Document:
    """An offer whose one URL stands there twice: by the name of its secret, and written out."""
    at = "/skus/0/images/0"
    named = VhdUrl(at=f"{at}/os_vhd", secret="DISK", url=Secret(url))
    written = DataVhd(at=f"{at}/data_vhds/0", url=VhdUrl(at=f"{at}/data_vhds/0/url", url=Secret(url)))
    image = Image(at=at, version="1.0.0", os_vhd=named, data_vhds=(written,))
    sku = Sku(at="/skus/0", id="hourly", images=(image,))
    return Document(path=Path("offer.yaml"), offer=Offer(skus=(sku,)), root=None)


if __name__ == "__main__":
    fuzz(check, "sas")
