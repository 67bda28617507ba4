"""The calls of the Product Ingestion API that publishing needs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any, Final

from publisher.errors import MarketplaceRefused, MarketplaceUnavailable
from publisher.ingestion.odd import refused_if_odd
from publisher.ingestion.schema import CONFIGURE, SUBMISSION, uri
from publisher.ingestion.tree import Tree
from publisher.marketplaces.partner_center.answers import Entry, Job, entries_of, job_of, member
from publisher.marketplaces.partner_center.client import Client, objects
from publisher.redact import redact

_VM: Final = "azureVirtualMachine"
_ID: Final = re.compile("[A-Za-z0-9_-]{1,100}")
Resource = Mapping[str, Any]


class Ingestion:
    """One account of the marketplace. `product` is a durable id such as `product/1111…`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def product(self, offer: str) -> str:
        """The durable id of an offer; "" where the account has none of this ID."""
        found = self._client.pages("product", externalId=offer)
        ids = {str(item.get("id") or "") for item in found if _external(item) == offer}
        if len(ids) > 1:
            raise MarketplaceRefused(
                f"the account has {len(ids)} offers of the ID {offer}",
                hint="use credentials that see one of them, or delete the others in the portal",
            )
        product = next(iter(ids), "")
        if product:
            _number(product)
        return product

    def offers(self) -> list[str]:
        """The IDs of every VM offer of the account."""
        return [_external(item) for item in self._client.pages("product") if item.get("type") == _VM]

    def entries(self, product: str) -> list[Entry]:
        """The published submissions of a product, newest first."""
        return entries_of(self._client.pages(f"submission/{_number(product)}"))

    def resources(self, product: str, target: str) -> list[dict[str, Any]] | None:
        """Everything that stands in `draft`, `preview` or `live`; None where nothing does."""
        found = self._client.get(f"resource-tree/product/{_number(product)}", targetType=target)
        if found is None:
            return None
        with understood(product):
            return [self._named(body) for body in objects(found, "resources", f"the {target} of {product}")]

    def _named(self, body: dict[str, Any]) -> dict[str, Any]:
        """A resource whose deprecations name another offer by its ID, as the offer folder does."""
        if "deprecationSchedule" in body:
            body = {**body, "deprecationSchedule": self._named_schedule(body["deprecationSchedule"] or {})}
        if versions := body.get("vmImageVersions"):
            body = {**body, "vmImageVersions": [self._named(version) for version in versions]}
        return body

    def _named_schedule(self, schedule: dict[str, Any]) -> dict[str, Any]:
        product = (schedule.get("alternative") or {}).get("product")
        if not isinstance(product, str) or not (found := self._client.get(f"product/{_number(product)}")):
            return schedule
        return {**schedule, "alternative": {"product": {"externalId": _external(found)}}}

    def tree(self, product: str, target: str) -> Tree:
        """The same as a tree, which may be empty; but a product that is there has a draft."""
        found = self.resources(product, target) if product else None
        if found is None and product and target == "draft":
            raise MarketplaceUnavailable(f"{product} shows no draft", hint="run the same command again")
        return Tree.of(found or ())

    def configure(self, resources: Sequence[Resource]) -> Job:
        """Send resources; the job that works on them."""
        job = job_of(self._client.post("configure", {"$schema": CONFIGURE, "resources": list(resources)}))
        if not _ID.fullmatch(job.id):  # kept, it could never be asked for
            raise MarketplaceUnavailable("the marketplace took resources and names no job", hint="look again")
        return job

    def job(self, job_id: str) -> Job | None:
        """A job as it stands; None for one that the service does not know."""
        answer = self._client.get(f"configure/{_step(job_id)}/status")
        return None if answer is None else replace(job_of(answer), id=job_id)

    def cancel(self, job_id: str) -> Job:
        """Stop a job. Raises MarketplaceRefused for one that has ended."""
        return replace(job_of(self._client.post(f"configure/{_step(job_id)}/cancel")), id=job_id)


def understood(product: str) -> AbstractContextManager[None]:
    """Raises MarketplaceUnavailable where resources of a product are not what the API says they are."""
    cure = "run the same command again; if it stays so, look at the offer in the portal"
    return refused_if_odd(MarketplaceUnavailable, product or "a new product", cure)


@contextmanager
def asking() -> Iterator[None]:
    """A question that is refused says nothing of what was sent before: that may be running.

    Raises MarketplaceUnavailable.
    """
    try:
        yield
    except MarketplaceRefused as error:
        raise MarketplaceUnavailable(
            error.message, hint="what was sent goes on; run the same command again to look at it"
        ) from None


def publishing(product: str, target: str, submission: str = "", **members: Any) -> Resource:
    """The resource that moves a draft to preview, or the preview `submission` to live."""
    own = {"id": submission} if submission else {}
    return {
        "$schema": uri(SUBMISSION),
        **own,
        "product": product,
        "target": {"targetType": target},
        **members,
    }


def _external(product: Mapping[str, Any]) -> str:
    return member(product, "identity", "externalId")


def _number(product: str) -> str:
    return _step(product.rpartition("/")[2])


def _step(id: str) -> str:
    """An ID of the marketplace as one step of a path. Raises MarketplaceUnavailable where it is none."""
    if not _ID.fullmatch(id):
        raise MarketplaceUnavailable(
            f"the marketplace gives {redact(id)[:80]!a} as an ID", hint="run the same command again"
        )
    return id
