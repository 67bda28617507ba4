"""The calls of the Product Ingestion API that publishing needs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from publisher.errors import MarketplaceUnavailable
from publisher.ingestion.schema import CONFIGURE, SUBMISSION, uri
from publisher.ingestion.tree import Tree
from publisher.marketplaces.partner_center.answers import Entry, Job, entries_of, job_of
from publisher.marketplaces.partner_center.client import Client

_VM: Final = "azureVirtualMachine"
Resource = Mapping[str, Any]


class Ingestion:
    """One account of the marketplace. `product` is a durable id such as `product/1111…`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def product(self, offer: str) -> str:
        """The durable id of an offer; "" where the account has none of this ID."""
        found = self._client.pages("product", externalId=offer)
        ids = (str(item.get("id") or "") for item in found if _external(item) == offer)
        return next(ids, "")

    def offers(self) -> list[str]:
        """The IDs of every VM offer of the account."""
        return [_external(item) for item in self._client.pages("product") if item.get("type") == _VM]

    def entries(self, product: str) -> list[Entry]:
        """The published submissions of a product, newest first."""
        return entries_of(self._client.pages(f"submission/{_number(product)}"))

    def resources(self, product: str, target: str) -> list[dict[str, Any]] | None:
        """Everything that stands in `draft`, `preview` or `live`; None where nothing does."""
        found = self._client.get(f"resource-tree/product/{_number(product)}", targetType=target)
        return None if found is None else [self._named(body) for body in found.get("resources") or []]

    def _named(self, body: dict[str, Any]) -> dict[str, Any]:
        """A resource whose deprecations name another offer by its ID, as the offer folder does."""
        if "deprecationSchedule" in body:
            body = {**body, "deprecationSchedule": self._named_schedule(body["deprecationSchedule"] or {})}
        if versions := body.get("vmImageVersions"):
            body = {**body, "vmImageVersions": [self._named(version) for version in versions]}
        return body

    def _named_schedule(self, schedule: dict[str, Any]) -> dict[str, Any]:
        product = (schedule.get("alternative") or {}).get("product")
        if not isinstance(product, str) or not (found := self._client.get(product)):
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
        if not job.id:
            raise MarketplaceUnavailable("the marketplace took resources and names no job", hint="look again")
        return job

    def job(self, job_id: str) -> Job | None:
        """A job as it stands; None for one that the service does not know."""
        answer = self._client.get(f"configure/{job_id}/status")
        return None if answer is None else job_of(answer)

    def cancel(self, job_id: str) -> Job:
        """Stop a job. Raises MarketplaceRefused for one that has ended."""
        return job_of(self._client.post(f"configure/{job_id}/cancel"))


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
    return str((product.get("identity") or {}).get("externalId") or "")


def _number(product: str) -> str:
    return product.rpartition("/")[2]
