"""From the resources of a product to an offer folder that says the same."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from publisher.document.built import offer_of
from publisher.document.canonical import canonical, content_files
from publisher.document.model import FORMAT
from publisher.document.writing import LeftOut, NewFolder, cleaned, text_value
from publisher.errors import UsageError
from publisher.ingestion import offer_fields as fields
from publisher.ingestion import schema as s
from publisher.ingestion import words as w
from publisher.ingestion.lifecycle import lifecycle_fields
from publisher.ingestion.outgoing import made
from publisher.ingestion.schema import Resource
from publisher.ingestion.selling import selling_fields
from publisher.ingestion.technical import technical_fields
from publisher.ingestion.tree import Key, Part, Tree
from publisher.ingestion.verbatim import verbatim
from publisher.profiles import PARTNER_CENTER
from publisher.redact import Secret

VERBATIM_FILE: Final = "marketplace.json"
FIRST_LANGUAGE: Final = "en-us"

Fetch = Callable[[str], bytes]


def folder_of(resources: Iterable[Resource], *, publisher: str, fetch: Fetch | None) -> NewFolder:
    """The offer folder of one product's resources.

    `fetch` downloads a file of the listing; without it, pictures are left out. Raises UsageError where
    there is no VM product among the resources, and whatever `fetch` raises.
    """
    tree = Tree.of(resources)
    if tree.product is None or Key(s.PRODUCT) not in tree.parts:
        raise UsageError(
            "there is no VM offer among these resources", hint="offers of other types are not known here"
        )
    reader = _Reader(tree, publisher, fetch)
    new = reader.folder()
    looked_at = Tree.of(tree.resources, reader.hashes)
    if rest := verbatim(remade(new), looked_at):
        new = replace(
            new,
            offer={**new.offer, "verbatim": {"file": VERBATIM_FILE}},
            files={**new.files, VERBATIM_FILE: f"{rest}\n".encode()},
        )
    return new


def content_of(
    resources: Iterable[Resource], *, publisher: str, fetch: Fetch | None
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The canonical document of one product's resources, and its files by sha256; see `folder_of`."""
    offer = offer_of(folder_of(resources, publisher=publisher, fetch=fetch))
    return canonical(offer), content_files(offer)


def remade(new: NewFolder) -> dict[Key, Part]:
    """The parts that a new folder makes, without what it keeps word for word."""
    offer = offer_of(new)
    files = content_files(offer)
    aliases = {"": offer.alias} | {sku.id: sku.alias for sku in offer.skus}
    return made(
        canonical(offer),
        text=lambda value: value if isinstance(value, str) else files[value["sha256"]].decode(),
        aliases={key: alias for key, alias in aliases.items() if alias},
        subscriptions=offer.staging.subscriptions,
    )


def read(tree: Tree, *, publisher: str, fetch: Fetch | None) -> NewFolder:
    """What the offer format says of a tree, without what it cannot say."""
    return _Reader(tree, publisher, fetch).folder()


class _Reader:
    """Collects files and secrets while it reads."""

    def __init__(self, tree: Tree, publisher: str, fetch: Fetch | None) -> None:
        self.tree, self.publisher, self.fetch = tree, publisher, fetch
        self.files: dict[str, bytes] = {}
        self.secrets: dict[str, Secret] = {}
        self.names: dict[Secret, str] = {}
        self.hashes: dict[str, str] = {}
        self.left_out: list[LeftOut] = []

    def folder(self) -> NewFolder:
        """The whole of it, in the order of the format."""
        listings = self._parts(s.LISTING)
        first = next(iter(listings.values()), {})
        offer: dict[str, Any] = {
            "format": FORMAT,
            "publisher": self.publisher,
            "offer": self.tree.offer,
            "alias": self._members(s.PRODUCT).get("alias"),
            "profile": PARTNER_CENTER,
            "categories": fields.categories(self._members(s.PROPERTY).get("categories") or {}),
            "listing": {language: self._listing(language, members) for language, members in listings.items()},
            "legal": self._legal(self._members(s.PROPERTY), first),
            "support": fields.support(first),
            "staging": {"subscriptions": self._testers()},
            "leads": fields.leads(self._members(s.LEADS)),
            "test_drive": fields.test_drive(self._members(s.TEST_DRIVE)),
            "resellers": fields.resellers(self._members(s.RESELLER)),
            "skus": [self._sku(plan) for plan in self.tree.plans if plan],
        }
        return cleaned(
            NewFolder(
                offer=fields.said(offer),
                files=self.files,
                secrets=self.secrets,
                left_out=tuple(self.left_out),
            )
        )

    def _members(self, kind: str, plan: str = "") -> Mapping[str, Any]:
        part = self.tree.parts.get(Key(kind, plan))
        return part.members if part else {}

    def _parts(self, kind: str, plan: str = "") -> dict[str, Mapping[str, Any]]:
        """Parts that there are one of for each language, English first."""
        found = {key.item: part.members for key, part in self.tree.parts.items() if key[:2] == (kind, plan)}
        order = sorted(found, key=lambda language: (language != FIRST_LANGUAGE, language))
        return {language: found[language] for language in order if "#" not in language}

    def _text(self, name: str, value: Any) -> Any:
        return (
            text_value(self.files, self._free(f"texts/{name}"), value.replace("\r\n", "\n"))
            if isinstance(value, str)
            else ""
        )

    def _testers(self) -> list[str]:
        audiences = self._members(s.AVAILABILITY).get("previewAudiences") or ()
        return [
            str(entry["id"])
            for entry in audiences
            if entry.get("type", "subscription") == "subscription" and entry.get("id")
        ]

    def _listing(self, language: str, members: Mapping[str, Any]) -> dict[str, Any]:
        folder = "" if language == FIRST_LANGUAGE else f"{_name(language)}/"
        return {
            "title": members.get("title"),
            "summary": members.get("searchResultSummary"),
            "long_summary": self._text(f"{folder}long-summary.txt", members.get("shortDescription")),
            "description": self._text(f"{folder}description.html", members.get("description")),
            "logos": dict(self._logos(language, folder)),
            "links": [fields.link(link, "displayText") for link in members.get("generalLinks") or ()],
            "sample_images": list(self._samples(language, folder)),
            "videos": list(self._videos(language, folder)),
            "reseller_materials_url": members.get("cloudSolutionProviderMarketingMaterials"),
        }

    def _of(self, kind: str, language: str) -> list[Part]:
        parts = [part for key, part in self.tree.parts.items() if key.kind == kind]
        return [part for part in parts if (part.listing or part.members.get("languageId")) == language]

    def _logos(self, language: str, folder: str) -> Iterator[tuple[str, str]]:
        found = {
            part.members.get("type"): part for part in self._of(s.ASSET, language) if "#" not in part.item
        }
        for name, kind in w.LOGOS.items():
            if part := found.get(kind):
                file = self._file(part, part.members.get("url"), f"media/{folder}logo-{name}")
                if file:
                    yield name, file

    def _samples(self, language: str, folder: str) -> Iterator[dict[str, Any]]:
        shots = [part for part in self._of(s.ASSET, language) if part.members.get("type") == w.SCREENSHOT]
        for number, part in enumerate(sorted(shots, key=_place), 1):
            if file := self._file(part, part.members.get("url"), f"media/{folder}screenshot-{number}"):
                yield {"file": file, "caption": part.members.get("description")}

    def _videos(self, language: str, folder: str) -> Iterator[dict[str, Any]]:
        films = [part for part in self._of(s.TRAILER, language) if "#" not in part.item]
        for number, part in enumerate(sorted(films, key=lambda part: part.item), 1):
            shown = (part.members.get("assets") or {}).get("en-us") or {}
            images = shown.get("imageList") or [{}]
            file = self._file(part, images[0].get("url"), f"media/{folder}video-{number}")
            yield {"title": shown.get("title"), "url": part.members.get("streamingUrl"), "thumbnail": file}

    def _file(self, part: Part, url: Any, name: str) -> str:
        if not url or self.fetch is None:
            if url:
                self.left_out.append(LeftOut(place=str(part.key), reason="the file was not downloaded"))
            return ""
        data = self.fetch(str(url))
        self.hashes[part.id] = sha256(data).hexdigest()
        name = self._free(f"{name}.png")
        self.files[name] = data
        return name

    def _free(self, name: str) -> str:
        """A file name that nothing has yet: two languages or SKUs may look the same as part of one."""
        stem, _, suffix = name.rpartition(".")
        number = 1
        while name in self.files:
            name = f"{stem}-{(number := number + 1)}.{suffix}"
        return name

    def _legal(self, members: Mapping[str, Any], listing: Mapping[str, Any]) -> dict[str, Any]:
        amendments = members.get("customAmendments") or ()
        return {
            "terms": self._text("terms.txt", members.get("termsOfUse")),
            "terms_url": members.get("termsOfUseUrl"),
            "standard_contract": members.get("termsConditions") == "standardMicrosoft",
            "amendment": self._text("amendment.txt", members.get("standardContractAmendment")),
            "custom_amendments": [
                self._amendment(number, entry) for number, entry in enumerate(amendments, 1)
            ],
            "privacy_policy_url": listing.get("privacyPolicyLink"),
        }

    def _amendment(self, number: int, entry: Mapping[str, Any]) -> dict[str, Any]:
        tenants = (entry.get("tenants") or {}).get("manualEntries") or ()
        return {
            "text": self._text(f"amendment-{number}.txt", entry.get("terms")),
            "tenants": [tenant["id"] for tenant in tenants if tenant.get("id")],
        }

    def _sku(self, name: str) -> dict[str, Any]:
        plan = self._members(s.PLAN, name)
        technical = self._members(s.TECHNICAL, name)
        sold = selling_fields(self._members(s.SELLING, name))
        clouds = [w.ours(w.CLOUDS, cloud) for cloud in plan.get("azureRegions") or ()]
        listings = self._parts(s.PLAN_LISTING, name)
        between = {
            "clouds": [] if clouds == ["global"] else clouds,
            "government_certifications": [
                fields.link(link, "name") for link in plan.get("azureGovernmentCertifications") or ()
            ],
            "listing": {
                language: self._sku_listing(name, language, members) for language, members in listings.items()
            },
        }
        before = ("billing", "free_trial", "hidden", "visibility", "audience")
        return {
            "id": name,
            "alias": plan.get("alias"),
            **{field: sold[field] for field in before},
            **between,
            **{field: value for field, value in sold.items() if field not in before},
            **self._technical(name, technical),
            **lifecycle_fields(plan, self._sku_of),
        }

    def _sku_of(self, reference: Any) -> str | None:
        return self.tree.plan_of(self.tree.bound(reference))

    def _sku_listing(self, sku: str, language: str, members: Mapping[str, Any]) -> dict[str, Any]:
        folder = "" if language == FIRST_LANGUAGE else f"{_name(language)}/"
        return {
            "title": members.get("name"),
            "summary": members.get("summary"),
            "description": self._text(f"{folder}sku-{_name(sku)}.html", members.get("description")),
        }

    def _technical(self, sku: str, members: Mapping[str, Any]) -> dict[str, Any]:
        base = self._sku_of(members.get("basePlan")) if members.get("basePlan") else None
        if base and members.get("reuseTechnicalConfigurationState") == "enable":
            return {"reuses": base}

        def disk(version: str, generation: str, which: str, url: str) -> Any:
            return self._disk("_".join(filter(None, ("SAS", sku, generation, version, which))), url)

        return technical_fields(sku, members, disk, self._sku_of)

    def _disk(self, name: str, url: str) -> dict[str, str]:
        """The reference to a disk; one URL has one name, wherever it stands."""
        value = Secret(url)
        if value not in self.names:
            known = name = _secret_name(name)
            number = 1
            while known in self.secrets:
                known = f"{name}_{(number := number + 1)}"
            self.secrets[known], self.names[value] = value, known
        return {"secret": self.names[value]}


def _secret_name(words: str) -> str:
    return re.sub("[^A-Z0-9]+", "_", words.upper())[:120]


def _name(words: str) -> str:
    """Words as part of a file's name."""
    return re.sub("[^A-Za-z0-9_-]+", "-", words)[:60] or "-"


def _place(part: Part) -> tuple[int, str]:
    return part.members.get("displayOrder") or 0, part.id
