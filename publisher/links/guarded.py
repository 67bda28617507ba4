"""Connections that a deadline shuts, even against a server that sends a byte now and then."""

import threading
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from publisher.links.deadline import Deadline


class _Here(threading.local):
    """The deadline of what this thread asks for."""

    deadline: Deadline | None = None


_here: Final = _Here()


def heed(deadline: Deadline) -> None:
    """From now on, what this thread asks for through a guarded adapter ends with this deadline."""
    _here.deadline = deadline


class _Connection(HTTPConnection):
    """Can be shut by the deadline of whoever uses it.

    Connecting and the TLS handshake need no guard: their time-outs hold for the whole of them.
    """

    _deadline: Deadline | None = None

    def connect(self) -> None:
        super().connect()
        self._guard()

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._guard()
        super().request(*args, **kwargs)

    def close(self) -> None:
        self._unguard()
        super().close()

    def _guard(self) -> None:
        self._unguard()
        self._deadline = _here.deadline
        if self._deadline and self.sock:
            self._deadline.guard(self.sock)

    def _unguard(self) -> None:
        if self._deadline and self.sock:
            self._deadline.forget(self.sock)


class _TLSConnection(_Connection, HTTPSConnection):
    """The same under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


_POOLS: Final = {"http": _Pool, "https": _TLSPool}


class GuardedAdapter(HTTPAdapter):
    """An adapter of requests with such connections, one at a time, through a proxy or not."""

    def init_poolmanager(self, *_: Any, **__: Any) -> None:
        super().init_poolmanager(1, 1)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager
