"""Compares an offer folder with what is staged and live, and says what staging it would mean."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from publisher.catalogue.views import OfferView, RevisionView
from publisher.content import marketing_only, resolved
from publisher.diff import Change, changes
from publisher.document import Document
from publisher.document.canonical import UNRESOLVED, canonical, content_files, digest
from publisher.document.model import Offer
from publisher.engine import Engine
from publisher.errors import UsageError
from publisher.findings import Gate, Severity
from publisher.gates import judge, running
from publisher.lock import read_lock
from publisher.locked import facts
from publisher.marketplaces import Content, Slot
from publisher.steps import filled, lock_reason

Against = Literal["staged", "live", "both"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a folder is compared with. `revision` is None where the marketplace was asked for it."""

    revision: int | None
    digest: str
    since: str
    document: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Side:
    """One comparison; `standing` is None where there is nothing to compare with, so all is new."""

    against: str
    standing: Standing | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What staging the folder would mean. `same_as` is `staged` or `live` where it holds just that.

    `marketing_only` is None while nothing is live, or a disk could not be compared.
    """

    command: str
    same_as: str
    marketing_only: bool | None
    blocked: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A folder and the sides it was compared with; `uncompared` names the secrets of disks that were
    not, `published_elsewhere` what a lock file knows of an offer that the catalogue does not."""

    key: str
    digest: str
    sides: tuple[Side, ...]
    effect: Effect
    uncompared: tuple[str, ...]
    published_elsewhere: str


def compare(engine: Engine, document: Document, against: Against) -> Comparison:
    """Compare a folder. Raises UsageError when it cannot be read; writes nothing."""
    offer = document.offer
    if offer is None or not offer.publisher or not offer.offer:
        raise UsageError(
            f"{document.display()} cannot be read as an offer",
            hint=f"`publisher validate {document.display()}` says why",
        )
    view = engine.known((offer.publisher, offer.offer))
    revisions = {"staged": staged_revision(view), "live": view.live if view else None}
    new = _with_known_disks(canonical(offer), [revision for revision in revisions.values() if revision])
    slots = {name: _recorded(engine, revision) for name, revision in revisions.items()}
    if engine.marketplace.capabilities.shared:
        slots = _shown(engine, offer)
        new = dict(engine.marketplace.carried(new, content_files(offer)))
    locks = _locks(view, document)
    sides = tuple(_side(name, slots[name], new, locks) for name in _asked(slots, against))
    return Comparison(
        key=offer.key,
        digest=digest(new),
        sides=sides,
        effect=_effect(engine, document, view, slots, new),
        uncompared=_unresolved_names(new),
        published_elsewhere=_published_elsewhere(view, document),
    )


def _recorded(engine: Engine, revision: RevisionView | None) -> Standing | None:
    if revision is None:
        return None
    document = engine.catalogue.document(revision.id)
    return Standing(revision=revision.number, digest=revision.digest, since=revision.since, document=document)


def _shown(engine: Engine, offer: Offer) -> dict[str, Standing | None]:
    """What the marketplace shows; a staging slot that is the same as production holds nothing of its own."""
    found = {
        name: engine.marketplace.content(offer.publisher, offer.offer, slot)
        for name, slot in (("staged", Slot.STAGING), ("live", Slot.PRODUCTION))
    }
    if found["staged"] and found["live"] and found["staged"].digest == found["live"].digest:
        found["staged"] = None
    return {name: _standing(content) if content else None for name, content in found.items()}


def _standing(content: Content) -> Standing:
    since = content.since.isoformat()
    return Standing(revision=None, digest=content.digest, since=since, document=content.document)


def staged_revision(view: OfferView | None) -> RevisionView | None:
    """The revision that is in the staging slot or on its way, if it is not live yet."""
    if view is None:
        return None
    if view.open:
        return view.open if view.open.state != "draft" else None
    kept = (r for r in view.revisions if r.state == "deletion_requested" and r.before == "staging")
    return next(kept, None)


def text_source(engine: Engine, offer: Offer) -> Callable[[str], str | None]:
    """Texts by their hash: those of a folder, and those that the catalogue kept."""
    here = cache(lambda: content_files(offer))  # nothing asks where nothing differs

    def text_of(sha256: str) -> str | None:
        data = here().get(sha256) or engine.catalogue.file(sha256)
        return None if data is None else data.decode("utf-8", "replace")

    return text_of


def _asked(slots: Mapping[str, Standing | None], against: Against) -> list[str]:
    """With `both`, an empty slot is compared with only where the other is empty, too."""
    if against != "both":
        return [against]
    return [name for name, standing in slots.items() if standing] or ["live"]


def _side(
    name: str, standing: Standing | None, new: Mapping[str, Any], locks: Mapping[str, Any] | None
) -> Side:
    old = standing.document if standing else {}
    return Side(against=name, standing=standing, changes=tuple(changes(old, new, locks)))


def _with_known_disks(document: dict[str, Any], revisions: list[RevisionView]) -> dict[str, Any]:
    """A disk under a secret's name that was staged before is taken to be the same disk."""
    names: dict[str, str] = {}
    for revision in reversed(revisions):
        names |= {name: at for at, name in revision.locks.get("", {}).get("secrets", {}).items()}
    known: dict[str, Any] = resolved(document, names)
    return known


def _unresolved_names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        name = value.removeprefix(f"{UNRESOLVED}:")
        return (name,) if name != value else ()
    if not isinstance(value, dict | list):
        return ()
    found = (_unresolved_names(item) for item in (value.values() if isinstance(value, dict) else value))
    return tuple(dict.fromkeys(name for names in found for name in names))


def _locks(view: OfferView | None, document: Document) -> dict[str, Any] | None:
    """What is locked of each SKU that was staged; None while nothing was."""
    if view and view.staged:
        return {sku.sku: sku.locked or {} for sku in view.skus if sku.staged and sku.state != "deleted"}
    if lock := read_lock(document.folder):
        return {sku.id: facts(sku.locked) if sku.locked else {} for sku in lock.skus if not sku.deleted}
    return None


def _published_elsewhere(view: OfferView | None, document: Document) -> str:
    lock = read_lock(document.folder)
    if lock is None or (view and view.staged):
        return ""
    if lock.live:
        return (
            f"the lock file says that revision {lock.live.revision} is live since {lock.live.since:%Y-%m-%d}"
        )
    return "the lock file says that the offer was staged" if lock.staged else ""


def _effect(
    engine: Engine,
    document: Document,
    view: OfferView | None,
    slots: Mapping[str, Standing | None],
    new: dict[str, Any],
) -> Effect:
    own = digest(new)
    same = next((name for name, standing in slots.items() if standing and standing.digest == own), "")
    live = slots["live"]
    unknown = live is None or engine.marketplace.capabilities.shared or bool(_unresolved_names(new))
    marketing = None if unknown or live is None else marketing_only(live.document, new)
    return Effect(
        command=f"publisher stage {shlex.quote(document.display().removesuffix(f'/{document.path.name}'))}",
        same_as=same if same == "staged" or slots["staged"] is None else "",
        marketing_only=marketing,
        blocked=() if same else tuple(filter(None, _objections(engine, document, view))),
    )


def _objections(engine: Engine, document: Document, view: OfferView | None) -> list[str]:
    """Every reason why the folder cannot be staged now; the rules of the stage gate are asked."""
    if view and view.state == "deleted":
        return [f"{view.key} is deleted, and its IDs cannot come back: begin an offer under another ID"]
    if view and view.state == "deletion_requested":
        keep = filled(engine, view, "publisher keep OFFER")
        return [f"{view.key} is {view.state}; `{keep}` withdraws a deletion"]
    if view and view.state == "production_requested":
        cancel = filled(engine, view, "publisher cancel OFFER")
        return [f"another content is on its way to production; wait, or `{cancel}`"]
    errors = judge(engine, document, Gate.STAGE).count(Severity.ERROR)
    return [
        f"{errors} error{'' if errors == 1 else 's'} at the stage gate; "
        f"`publisher validate {document.display()}` lists them"
        if errors
        else "",
        running(view) if view else "",
        lock_reason(engine, view, str(document.folder)),
    ]
