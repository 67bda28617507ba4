"""What every command that acts works with: settings, catalogue, marketplace, and who is asking."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from publisher.baseline import LiveTerms, OtherOffer, Published, PublishedSku
from publisher.catalogue import exists
from publisher.catalogue.views import OfferView
from publisher.document.secrets import Secrets
from publisher.errors import UsageError
from publisher.lock import Live, Lock
from publisher.locked import locked_from, terms_from
from publisher.marketplaces import Marketplace
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.catalogue.store import Catalogue

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The parts together. `say` takes one line of talk for the user; `clock` gives aware UTC times."""

    settings: Settings
    marketplace: Marketplace
    secrets: Secrets
    actor: str
    say: Callable[[str], None]
    clock: Callable[[], datetime]

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The catalogue, opened when it is first asked: it loads more than the rest together."""
        return open_catalogue(self.settings)

    def close(self) -> None:
        """Let go of the catalogue's connections."""
        if "catalogue" in vars(self):
            self.catalogue.close()

    def known(self, key: Key) -> OfferView | None:
        """The offer as the catalogue knows it; where there is no catalogue yet, nothing is loaded for it."""
        return self.catalogue.view(*key) if exists(self.settings.database_url) else None

    def view(self, key: Key) -> OfferView:
        """The offer as it stands. Raises UsageError when the catalogue does not know it."""
        if view := self.catalogue.view(*key):
            return view
        raise UsageError(
            f"the catalogue knows no offer {'/'.join(key)}", hint="`publisher status` lists the known ones"
        )

    def find(self, word: str) -> Key:
        """The key of `publisher/offer`, or of an offer ID that is unique."""
        publisher, _, offer = word.rpartition("/")
        found = self.catalogue.offers(publisher=publisher, offer=offer) if offer else []
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join("/".join(key) for key in found)
            raise UsageError(f"{word!r} is not unique: {names}", hint="write publisher/offer")
        raise self._unknown(word)

    def _unknown(self, word: str) -> UsageError:
        from difflib import get_close_matches

        names = [name for key in self.catalogue.offers() for name in (key[1], "/".join(key))]
        near = get_close_matches(word, names, 1, 0.5)
        if near:
            hint = f"did you mean {near[0]!r}?"
        else:
            hint = "`publisher status` lists the known ones; `publisher stage PATH` makes one known"
        return UsageError(f"the catalogue {self.catalogue.place} knows no offer {word[:80]!a}", hint=hint)


@contextmanager
def open_engine(
    settings: Settings,
    secrets: Secrets,
    *,
    say: Callable[[str], None],
    clock: Callable[[], datetime] | None = None,
) -> Iterator[Engine]:
    """The engine that the settings describe; its connections are let go of afterwards."""
    with open_marketplace(settings, secrets) as marketplace:
        engine = Engine(
            settings=settings,
            marketplace=marketplace,
            secrets=secrets,
            actor=actor(),
            say=say,
            clock=clock or (lambda: datetime.now(UTC)),
        )
        with closing(engine):
            yield engine


def open_catalogue(settings: Settings) -> "Catalogue":
    """The catalogue of the settings; close it afterwards."""
    from publisher.catalogue.store import Catalogue

    return Catalogue(settings.database_url)


@contextmanager
def open_marketplace(settings: Settings, secrets: Secrets) -> Iterator[Marketplace]:
    """The marketplace that the settings name as target, as long as the context lasts."""
    match settings["target"]:
        case "partner-center":
            from publisher.marketplaces.partner_center import open_partner_center

            with open_partner_center(settings, secrets) as marketplace:
                yield marketplace
        case "emulator":
            from publisher.marketplaces.partner_center import open_emulator

            with open_emulator(settings) as marketplace:
                yield marketplace
        case "manual":
            from publisher.marketplaces.manual import ManualMarketplace

            yield ManualMarketplace(settings.home / "manual.db")
        case _:
            yield _local(settings)


def _local(settings: Settings) -> Marketplace:
    from publisher.marketplaces.local import LocalMarketplace

    def broken(urls: Sequence[str]) -> Mapping[str, str]:
        from publisher.links import check_links

        answers = check_links(urls, assume=settings["links.assume"], **settings.link_limits)
        return {url: answer.detail for url, answer in answers.items() if not answer.ok}

    return LocalMarketplace(settings.home / "marketplace.db", check_links=broken)


def actor() -> str:
    """Who is asking, as the operating system knows them: `user@host`."""
    try:
        import pwd

        user = pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        user = os.environ.get("USERNAME") or str(os.getuid() if hasattr(os, "getuid") else "unknown")
    return f"{user}@{socket.gethostname()}"


def published(view: OfferView) -> Published | None:
    """What the catalogue knows as published of an offer; None while nothing of it was staged."""
    if not view.staged:
        return None
    return Published(
        source="catalogue",
        publisher=view.publisher,
        offer=view.offer,
        live=any(sku.live_since for sku in view.skus),
        skus=_published_skus(view),
        hero=view.hero,
        standard_contract=_whole(view).get("standard_contract"),
    )


def _published_skus(view: OfferView) -> tuple[PublishedSku, ...]:
    return tuple(
        PublishedSku(
            id=sku.sku,
            state=sku.state,
            versions=tuple(sku.versions),
            locked=locked_from(sku.locked) if sku.locked else None,
            vhds=sku.versions,
            terms=_terms(view, sku.sku),
        )
        for sku in view.skus
        if sku.staged
    )


def _terms(view: OfferView, sku_id: str) -> LiveTerms | None:
    """How a SKU is sold; None where it is not live, or was recorded before this was kept."""
    lock = view.live.locks.get(sku_id, {}) if view.live else {}
    terms = lock.get("terms")
    return terms_from(terms) if terms else None


def published_in_catalogue(
    settings: Settings, publisher: str, offer: str
) -> tuple[Published | None, tuple[OtherOffer, ...]]:
    """What the settings' catalogue knows of an offer and of the publisher's others; nothing is written."""
    with closing(open_catalogue(settings)) as catalogue:
        view = catalogue.view(publisher, offer)
        return published(view) if view else None, other_offers(catalogue, (publisher, offer))


def other_offers(catalogue: "Catalogue", key: Key) -> tuple[OtherOffer, ...]:
    """The publisher's other offers that are not gone."""
    return tuple(
        OtherOffer(offer=offer, titles=tuple(titles), skus=tuple(skus))
        for offer, (titles, skus) in catalogue.names(key[0]).items()
        if offer != key[1]
    )


def lock_of(view: OfferView) -> Lock:
    """The lock file's content for an offer that was staged."""
    return Lock(
        publisher=view.publisher,
        offer=view.offer,
        skus=_published_skus(view),
        live=_live(view),
        staged=view.staged,
        events=view.events,
        head=view.head,
    )


def _live(view: OfferView) -> Live | None:
    if (live := view.live) is None:
        return None
    since = datetime.fromisoformat(live.live_since or live.since)
    whole = _whole(view)
    return Live(
        revision=live.number, digest=live.digest, since=since,
        hero=bool(whole.get("hero")), standard_contract=whole.get("standard_contract"),
    )  # fmt: skip


def _whole(view: OfferView) -> Mapping[str, Any]:
    """What was recorded of the live revision as a whole."""
    found: Mapping[str, Any] = view.live.locks.get("", {}) if view.live else {}
    return found
