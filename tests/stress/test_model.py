"""The engine against a small model of the contracts, in random order: 25,000 steps (PUBLISHER_STRESS=ci).

Each example is one offer in a catalogue and an embedded marketplace of its own, both in SQLite files.
After each step both sides must agree; after each example an independent checker proves the files.
At the end every transition of the contracts was taken and every other one tried and refused.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from publisher.adoption import adopt, prepare
from publisher.catalogue.views import OfferView
from publisher.deletion import Wish, finish_deletion, keep, request_deletion
from publisher.document import Document
from publisher.errors import (
    IllegalTransition,
    MarketplaceConflict,
    MarketplaceThrottled,
    MarketplaceUnavailable,
    Refused,
    UsageError,
)
from publisher.marketplaces import Slot
from publisher.production import request_production
from publisher.release import advance, approve, cancel, discard
from publisher.staging import stage
from publisher.submissions import observe
from tests.stress.checker import ARROWS, check
from tests.stress.model import PRICE, Content, Model
from tests.stress.size import SIZE, fast_folder, pick, seed
from tests.workshop import KEY, content, look_once, open_workshop

EXAMPLES = pick(quick=50, ci=500, soak=10_000)
STEPS = pick(quick=50, ci=50, soak=100)
SKUS = ("hourly", "byol", "extra")
STATES = ("draft", "staging", "production_requested", "live", "discarded", "deletion_requested", "deleted")
TRIGGERS = sorted({trigger for _, trigger in ARROWS} | {"keep"})
LEGAL = {*ARROWS, ("deletion_requested", "keep")}
REFUSED = sorted({(state, trigger) for state in STATES for trigger in TRIGGERS} - LEGAL)
# No command supersedes what is staged: it is revised first. SKUs are not superseded, they travel.
# A superseded revision cannot be named by any command: the checker sees that it stays what it is.
REACHED = {"offer": LEGAL - {("staging", "supersede")}, "sku": {p for p in LEGAL if p[1] != "supersede"}}
OPEN = {"draft", "staging", "production_requested"}

EDITS = ("edit repair", "edit newer", "edit older", "edit title", "edit price", "edit break")
SKU_EDITS = tuple(f"edit {kind} {sku}" for kind in ("add", "drop") for sku in SKUS)
# Steps as one would take them, by the state of the offer: the words are methods of the machine.
LIKELY = {
    "discarded": ("force offer", "force sku", *EDITS, "revise break", "revise break", "stage", "release", "adopt"),
    "draft": (*EDITS, *SKU_EDITS, "revise repair", "revise add", "revise break", "stage", "release", "discard",
              "discard", "verdict failed", "hold on"),
    "staging": ("request", "request", "request lost", "slowly", "slowly", "release", "cancel", "revise title", "revise newer",
                "revise break", "delete", "delete byol", "delete extra", "keep extra", "test 0", "test 1",
                "approve", "wait", "hold on", "hold off", "verdict refused"),
    "production_requested": ("force offer", "force sku", "wait", "wait", "cancel", "cancel", "stage", "hold off", "release"),
    "live": ("edit newer", "revise newer", "revise add", "revise title", "revise break", "edit price", "release",
             "release", "delete", "delete byol", "done byol", "keep byol", "delete extra", "hold on"),
    "deletion_requested": ("keep", "keep", "done", "keep byol", "done byol", "stage"),
    "deleted": ("force offer", "force sku", "again", "again", "again", "stage", "adopt"),
}  # fmt: skip
EVERY = (
    "force offer", "force offer", "force sku", "force sku",
    *EDITS, *SKU_EDITS, "stage", "stage lost", "stage throttle", "stage outage", "request",
    "request lost", "request throttle", "request outage", "release", "cancel", "discard", "adopt", "approve",
    "delete platinum", "wait", "hold on", "hold off", "verdict", "verdict failed", "verdict refused", "test 0",
    "test 1", *(f"{step} {sku}".strip() for step in ("delete", "done", "keep") for sku in ("", *SKUS)),
)  # fmt: skip


class Seen:
    """What was reached in all examples together."""

    def __init__(self) -> None:
        self.steps = 0
        self.taken = Counter[tuple[str, str, str]]()
        self.refused = Counter[tuple[str, str, str]]()
        self.outcomes = Counter[tuple[str, str]]()


class OfferMachine(RuleBasedStateMachine):
    """One offer's life after the other."""

    template: ClassVar[Path]
    seen: ClassVar[Seen]

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0
        self.compared = 0
        self._begin()

    def _begin(self) -> None:
        self.stack = ExitStack()
        self.root = Path(mkdtemp(prefix="model-", dir=self.template.parent))
        self.stack.callback(shutil.rmtree, self.root)
        shutil.copytree(self.template, self.root, dirs_exist_ok=True)
        self.shop = self.stack.enter_context(open_workshop(self.root))
        self.model = Model()
        self.folder = Content()
        self.known = False

    @rule(likely=st.integers(0, 3), number=st.integers(0, 999))
    def act(self, likely: int, number: int) -> None:
        """Three steps of four are such as one would take in this state; the fourth may be any."""
        choices = LIKELY[self.model.state] if likely else EVERY
        action, _, word = choices[number % len(choices)].partition(" ")
        note(f"{action} {word} ({self.model.state})")
        self.steps += 1
        self.seen.steps += 1
        getattr(self, f"_{action}")(*(word.split() or ()))

    # What the publisher does

    def _edit(self, kind: str, sku: str = "extra") -> None:
        folder = _edited(self.folder, kind, sku, self.model)
        self.folder = folder if "hourly" in folder.skus else replace(folder, price=PRICE)

    def _stage(self, fault: str = "") -> None:
        self.known = True
        self._faulty(
            fault,
            "stage",
            lambda f: self.model.stage(self.folder, f),
            lambda: stage(self.shop.engine, self._read()),
        )

    def _revise(self, kind: str) -> None:
        self._edit("repair")
        self._edit(kind)
        self._stage()

    def _request(self, fault: str = "") -> None:
        self._faulty(
            fault,
            "request production",
            self.model.request_production,
            lambda: request_production(self.shop.engine, KEY),
        )

    def _slowly(self) -> None:
        """A production request that takes its time."""
        self._hold("on")
        self._request()

    def _release(self) -> None:
        """Everything that is missing on the way to live, as far as it goes without waiting."""
        self._revise("repair")
        if self.model.open == "staging" and not self.model.running:
            expected = self.model.request_production("")
            self._same("advance", expected, lambda: advance(self.shop.engine, KEY, goal=Slot.PRODUCTION))

    def _cancel(self) -> None:
        self._same("cancel", self.model.cancel(), lambda: cancel(self.shop.engine, KEY))

    def _discard(self) -> None:
        self._same("discard", self.model.discard(), lambda: discard(self.shop.engine, KEY))

    def _delete(self, sku: str = "") -> None:
        wish = Wish(reason="No customers are left.")
        expected = self.model.request_deletion(sku)
        self._same("delete", expected, lambda: request_deletion(self.shop.engine, KEY, sku, wish))

    def _done(self, sku: str = "") -> None:
        expected = self.model.finish_deletion(sku)
        self._same("delete --done", expected, lambda: finish_deletion(self.shop.engine, KEY, sku))

    def _keep(self, sku: str = "") -> None:
        self._same("keep", self.model.keep(sku), lambda: keep(self.shop.engine, KEY, sku))

    def _adopt(self) -> None:
        if not self.model.fits(self.folder):
            self._edit("repair")
        expected, document = self.model.adopt(self.folder), self._read()
        self.known |= expected == "done"
        self._same("adopt", expected, lambda: adopt(self.shop.engine, document, self._adoption(document)))

    def _test(self, status: str) -> None:
        if self.model.open in OPEN:
            with self.shop.catalogue.write(*KEY, actor="tester", now=self.shop.now) as work:
                work.add_evidence(
                    command="probe", exit_status=int(status), seconds=1.0, output_sha256="0" * 64
                )
            self.model.tested = int(status)

    def _approve(self) -> None:
        self.model.look()
        expected = "done" if self.model.open == "staging" else "refused"
        other = replace(self.shop.engine, actor="reviewer@elsewhere")
        self._same("approve", expected, lambda: approve(other, KEY))

    # What the marketplace does

    def _hold(self, held: str) -> None:
        """It takes its time from now on, or no longer."""
        self.model.held = held == "on"
        self.shop.marketplace.set_knob("*", "delay", 3600 if held == "on" else "off")

    def _wait(self) -> None:
        """Everything that was sent ends."""
        if self.model.running:
            self.shop.later(days=1)
            observe(self.shop.engine, KEY)  # what had not arrived is sent now
            self.shop.later(days=1)
            held, self.model.held = self.model.held, False
            self.model.look()
            self.model.held = held
            observe(self.shop.engine, KEY)

    def _verdict(self, verdict: str = "") -> None:
        """How the next certification will end."""
        self.model.verdict = verdict
        for name, value in (("fail", "failed"), ("refuse", "refused")):
            self.shop.marketplace.set_knob("*", name, "no good" if verdict == value else "off")

    # What nobody may do

    def _force(self, subject: str) -> None:
        """Every trigger that the contracts do not know in the state of the offer, or of one of its SKUs."""
        skus = sorted(self.model.skus)
        if not self.known or (subject == "sku" and not skus):
            return
        sku = skus[self.steps % len(skus)] if subject == "sku" else ""
        self._forced(sku, self.model.skus[sku].state if sku else self.model.state)

    def _forced(self, sku: str, state: str) -> None:
        subject, before = ("sku" if sku else "offer"), self.shop.view
        for trigger in (trigger for known, trigger in REFUSED if known == state):
            with (
                pytest.raises(IllegalTransition),
                self.shop.catalogue.write(*KEY, actor="someone", now=self.shop.now) as work,
            ):
                _ = work.fire_sku(sku, trigger) if sku else work.fire(trigger)
            self.seen.refused[subject, state, trigger] += 1
        assert self.shop.view == before

    def _again(self) -> None:
        """Nothing follows a deletion: another offer, in other files."""
        if self.model.state == "deleted":
            self.teardown()
            self._begin()

    # What must hold

    @invariant()
    def both_agree(self) -> None:
        view = self.shop.catalogue.view(*KEY)
        assert (view is not None) == self.known
        if view is None:
            return
        model = self.model
        assert view.state == model.state
        assert (view.open.state if view.open else "") == (model.open if model.open in OPEN else "")
        assert (view.live is not None) == (model.live in {"live", "deletion_requested"})
        assert {
            sku.sku: (sku.state, sku.before, sku.staged, _numbers(sku.versions)) for sku in view.skus
        } == {name: (sku.state, sku.before, sku.staged, sku.versions) for name, sku in model.skus.items()}
        assert {ticket.sku for ticket in view.tickets if ticket.state == "open"} == model.tickets
        assert (view.submission and (view.submission.slot, view.submission.progress)) == (
            model.submission and (model.submission.slot, model.submission.progress)
        )
        if view.rev != self.compared or self.steps % 8 == 0:
            self.compared = view.rev
            self._contents_agree(view)
            self._forced_once(view)

    def _forced_once(self, view: OfferView) -> None:
        """States that no step has forced yet are forced when they are met: some are rare."""
        for sku, state in (("", view.state), *((sku.sku, sku.state) for sku in view.skus)):
            if not any(self.seen.refused["sku" if sku else "offer", state, t] for t in TRIGGERS):
                self._forced(sku, state)

    def _contents_agree(self, view: OfferView) -> None:
        """What is recorded, and what stands in the slots; it takes time, and changes with writes only."""
        model = self.model
        for revision, expected in ((view.open, model.open_content), (view.live, model.live_content)):
            if revision is not None:
                assert _content(self.shop.catalogue.document(revision.id)) == expected
        for slot in Slot:
            standing = self.shop.marketplace.content(*KEY, slot)
            assert (standing and _content(standing.document)) == self.model.slots[slot]

    def teardown(self) -> None:
        try:
            if self.known:
                self._proved()
        finally:
            self.stack.close()

    def _proved(self) -> None:
        view = self.shop.view
        verdict = self.shop.catalogue.verify(view)
        assert (verdict.broken, verdict.head) == ("", view.head)
        home = self.root / ".publisher"
        assert check(home / "catalogue.db", home / "marketplace.db") == []
        for event in self.shop.catalogue.history(view):
            if event.source != event.target and event.source in STATES:
                self.seen.taken[
                    "offer" if event.subject == "offer" else "sku", event.source, event.trigger
                ] += 1

    # How

    def _read(self) -> Document:
        (self.shop.offer / "offer.json").write_text(_text(self.folder), encoding="utf-8")
        return self.shop.read()

    def _adoption(self, document: Document) -> Any:
        return prepare(self.shop.engine, document, since=self.shop.now, versions=())

    def _faulty(
        self, fault: str, name: str, expected: Callable[[str], str], command: Callable[[], object]
    ) -> None:
        """A command whose request gets lost on the way, or whose answer does."""
        fault = "" if self.model.running else fault
        knob = {"lost": ("outage", "after"), "throttle": ("throttle", "1"), "outage": ("outage", "on")}.get(
            fault
        )
        if knob:
            self.shop.marketplace.set_knob("*", *knob)
        self._same(name, expected(fault), command)
        if knob:
            self.shop.marketplace.set_knob("*", knob[0], "off")

    def _same(self, name: str, expected: str, command: Callable[[], object]) -> None:
        actual = self._outcome(command)
        self.seen.outcomes[name, actual] += 1
        assert actual == expected

    def _outcome(self, command: Callable[[], object]) -> str:
        try:
            command()
        except (Refused, UsageError, MarketplaceConflict):
            return "refused"
        except (MarketplaceUnavailable, MarketplaceThrottled):
            return "unclear"
        return "done"


def _edited(folder: Content, kind: str, sku: str, model: Model) -> Content:
    """The folder after an edit; `repair` makes it fit again."""
    if kind == "repair":
        kept = frozenset(
            name for name, known in model.skus.items() if known.state not in {"discarded", "deleted"}
        )
        newest = max((max(known.versions) for known in model.skus.values() if known.versions), default=0)
        price = PRICE if model.price is None else model.price
        gone = {name for name, known in model.skus.items() if known.state == "deleted"}
        spare = frozenset(name for name in SKUS if name not in gone)
        return Content(max(newest, folder.version), kept or folder.skus & spare or spare, "Beacon", price)
    if kind in {"add", "drop"}:
        skus = folder.skus | {sku} if kind == "add" else folder.skus - {sku}
        return replace(folder, skus=skus or folder.skus)
    if kind in {"newer", "older"}:
        return replace(folder, version=max(0, folder.version + (1 if kind == "newer" else -1)))
    if kind == "price":
        return replace(folder, price=round(1.5 - folder.price, 1))
    return replace(folder, title="x" * 60 if kind == "break" else f"Beacon {len(folder.title)}")


@cache
def _text(folder: Content) -> str:
    import json

    skus = [sku for sku in SKUS if sku in folder.skus]
    return json.dumps(content(f"2.4.{folder.version}", skus=skus, title=folder.title, price=folder.price))


def _content(document: Any) -> Content:
    """What a canonical document says, in the model's words."""
    versions = {image["version"] for sku in document["skus"] for image in sku["images"]}
    assert len(versions) <= 1
    prices = [
        sku["prices"]["SE"]["per_hour_by_cores"]["2"] for sku in document["skus"] if sku["id"] == "hourly"
    ]
    return Content(
        version=_number(versions.pop()) if versions else 0,
        skus=frozenset(sku["id"] for sku in document["skus"]),
        title=document["listing"]["en-us"]["title"],
        price=float(prices[0]) if prices else PRICE,
    )


def _number(version: str) -> int:
    return int(version.removeprefix("2.4."))


def _numbers(versions: Sequence[str] | Any) -> set[int]:
    return {_number(version) for version in versions}


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty catalogue and marketplace to begin with."""
    base = Path(mkdtemp(prefix="publisher-", dir=fast_folder(tmp_path_factory.mktemp("model"))))
    OfferMachine.template = base / "template"
    with open_workshop(OfferMachine.template) as shop:
        shop.marketplace.journal()
    with pytest.MonkeyPatch.context() as patch:
        look_once(patch)
        yield
    shutil.rmtree(base)


@pytest.mark.parametrize("shard", [1, 2])  # two cores work on it at once
def test_the_engine_keeps_every_promise_of_the_contracts(shard: int) -> None:
    OfferMachine.seen = seen = Seen()
    run_state_machine_as_test(
        seeded(seed(f"model, half {shard}") + shard)(OfferMachine),
        settings=settings(
            max_examples=EXAMPLES // 2 + EXAMPLES // 100,  # a few end early
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    _print_coverage(seen)
    assert seen.steps >= EXAMPLES // 2 * STEPS
    if SIZE != "quick":
        for kind, legal in REACHED.items():
            assert {pair for pair in legal if not seen.taken[kind, *pair]} == set()
            assert [pair for pair in REFUSED if not seen.refused[kind, *pair]] == []


def _print_coverage(seen: Seen) -> None:
    print(f"{seen.steps} steps; times taken, or -times refused:")
    for kind in ("offer", "sku"):
        print(f"{kind:22}" + " ".join(f"{trigger[:12]:>12}" for trigger in TRIGGERS))
        for state in STATES:
            counts = (seen.taken[kind, state, t] or -seen.refused[kind, state, t] for t in TRIGGERS)
            print(f"{state:22}" + " ".join(f"{count:>12}" for count in counts))
    for (name, outcome), times in sorted(seen.outcomes.items()):
        print(f"{name:20} {outcome:8} {times}")
