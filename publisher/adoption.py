"""Adopts an offer that is already live elsewhere: nothing is sent, everything is locked from then on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from publisher.baseline import Published, PublishedSku
from publisher.catalogue.views import OfferView
from publisher.content import digest_of, draft_of
from publisher.document import Document
from publisher.document.model import Offer, version_key
from publisher.engine import Engine
from publisher.errors import Refused, UsageError
from publisher.findings import Gate
from publisher.gates import judge_against, refuse_blocked
from publisher.lock import Lock, read_lock
from publisher.lock import published as published_by_lock
from publisher.submissions import Outcome, write_lock_file


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What will be recorded: the offer as it is live, and every version that was published.

    `deleted` holds the SKUs that are gone, with their versions: no SKU can have such an ID again.
    """

    offer: Offer
    since: datetime
    versions: Mapping[str, tuple[str, ...]]
    deleted: Mapping[str, tuple[str, ...]]

    def lines(self) -> list[str]:
        """What will be locked, one line each, for a person to agree to."""
        lines = [f"publisher {self.offer.publisher}, offer {self.offer.offer}: the IDs are fixed"]
        for sku in self.offer.skus:
            lines.append(f"SKU {sku.id}: {sku.billing}, {'hidden' if sku.hidden else 'visible'}")
            lines.append(f"  regions {', '.join(sku.regions) or 'none'}; none can be removed")
            for region, price in sku.prices.items():
                amounts = ", ".join(f"{cores}: {amount}" for cores, amount in price.per_hour_by_cores.items())
                lines.append(f"  price {region} {price.currency} per hour by cores {amounts}")
            lines.append(f"  ports {', '.join(port.opening for port in sku.ports) or 'none'}")
            disks = len(sku.current.data_vhds) if sku.current else 0
            lines.append(f"  {disks} data disks; versions {', '.join(self.versions[sku.id])} are burned")
        lines.extend(f"SKU {sku_id}: deleted, its ID cannot come back" for sku_id in self.deleted)
        return lines


def prepare(
    engine: Engine, document: Document, *, since: datetime | None, versions: Sequence[str]
) -> Adoption:
    """What an adoption will record. `versions` are SKU=X.Y.Z published earlier, beside those of the folder.

    A lock file in the folder tells what was published before: the folder must agree with it, and
    nothing that it says is forgotten. Without `since` it tells that too, else it is now.

    Raises GateRefused for a document that cannot be read or changes what is locked, Refused for an
    offer that is known already, or that is not what the lock file says is live.
    """
    lock = read_lock(document.folder)
    refuse_blocked(
        judge_against(engine, document, Gate.DRAFT, _measure(document.offer, lock)), "nothing was recorded"
    )
    offer = document.offer
    if offer is None or not offer.skus:
        raise UsageError(
            f"{document.display()}: there is no SKU to adopt", hint="list every SKU that is live"
        )
    known = engine.catalogue.view(offer.publisher, offer.offer)
    if known and known.current:
        cure = f"`publisher discard {known.offer}` drops the draft" if known.state == "draft" else ""
        raise Refused(f"the catalogue knows {known.key} already: it is {known.state}", hint=cure)
    _refuse_edited(engine, document, lock)
    return Adoption(
        offer=offer,
        since=since or (lock.live.since if lock and lock.live else engine.clock()),
        versions=_versions(offer, lock, versions),
        deleted={sku.id: sku.versions for sku in lock.skus if sku.deleted} if lock else {},
    )


def _measure(offer: Offer | None, lock: Lock | None) -> Published | None:
    """What the folder must agree with: its versions are published, and so is all that a lock file tells."""
    if offer is None:
        return None
    known = published_by_lock(lock) if lock else None
    before = {sku.id: sku for sku in known.skus} if known else {}
    live = [
        replace(
            before.get(sku_id, PublishedSku(id=sku_id, state="live", versions=(), locked=None)), versions=all_
        )
        for sku_id, all_ in _versions(offer, lock, ()).items()
        if sku_id not in before or not before[sku_id].deleted
    ]
    here = {sku.id for sku in live}
    rest = [sku for sku in before.values() if sku.id not in here and (sku.deleted or sku.locked)]
    if known:
        return replace(known, live=True, skus=(*live, *rest))
    return Published(source="lock", publisher=offer.publisher, offer=offer.offer, live=True, skus=tuple(live))


def _refuse_edited(engine: Engine, document: Document, lock: Lock | None) -> None:
    """An edit that was recorded as live would never be sent."""
    if document.unresolved:
        engine.say(
            f"warning: {', '.join(document.unresolved)} cannot be looked up: the disks are recorded without "
            "their addresses, and count as changed when these are known; give --secrets-file"
        )
        return
    if lock is None or lock.live is None or any(sku.deleted for sku in lock.skus):
        return  # what is live had the deleted SKUs still
    if document.offer and digest_of(document.offer) != lock.live.digest:
        raise Refused(
            f"{document.display()} is not what the lock file says is live, revision {lock.live.revision}",
            hint="adopt the folder as it was published, and edit it then; if it is what is live after all, "
            "delete offer.lock.json and name earlier versions with --version",
        )


def _versions(offer: Offer, lock: Lock | None, earlier: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Every version of each SKU once: as the lock file spells it, else the folder, else the command."""
    found: dict[str, dict[tuple[int, ...], str]] = {sku.id: {} for sku in offer.skus}
    told = [(sku.id, version) for sku in (lock.skus if lock else ()) for version in sku.versions]
    listed = [(sku.id, image.version) for sku in offer.skus for image in sku.images]
    for sku, version in [*told, *listed, *(_named(word, found) for word in earlier)]:
        if sku in found and (key := version_key(version)):
            found[sku].setdefault(key, version)
    return {sku: tuple(versions[key] for key in sorted(versions)) for sku, versions in found.items()}


def _named(word: str, skus: Collection[str]) -> tuple[str, str]:
    sku, _, version = word.partition("=")
    if sku not in skus or not version_key(version):
        raise UsageError(
            f"--version {word[:80]!a} is not SKU=X.Y.Z of a SKU of the folder",
            hint=f"SKUs: {', '.join(skus)}",
        )
    return sku, version


def adopt(engine: Engine, document: Document, adoption: Adoption) -> Outcome:
    """Record the adoption in one commit, and write the lock file."""
    offer = adoption.offer
    draft = draft_of(offer)
    with engine.catalogue.write(
        offer.publisher, offer.offer, actor=engine.actor, now=engine.clock(), create=True
    ) as work:
        work.remember_folder(str(document.folder.resolve()))
        work.adopt(draft, since=adoption.since, versions=adoption.versions, deleted=adoption.deleted)
    view: OfferView = engine.view((offer.publisher, offer.offer))
    write_lock_file(engine, view, document.folder, anew=True)
    return Outcome(view=view, changed=True, message=f"{view.key} is recorded as live; nothing was sent")
