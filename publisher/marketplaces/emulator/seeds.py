"""Products that an emulator knows from the start."""

from collections.abc import Mapping, Sequence
from typing import Any

from publisher.errors import UsageError
from publisher.marketplaces.emulator.answers import ApiError, Json, schema_uri
from publisher.marketplaces.emulator.market import EmulatedMarketplace


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
