"""Adopts an offer that is already live elsewhere: nothing is sent, everything is locked from then on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.catalogue import OfferView
from publisher.content import draft_of
from publisher.document import Document
from publisher.document.model import Offer, version_key
from publisher.engine import Engine
from publisher.errors import Refused, UsageError
from publisher.findings import Gate
from publisher.gates import refuse_blocked
from publisher.submissions import Outcome, write_lock_file


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What will be recorded: the offer as it is live, and every version that was published."""

    offer: Offer
    since: datetime
    versions: Mapping[str, tuple[str, ...]]

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
        return lines


def prepare(engine: Engine, document: Document, *, since: datetime, versions: Sequence[str]) -> Adoption:
    """What an adoption will record. `versions` are SKU=X.Y.Z published earlier, beside those of the folder.

    Raises GateRefused for a document that cannot be read, Refused for an offer that is known already.
    """
    from publisher.gates import judge_alone

    refuse_blocked(judge_alone(engine, document, Gate.DRAFT), "nothing was recorded")
    offer = document.offer
    if offer is None or not offer.skus:
        raise UsageError(
            f"{document.display()}: there is no SKU to adopt", hint="list every SKU that is live"
        )
    known = engine.catalogue.view(offer.publisher, offer.offer)
    if known and known.current:
        raise Refused(f"the catalogue knows {known.key} already: it is {known.state}")
    return Adoption(offer=offer, since=since, versions=_versions(offer, versions))


def _versions(offer: Offer, earlier: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found = {sku.id: [image.version for image in sku.images] for sku in offer.skus}
    for word in earlier:
        sku, _, version = word.partition("=")
        if sku not in found or not version_key(version):
            raise UsageError(
                f"--version {word[:80]!a} is not SKU=X.Y.Z of a SKU of the folder",
                hint=f"SKUs: {', '.join(found)}",
            )
        if version not in found[sku]:
            found[sku].append(version)
    return {sku: tuple(sorted(versions, key=version_key)) for sku, versions in found.items()}


def adopt(engine: Engine, document: Document, adoption: Adoption) -> Outcome:
    """Record the adoption in one commit, and write the lock file."""
    offer = adoption.offer
    draft = draft_of(offer)
    with engine.catalogue.write(
        offer.publisher, offer.offer, actor=engine.actor, now=engine.clock(), create=True
    ) as work:
        work.remember_folder(str(document.folder.resolve()))
        work.adopt(draft, since=adoption.since, versions=adoption.versions)
    view: OfferView = engine.view((offer.publisher, offer.offer))
    write_lock_file(engine, view, document.folder, anew=True)
    return Outcome(view=view, changed=True, message=f"{view.key} is recorded as live; nothing was sent")
