"""Visits many links at once: some threads, each host by no more of them than it should bear."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final, Generic, TypeVar

from publisher.links.deadline import Deadline
from publisher.links.policy import Policy, Resolver
from publisher.links.target import Target
from publisher.links.transport import Transport
from publisher.links.visit import Road

_TICK: Final = 0.1  # seconds by which a deadline may be overrun

Queue = deque[tuple[str, Target]]
Result = TypeVar("Result")
Visitor = Callable[[str, Target, Road, Deadline], Result]


class Tour(Generic[Result]):
    """One check of many places. `timeout` is in seconds for each of them, redirects and retry included."""

    def __init__(
        self, policy: Policy, visit: Visitor[Result], *, concurrency: int, per_host: int, timeout: float
    ) -> None:
        self._policy = policy
        self._visit_one = visit
        self._resolver = Resolver(policy)
        self._concurrency = concurrency
        self._per_host = per_host
        self._timeout = timeout
        self._running: set[Deadline] = set()
        self._results: dict[str, Result] = {}

    def run(self, targets: Mapping[str, Target]) -> dict[str, Result]:
        """The result of every place by the name it was given (a link: its URL), in no particular order."""
        self._drive(tuple(_lanes(_by_host(targets), self._per_host)))
        return self._results

    def _drive(self, lanes: tuple[Queue, ...]) -> None:
        """Start a worker for each lane, and keep the deadlines of what they do."""
        executor = ThreadPoolExecutor(min(self._concurrency, len(lanes)), thread_name_prefix="links")
        try:
            futures = [executor.submit(self._work, lane) for lane in lanes]
            pending = set(futures)
            while pending:
                _, pending = wait(pending, timeout=_TICK)
                self._expire()
            for future in futures:
                future.result()
        finally:  # an interrupt does not wait for slow servers
            for lane in lanes:
                lane.clear()
            self._expire(everything=True)
            executor.shutdown(cancel_futures=True)

    def _expire(self, *, everything: bool = False) -> None:
        for deadline in tuple(self._running):
            if everything or not deadline.remaining:
                deadline.expire()

    def _work(self, lane: Queue) -> None:
        with Transport(self._policy) as transport:
            road = Road(policy=self._policy, resolver=self._resolver, transport=transport)
            while True:
                try:
                    name, target = lane.popleft()
                except IndexError:
                    return
                self._visit(name, target, road)

    def _visit(self, name: str, target: Target, road: Road) -> None:
        deadline = Deadline(self._timeout)
        self._running.add(deadline)
        try:
            self._results[name] = self._visit_one(name, target, road, deadline)
        finally:
            self._running.discard(deadline)


def _by_host(targets: Mapping[str, Target]) -> Iterable[Queue]:
    queues: defaultdict[str, Queue] = defaultdict(deque)
    for name, target in targets.items():
        queues[target.host].append((name, target))
    return queues.values()


def _lanes(queues: Iterable[Queue], per_host: int) -> Iterator[Queue]:
    """Each queue as often as it may be worked on at once; every host's first lane comes first."""
    for turn in range(per_host):
        yield from (queue for queue in queues if len(queue) > turn)
