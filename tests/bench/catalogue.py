"""Measures what a durable transition costs: `python tests/bench/catalogue.py [--folder DIR] [--full]`.

The raw rate is that of appending 4 KiB and fdatasync on the same disk, measured in turns with the
transitions, since disks are moody. Then the same transition in a catalogue of 10 offers and one of
10,000 (100,000 with --full), in turns as well: the cost must be flat.
"""

import argparse
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import Pool, event

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from publisher.catalogue.store import Catalogue
from publisher.catalogue.views import Draft
from publisher.content import draft_of
from tests.workshop import content, open_workshop

ROUNDS, TURN, BUDGET = 40, 25, 0.12
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def rate(work: Callable[[], object], times: int = TURN) -> float:
    """How often per second."""
    begin = time.perf_counter()
    for _ in range(times):
        work()
    return times / (time.perf_counter() - begin)


def raw(path: Path) -> Callable[[], None]:
    """Append 4 KiB, durably."""
    handle, block = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), os.urandom(4096)

    def append() -> None:
        os.write(handle, block)
        os.fdatasync(handle)

    return append


def shipped(folder: Path) -> Draft:
    """What the catalogue keeps of the shipped offer: two SKUs, its texts and pictures."""
    with open_workshop(folder) as shop:
        offer = shop.folder(content()).offer
        assert offer is not None
        return draft_of(offer)


def filled(path: Path, count: int, draft: Draft) -> Catalogue:
    """A catalogue of `count` offers in draft, recorded in a hurry."""
    begin = time.perf_counter()
    with hurried():
        catalogue = Catalogue(path)
        for number in range(count):
            publisher = f"publisher-{number % 100}"
            with catalogue.write(publisher, f"offer-{number}", actor="bench", now=NOW, create=True) as work:
                work.open_revision(draft)
        catalogue.close()
    if count > 100:
        print(f"{count:,} offers recorded in {time.perf_counter() - begin:.0f} s", flush=True)
    return Catalogue(path)


@contextmanager
def hurried() -> Iterator[None]:
    """Nothing waits for the disk meanwhile."""

    def configure(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    event.listen(Pool, "checkout", configure)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", configure)


def transition(catalogue: Catalogue, number: int) -> Callable[[], None]:
    """Move one offer with its SKUs: to staging, and back."""
    key = (f"publisher-{number % 100}", f"offer-{number}")

    def move() -> None:
        with catalogue.write(*key, actor="bench", now=NOW) as work:
            work.fire("stage" if work.view.state == "draft" else "revise")

    return move


def against_the_disk(folder: Path, draft: Draft) -> bool:
    """Transitions and raw appends in turns."""
    append, catalogue = raw(folder / "raw.bin"), filled(folder / "ten.db", 10, draft)
    move = transition(catalogue, 5)
    rate(move)
    pairs = [(rate(append), rate(move)) for _ in range(ROUNDS)]
    catalogue.close()
    ratios = sorted(ours / floor for floor, ours in pairs)
    floor, ours = (median(column) for column in zip(*pairs, strict=True))
    quarter = len(ratios) // 4
    print(f"raw appends {floor:,.0f}/s, transitions {ours:,.0f}/s ({1000 / ours:.2f} ms)")
    print(
        f"ratio {median(ratios):.2f} (half of the turns within {ratios[quarter]:.2f} to {ratios[-quarter - 1]:.2f}), "
        f"budget ≥ {BUDGET}"
    )
    return median(ratios) >= BUDGET


def flat(folder: Path, draft: Draft, many: int) -> bool:
    """A small catalogue and a large one in turns."""
    small, large = filled(folder / "small.db", 10, draft), filled(folder / "large.db", many, draft)
    moves = [transition(small, 5), transition(large, many // 2)]
    pairs = [(rate(moves[0]), rate(moves[1])) for _ in range(ROUNDS)]
    spread = [transition(large, number) for number in range(0, many, many // TURN)]
    far = rate(lambda: [move() for move in spread], 2) * len(spread)
    cost = median(few / lots for few, lots in pairs)
    few = median(pair[0] for pair in pairs)
    print(f"10 → {many:,} offers: cost × {cost:.2f}; offers never touched before: × {few / far:.2f}")
    small.close()
    large.close()
    return cost < 1.5


def main() -> int:
    """Print the figures; 1 where one misses its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(), help="on the disk to measure; here by default")
    parser.add_argument("--full", action="store_true", help="100,000 offers instead of 10,000")
    options = parser.parse_args()
    with TemporaryDirectory(dir=options.folder, prefix="bench-") as name:
        folder = Path(name)
        draft = shipped(folder / "shop")
        print(f"document of {len(str(draft.document)):,} characters, {len(draft.locks) - 1} SKUs")
        good = against_the_disk(folder, draft)
        return 0 if flat(folder, draft, 100_000 if options.full else 10_000) and good else 1


if __name__ == "__main__":
    sys.exit(main())
