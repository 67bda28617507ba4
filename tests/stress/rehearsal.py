"""An offer and the engine before an emulator: releases under faults, and what must hold afterwards."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from publisher.errors import PublisherError
from publisher.marketplaces import Slot
from publisher.marketplaces.emulator import Emulator, start_emulator
from publisher.marketplaces.partner_center import PartnerCenter
from publisher.marketplaces.partner_center.assets import Uploaded
from publisher.marketplaces.partner_center.client import Client
from publisher.marketplaces.partner_center.credentials import client_secret_tokens
from publisher.marketplaces.partner_center.ingestion import Ingestion
from publisher.marketplaces.partner_center.market import Pace
from publisher.redact import Secret
from publisher.release import advance
from publisher.staging import stage
from publisher.submissions import Outcome, observe, refuse_failed
from tests.stress.checker import check, repeated
from tests.workshop import KEY, Workshop, content, open_workshop

LOOKS = 60  # at one submission, before a round is given up


class Rehearsal:
    """A release after the other; `waits` holds the seconds that the client would have waited."""

    def __init__(self, root: Path, shop: Workshop, emulator: Emulator, waits: list[float]) -> None:
        self.root = root
        self.shop = shop
        self.emulator = emulator
        self.waits = waits
        self.said: list[str] = []
        self.number = 0

    def release(self, version: str) -> bool:
        """One round: what is missing until a version is live; whether it got there. An error ends the round."""
        self.shop.later(hours=1)
        document = self.shop.folder(content(version))
        try:
            self._settled(stage(self.shop.engine, document))
            self._settled(advance(self.shop.engine, KEY, goal=Slot.PRODUCTION, document=document))
        except PublisherError as error:
            self.said.append(f"{type(error).__name__}: {error.message}")
            return False
        return self.shop.view.state == "live"

    def converges(self, version: str, *, rounds: int = 3) -> int:
        """How many rounds it takes until both sides agree on a version, now that nothing goes wrong."""
        self.emulator.market.clear_faults()
        self.emulator.market.clear_knobs()
        for count in range(1, rounds + 1):
            if self.release(version):
                return count
        raise AssertionError("\n".join(["no agreement", *self.said]))

    def violations(self, version: str, *, lied: bool = False) -> list[str]:
        """What does not hold although both sides should agree.

        `lied`: the marketplace refused what it did, so that the same content may be staged again.
        """
        view, market = self.shop.view, self.emulator.market
        product = market.products(KEY[1])[0]["id"].removeprefix("product/")
        trees = [_content(market.tree(product, target)) for target in ("draft", "preview", "live")]
        found = check(self.root / ".publisher" / "catalogue.db")
        if (
            not lied and "refuse" not in self._triggers()
        ):  # what was refused on the way to live is staged again
            found += repeated(self.root / "emulator.db")
        if view.state != "live" or (view.submission and view.submission.running):
            found.append(f"the catalogue says {view.state}")
        if not trees[0] == trees[1] == trees[2] or version not in str(trees[2]):
            found.append("draft, preview and live differ in the emulator")
        return found + self._effects()

    def sends_nothing(self, version: str) -> bool:
        """Whether another release has no effect at all."""
        before = self.emulator.journal()
        assert self.release(version)
        return self.emulator.journal() == before

    def _effects(self) -> list[str]:
        """Intents with more than one effect: by slot, and by content for the draft."""
        found = []
        journal = self.emulator.journal()
        accepted = Counter(e.detail["slot"] for e in journal if e.effect == "submission-accepted")
        intended = Counter(self._triggers())
        for slot, trigger in (("staging", "stage"), ("production", "request_production")):
            if accepted[slot] > intended[trigger]:
                found.append(f"{slot}: {intended[trigger]} intents, {accepted[slot]} effects")
        drafts = Counter(e.digest for e in journal if e.effect == "draft-changed")
        return found + [f"draft {digest[:12]} {n} times" for digest, n in drafts.items() if n > 1]

    def _triggers(self) -> list[str]:
        history = self.shop.catalogue.history(self.shop.view)
        return [event.trigger for event in history if event.subject == "offer"]

    def _settled(self, outcome: Outcome) -> None:
        for _ in range(LOOKS):
            if outcome.look_again is None:
                refuse_failed(outcome)
                return
            self.shop.later(seconds=outcome.look_again + 1)
            outcome = observe(self.shop.engine, KEY)


def _content(tree: dict[str, Any]) -> list[str]:
    return sorted(str(body) for body in tree["resources"] if not body["id"].startswith("submission/"))


@contextmanager
def rehearsal(root: Path) -> Iterator[Rehearsal]:
    """A rehearsal in a folder, which may hold an earlier one."""
    waits: list[float] = []
    with start_emulator(root / "emulator.db") as emulator:
        tokens = client_secret_tokens(
            f"{emulator.login_url}/t/oauth2/v2.0/token", client_id="stress", secret=Secret("rehearsal")
        )
        client = Client(emulator.url, tokens, pause=waits.append)
        market = PartnerCenter(
            Ingestion(client),
            Uploaded(emulator.assets_url),
            name="emulator",
            fetch=lambda url: b"",
            rehearsal=True,
            pace=Pace(look_again=0.2, settle=30),
        )
        with open_workshop(root, target="emulator", emulator_url=emulator.origin, profile="classic") as shop:
            shop.engine = replace(shop.engine, marketplace=market)
            yield Rehearsal(root, shop, emulator, waits)
        client.close()


def copied(base: Path, root: Path) -> Path:
    """A folder like another one, whose processes have ended."""
    return Path(shutil.copytree(base, root))
