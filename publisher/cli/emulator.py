"""publisher emulator: serve the marketplace's API on this machine, for rehearsals with any client of it."""

import signal
import threading
from pathlib import Path
from typing import Annotated, Final

import typer

from publisher.cli.common import SecretsFile
from publisher.cli.console import make_app, note, result

app = make_app(group=True)

_SHORTEST: Final = 0.5  # seconds between two looks for a signal; a wait without end hears none on Windows


@app.callback()
def callback() -> None:
    """Serve the marketplace's API on this machine."""


@app.command()
def serve(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")
    ] = 8089,
    seed: Annotated[
        list[Path] | None,
        typer.Option(help="Offer folder, or resource tree in JSON, that is live from the start; repeatable."),
    ] = None,
    faults: Annotated[Path | None, typer.Option(help="What shall go wrong: TOML or JSON lines.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Where it remembers; .publisher/emulator.db without it.")
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(help="PEM file of a certificate for localhost and its key: serves https."),
    ] = None,
    secrets_file: SecretsFile = None,
) -> None:
    """Emulate the Product Ingestion API until Ctrl-C.

    Example: publisher emulator serve --seed relaygate-mail --port 8089
    """
    from publisher.document.secrets import read_secrets
    from publisher.marketplaces.emulator import start_emulator
    from publisher.settings import load_settings

    path = data or load_settings().home / "emulator.db"
    with start_emulator(path, port=port, certificate=certificate) as emulator:
        for folder in seed or ():
            emulator.seed_path(folder, read_secrets(secrets_file))
        if faults:
            emulator.obey(faults)
        result(f"API     {emulator.url}")
        result(f"login   {emulator.login_url}/TENANT/oauth2/token (and /oauth2/v2.0/token)")
        result(f"assets  {emulator.assets_url}")
        note(f"OpenAPI {emulator.url}/openapi.json; any client ID and secret will do; data in {path}")
        note(f"this program: PUBLISHER_TARGET=emulator PUBLISHER_EMULATOR_URL={emulator.origin}")
        note("others: see docs/emulator.md; Ctrl-C ends it")
        _wait()


def _wait() -> None:
    """Stay until the terminal says to stop, or whoever started this in the background."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stop = threading.Event()
    try:
        while not stop.wait(_SHORTEST):
            pass
    except KeyboardInterrupt:
        note("the emulator has stopped")
