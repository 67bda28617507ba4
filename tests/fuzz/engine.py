"""Runs a fuzz target under atheris: `pip install -e '.[fuzz]'`, then `python tests/fuzz/fuzz_document.py`.

Options are libFuzzer's, such as `-max_total_time=600`. A folder among the arguments keeps what was found to be
new, for the next run; the committed corpus is always read. A target is a function of bytes that raises when a
promise is broken, and needs no atheris by itself: `tests/test_fuzz.py` calls it on the committed corpus.
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

HERE = Path(__file__).resolve().parent


def watched(module: str) -> AbstractContextManager[object]:
    """What is imported inside is measured for coverage, when the target runs as a program."""
    if module != "__main__":
        return nullcontext()
    import atheris

    return atheris.instrument_imports(include=["publisher", "yaml"])


def fuzz(target: Callable[[bytes], None], name: str) -> None:
    """Feed the target until it fails or the time is over; never returns."""
    import atheris

    options = [word for word in sys.argv[1:] if word.startswith("-")]
    kept = [word for word in sys.argv[1:] if not word.startswith("-")]
    folders = [*(kept or [tempfile.mkdtemp(prefix=f"fuzz-{name}-")]), str(HERE / "corpus" / name)]
    words = f"-dict={HERE / name}.dict"
    atheris.Setup([sys.argv[0], words, "-timeout=10", "-max_len=4096", *options, *folders], target)
    atheris.Fuzz()
