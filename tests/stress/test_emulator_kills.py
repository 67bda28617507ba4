"""`publisher release` before an emulator is killed at random moments, 100 times (PUBLISHER_STRESS=ci).

The emulator is a process of its own and survives. What a killed command printed as done is there, the
history verifies, and the next runs take the offer to live, in three tries at most; the emulator's
journal then has one change of the draft, one preview and one live publication of each release.
"""

import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest
import requests

from tests.conftest import ROOT
from tests.stress.checker import check, repeated
from tests.stress.size import fast_folder, pick, seed
from tests.stress.test_kills import ENVIRON, TRIES, Desk

KILLS = pick(quick=10, ci=100, soak=1000)
RELEASES = 10  # per catalogue


@contextmanager
def emulating(root: Path) -> Iterator[Desk]:
    """A desk whose target is an emulator in a process of its own."""
    root.mkdir()
    command = [sys.executable, "-m", "publisher", "emulator", "serve", "--port", "0", "--data", "emulator.db"]
    with subprocess.Popen(
        command, cwd=root, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:  # fmt: skip
        assert process.stdout
        origin = process.stdout.readline().split()[1].removesuffix("/rp/product-ingestion")
        requests.post(f"{origin}/rehearsal/switches", json={"polls": 0}, timeout=10).raise_for_status()
        chosen = {
            "PUBLISHER_TARGET": "emulator",
            "PUBLISHER_EMULATOR_URL": origin,
            "PUBLISHER_PROFILE": "classic",
        }
        try:
            yield Desk(root / "desk", {**ENVIRON, **chosen})
        finally:
            process.terminate()


def violations(desk: Desk) -> list[str]:
    """What the independent checker finds in the catalogue, and what was accepted twice."""
    if not desk.rows("SELECT 1 FROM offer"):
        return []
    return check(desk.catalogue) + repeated(desk.root.parent / "emulator.db")


def effects(desk: Desk) -> Counter[str]:
    with closing(sqlite3.connect(desk.root.parent / "emulator.db")) as db:
        return Counter(effect for (effect,) in db.execute("SELECT effect FROM journal"))


def goes_on(desk: Desk) -> int:
    """How many runs it takes until the offer is live, and nothing happened twice."""
    count, code = 0, None
    while code != 0 and count < TRIES:
        code, _ = desk.run()
        count += 1
        assert desk.forgotten() == []
    said = desk.said.read_text()
    assert code == 0, said
    assert desk.rows("SELECT number FROM revision WHERE state = 'live'") == [(desk.releases,)], said
    assert violations(desk) == []
    done = {"draft-changed": 1, "submission-accepted": 2, "slot-filled": 2}
    assert effects(desk) == {effect: times * desk.releases for effect, times in done.items()}
    return count


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory: a killed process leaves what it wrote to the operating system anyway."""
    with TemporaryDirectory(prefix="publisher-", dir=fast_folder(tmp_path)) as folder:
        yield Path(folder)


def test_a_killed_release_before_an_emulator_goes_on(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for the process that forks
    Desk.context.set_forkserver_preload(["tests.stress.warm", "tests.stress.warm_emulator"])
    dice = random.Random(seed("emulator kills"))
    kills, situations, tries, number = 0, Counter[str](), Counter[int](), 0
    durations: list[float] = []
    while kills < KILLS:
        number += 1
        with emulating(base / str(number)) as desk:
            while kills < KILLS and desk.releases < RELEASES:
                desk.next_version()
                if len(durations) < 3:
                    durations.append(desk.run()[1])
                for _ in range(dice.choice([1, 1, 2]) if len(durations) > 2 else 0):
                    code, seconds = desk.run(kill_after=dice.uniform(0, 1.1 * median(durations[-9:])))
                    assert desk.forgotten() == []
                    assert violations(desk) == []
                    kills += code == -signal.SIGKILL
                    situations[desk.situation() if code == -signal.SIGKILL else "too late"] += 1
                    durations += [seconds] if code == 0 else []
                tries[goes_on(desk)] += 1
    print(f"{kills} kills within {median(durations):.3f} s; tries {dict(tries)}")
    for situation, times in situations.most_common():
        print(f"{times:5} {situation}")
    assert len(situations) >= pick(quick=3, ci=5, soak=6)
