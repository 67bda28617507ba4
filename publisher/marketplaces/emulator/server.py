"""uvicorn in a thread of this process, on the loopback interface alone."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from publisher.errors import SettingsError
from publisher.marketplaces.emulator.app import create_app
from publisher.marketplaces.emulator.market import EmulatedMarketplace
from publisher.marketplaces.emulator.weather import Weather

_ADDRESS = "127.0.0.1"


@contextmanager
def serving(market: EmulatedMarketplace, *, port: int) -> Iterator[str]:
    """The origin, such as `http://127.0.0.1:8080`, while it is served.

    Raises SettingsError for a port that is taken.
    """
    with _listening(port) as door:
        origin = f"http://{_ADDRESS}:{door.getsockname()[1]}"
        server = _server(market, origin)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="emulator", daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                thread.join(0.005)
            yield origin
        finally:
            server.should_exit = True
            thread.join(10)


def _server(market: EmulatedMarketplace, origin: str) -> uvicorn.Server:
    app = create_app(market, lambda: origin)
    weather = Weather(app, market, lambda: server.server_state.connections)
    config = uvicorn.Config(
        weather,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    return server


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    door = socket.socket()
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((_ADDRESS, port))
    except OSError as error:
        door.close()
        raise SettingsError(
            f"port {port} cannot be used: {error.strerror}", hint="choose another --port, or 0 for any"
        ) from error
    with door:
        yield door
