"""The marketplace of today behind the port: staging is its preview, production its live.

Staging takes two steps of the other side: the draft is configured, then published to preview. Each is
asked for once; what became of it is told by its job or, where the job's id was lost, by the list of
submissions: one that was not there when the request was prepared is ours.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from publisher.document.model import Deprecation
from publisher.errors import MarketplaceConflict, MarketplaceRefused, MarketplaceUnavailable
from publisher.ingestion.fields import located
from publisher.marketplaces import NOTHING, Capabilities, Content, Progress, Request, Slot, Status
from publisher.marketplaces.partner_center import lifecycle
from publisher.marketplaces.partner_center.answers import TARGETS, Entry, Job, Pace
from publisher.marketplaces.partner_center.assets import Assets
from publisher.marketplaces.partner_center.ingestion import Ingestion, asking, publishing, understood
from publisher.marketplaces.partner_center.listed import Remote, demand_rest, is_shown, ours, staged_preview
from publisher.marketplaces.partner_center.wanted import Wanted

_DRAFT: Final = "draft"


_PACE: Final = Pace()


class PartnerCenter:
    """Publishes through the Product Ingestion API; `fetch` downloads a picture from its address."""

    def __init__(
        self,
        api: Ingestion,
        assets: Assets,
        *,
        name: str,
        fetch: Callable[[str], bytes],
        rehearsal: bool = False,
        pace: Pace = _PACE,
    ) -> None:
        self.capabilities = Capabilities(
            name=name, automatic=True, rehearsal=rehearsal, shared=True, deprecates=True
        )
        self.api = api
        self.fetch = fetch
        self._assets = assets
        self._pace = pace

    def prepare(self, request: Request, *, now: datetime) -> Remote:
        """See that the product is at rest and the content can be sent; remember what is there before."""
        product = self.api.product(request.offer)
        entries = self.api.entries(product) if product else []
        demand_rest(request, entries, self._pace.look_again)
        remote = {
            "slot": request.slot.value,
            "product": product,
            "before": [entry.id for entry in entries],
            "prepared": now.isoformat(),
        }
        wanted = Wanted.of(self.api, self._assets, request, product)
        if request.slot is Slot.STAGING:
            wanted.check()
            # A list that changes between two of its pages may leave out what stands there all the same.
            return remote | {"before": [*remote["before"], *wanted.submissions]}
        return remote | {"preview": staged_preview(request, entries, wanted)}

    def submit(self, request: Request, *, now: datetime, remote: Remote = NOTHING) -> Status:
        """Configure the draft, or publish it where it says all that it shall already."""
        known = dict(remote) or dict(self.prepare(request, now=now))
        if known.keys() & {"job", "draft_job"}:
            seen = self.look(request.publisher, request.offer, request.identity, now=now, remote=known)
            if seen is not None:
                return seen
        if request.slot is Slot.PRODUCTION:
            return self._publish(request.identity, known, now)
        wanted = Wanted.of(self.api, self._assets, request, known["product"])
        if not wanted.differing:
            return self._publish(request.identity, known, now)
        wanted.provide()
        job = self.api.configure(wanted.differing)
        sent = f"{len(wanted.differing)} resources were sent to the draft"
        return self._status(request.identity, Progress.RUNNING, _DRAFT, sent, now, {"draft_job": job.id})

    def steps(self, request: Request, language: str = "en") -> list[str]:
        """Nothing: the marketplace does it."""
        return []

    @asking()
    def look(
        self,
        publisher: str,
        offer: str,
        identity: str,
        *,
        now: datetime,
        remote: Remote = NOTHING,
    ) -> Status | None:
        """How far the submission got; publishes a draft that was configured for it meanwhile."""
        if not remote:
            return None
        known = {**remote, "product": remote["product"] or self.api.product(offer)}
        if known.get("job") and (job := self.api.job(known["job"])):
            return self._published(identity, known, job, now)
        if known["product"] and (entry := ours(known, self.api.entries(known["product"]))):
            return self._listed(identity, known, entry, now)
        if known.get("draft_job") and (job := self.api.job(known["draft_job"])):
            return self._configured(identity, known, job, now)
        return self._lost(identity, known, now)

    def cancel(
        self,
        publisher: str,
        offer: str,
        identity: str,
        *,
        now: datetime,
        remote: Remote = NOTHING,
    ) -> Status:
        """Stop the job that is running; one that has ended is returned as it is."""
        job_id = remote.get("job") or remote.get("draft_job")
        if not job_id:
            raise MarketplaceRefused(
                f"{publisher}/{offer}: the job of this submission is not known",
                hint="cancel it in the portal",
            )
        try:
            job = self.api.cancel(job_id)
        except MarketplaceRefused:
            status = self.look(publisher, offer, identity, now=now, remote=remote)
            if status is None or not status.progress.final:
                raise
            return status
        step = _step(remote)
        if job.progress is Progress.CANCELLED:
            return self._status(identity, job.progress, step, f"cancelled during {step}", now)
        return self._of_job(identity, job, step, now, {"product": remote["product"]})

    def content(
        self, publisher: str, offer: str, slot: Slot, *, subscription: str | None = None
    ) -> Content | None:
        """What stands in preview or live, as a document of the offer format."""
        from publisher.marketplaces.partner_center.reading import content_of

        return content_of(self, publisher, offer, slot, subscription)

    def carried(self, document: Mapping[str, Any], files: Mapping[str, bytes]) -> Mapping[str, Any]:
        """What would come back from it."""
        from publisher.ingestion.carrying import carried

        return carried(document, files=files)

    def update_testers(
        self, publisher: str, offer: str, subscriptions: tuple[str, ...], *, now: datetime
    ) -> None:
        """Refused: the preview audience changes with a publication."""
        raise MarketplaceRefused(
            f"{publisher}/{offer}: testers change with a publication", hint="stage the folder again"
        )

    def withdraw(self, publisher: str, offer: str, sku: str | None, *, identity: str, now: datetime) -> None:
        """Delete from the draft what never was live; the rest leaves by itself, or by the support's hand."""
        lifecycle.take_out(self.api, offer, sku)

    # -- the lifecycle of a live product --

    def check_notice(self, publisher: str, offer: str, notice: Deprecation) -> None:
        """See that the offer is live, and that the account has its alternative."""
        lifecycle.live_submission(self.api, offer)
        lifecycle.deprecated(self.api, notice)

    def deprecate(
        self, publisher: str, offer: str, notice: Deprecation, *, now: datetime, remote: Remote = NOTHING
    ) -> Status:
        """Deprecate the product on its live submission, unless it stands so already."""
        wanted = lifecycle.deprecated(self.api, notice)
        return lifecycle.changed(self.api, offer, wanted, "deprecated", self._pace, now, remote)

    def restore(self, publisher: str, offer: str, *, now: datetime, remote: Remote = NOTHING) -> Status:
        """Make the product generally available again, unless it is."""
        return lifecycle.changed(self.api, offer, lifecycle.AVAILABLE, "restored", self._pace, now, remote)

    # -- how far --

    def _publish(self, identity: str, known: Remote, now: datetime) -> Status:
        target = _step(known)
        try:
            job = self.api.configure([publishing(known["product"], target, known.get("preview", ""))])
        except (MarketplaceConflict, MarketplaceRefused):  # of ourselves, if a proxy sent it twice
            with asking():
                entries = self.api.entries(known["product"])
            if entry := ours(known, entries):
                return self._listed(identity, known, entry, now)
            raise
        remote = {"job": job.id, "product": known["product"]}  # kept before anything else is asked
        return self._status(identity, Progress.RUNNING, target, "", now, remote)

    def _configured(self, identity: str, known: Remote, job: Job, now: datetime) -> Status:
        if job.progress is not Progress.READY:
            return self._of_job(identity, job, _DRAFT, now, {"product": known["product"]})
        if (sent := known.get("sent")) and (left := self._pace.settling(sent, now)) > 0:
            return self._arrived_or_not(identity, known, now, left)
        target = _step(known)
        try:
            return self._publish(identity, known, now)
        except MarketplaceUnavailable as error:  # it may be on its way: it gets time to show itself
            remote = {"product": known["product"], "sent": now.isoformat()}
            return self._status(identity, Progress.UNKNOWN, target, error.message, now, remote)
        except MarketplaceRefused as error:
            return self._status(identity, Progress.REFUSED, target, error.message, now)

    def _published(self, identity: str, known: Remote, job: Job, now: datetime) -> Status | None:
        """What a job says, where the list of submissions does not say otherwise."""
        entries = self.api.entries(known["product"]) if job.conflict or job.progress is Progress.READY else []
        if job.conflict and (entry := ours(known, entries)):
            return self._listed(identity, known, entry, now)  # it was carried out twice, and refused once
        if job.progress is Progress.READY and not is_shown(known, entries):
            return self._unshown(identity, known, job, now, "its job has succeeded")
        if job.conflict and (doubt := self._unshown(identity, known, job, now, job.message)):
            return doubt
        remote = {"job": job.id, "product": known["product"]}
        return self._of_job(identity, job, _step(known), now, remote)

    def _unshown(self, identity: str, known: Remote, job: Job, now: datetime, said: str) -> Status | None:
        """What a job says is not believed at once where the list of submissions shows nothing of it.

        If it has succeeded though nothing was published, it was none of ours: an answer got mixed up. If
        something else is in its way, that may be ourselves: sent twice, by us or by a proxy.
        """
        since = str(known.get("unshown") or now.isoformat())
        if (now - datetime.fromisoformat(since)).total_seconds() >= self._pace.settle:
            return None
        message = f"{said}, and the list of submissions does not show it yet"
        remote = {"job": job.id, "product": known["product"], "unshown": since}
        return self._status(identity, Progress.UNKNOWN, _step(known), message, now, remote)

    def _of_job(self, identity: str, job: Job, step: str, now: datetime, remote: Remote) -> Status:
        said = {Progress.READY: f"{step} is published", Progress.CANCELLED: f"cancelled during {step}"}
        message = self._located(job, str(remote["product"])) or said.get(job.progress, "")
        progress = Progress.REFUSED if job.conflict and job.progress is Progress.FAILED else job.progress
        return self._status(identity, progress, step, message, now, remote)

    def _located(self, job: Job, product: str) -> str:
        """What a job says, with the field of the offer folder beside the resource that it names."""
        if job.progress is not Progress.FAILED or not product:
            return job.message
        tree = self.api.tree(product, "draft")
        with understood(product):
            return located(job.message, tree)

    def _listed(self, identity: str, known: Remote, entry: Entry, now: datetime) -> Status:
        """A submission whose job is not known, by its entry in the list."""
        step = _step(known)
        gone_on = entry.target != step  # what was staged is on its way to live, or there
        progress = Progress.READY if gone_on else entry.progress
        remote = {"job": "", "submission": entry.id, "product": known["product"]}
        return self._status(identity, progress, step, f"found as {entry.id}", now, remote)

    def _lost(self, identity: str, known: Remote, now: datetime) -> Status | None:
        """Nothing shows that it arrived: believed once enough time has passed for it to show."""
        if (left := self._pace.settling(known["prepared"], now)) <= 0:
            return None
        return self._arrived_or_not(identity, known, now, left)

    def _arrived_or_not(self, identity: str, known: Remote, now: datetime, left: float) -> Status:
        message = "it may have arrived, or not"
        return self._status(identity, Progress.UNKNOWN, _step(known), message, now, look_again=left)

    def _status(
        self,
        identity: str,
        progress: Progress,
        step: str,
        message: str,
        now: datetime,
        remote: Remote = NOTHING,
        *,
        look_again: float | None = None,
    ) -> Status:
        wait = self._pace.look_again if look_again is None else look_again
        return Status(
            identity=identity,
            progress=progress,
            step=step,
            message=message,
            since=now,
            look_again=0 if progress.final else wait,
            remote=remote,
        )


def _step(known: Remote) -> str:
    """Where a submission goes, in the marketplace's words."""
    return TARGETS[Slot(known["slot"])]
