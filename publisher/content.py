"""Between an offer folder and the catalogue: what a revision keeps of a folder, and the way back."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from publisher.baseline import addresses, live_terms, locked
from publisher.catalogue.views import Draft, RevisionView
from publisher.document import Document, read_document
from publisher.document.canonical import UNRESOLVED, canonical, content_files, digest
from publisher.document.model import FORMAT, Offer, Sku
from publisher.document.secrets import Secrets
from publisher.locked import facts, terms_facts

if TYPE_CHECKING:
    from publisher.catalogue.store import Catalogue

# What a change may touch and still be marketing only: certification looks at none of it.
_MARKETING: Final = ("categories", "listing", "legal", "support")


def draft_of(offer: Offer) -> Draft:
    """What the catalogue keeps of an offer."""
    document = canonical(offer)
    return Draft(
        document=document,
        digest=digest(document),
        locks=_locks(offer),
        subscriptions=tuple(
            dict.fromkeys(subscription.lower() for subscription in offer.staging.subscriptions)
        ),
        files=content_files(offer),
    )


def digest_of(offer: Offer) -> str:
    """The digest of an offer's content."""
    return digest(canonical(offer))


def _versions(sku: Sku) -> dict[str, list[str]]:
    """Disk addresses by version; of several generations of a version, the first stands for all.

    Of disks whose secrets are not at hand nothing is known: that is not an image of a gallery.
    """
    found: dict[str, list[str]] = {}
    for image in sku.images:
        places = list(addresses(image))
        found.setdefault(image.version, places if image.gallery or any(places) else [])
    return found


def _locks(offer: Offer) -> dict[str, Any]:
    locks: dict[str, Any] = {
        sku.id: {
            "locked": facts(locked(sku)),
            "versions": _versions(sku),
            "terms": terms_facts(live_terms(sku)),
        }
        for sku in offer.skus
    }
    locks[""] = {
        "hero": any(listing.logos.hero for listing in offer.listing.values()),
        "standard_contract": offer.legal.standard_contract,
        "titles": [listing.title for listing in offer.listing.values()],
        "secrets": {vhd.address: vhd.secret for vhd in offer.vhds() if vhd.secret and vhd.address},
        "aliases": {sku.id: sku.alias for sku in offer.skus if sku.alias}
        | ({"": offer.alias} if offer.alias else {}),
    }
    return locks


def marketing_only(live: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether two canonical documents differ in marketing, legal and support alone."""
    return _technical(live) == _technical(new)


def _technical(document: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in document.items() if key not in _MARKETING}
    rest["skus"] = [
        {key: value for key, value in sku.items() if key != "listing"} for sku in document.get("skus", [])
    ]
    return rest


@contextmanager
def rebuilt(catalogue: "Catalogue", revision: RevisionView, secrets: Secrets) -> Iterator[Document]:
    """A revision as a document again, from the catalogue alone; its files live as long as the context."""
    document = catalogue.document(revision.id)
    names: Mapping[str, str] = revision.locks.get("", {}).get("secrets", {})
    with TemporaryDirectory(prefix="publisher-") as folder:
        root = Path(folder)
        written = _written(document, names, root, catalogue)
        written |= {"format": FORMAT, "staging": {"subscriptions": list(revision.subscriptions)}}
        (root / "offer.json").write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
        yield read_document(root, secrets)


def _written(value: Any, secrets: Mapping[str, str], root: Path, catalogue: "Catalogue") -> Any:
    """A canonical value in the offer format: files by name, disks by secret."""
    if isinstance(value, dict) and "sha256" in value:
        name = value["sha256"]
        (root / name).write_bytes(catalogue.file(name) or b"")
        return name if "bytes" in value else {"file": name}
    if isinstance(value, dict):
        return {key: _written(item, secrets, root, catalogue) for key, item in value.items()}
    if isinstance(value, list):
        return [_written(item, secrets, root, catalogue) for item in value]
    return {"secret": secrets[value]} if value in secrets else value


def same_content(document: Document, revision: RevisionView) -> bool:
    """Whether a folder holds exactly a revision's content. Unresolved secrets count as unchanged.

    A disk whose secret cannot be looked up here is taken to be the one that was staged under the
    same secret's name: only its address could tell otherwise.
    """
    if document.offer is None:
        return False
    if not document.unresolved:
        return digest_of(document.offer) == revision.digest
    names = {name: address for address, name in revision.locks.get("", {}).get("secrets", {}).items()}
    return digest(resolved(canonical(document.offer), names)) == revision.digest


def resolved(value: Any, addresses_by_name: Mapping[str, str]) -> Any:
    """A canonical value with each disk that stands under a known secret's name by its address."""
    if isinstance(value, dict):
        return {key: resolved(item, addresses_by_name) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, addresses_by_name) for item in value]
    prefix = f"{UNRESOLVED}:"
    if isinstance(value, str) and value.startswith(prefix):
        return addresses_by_name.get(value.removeprefix(prefix), value)
    return value
