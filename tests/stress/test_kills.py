"""`publisher release` is killed at random moments, 200 times (PUBLISHER_STRESS=ci), and goes on each time.

What a killed command printed as done is there; the marketplace got nothing twice; the history verifies;
the next runs take the offer to live, in three tries at most. Every tenth time in an empty folder, so
that the catalogue's creation is hit as well.
"""

import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from statistics import median
from tempfile import mkdtemp

import pytest

from tests.stress.checker import check, repeated
from tests.stress.killing import perform
from tests.stress.size import fast_folder, pick, seed
from tests.workshop import DEMO, AnyDisk, content

KILLS = pick(quick=20, ci=200, soak=1000)
RELEASES = 10  # per catalogue
TRIES = 3
ENVIRON = {"PUBLISHER_LINKS_ASSUME": "*.tidewater-labs.example", "CI": "true"}
COMMAND = ("release", "beacon-metrics", "--to", "live", "--confirm", "beacon-metrics", "--wait")


class Desk:
    """A folder with the offer, its catalogue and its marketplace; `said` is what the last run printed."""

    context = multiprocessing.get_context("forkserver")

    def __init__(self, root: Path, environ: Mapping[str, str] = ENVIRON) -> None:
        self.root = root
        self.environ = environ
        self.catalogue = root / ".publisher" / "catalogue.db"
        self.marketplace = root / ".publisher" / "marketplace.db"
        self.said = root / "said.txt"
        self.releases = 0
        shutil.copytree(DEMO, root / "beacon-metrics")
        (root / "beacon-metrics" / "offer.yaml").unlink()

    def next_version(self) -> None:
        """Put a new image version into the folder."""
        version = f"2.4.{self.releases}"
        self.releases += 1
        (self.root / "beacon-metrics" / "offer.json").write_text(json.dumps(content(version)))
        self.disks = {}
        for name in (f"OS_{version}".replace(".", "_"), f"DATA_{version}".replace(".", "_")):
            self.disks[name] = AnyDisk().get(name).reveal()

    def run(self, *, kill_after: float | None = None) -> tuple[int | None, float]:
        """Exit code (negative for a signal) and seconds of one release."""
        self.said.unlink(missing_ok=True)
        arguments = (self.root, self.said, COMMAND, {**self.environ, **self.disks})
        process = self.context.Process(target=perform, args=arguments)
        process.start()
        begin = time.monotonic()
        if kill_after is not None:
            process.join(kill_after)
            if process.is_alive():
                assert process.pid
                with suppress(ProcessLookupError):  # it ended at this very moment
                    os.kill(process.pid, signal.SIGKILL)
        process.join()
        code, seconds = process.exitcode, time.monotonic() - begin
        process.close()
        return code, seconds

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What a query answers; nothing while there is no catalogue."""
        if not self.catalogue.exists():
            return []
        with closing(sqlite3.connect(self.catalogue)) as db:
            made = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            return db.execute(query).fetchall() if made else []

    def forgotten(self) -> list[str]:
        """What the last run printed as done and the catalogue does not know."""
        said = self.said.read_text(errors="replace") if self.said.exists() else ""
        digests = {str(digest)[:12] for (digest,) in self.rows("SELECT digest FROM revision WHERE staged")}
        lost = [d for d in re.findall(r"revision recorded, digest (\w{12})", said) if d not in digests]
        events = {f"{slot} {target}" for slot, target in self.rows(_NEWEST)}
        for words, event in (("is staging; ready", "staging ready"), ("is live; ready", "production ready")):
            if words in said and event not in events:
                lost.append(words)
        return lost

    def situation(self) -> str:
        """Where the killed run left the offer."""
        if not self.rows(f"SELECT 1 FROM revision WHERE number = {self.releases}"):
            return (
                "nothing of it was recorded"
                if self.rows("SELECT 1 FROM revision")
                else "empty or no catalogue"
            )
        newest = self.rows("SELECT state FROM revision ORDER BY number DESC LIMIT 1")
        sent = self.rows("SELECT slot, progress FROM submission ORDER BY id DESC LIMIT 1")
        return " ".join(str(word) for row in (*newest, *sent) for word in row)

    def violations(self) -> list[str]:
        """What the independent checker finds."""
        if not self.rows("SELECT 1 FROM offer"):
            return []
        journal = self.marketplace if self.marketplace.exists() and self.marketplace.stat().st_size else None
        return check(self.catalogue, journal) + (repeated(journal) if journal else [])


_NEWEST = """SELECT json_extract(detail, '$.slot'), target FROM event WHERE trigger = 'progress'
             AND revision = (SELECT max(number) FROM revision)"""


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory: a killed process leaves what it wrote to the operating system anyway."""
    folder = Path(mkdtemp(prefix="publisher-", dir=fast_folder(tmp_path)))
    yield folder
    shutil.rmtree(folder)


def test_a_killed_release_goes_on(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))  # for the process that forks
    Desk.context.set_forkserver_preload(["tests.stress.warm"])
    dice = random.Random(seed("kills"))
    durations = [undisturbed(base / "first", number) for number in range(6)]
    kills, late, situations, tries = 0, 0, Counter[str](), Counter[int]()
    desk = Desk(base / "desk")
    while kills < KILLS:
        if desk.releases == RELEASES:
            desk = Desk(base / f"desk-{kills}")
        desk.next_version()
        for _ in range(dice.choice([1, 1, 2])):
            code, seconds = desk.run(kill_after=dice.uniform(0, 1.1 * median(durations[-9:])))
            assert desk.forgotten() == []
            assert desk.violations() == []
            if code == -signal.SIGKILL:
                kills += 1
                situations[desk.situation()] += 1
            else:
                late += 1
                durations.append(seconds)
        tries[goes_on(desk)] += 1
    print(f"{kills} kills within {median(durations):.3f} s, {late} came too late; tries {dict(tries)}")
    for situation, times in situations.most_common():
        print(f"{times:5} {situation}")
    assert len(situations) >= pick(quick=3, ci=5, soak=6)


def goes_on(desk: Desk) -> int:
    """How many runs it takes until the offer is live, and nothing happened twice."""
    count, code = 0, None
    while code != 0 and count < TRIES:
        code, _ = desk.run()
        count += 1
        assert desk.forgotten() == []
    said = desk.said.read_text()
    assert code == 0, said
    (live,) = desk.rows("SELECT number, digest FROM revision WHERE state = 'live'")
    assert live[0] == desk.releases, said
    assert desk.violations() == []
    with closing(sqlite3.connect(desk.marketplace)) as db:
        assert db.execute("SELECT digest FROM slots WHERE slot = 'production'").fetchall() == [(live[1],)]
        accepted = db.execute("SELECT count(*) FROM journal WHERE effect = 'submission-accepted'").fetchone()
        assert accepted == (2 * desk.releases,)
    lock = json.loads((desk.root / "beacon-metrics" / "offer.lock.json").read_text())
    assert [(lock["events"], lock["head"])] == desk.rows("SELECT events, head FROM offer")
    return count


def undisturbed(root: Path, number: int) -> float:
    """How long a release takes that nobody kills."""
    desk = Desk(root.with_name(f"{root.name}-{number}"))
    desk.next_version()
    code, seconds = desk.run()
    assert code == 0, desk.said.read_text()
    return seconds
