"""publisher test: run a command against the staged offer and record the outcome."""

from typing import Annotated

import typer

from publisher.cli.common import OfferName, Target, engine
from publisher.cli.console import make_app, note, result
from publisher.errors import Refused
from publisher.testing import run_test

app = make_app()


@app.command(context_settings={"allow_interspersed_args": False})
def command(
    offer: OfferName,
    command: Annotated[
        list[str], typer.Argument(metavar="-- COMMAND…", help="What to run, with its arguments.")
    ],
    target: Target = "",
) -> None:
    """Run a command against the staged offer; exit status, duration and a digest are kept as evidence.

    The command finds the staged content in PUBLISHER_TEST_CONTENT (a JSON file) and in
    PUBLISHER_TEST_PUBLISHER, _OFFER, _DIGEST, _SKUS, _VERSIONS, _SUBSCRIPTIONS. A failed latest test
    blocks the production request.

    Example: publisher test relaygate-mail -- ./deploy-and-probe.sh
    """
    with engine(target=target) as opened:
        key = opened.find(offer)
        words = command[1:] if command[0] == "--" else command
        evidence = run_test(opened, key, words, show=_show)
    seconds, digest = f"{evidence.seconds:.1f} s", evidence.output_sha256[:12]
    facts = f"exit status {evidence.exit_status} after {seconds}, output sha256 {digest}"
    if evidence.exit_status:
        raise Refused(
            f"{'/'.join(key)}: the staging test failed: {facts}", hint="stage a mended content, or test again"
        )
    result(f"{'/'.join(key)}: the staging test passed: {facts}")


def _show(line: bytes) -> None:
    note(line.decode("utf-8", "replace").rstrip("\n"))
