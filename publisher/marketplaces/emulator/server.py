"""uvicorn in a thread of this process, on the loopback interface alone."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from publisher.errors import SettingsError
from publisher.marketplaces.emulator.app import create_app
from publisher.marketplaces.emulator.market import EmulatedMarketplace
from publisher.marketplaces.emulator.weather import Weather

_ADDRESS = "127.0.0.1"


@contextmanager
def serving(market: EmulatedMarketplace, *, port: int, certificate: Path | None = None) -> Iterator[str]:
    """The origin, such as `http://127.0.0.1:8080`, while it is served.

    `certificate` is a PEM file that holds a certificate for localhost and its key: then the origin is
    `https://localhost:…`. Raises SettingsError for a port that is taken or a file that cannot be used.
    """
    with _listening(port) as door:
        origin = f"{'https://localhost' if certificate else f'http://{_ADDRESS}'}:{door.getsockname()[1]}"
        server = _server(market, origin, certificate)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="emulator", daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                thread.join(0.005)
            yield origin
        finally:
            server.should_exit = True
            thread.join(10)


def _server(market: EmulatedMarketplace, origin: str, certificate: Path | None) -> uvicorn.Server:
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
        ssl_certfile=certificate,
    )
    _load(config, certificate)
    server = uvicorn.Server(config)
    return server


def _load(config: uvicorn.Config, certificate: Path | None) -> None:
    """Read the certificate before a thread would."""
    try:
        config.load()
    except OSError as error:  # an SSLError is one
        raise SettingsError(
            f"{certificate}: {error.strerror or 'no certificate with its key'}",
            hint="give a PEM file that holds a certificate for localhost and its key",
        ) from None


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    door = socket.socket(proto=socket.IPPROTO_TCP)  # said aloud, or asyncio lets small answers wait 40 ms
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
