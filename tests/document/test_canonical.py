"""The digest tells contents apart, and nothing else."""

from pathlib import Path

import pytest

from publisher.document import read_document
from publisher.document.canonical import canonical, content_files, digest
from publisher.document.secrets import Secrets, read_secrets


def digest_of(folder: Path, **secrets: str) -> str:
    known = read_secrets(folder / "demo.env")._values
    offer = read_document(folder, Secrets({**known, **secrets}, environ={})).offer
    assert offer
    return digest(canonical(offer))


def edit(folder: Path, old: str, new: str, name: str = "offer.yaml") -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# The offer of an invented company", "# Another comment"),
        ("alias: Beacon demo", "alias: Another alias"),
        ("format: vm-offer/1", "format: vm-offer/1\nprofile: classic"),
        ("51c0a0de-7d1b-4a57-8a4e-0f6f7b7d2c10", "51c0a0de-7d1b-4a57-8a4e-0f6f7b7d2c11"),
        ("2: 0.90", "2: 0.9"),
        ("    billing: hourly\n", ""),
        ("regions: [SE, DE, US]", "regions: [US, SE, DE]"),
        ("protocol: tcp}", "protocol: tcp }"),
    ],
)
def test_what_does_not_count(demo: Path, old: str, new: str) -> None:
    before = digest_of(demo)
    edit(demo, old, new)
    assert digest_of(demo) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2: 0.90", "2: 0.91"),
        ("version: 2.4.0", "version: 2.4.1"),
        ("title: Beacon Metrics Server", "title: Beacon Metrics server"),
        ("- monitoring\n  - analytics", "- analytics\n  - monitoring"),
        ("range: 443", "range: 444"),
    ],
)
def test_what_counts(demo: Path, old: str, new: str) -> None:
    before = digest_of(demo)
    edit(demo, old, new)
    assert digest_of(demo) != before


def test_a_renewed_signature_changes_nothing_another_disk_does(demo: Path) -> None:
    before = digest_of(demo)
    url = "https://tidewaterlabs.blob.core.windows.net/images/beacon-2.4.0.vhd?sp=rl&sig=RENEWED"
    assert digest_of(demo, BEACON_OS_VHD=url) == before
    assert digest_of(demo, BEACON_OS_VHD=url.replace("2.4.0", "2.4.9")) != before


def test_a_text_counts_the_same_in_place_and_in_a_file(demo: Path) -> None:
    before = digest_of(demo)
    text = (demo / "texts/description.html").read_text().removesuffix("\n")
    quoted = "|-\n" + "".join(f"      {line}\n" for line in text.split("\n"))
    edit(demo, "description: {file: texts/description.html}\n", f"description: {quoted}")
    assert digest_of(demo) == before


def test_a_file_counts_by_its_content(demo: Path) -> None:
    before = digest_of(demo)
    (demo / "media/logo-small.png").rename(demo / "media/small.png")
    edit(demo, "media/logo-small.png", "media/small.png")
    assert digest_of(demo) == before
    edit(demo, "ninety days", "sixty days", "texts/terms.txt")
    assert digest_of(demo) != before


def test_every_hash_has_its_bytes_and_no_signature_is_kept(demo: Path) -> None:
    offer = read_document(demo, read_secrets(demo / "demo.env")).offer
    assert offer
    document = str(canonical(offer))
    assert all(sha in document for sha in content_files(offer))
    assert "sig=" not in document
    assert "DEMO0000" not in document
