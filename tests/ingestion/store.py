"""A draft as the marketplace keeps it, in forty lines: durable ids, references by them, files at addresses of its own."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from publisher.document.built import offer_of
from publisher.document.canonical import canonical, content_files
from publisher.document.model import Offer
from publisher.document.writing import NewFolder
from publisher.ingestion import schema as s
from publisher.ingestion.desired import desired
from publisher.ingestion.tree import Tree

Resource = dict[str, Any]


def guid(name: str) -> str:
    return str(UUID(bytes=hashlib.sha256(name.encode()).digest()[:16]))


class Store:
    """Takes what a configure request would bring; `files` holds what was uploaded, by address."""

    def __init__(self) -> None:
        self.draft: dict[str, Resource] = {}
        self.files: dict[str, bytes] = {}
        self.uploads: list[str] = []
        self.readings = 0

    def asset_url(self, files: Mapping[str, bytes]) -> Any:
        def upload(sha256: str, name: str) -> str:
            self.uploads.append(name)
            url = f"https://upload.example/{sha256}/{name}"
            self.files[url] = files[sha256]
            return url

        return upload

    def send(self, resources: Iterable[Resource]) -> None:
        names: dict[str, str] = {}
        for resource in resources:
            resource = dict(resource)
            name = resource.pop("resourceName", "")
            resource = _referring(resource, names)
            id = resource.setdefault("id", self._id(resource))
            names[name] = id
            if resource.get("lifecycleState") == "deleted":
                self.draft.pop(id, None)
            else:
                self.draft[id] = resource

    def _id(self, resource: Resource) -> str:
        kind = s.kind_of(resource)
        product = guid("product") if kind == s.PRODUCT else str(resource["product"]).rpartition("/")[2]
        if kind == s.PLAN:
            return f"plan/{product}/{guid(resource['identity']['externalId'])}"
        plan = [str(resource["plan"]).rpartition("/")[2]] if "plan" in resource else []
        language = [str(resource["languageId"]).lower()] if "languageId" in resource else []
        more = (
            [str(sum(id.startswith(f"{kind}/") for id in self.draft) + 1)]
            if kind in {s.ASSET, s.TRAILER} or kind not in s.KINDS
            else []
        )
        return "/".join([kind, product, *plan, *language, *more])

    def read(self) -> list[Resource]:
        """The tree: in another order, with other addresses of files each time, and a submission."""
        self.readings += 1
        found = [self._shown(resource) for resource in self.draft.values()]
        turn = self.readings % max(len(found), 1)
        product = next((r["id"] for r in found if s.kind_of(r) == s.PRODUCT), "")
        draft = {
            "$schema": s.uri(s.SUBMISSION),
            "id": "submission/x/0",
            "product": product,
            "target": {"targetType": "draft"},
        }
        return [draft, *found[turn:], *found[:turn]]

    def _shown(self, value: Any) -> Any:
        if isinstance(value, str) and value in self.files:
            url = f"https://content.example/{guid(value)}?v={self.readings}"
            self.files[url] = self.files[value]
            return url
        if isinstance(value, dict):
            return {key: self._shown(item) for key, item in value.items()}
        return [self._shown(item) for item in value] if isinstance(value, list) else value

    def tree(self, **more: Any) -> Tree:
        return Tree.of(self.read(), **more)


def _referring(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"resourceName"}:
            return names[value["resourceName"]]
        return {key: _referring(item, names) for key, item in value.items()}
    return [_referring(item, names) for item in value] if isinstance(value, list) else value


def asked(offer: Offer, store: Store, current: Tree | None, **more: Any) -> list[Resource]:
    """What an offer asks of a draft."""
    files = content_files(offer)
    aliases = {"": offer.alias, **{sku.id: sku.alias for sku in offer.skus}}
    return desired(
        canonical(offer),
        files=files,
        vhds={vhd.address: vhd.url for vhd in offer.vhds() if vhd.url},
        aliases={name: alias for name, alias in aliases.items() if alias},
        subscriptions=offer.staging.subscriptions,
        asset_url=store.asset_url(files),
        current=current,
        **more,
    )


def wanted(new: NewFolder, store: Store, current: Tree | None, **more: Any) -> list[Resource]:
    """What a folder asks of a draft."""
    return asked(offer_of(new), store, current, **more)


def stored(new: NewFolder) -> Store:
    """A new product, made from a folder."""
    store = Store()
    store.send(wanted(new, store, None))
    return store
