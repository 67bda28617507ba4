"""Which field of an offer folder a resource of the marketplace stands for."""

from collections.abc import Mapping
from typing import Final

from publisher.ingestion import schema as s
from publisher.ingestion.tree import Part, Tree

_FIELDS: Final[Mapping[str, str]] = {
    s.PRODUCT: "offer",
    s.PLAN: "skus[{plan}]",
    s.PROPERTY: "categories or legal",
    s.LISTING: "listing.{language}",
    s.ASSET: "listing.{language}.logos or sample_images",
    s.TRAILER: "listing.{language}.videos",
    s.PLAN_LISTING: "skus[{plan}].listing.{language}",
    s.AVAILABILITY: "staging.subscriptions",
    s.SELLING: "skus[{plan}].prices, regions or visibility",
    s.TECHNICAL: "skus[{plan}].images, ports or properties",
    s.RESELLER: "resellers",
    s.LEADS: "leads",
    s.TEST_DRIVE: "test_drive",
}


def field_of(part: Part) -> str:
    """Where the content of a part stands in `offer.yaml`; "" where the format does not know it."""
    language = str(part.members.get("languageId") or part.listing)
    return _FIELDS.get(part.kind, "").format(plan=part.plan, language=language)


def located(message: str, tree: Tree) -> str:
    """A message of the marketplace, with our field beside each resource of the tree that it names."""
    for part in sorted(tree.parts.values(), key=lambda part: -len(part.id)):
        if part.id and part.id in message and (field := field_of(part)):
            message = message.replace(part.id, f"{part.id} ({field})", 1)
    return message
