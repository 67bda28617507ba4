"""What a request wants the draft to say, and what of it must be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from publisher.ingestion.desired import desired
from publisher.ingestion.differences import differences
from publisher.ingestion.tree import Tree
from publisher.marketplaces import Request
from publisher.marketplaces.partner_center.assets import Assets
from publisher.marketplaces.partner_center.ingestion import Ingestion, Resource, understood

_PUBLISHED: Final = ("live", "preview")


class Pictures:
    """Addresses of the pictures that a payload names, and the bytes behind them."""

    def __init__(self, assets: Assets, files: Mapping[str, bytes]) -> None:
        self._assets = assets
        self._files = files
        self.named: dict[str, bytes] = {}

    def url(self, sha256: str, name: str) -> str:
        """The address of a picture, which is named from now on."""
        url = self._assets.url(sha256, name)
        self.named[url] = self._files[sha256]
        return url

    def provide(self, resources: list[Resource]) -> None:
        """See that those which these resources name stand there."""
        text = repr(resources)
        self._assets.provide({url: data for url, data in self.named.items() if url in text})


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The content of a request beside the draft of its product (`product` is "" for a new one)."""

    api: Ingestion
    request: Request
    product: str
    pictures: Pictures

    @classmethod
    def of(cls, api: Ingestion, assets: Assets, request: Request, product: str) -> "Wanted":
        """What this request wants."""
        return cls(api=api, request=request, product=product, pictures=Pictures(assets, request.files))

    @cached_property
    def published(self) -> frozenset[tuple[str, str]]:
        """Image versions that stand in preview or live: they are never left out."""
        with understood(self.product):
            return frozenset(version for tree in self._trees for version in tree.versions())

    @property
    def submissions(self) -> list[str]:
        """The submissions that preview and live are of, by their durable ids."""
        return [tree.submission for tree in self._trees if tree.submission]

    @cached_property
    def _trees(self) -> list[Tree]:
        return [self.api.tree(self.product, target) for target in _PUBLISHED]

    @cached_property
    def differing(self) -> list[Resource]:
        """The resources that must be sent, in order. Raises Refused with every reason."""
        draft = self.api.tree(self.product, "draft")
        published = self.published
        with understood(self.product):
            return list(differences(self._desired(draft), draft, published=published))

    def check(self) -> None:
        """See that all of it can be sent. Raises Refused with every reason, and the cure."""
        _ = self.differing

    def provide(self) -> None:
        """Put the pictures that must be sent where the marketplace fetches them."""
        self.pictures.provide(self.differing)

    def differing_from(self, target: str) -> list[str]:
        """Types of the resources of a target that hold another content than the request."""
        tree = self.api.tree(self.product, target)
        with understood(self.product):
            found = differences(self._desired(tree), tree)
        return sorted({str(resource["$schema"]).split("/")[-2] for resource in found})

    def _desired(self, current: Tree) -> list[dict[str, Any]]:
        request = self.request
        return desired(
            request.document,
            files=request.files,
            vhds=request.vhds,
            aliases=request.aliases,
            subscriptions=request.subscriptions,
            asset_url=self.pictures.url,
            current=current if current.resources else None,
            published=self.published if current.resources else None,
        )
