"""Products that an emulator knows from the start."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from publisher.document import read_document
from publisher.document.canonical import canonical, content_files
from publisher.document.model import Offer
from publisher.document.secrets import Secrets
from publisher.errors import UsageError
from publisher.ingestion import desired
from publisher.marketplaces.emulator.answers import ApiError, Json, schema_uri
from publisher.marketplaces.emulator.market import EmulatedMarketplace
from publisher.marketplaces.emulator.requests import read_json


def seed(market: EmulatedMarketplace, resources: Sequence[Mapping[str, Any]], *, publish: bool) -> None:
    """Put resources into drafts, and with `publish` take their products to live.

    A product that is known already is left alone. Raises UsageError for what the API would refuse.
    """
    products = [body for body in resources if "/product/" in body["$schema"]]
    names = [body["identity"]["externalId"] for body in products]
    if any(market.products(name) for name in names):
        return
    _done(market, resources)
    for name in names if publish else ():
        product = market.products(name)[0]["id"]
        _done(market, [_submission(product, "preview")])
        number = market.listed_submissions(product.removeprefix("product/"), "preview")[0]["id"]
        _done(market, [{**_submission(product, "live"), "id": number}])


def seed_path(market: EmulatedMarketplace, path: Path, secrets: Secrets) -> None:
    """Take an offer folder, or a file with a resource tree, to live, unless its product is known.

    Raises UsageError for what cannot be read, Refused for what the marketplace would not take.
    """
    if path.suffix == ".json" and path.name != "offer.json":
        seed(market, _tree(path), publish=True)
        return
    offer = read_document(path, secrets).offer
    if offer is None:
        raise UsageError(f"{path} cannot be read", hint=f"publisher validate {path}")
    seed(market, _resources(market, offer), publish=True)


def _tree(path: Path) -> list[Json]:
    """The resources of a saved resource tree, as new ones."""
    try:
        content = read_json(path.read_bytes())
    except (OSError, ApiError) as error:
        raise UsageError(
            f"{path}: {error}", hint="give an offer folder, or a resource tree in JSON"
        ) from None
    found = content.get("resources") if isinstance(content, dict) else content
    if not isinstance(found, list) or not all(isinstance(body, dict) for body in found):
        raise UsageError(
            f"{path} holds no resources", hint="give an offer folder, or a resource tree in JSON"
        )
    return _renamed([body for body in found if "/submission/" not in str(body.get("$schema"))])


def _renamed(resources: list[Json]) -> list[Json]:
    """The resources with names in the place of their ids, which were those of another marketplace."""
    names = {body["id"]: f"r{number}" for number, body in enumerate(resources) if "id" in body}

    def freed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: freed(item) for name, item in value.items() if name != "id" or item not in names}
        if isinstance(value, list):
            return [freed(item) for item in value]
        return {"resourceName": names[value]} if isinstance(value, str) and value in names else value

    return [
        {**freed(body), "resourceName": names[body["id"]]} if "id" in body else body for body in resources
    ]


def _resources(market: EmulatedMarketplace, offer: Offer) -> list[Json]:
    files = content_files(offer)

    def kept(sha256: str, name: str) -> str:
        market.keep_asset(sha256, files[sha256])
        return f"http://127.0.0.1/rehearsal/assets/{sha256}"

    aliases = {"": offer.alias, **{sku.id: sku.alias for sku in offer.skus}}
    return desired(
        canonical(offer),
        files=files,
        vhds={vhd.address: vhd.url for vhd in offer.vhds() if vhd.url},
        aliases={name: alias for name, alias in aliases.items() if alias},
        subscriptions=tuple(offer.staging.subscriptions),
        asset_url=kept,
        current=None,
    )


def _submission(product: str, target: str) -> Json:
    return {"$schema": schema_uri("submission"), "product": product, "target": {"targetType": target}}


def _done(market: EmulatedMarketplace, resources: Sequence[Mapping[str, Any]]) -> None:
    """Configure, and see the job to its end. Raises UsageError when it fails."""
    try:
        status = market.configure({"resources": list(resources)})
        while status["jobStatus"] != "completed":
            status = market.job(status["jobId"])
    except ApiError as error:
        raise UsageError(f"seed: {error.message}: {_told(error.details)}", hint="correct the seed") from None
    if status["jobResult"] != "succeeded":
        raise UsageError(f"seed: {_told(status['errors'])}", hint="correct the seed")


def _told(errors: Sequence[Mapping[str, Any]]) -> str:
    """The messages of errors, at every depth."""
    return "; ".join(
        message for error in errors for message in (error["message"], _told(error["details"])) if message
    )
