"""Whatever goes wrong on the wire: once it stops, catalogue and emulator agree, and nothing was done twice.

Each fault strikes at each configure of a release (the draft, preview, live), then random mixes of
faults do (100 with PUBLISHER_STRESS=ci). Afterwards at most three rounds take the version to live,
each intent has one effect at most in the emulator's journal, and another release sends nothing.
"""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.stress.rehearsal import Rehearsal, copied, rehearsal
from tests.stress.size import fast_folder, pick, seed

MIXES = pick(quick=10, ci=100, soak=1000)
ROUNDS = 3

SCENARIOS: dict[str, list[dict[str, Any]]] = {
    "tokens fail three times": [{"op": "token", "fault": "status", "times": 3}],
    "tokens that last a second": [{"op": "token", "fault": "lifetime", "seconds": 1, "times": 200}],
    "tokens of HTML": [{"op": "token", "fault": "html", "times": 2}],
    "throttled for two seconds": [{"fault": "status", "status": 429, "retry_after": "2"}],
    "throttled for a day": [{"fault": "status", "status": 429, "retry_after": "86400"}],
    "500 before": [{"fault": "status"}],
    "500 after": [{"fault": "status", "commit": True}],
    "503 before, and after": [{"fault": "status", "status": 503}, {"fault": "status", "status": 503, "commit": True}],
    "reset before": [{"fault": "drop"}],
    "reset after": [{"fault": "drop", "commit": True}],
    "sent twice": [{"fault": "replay"}],
    "refused after": [{"fault": "status", "status": 400, "commit": True}],
    "conflict": [{"fault": "status", "status": 409}],
    "conflict with ourselves": [{"fault": "status", "status": 409, "commit": True}],
    "the answer to an earlier request": [{"fault": "stale"}],
    "an echo of the request": [{"fault": "echo"}],
    "half an answer": [{"fault": "truncate"}],
    "a page of HTML": [{"fault": "html"}],
    "a page of HTML after": [{"fault": "html", "commit": True}],
    "a bomb after": [{"fault": "bomb", "count": 80, "commit": True}],
    "403": [{"fault": "status", "status": 403}],
    "401": [{"fault": "status", "status": 401, "times": 2}],
    "states out of order": [{"op": "status", "fault": "words", "words": ["notStarted", "completed", "running"]}],
    "a word that nobody knows": [{"op": "status", "fault": "words", "words": ["paused", "paused", "resting"]}],
    "twenty times unavailable": [{"op": "status", "fault": "status", "status": 503, "times": 20}],
    "answers come twice": [{"op": "status", "fault": "stale", "times": 4}],
    "jobs that are not found": [{"op": "status", "fault": "status", "status": 404, "times": 3}],
    "links that need care": [{"op": "list", "fault": "pages", "count": 1, "token": "+==", "times": 30}],
    "links to another host": [{"op": "submissions", "fault": "pages", "count": 1, "host": "attacker.example", "times": 2}],
    "a thousand submissions": [{"op": "submissions", "fault": "history", "count": 998, "times": 400}],
    "a list that changes between its pages": [{"op": "submissions", "fault": "history", "count": 120}],
    "lists and trees that break off": [{"op": "list", "fault": "truncate"}, {"op": "tree", "fault": "truncate"}],
    "lists are empty": [{"op": "submissions", "fault": "status", "status": 404, "times": 2}],
    "no draft": [{"op": "tree", "fault": "status", "status": 404, "times": 2}],
    "nothing is found": [{"op": "any", "fault": "status", "status": 404, "times": 4}],
    "everything is dropped for a while": [{"op": "any", "fault": "drop", "times": 12}],
}  # fmt: skip
# A fault of a configure strikes the draft, the preview, or the live publication.
CASES = [
    (name, skip)
    for name, faults in SCENARIOS.items()
    for skip in range(3)
    if not skip or "op" not in faults[0]
]
KINDS: list[dict[str, Any]] = [
    {"fault": "status", "status": 500}, {"fault": "status", "status": 503}, {"fault": "drop"},
    {"fault": "status", "status": 429, "retry_after": "3"}, {"fault": "status", "status": 429, "retry_after": "900"},
    {"fault": "status", "status": 409}, {"fault": "status", "status": 400}, {"fault": "status", "status": 401},
    {"fault": "html"}, {"fault": "truncate"}, {"fault": "replay"}, {"fault": "stale"}, {"fault": "trickle", "seconds": 0.05},
    {"fault": "words", "words": ["paused", "notStarted"]}, {"fault": "words", "words": ["completed", "running"]},
    {"fault": "pages", "count": 1, "token": "=="}, {"fault": "history", "count": 120},
    {"fault": "lifetime", "seconds": 1},
]  # fmt: skip
OPERATIONS = ["configure", "configure", "configure", "status", "submissions", "list", "tree", "token", "any"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which version 2.4.0 is live on both sides."""
    with TemporaryDirectory(dir=fast_folder(tmp_path_factory.getbasetemp())) as folder:
        root = Path(folder) / "base"
        with rehearsal(root) as first:
            assert first.release("2.4.0"), first.said
            assert first.violations("2.4.0") == []
        yield root


@pytest.fixture
def desk(base: Path, request: pytest.FixtureRequest) -> Iterator[Rehearsal]:
    with (
        TemporaryDirectory(dir=base.parent) as folder,
        rehearsal(copied(base, Path(folder) / "copy")) as opened,
    ):
        yield opened


@pytest.mark.parametrize(("name", "skip"), CASES)
def test_after_a_fault_both_sides_agree(desk: Rehearsal, name: str, skip: int) -> None:
    for fault in SCENARIOS[name]:
        desk.emulator.fault(**{"op": "configure", "skip": skip, **fault})
    desk.release("2.5.0")
    desk.converges("2.5.0", rounds=ROUNDS)
    assert desk.violations("2.5.0") == []
    assert desk.sends_nothing("2.5.0")


def test_after_any_mix_of_faults_both_sides_agree(base: Path) -> None:
    dice = random.Random(seed("convergence"))
    rounds: Counter[int] = Counter()
    said: Counter[str] = Counter()
    for number in range(MIXES):
        with (
            TemporaryDirectory(dir=base.parent) as folder,
            rehearsal(copied(base, Path(folder) / "copy")) as desk,
        ):
            mix = [mixed(dice) for _ in range(dice.choice([1, 2, 3, 5, 8]))]
            for fault in mix:
                desk.emulator.fault(**fault)
            for _ in range(dice.choice([1, 1, 2, 3])):
                desk.release("2.5.0")
            rounds[desk.converges("2.5.0", rounds=ROUNDS)] += 1
            found = desk.violations("2.5.0", lied=any(map(is_lie, mix)))
            assert (number, mix, desk.said, found) == (number, mix, desk.said, [])
            said.update(line.partition(":")[0] for line in desk.said)
    print(f"{MIXES} mixes; rounds {dict(rounds)}; errors on the way {dict(said)}")
    assert len(said) >= pick(quick=1, ci=3, soak=4)


def is_lie(fault: dict[str, Any]) -> bool:
    """Whether the marketplace refuses for good what it does all the same."""
    return fault.get("status") == 400 and bool(fault.get("commit"))


def mixed(dice: random.Random) -> dict[str, Any]:
    """A fault at random."""
    kind = dict(dice.choice(KINDS))
    op = dice.choice(OPERATIONS)
    if kind["fault"] == "words":
        return {**kind, "op": "status", "skip": dice.randrange(4)}
    if kind["fault"] == "lifetime":
        return {**kind, "op": "token", "times": dice.randrange(1, 40)}
    if kind["fault"] in {"pages", "history"}:
        return {**kind, "op": "submissions", "times": dice.randrange(1, 20), "skip": dice.randrange(4)}
    commit = kind["fault"] in {"status", "drop", "html"} and dice.random() < 0.5
    return {
        **kind,
        "op": op,
        "commit": commit,
        "times": dice.choice([1, 1, 1, 2, 6]),
        "skip": dice.randrange(6),
    }
