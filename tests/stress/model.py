"""What the contracts promise of one offer, in few lines that share nothing with the package.

Every command returns `done`, `unclear` (the marketplace did not answer), or `refused`; refused, nothing
has changed but where the contract says so: a gate that refuses keeps the draft.
"""

from dataclasses import dataclass, field, replace

PRICE = 0.9


@dataclass(frozen=True)
class Content:
    """What stands in the folder, as far as it matters."""

    version: int = 0
    skus: frozenset[str] = frozenset({"hourly", "byol"})
    title: str = "Beacon"
    price: float = PRICE

    @property
    def technical(self) -> object:
        return replace(self, title="")

    def without(self, sku: str) -> "Content":
        """What is left to be seen of it: versions and prices go with the SKUs that have them."""
        left = self.skus - {sku}
        price = self.price if "hourly" in left else PRICE
        return replace(self, skus=left, version=self.version if left else 0, price=price)


@dataclass
class Sku:
    state: str
    before: str | None = None
    staged: bool = False
    versions: set[int] = field(default_factory=set)


@dataclass
class Submission:
    slot: str
    progress: str
    skips: bool  # only marketing changed
    arrived: bool = True


@dataclass
class Model:
    """One offer. `open` and `live` are states of revisions, "" where there is none."""

    open: str = ""
    open_content: Content | None = None
    open_staged: bool = False
    live: str = ""
    live_content: Content | None = None
    staged: bool = False  # ever
    skus: dict[str, Sku] = field(default_factory=dict)
    submission: Submission | None = None
    slots: dict[str, Content | None] = field(default_factory=lambda: {"staging": None, "production": None})
    tickets: set[str] = field(default_factory=set)
    tested: int = 0  # exit status of the latest staging test
    held: bool = False  # the marketplace takes its time
    verdict: str = ""  # how the next certification will end
    price: float | None = None  # of the SKU `hourly`, locked once it was live

    @property
    def state(self) -> str:
        return self.open or self.live or "discarded"

    @property
    def running(self) -> bool:
        return bool(self.submission and self.submission.progress in {"pending", "running", "unknown"})

    def fits(self, content: Content) -> bool:
        """Whether the stage gate lets a content pass."""
        kept = {name for name, sku in self.skus.items() if sku.staged and sku.state != "deleted"}
        was_live = {name: sku for name, sku in self.skus.items() if sku.versions}
        return (
            len(content.title) <= 50
            and bool(content.skus)
            and kept <= content.skus
            and not any(self.skus[name].state == "deleted" for name in content.skus & self.skus.keys())
            and all(
                content.version >= max(was_live[name].versions) for name in content.skus & was_live.keys()
            )
            and (self.price is None or "hourly" not in content.skus or content.price == self.price)
        )

    # Commands

    def stage(self, content: Content, fault: str) -> str:
        self.look()
        if self.state in {"deletion_requested", "deleted"}:
            return "refused"
        if (self.open in {"staging", "production_requested"} and content == self.open_content) or (
            not self.open and self.live and content == self.live_content
        ):
            return "done"  # already
        if self.open == "production_requested" or self.running:
            return "refused"
        fits = self.fits(content)
        self._draft(content)
        if not fits:
            return "refused"
        self.open, self.open_staged, self.staged = "staging", True, True
        self._travel("draft", "staging")
        for sku in self.skus.values():
            sku.staged |= sku.state == "staging"
        marketing = bool(self.live) and self.live_content.technical == content.technical  # type: ignore[union-attr]
        return self._send("staging", marketing and self.slots["production"] is not None, fault)

    def request_production(self, fault: str) -> str:
        self.look()
        if self.open != "staging" or self.running or self.tested or self._holds_deleted():
            return "refused"
        self.open = "production_requested"
        self._travel("staging", "production_requested")
        assert self.submission
        return self._send("production", self.submission.skips, fault)

    def _holds_deleted(self) -> bool:
        """Whether a SKU of the open content was deleted meanwhile: it never comes back."""
        skus = self.open_content.skus if self.open_content else ()
        return any(self.skus[name].state == "deleted" for name in skus)

    def cancel(self) -> str:
        self.look()
        if self.running:
            assert self.submission
            self._end("cancelled")
        elif self.open == "staging":
            self._back("draft")
        else:
            return "refused"
        return "done"

    def discard(self) -> str:
        beside = any(s.staged and not s.versions and s.state != "deleted" for s in self.skus.values())
        if self.open != "draft" or self.open_staged or beside or (self.staged and not self.live):
            return "refused"
        self._travel("draft", "discarded")
        self.open, self.open_content = "", None
        return "done"

    def request_deletion(self, sku: str) -> str:
        self.look()
        states = [self.skus[sku].state] if sku in self.skus else [self.open, self.live] if not sku else []
        if self.running or "" in self.tickets or not {"staging", "live"} & {*states} or "draft" in states:
            return "refused"
        for name in [sku] if sku else [n for n, s in self.skus.items() if s.state in {"staging", "live"}]:
            self.skus[name].before, self.skus[name].state = self.skus[name].state, "deletion_requested"
        if not sku:
            self.open, self.live = (state and "deletion_requested" for state in (self.open, self.live))
        self.tickets.add(sku)
        return "done"

    def finish_deletion(self, sku: str) -> str:
        if sku not in self.tickets or (self.running and self.submission and self.submission.arrived):
            return "refused"
        for name in [sku] if sku else [n for n, s in self.skus.items() if s.state == "deletion_requested"]:
            self.skus[name].state, self.skus[name].before = "deleted", None
        for slot, content in self.slots.items():
            self.slots[slot] = content.without(sku) if content and sku else None
        if not sku:
            self.open, self.live = (state and "deleted" for state in (self.open, self.live))
        self.tickets = self.tickets - {sku} if sku else set()
        return "done"

    def keep(self, sku: str) -> str:
        if sku not in self.tickets or (sku and "" in self.tickets):
            return "refused"
        for name in [sku] if sku else [n for n, s in self.skus.items() if s.before and n not in self.tickets]:
            self.skus[name].state, self.skus[name].before = str(self.skus[name].before), None
        if not sku:
            self.open, self.live = self.open and "staging", self.live and "live"
        self.tickets.discard(sku)
        return "done"

    def adopt(self, content: Content) -> str:
        if self.open or self.live:
            return "refused"
        self.live, self.live_content, self.staged = "live", content, True
        for name in content.skus:
            self.skus[name] = Sku("live", staged=True, versions={content.version})
        self._lock(content)
        return "done"

    # The marketplace

    def look(self) -> None:
        """Somebody looks: what was sent arrives, and what is not held ends."""
        if not self.running or not self.submission:
            return
        self.submission.arrived, self.submission.progress = True, "running"
        if not self.held:
            self._end(self._judge(self.submission))

    def _send(self, slot: str, skips: bool, fault: str) -> str:
        self.submission = Submission(slot, "pending", skips, arrived=fault not in {"throttle", "outage"})
        if fault:
            self.submission.progress = "pending" if fault == "throttle" else "unknown"
        else:
            self.look()
        return "unclear" if fault else "done"

    def _judge(self, submission: Submission) -> str:
        reached = not submission.skips or (self.verdict == "refused" and submission.slot == "production")
        if not self.verdict or not reached:
            return "ready"
        end, self.verdict = self.verdict, ""
        return end

    def _end(self, progress: str) -> None:
        assert self.submission
        self.submission.progress = progress
        if progress == "ready":
            self.slots[self.submission.slot] = self._shown()
        if progress == "ready" and self.submission.slot == "production":
            self._publish()
        elif progress != "ready":
            back = progress == "cancelled" and self.submission.slot == "production"
            self._back("staging" if back else "draft")

    def _shown(self) -> Content | None:
        """What fills a slot: production takes what stands in staging."""
        return (
            self.open_content
            if self.submission and self.submission.slot == "staging"
            else self.slots["staging"]
        )

    def _publish(self) -> None:
        self._travel("production_requested", "live")
        assert self.open_content
        for name in self.open_content.skus:
            if self.skus[name].state in {"live", "deletion_requested"}:
                self.skus[name].versions.add(self.open_content.version)
        self._lock(self.open_content)
        self.live, self.live_content, self.open, self.open_content = "live", self.open_content, "", None

    def _lock(self, content: Content) -> None:
        if "hourly" in content.skus and self.skus["hourly"].versions:
            self.price = content.price

    # What moves together

    def _draft(self, content: Content) -> None:
        if self.open == "staging":
            self._back("draft")
        if self.open and content == self.open_content:
            return
        self.open, self.open_content, self.open_staged, self.tested = "draft", content, False, 0
        for name in content.skus:
            if name not in self.skus or self.skus[name].state == "discarded":
                self.skus[name] = Sku("draft")
        for name, sku in self.skus.items():
            if sku.state == "draft" and not sku.staged and name not in content.skus:
                sku.state = "discarded"

    def _back(self, state: str) -> None:
        self._travel(self.open, state)
        self.open = state

    def _travel(self, source: str, target: str) -> None:
        assert self.open_content
        for name in self.open_content.skus:
            if self.skus[name].state == source:
                self.skus[name].state = target
