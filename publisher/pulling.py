"""Writes what stands in the marketplace as an offer folder, with its lock file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from publisher.baseline import LOCK, PublishedSku, live_terms, locked
from publisher.document.built import offer_of
from publisher.document.canonical import canonical, digest
from publisher.document.model import Offer
from publisher.document.writing import NewFolder
from publisher.engine import Engine, Key, lock_of
from publisher.errors import MarketplaceUnavailable, UsageError
from publisher.ingestion import Tree, folder_of
from publisher.ingestion.odd import refused_if_odd
from publisher.lock import Live, Lock, lock_file

if TYPE_CHECKING:
    from publisher.marketplaces.partner_center import PartnerCenter

TARGETS: Final = ("live", "preview", "draft")  # in the order in which they are looked for


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """A folder to be written, and the target whose content it is.

    `live` says whether the offer is live, `known` whether the catalogue has its history.
    """

    new: NewFolder
    target: str
    live: bool
    known: bool


def key_of(engine: Engine, word: str) -> Key:
    """The key that a word means: any `publisher/offer`, or the ID of an offer that the catalogue knows."""
    publisher, slash, offer = word.partition("/")
    if slash and publisher and offer and "/" not in offer:
        return publisher, offer
    try:
        return engine.find(word)
    except UsageError as error:
        raise UsageError(error.message, hint="write publisher/offer") from None


def pull(engine: Engine, key: Key, target: str = "") -> Pulled:
    """What stands in a target; without one, in the first that holds something of live, preview and draft.

    Raises UsageError where nothing stands, or where the settings' target is no marketplace that can be
    read back.
    """
    market = _readable(engine)
    product = market.api.product(key[1])
    shown = cache(lambda name: (market.api.resources(product, name) if product else None) or [])
    chosen = target or next(filter(shown, TARGETS), "")
    if not chosen or not shown(chosen):
        raise UsageError(
            f"the marketplace has nothing of {key[1]} in {target or 'any target'}",
            hint="see the offer's ID in the portal, and whether these credentials are its publisher's",
        )
    fetch, view = cache(market.fetch), engine.known(key)
    known = view is not None and view.staged
    with refused_if_odd(MarketplaceUnavailable, "/".join(key), "look at the offer in the portal"):
        folder = cache(lambda name: folder_of(shown(name), publisher=key[0], fetch=fetch))
        new = folder(chosen)
        if view and known:
            lock = lock_of(view)
        else:
            live = offer_of(folder("live")) if shown("live") else None
            standing = _live(market, product, live) if live else None
            lock = _lock(key, live, standing, tuple(Tree.of(shown("preview")).plans))
    if lock.staged:
        new = replace(new, files={**new.files, LOCK: lock_file(lock)})
    return Pulled(new=new, target=chosen, live=bool(shown("live")), known=known)


def _readable(engine: Engine) -> "PartnerCenter":
    capabilities = engine.marketplace.capabilities
    if not capabilities.shared:
        raise UsageError(
            f"the target {capabilities.name} holds only what was sent from here",
            hint="set target to partner-center, in publisher.toml or by PUBLISHER_TARGET",
        )
    return cast("PartnerCenter", engine.marketplace)


def _lock(key: Key, live: Offer | None, standing: Live | None, preview: tuple[str, ...]) -> Lock:
    """The lock file of an offer that the catalogue does not know: what is live, SKUs in preview."""
    skus = tuple(_published(live)) if live else ()
    known = {sku.id for sku in skus}
    staged = tuple(
        PublishedSku(id=name, state="staging", versions=(), locked=None)
        for name in preview
        if name not in known
    )
    return Lock(
        publisher=key[0],
        offer=key[1],
        skus=(*skus, *staged),
        live=standing,
        staged=bool(preview or live),
        events=0,
        head="",
    )


def _published(offer: Offer) -> Iterator[PublishedSku]:
    for sku in offer.skus:
        yield PublishedSku(
            id=sku.id,
            state="live",
            versions=tuple(dict.fromkeys(image.version for image in sku.images)),
            locked=locked(sku),
            terms=live_terms(sku),
        )


def _live(market: "PartnerCenter", product: str, offer: Offer) -> Live:
    from publisher.marketplaces.partner_center.reading import since

    return Live(
        revision=1,
        digest=digest(canonical(offer)),
        since=since(market.api.entries(product), "live"),
        hero=any(listing.logos.hero for listing in offer.listing.values()),
        standard_contract=offer.legal.standard_contract,
    )
