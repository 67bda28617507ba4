"""What every marketplace keeps to: local, manual, and the API's adapter before the emulator.

What they do differently, their capabilities say.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from publisher.content import draft_of
from publisher.document import read_document
from publisher.errors import MarketplaceConflict, MarketplaceRefused, MarketplaceUnavailable
from publisher.marketplaces import Marketplace, Progress, Request, Slot, Status
from publisher.marketplaces.emulator import Emulator, start_emulator
from publisher.marketplaces.local import LocalMarketplace
from publisher.marketplaces.manual import ManualMarketplace
from publisher.marketplaces.partner_center import rehearsed
from tests.workshop import DEMO, KEY, AnyDisk, content

NOW = datetime.now(UTC)
NEW = "2.5.0"


@dataclass(kw_only=True)
class Place:
    """A marketplace, and a sender who is reminded of what it asked to be reminded of."""

    market: Marketplace
    effects: Callable[[], list[str]]
    hold: Callable[[], None]
    lose_an_answer: Callable[[], None]
    ends: Callable[[str], None] = lambda identity: None
    an_hour_passes: Callable[[], None] = lambda: None
    known: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def submit(self, request: Request) -> Status:
        if request.identity not in self.known:
            self.known[request.identity] = dict(self.market.prepare(request, now=NOW))
        return self._heard(self.market.submit(request, now=NOW, remote=self.known[request.identity]))

    def look(self, identity: str) -> Status | None:
        remote = self.known.get(identity, {})
        status = self.market.look(*KEY, identity, now=NOW, remote=remote)
        return self._heard(status) if status else None

    def begin(self, request: Request) -> None:
        """Send a request, and look until its publication is under way."""
        self.submit(request)
        for _ in range(200):
            if self.effects():
                return
            self.an_hour_passes()
            self.look(request.identity)
        raise AssertionError(f"{request.identity} does not begin")

    def drive(self, request: Request) -> Status:
        """Bring a request to its good end."""
        self.submit(request)
        self.ends(request.identity)
        for _ in range(200):
            status = self.look(request.identity)
            assert status is not None
            if status.progress.final:
                return status
        raise AssertionError(f"{request.identity} does not end: {status}")

    def content(self, slot: Slot) -> Any:
        shown = self.market.content(*KEY, slot)
        return shown and shown.document

    def _heard(self, status: Status) -> Status:
        self.known[status.identity] = {**self.known.get(status.identity, {}), **status.remote}
        return status


@pytest.fixture(params=["local", "manual", "emulator"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with {"local": _local, "manual": _manual, "emulator": _emulator}[request.param](tmp_path) as found:
        yield found


@contextmanager
def _local(root: Path) -> Iterator[Place]:
    market = LocalMarketplace(root / "marketplace.db", check_links=lambda urls: {})
    yield Place(
        market=market,
        effects=lambda: [entry.effect for entry in market.journal()],
        hold=lambda: market.set_knob("*", "delay", 3600),
        lose_an_answer=lambda: market.set_knob("*", "outage", "after 1"),
    )


@contextmanager
def _manual(root: Path) -> Iterator[Place]:
    market = ManualMarketplace(root / "manual.db")

    def record(identity: str) -> None:
        slot = next(s.slot for s in market.submissions() if s.identity == identity)
        market.record(*KEY, "ready" if slot is Slot.STAGING else "live", now=NOW)

    yield Place(
        market=market,
        effects=lambda: [entry.effect for entry in market.journal()],
        hold=lambda: None,
        lose_an_answer=lambda: market.set_knob("*", "outage", "after 1"),
        ends=record,
    )


@contextmanager
def _emulator(root: Path) -> Iterator[Place]:
    hours: list[int] = []
    with (
        start_emulator(root / "emulator.db", clock=lambda: NOW + timedelta(hours=len(hours))) as emulator,
        rehearsed(emulator.origin) as market,
    ):
        yield Place(
            an_hour_passes=lambda: hours.append(0),
            market=market,
            effects=lambda: _published(emulator),
            hold=lambda: emulator.market.set_knob("*", "delay", 3600),
            lose_an_answer=lambda: emulator.fault("drop", op="configure", commit=True),
        )


def _published(emulator: Emulator) -> list[str]:
    """Without what prepares a publication: drafts are changed before they are sent."""
    return [entry.effect for entry in emulator.journal() if entry.effect != "draft-changed"]


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Request]:
    """A request about the shipped offer with an image version."""
    folder = tmp_path / "offer"

    def make(slot: Slot = Slot.STAGING, version: str = "2.4.0", **other: Any) -> Request:
        if not folder.exists():
            import shutil

            shutil.copytree(DEMO, folder)
            (folder / "offer.yaml").unlink()
        (folder / "offer.json").write_text(json.dumps(content(version)), encoding="utf-8")
        offer = read_document(folder, AnyDisk()).offer
        assert offer is not None
        draft = draft_of(offer)
        request = Request(
            identity=uuid4().hex,
            publisher=KEY[0],
            offer=KEY[1],
            slot=slot,
            digest=draft.digest,
            document=draft.document,
            files=draft.files,
            vhds={vhd.address: vhd.url for vhd in offer.vhds() if vhd.url},
            subscriptions=draft.subscriptions,
        )
        return replace(request, **other)

    return make


Ask = Callable[..., Request]


def carried(place: Place, request: Request) -> Mapping[str, Any]:
    return place.market.carried(request.document, request.files)


def test_staging_fills_the_staging_slot_alone(place: Place, ask: Ask) -> None:
    assert [place.content(slot) for slot in Slot] == [None, None]
    request = ask()
    assert place.drive(request).progress is Progress.READY
    assert place.content(Slot.STAGING) == carried(place, request)
    assert place.content(Slot.PRODUCTION) is None


def test_production_is_what_was_staged(place: Place, ask: Ask) -> None:
    request = ask()
    place.drive(request)
    assert place.drive(ask(Slot.PRODUCTION)).progress is Progress.READY
    assert place.content(Slot.PRODUCTION) == carried(place, request)


def test_customers_see_the_old_content_until_the_new_one_is_live(place: Place, ask: Ask) -> None:
    old, new = ask(), ask(version=NEW)
    place.drive(old)
    place.drive(ask(Slot.PRODUCTION))
    place.drive(new)
    live = place.content(Slot.PRODUCTION)
    assert [image["version"] for image in live["skus"][0]["images"]] == ["2.4.0"]
    place.drive(ask(Slot.PRODUCTION, NEW))
    live = place.content(Slot.PRODUCTION)
    assert NEW in [image["version"] for image in live["skus"][0]["images"]]


def test_a_request_that_is_sent_again_has_no_second_effect(place: Place, ask: Ask) -> None:
    request = ask()
    place.drive(request)
    assert place.submit(request).progress is Progress.READY
    assert place.effects() == ["submission-accepted", "slot-filled"]


def test_an_answer_that_was_lost_is_found_again(place: Place, ask: Ask) -> None:
    request = ask()
    place.lose_an_answer()
    with pytest.raises(MarketplaceUnavailable):
        place.submit(request)
    status = place.look(request.identity) or place.submit(request)  # what did not arrive is sent again
    place.ends(request.identity)
    while not status.progress.final:
        status = place.look(request.identity) or place.submit(request)
    assert status.progress is Progress.READY
    assert place.effects() == ["submission-accepted", "slot-filled"]


def test_one_publication_at_a_time(place: Place, ask: Ask) -> None:
    place.hold()
    place.begin(ask())
    with pytest.raises(MarketplaceConflict, match="since"):
        place.submit(ask(version=NEW))
    assert place.effects() == ["submission-accepted"]


def test_production_needs_this_content_in_the_staging_slot(place: Place, ask: Ask) -> None:
    with pytest.raises(MarketplaceRefused):
        place.submit(ask(Slot.PRODUCTION))
    place.drive(ask())
    with pytest.raises(MarketplaceRefused, match=r"content|digest"):
        place.submit(ask(Slot.PRODUCTION, NEW))
    assert place.effects() == ["submission-accepted", "slot-filled"]


def test_cancel_stops_what_runs(place: Place, ask: Ask) -> None:
    place.hold()
    request = ask()
    place.begin(request)
    remote = place.known[request.identity]
    status = place.market.cancel(*KEY, request.identity, now=NOW, remote=remote)
    assert status.progress is Progress.CANCELLED
    assert place.content(Slot.STAGING) is None
    assert place.effects() == ["submission-accepted", "cancelled"]


def test_what_never_arrived_is_not_there(place: Place, ask: Ask) -> None:
    request = ask()
    place.known[request.identity] = dict(place.market.prepare(request, now=NOW))
    assert place.look(request.identity) is None


def test_only_testers_see_the_staging_slot(place: Place, ask: Ask) -> None:
    request = ask()
    place.drive(request)
    tester = request.subscriptions[0]
    assert place.market.content(*KEY, Slot.STAGING, subscription=tester) is not None
    with pytest.raises(MarketplaceRefused, match="may not see"):
        place.market.content(*KEY, Slot.STAGING, subscription="00000000-0000-0000-0000-00000000dead")


def test_signatures_stay_outside(place: Place, ask: Ask, tmp_path: Path) -> None:
    place.drive(ask())
    for file in tmp_path.glob("*.db*"):
        assert b"A" * 43 not in file.read_bytes()
