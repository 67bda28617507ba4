"""Judges many offers: one after the other, or in several processes where that pays."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from publisher.errors import PublisherError, UsageError
from publisher.findings import Report

Judge = Callable[[Path], Report]
Outcome = Report | UsageError

PAYS: Final = 20  # offers; below, starting processes takes longer than they save
_SHARES: Final = 8  # portions of work per process: few enough to be cheap, enough to keep all busy

_judges: Final[list[Judge]] = []  # of this process: what a process inherits need not be sent to it


def judge_all(paths: Sequence[Path], judge: Judge, *, jobs: int = 0) -> Iterator[Outcome]:
    """What `judge` says of each path, in their order, and the same however many processes say it.

    A UsageError is the outcome of its path alone; every other error ends the whole. `jobs` counts
    processes; 0 means as many as processors, from so many offers on that it pays.
    """
    if (count := _processes(len(paths), jobs)) > 1:
        return _in_processes(paths, judge, count)
    return (_outcome(judge, path) for path in paths)


def _processes(offers: int, jobs: int) -> int:
    if not hasattr(os, "fork"):
        return 1
    if jobs:
        return min(jobs, offers)
    return _processors() if offers > PAYS else 1


def _processors() -> int:
    """Those that this process may use, where the system says it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _outcome(judge: Judge, path: Path) -> Outcome:
    try:
        return judge(path)
    except UsageError as error:
        return error


def _in_processes(paths: Sequence[Path], judge: Judge, count: int) -> Iterator[Outcome]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    # A process is a copy of this one: it knows the secrets, which cannot be sent, and all that judging
    # the first offer imports.
    first, *others = paths
    yield _outcome(judge, first)
    portion = -(-len(others) // (count * _SHARES))
    pool = ProcessPoolExecutor(count, mp_context=get_context("fork"), initializer=_begin, initargs=(judge,))
    try:
        yield from pool.map(_judged, others, chunksize=portion)
    except BrokenProcessPool:
        raise PublisherError(
            "a process ended before it had judged its offers", hint="try again with --jobs 1"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(judge: Judge) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted is the command, which ends us
    _judges[:] = [judge]


def _judged(path: Path) -> Outcome:
    return _outcome(_judges[0], path)
