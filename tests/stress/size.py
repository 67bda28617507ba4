"""How much the stress tests do: PUBLISHER_STRESS=quick|ci|soak (ci by default), PUBLISHER_STRESS_SEED=N.

quick  a tenth of ci, while one works on something
ci     the whole folder within about six minutes on two cores, always the same cases
soak   twenty times ci or more, other cases each time unless a seed is given
"""

import os
import random
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SIZE = os.environ.get("PUBLISHER_STRESS", "ci")
if SIZE not in {"quick", "ci", "soak"}:
    raise ValueError(f"PUBLISHER_STRESS={SIZE}: quick, ci or soak is expected")


def pick(*, quick: T, ci: T, soak: T) -> T:
    """The value for the chosen size."""
    return {"quick": quick, "ci": ci, "soak": soak}[SIZE]


def seed(name: str) -> int:
    """A seed, printed: fixed for quick and ci, new each time for soak, or the one that was given."""
    fresh = random.SystemRandom().randrange(2**32) if SIZE == "soak" else 20160719
    chosen = int(os.environ.get("PUBLISHER_STRESS_SEED", fresh))
    print(f"{name}: PUBLISHER_STRESS={SIZE} PUBLISHER_STRESS_SEED={chosen}")
    return chosen


def fast_folder(fallback: Path) -> Path:
    """A folder in memory where there is one: what is tested here is order, not durability."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and os.access(memory, os.W_OK) else fallback
