"""One good and one bad case of every rule through the real command, with nothing but files and settings."""

import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import NOW, Case, _edits, published, write
from test_cases import cases

import publisher.cli.validate
from publisher.catalogue.database import open_engine
from publisher.cli import run
from publisher.document import Document
from publisher.lock import Live, Lock, write_lock
from publisher.rules.registry import load

LINKS = "*.example"  # hosts of the demo offer, and those of its cases
BY_CATALOGUE = {"version-unchanged-image", "version-published-immutable"}  # a lock file keeps no addresses
# What storage says of a disk: asked of a real server in tests/links/test_disks.py and tests/cli/test_probe_images.py.
ASKED_ELSEWHERE = {"sas-reachable", "vhd-format"}


def feasible(case: Case) -> bool:
    """Whether files and settings of this machine can bring the case about."""
    refused = all(answer.startswith("forbidden") for answer in (case.links or {}).values())
    return not case.skips and case.probes is None and refused


def chosen() -> Iterator[Any]:
    """The first good and the first bad case of each rule."""
    seen = set()
    for param in cases():
        case = param.values[0]
        key = case.rule, case.good
        if feasible(case) and key not in seen:
            seen.add(key)
            yield pytest.param(case, id=f"{case.rule}: {'good' if case.good else 'bad'}")


CHOSEN = list(chosen())


class _Clock(dt.datetime):
    """Stands still at the moment of a case."""

    at = NOW

    @classmethod
    def now(cls, tz: Any = None) -> dt.datetime:  # type: ignore[override]
        return cls.at.astimezone(tz)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PUBLISHER_LINKS_ASSUME", LINKS)
    monkeypatch.setattr(publisher.cli.validate, "datetime", _Clock)
    return tmp_path


def prepare(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bring the case about: folder, secrets, account, lock file or catalogue."""
    write(folder / "offer", case)
    _Clock.at = dt.datetime.fromisoformat(case.now) if case.now else NOW
    known = (folder / "offer" / "demo.env").read_text(encoding="utf-8")
    more = "\n".join(f"{name}={url}" for name, url in case.secrets.items())
    Path("secrets.env").write_text(f"{known}\n{more}\n", encoding="utf-8")
    monkeypatch.setenv("PUBLISHER_PROFILE", case.profile)
    for name, value in case.account.items():
        prefix = "" if name.startswith("solution") else "account_"
        monkeypatch.setenv(f"PUBLISHER_{prefix}{name}".upper(), str(value).lower())
    if case.published is not None:
        before = write(folder / "before", Case("", "", profile=case.profile, **_edits(case.published)))
        adopt("before") if case.rule in BY_CATALOGUE else lock(folder / "offer", before, case.published)
    if case.others is not None:
        open_engine(
            "sqlite:///.publisher/catalogue.db"
        ).dispose()  # a catalogue, which may hold no other offer
    for number, other in enumerate(case.others or ()):
        edits = {"/offer": other["offer"], "/listing/en-us/title": (other.get("titles") or ["Other"])[-1]}
        edits |= {
            f"/skus/{index}/id": (other.get("skus", ())[index:] or [f"o{number}{index}"])[0]
            for index in (0, 1)
        }
        write(folder / f"other{number}", Case("", "", set=edits))
        adopt(f"other{number}")


def adopt(name: str) -> None:
    assert run(["adopt", name, "--yes", "--secrets-file", "secrets.env", "--since", "2026-01-01"]) == 0


def lock(folder: Path, before: Document, facts: dict[str, Any]) -> None:
    known = published(before, facts)
    live = Live(
        revision=1,
        digest="ab" * 32,
        since=NOW,
        hero=bool(known.hero),
        standard_contract=known.standard_contract,
    )
    write_lock(folder, Lock(
        publisher=known.publisher, offer=known.offer, skus=known.skus, live=live if known.live else None,
        staged=not known.live, events=3, head="cd" * 32,
    ))  # fmt: skip


@pytest.mark.parametrize("case", CHOSEN)
def test_case(
    case: Case, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(case, desk, monkeypatch)
    capsys.readouterr()
    asked = ["--network"] if case.links is not None else []
    code = run(["validate", "offer", "--gate", case.gate, "--profile", case.profile, *asked,
                "--secrets-file", "secrets.env", "--output-format", "json"])  # fmt: skip
    said = json.loads(capsys.readouterr().out)
    mine = [finding for finding in said["findings"] if finding["rule"] == case.rule]
    assert case.rule not in [skip["rule"] for skip in said["skipped"]] or mine
    if case.good:
        assert not mine
    else:
        wanted = case.finds if isinstance(case.finds, list) else [case.finds or {}]
        assert [f["severity"] for f in mine] == [want.get("severity", "error") for want in wanted]
        assert all(f["line"] and f["file"] and f["fix"] for f in mine)
        assert code == (1 if any(f["severity"] == "error" for f in said["findings"]) else 0)


def test_every_rule_goes_through_the_command() -> None:
    both = {(param.values[0].rule, param.values[0].good) for param in CHOSEN}
    rules = {rule.name for rule in load().values() if rule.kind == "rule"}
    assert {name for name in rules if {(name, True), (name, False)} - both} == ASKED_ELSEWHERE
