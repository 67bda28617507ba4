"""Runs a command against the staged offer and keeps what it did as evidence."""

import hashlib
import json
import os
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from publisher.catalogue.views import OfferView
from publisher.engine import Engine, Key
from publisher.errors import Refused, UsageError
from publisher.marketplaces import Content, Slot
from publisher.redact import redact
from publisher.submissions import observe, write


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a staging test left: its exit status, how many seconds it ran, a sha256 of its output."""

    exit_status: int
    seconds: float
    output_sha256: str


def run_test(engine: Engine, key: Key, command: Sequence[str], *, show: Callable[[bytes], None]) -> Evidence:
    """Run a command with the staged content's facts in its environment, and record the outcome.

    `show` gets each line that the command prints, as it comes.

    Raises Refused when nothing is ready in staging.
    """
    view = observe(engine, key).view
    content = _staged_content(engine, view)
    with TemporaryDirectory(prefix="publisher-") as folder:
        facts = Path(folder) / "offer.json"
        facts.write_text(json.dumps(dict(content.document), ensure_ascii=False, indent=2), encoding="utf-8")
        evidence = _run(command, environment(view, content, facts), show)
    with write(engine, key) as work:
        if work.view.open is None or view.open is None or work.view.open.id != view.open.id:
            raise Refused(f"{view.key} was changed while the test ran: its outcome says nothing any more")
        work.add_evidence(
            command=redact(shlex.join(command)),
            exit_status=evidence.exit_status,
            seconds=evidence.seconds,
            output_sha256=evidence.output_sha256,
        )
    return evidence


def _staged_content(engine: Engine, view: OfferView) -> Content:
    revision = view.open
    if revision is None or revision.state != "staging" or (view.submission and view.submission.running):
        raise Refused(
            f"{view.key} is {view.state}: there is no staged offer to test",
            hint="`publisher stage PATH --wait` first",
        )
    tester = revision.subscriptions[0] if revision.subscriptions else None
    content = engine.marketplace.content(view.publisher, view.offer, Slot.STAGING, subscription=tester)
    if content is None or content.digest != revision.digest:
        raise Refused(f"{view.key}: the staging slot does not hold revision {revision.number}")
    return content


def environment(view: OfferView, content: Content, facts: Path) -> dict[str, str]:
    """The facts of the staged content as variables; the canonical document lies in a file."""
    skus: Sequence[Mapping[str, Any]] = content.document.get("skus", [])
    versions = {sku["id"]: [image["version"] for image in sku.get("images", [])] for sku in skus}
    return {
        "PUBLISHER_TEST_PUBLISHER": view.publisher,
        "PUBLISHER_TEST_OFFER": view.offer,
        "PUBLISHER_TEST_DIGEST": content.digest,
        "PUBLISHER_TEST_SKUS": " ".join(versions),
        "PUBLISHER_TEST_VERSIONS": json.dumps(versions),
        "PUBLISHER_TEST_SUBSCRIPTIONS": " ".join(content.subscriptions),
        "PUBLISHER_TEST_CONTENT": str(facts),
    }


def _run(command: Sequence[str], variables: Mapping[str, str], show: Callable[[bytes], None]) -> Evidence:
    digest, start = hashlib.sha256(), time.monotonic()
    try:
        process = subprocess.Popen(  # noqa: S603  # running the user's command is the purpose
            list(command), env=os.environ | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except OSError as error:
        raise UsageError(f"{command[0]}: {error.strerror}", hint="give a command after --") from None
    with process:
        assert process.stdout is not None  # noqa: S101  # it was asked for
        while line := process.stdout.readline(65536):
            digest.update(line)
            show(line)
    seconds = round(time.monotonic() - start, 3)
    return Evidence(exit_status=process.returncode, seconds=seconds, output_sha256=digest.hexdigest())
