"""The time that one question has, kept even against a server that sends a byte now and then."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR, socket


class Deadline:
    """Seconds for all requests of one question together.

    Socket time-outs start anew with every byte; so another thread calls `expire` when the time is
    over, and the sockets are shut under whoever waits for them.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket] = set()

    @property
    def remaining(self) -> float:
        """Seconds left; 0 when the time is over."""
        return 0.0 if self._over.is_set() else max(0.0, self._end - time.monotonic())

    def guard(self, connected: socket) -> None:
        """Shut this socket at the end."""
        with self._lock:
            self._sockets.add(connected)
        if self._over.is_set():
            self.expire()

    def forget(self, connected: socket) -> None:
        """Leave this socket alone; its owner closes it."""
        with self._lock:
            self._sockets.discard(connected)

    def expire(self) -> None:
        """Make the end now, from any thread."""
        self._over.set()
        with self._lock:
            for connected in self._sockets:
                with suppress(OSError):  # the other side may have closed it
                    socket.shutdown(connected, SHUT_RDWR)  # that of SSLSocket is for its own thread

    def pause(self, seconds: float) -> None:
        """Wait, though not beyond the end."""
        self._over.wait(min(seconds, self.remaining))


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """A deadline that a timer keeps until the end of the block."""
    deadline = Deadline(seconds)
    watch = threading.Timer(seconds, deadline.expire)
    watch.daemon = True
    watch.start()
    try:
        yield deadline
    finally:
        watch.cancel()
