"""The HTTP side: FastAPI routes over the emulated marketplace."""

import secrets
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from publisher import __version__
from publisher.errors import MarketplaceThrottled, MarketplaceUnavailable, UsageError
from publisher.marketplaces.emulator import control, login, tokens, wire
from publisher.marketplaces.emulator.answers import ApiError, Json, error_body
from publisher.marketplaces.emulator.faults import Fault
from publisher.marketplaces.emulator.market import EmulatedMarketplace
from publisher.marketplaces.emulator.pages import page, with_history
from publisher.marketplaces.emulator.requests import read_json
from publisher.marketplaces.emulator.serving import Ascii, Body, market_of
from publisher.marketplaces.emulator.types import SCHEMA_HOST, SCHEMAS, VERSION, described
from publisher.marketplaces.emulator.weather import BASE

_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": wire.ErrorAnswer} for status in (400, 401, 403, 404, 405, 429, 500, 503, 504)
}


def create_app(market: EmulatedMarketplace, origin: Callable[[], str]) -> FastAPI:
    """The application; `origin` says where it is served, such as `http://127.0.0.1:8080`."""
    app = FastAPI(
        title="Product Ingestion emulator",
        version=__version__,
        description="A rehearsal of the marketplace's API; nothing leaves this machine.",
        default_response_class=Ascii,
        responses=_REFUSALS,
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.market, app.state.origin = market, origin
    login.add(app)
    _add_api(app)
    _add_schemas(app)
    control.add(app)
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    return app


def allowed(request: Request) -> None:
    """Raise ApiError without a good token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ApiError(401, "Access token validation failure. No bearer token.")
    good = {tokens.AUDIENCE, request.app.state.origin().rstrip("/")}
    if why := market_of(request).wrong_token(token.strip(), good):
        raise ApiError(401, why)


def rendered(request: Request, value: Any) -> Any:
    """An answer with the emulator's own addresses; those of assets differ from call to call."""
    if isinstance(value, dict):
        return {name: rendered(request, item) for name, item in value.items()}
    if isinstance(value, list):
        return [rendered(request, item) for item in value]
    if not (isinstance(value, str) and value.startswith("emulator:/")):
        return value
    path = value.removeprefix("emulator:")
    if path.startswith("/rehearsal/assets/"):
        return f"{request.app.state.origin()}{path}?sv=2022-11-02&sp=r&sig={secrets.token_urlsafe(24)}"
    return f"{request.app.state.origin()}{BASE}{path}"


Text = Annotated[str, Query(max_length=500)]

# -- the API --


def _add_api(app: FastAPI) -> None:
    options: dict[str, Any] = {
        "dependencies": [Depends(allowed)],
        "response_model_exclude_unset": True,
    }
    body = {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _CONFIGURE}},
        }
    }
    add = app.add_api_route
    add(f"{BASE}/product", _products, response_model=wire.ResourcePage, **options)
    add(f"{BASE}/plan", _plans, response_model=wire.ResourcePage, **options)
    add(f"{BASE}/submission/{{product}}", _submissions, response_model=wire.SubmissionPage, **options)
    add(
        f"{BASE}/submission/{{product}}/{{number}}",
        _submission,
        response_model=wire.SubmissionResource,
        **options,
    )
    add(f"{BASE}/resource-tree/product/{{product}}", _tree, response_model=wire.Tree, **options)
    add(f"{BASE}/configure", _configure, methods=["POST"], status_code=202, response_model=wire.JobStatus,
        openapi_extra=body, **options)  # fmt: skip
    add(f"{BASE}/configure/{{job}}/status", _status, response_model=wire.JobStatus, **options)
    add(
        f"{BASE}/configure/{{job}}/cancel",
        _cancel,
        methods=["POST"],
        response_model=wire.JobStatus,
        **options,
    )
    add(f"{BASE}/configure/{{job}}", _detail, response_model=wire.Detail, **options)
    add(f"{BASE}/{{kind}}/{{path:path}}", _resource, response_model=wire.Resource, **options)


_CONFIGURE: Final = {
    "type": "object",
    "required": ["resources"],
    "properties": {
        "$schema": {"type": "string"},
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [described(kind) for kind in SCHEMAS]},
        },
    },
}


def _products(
    request: Request,
    externalId: Text = "",
    type: Text = "",
    maxpagesize: Annotated[str, Query(alias="$maxpagesize")] = "",
    continuationToken: Text = "",
) -> Response:
    """Products, all or by name."""
    return _page(request, market_of(request).products(externalId, type))


def _plans(
    request: Request,
    product: Text = "",
    externalId: Text = "",
    maxpagesize: Annotated[str, Query(alias="$maxpagesize")] = "",
    continuationToken: Text = "",
) -> Response:
    """Plans of a product."""
    if not product:
        raise ApiError(400, "The query parameter product is required.")
    return _page(request, market_of(request).plans(product, externalId))


def _submissions(
    request: Request,
    product: str,
    targetType: Text = "",
    maxpagesize: Annotated[str, Query(alias="$maxpagesize")] = "",
    continuationToken: Text = "",
) -> Response:
    """Active submissions of a product."""
    found = market_of(request).listed_submissions(product, targetType.strip("\"'"))
    fault: Fault | None = request.scope.get("emulator.fault")
    if fault and fault.fault == "history":
        found = with_history(found, fault.count, product)
    return _page(request, found)


def _page(request: Request, entries: list[Json]) -> Response:
    fault: Fault | None = request.scope.get("emulator.fault")
    answer = page(
        entries,
        dict(request.query_params),
        url=f"{request.app.state.origin()}{request.url.path}",
        size=market_of(request).switches().page_size,
        fault=fault if fault and fault.fault == "pages" else None,
    )
    return Ascii(rendered(request, answer))


def _submission(request: Request, product: str, number: str) -> Response:
    """One submission."""
    return Ascii(market_of(request).submission(product, number))


def _tree(request: Request, product: str, targetType: Text = "draft") -> Response:
    """All resources of a product in one environment."""
    return Ascii(rendered(request, market_of(request).tree(product, targetType.strip("\"'"))))


def _configure(request: Request, body: Body) -> Response:
    """Put resources in place, and publish if a submission is among them."""
    content = read_json(body)
    return Ascii(rendered(request, market_of(request).configure(content)), 202)


def _status(request: Request, job: str) -> Response:
    """How far a configure got."""
    return Ascii(rendered(request, market_of(request).job(job)))


def _cancel(request: Request, job: str) -> Response:
    """Stop a configure."""
    return Ascii(rendered(request, market_of(request).cancel_job(job)))


def _detail(request: Request, job: str) -> Response:
    """What a configure put in place."""
    return Ascii(rendered(request, market_of(request).job_detail(job)))


def _resource(request: Request, kind: str, path: str) -> Response:
    """Any resource of a draft by its durable id."""
    return Ascii(rendered(request, market_of(request).resource(f"{kind}/{path}")))


# -- schemas --


def _add_schemas(app: FastAPI) -> None:
    app.get("/schema/resources-index/{version}", response_model=dict)(_index)
    app.get("/schema/{kind}/{version}", responses={404: {"model": wire.ErrorAnswer}}, response_model=dict)(
        _schema
    )


def _index(version: str) -> Json:
    """The schemas that are current."""
    return {"anyOf": [{"$ref": f"{SCHEMA_HOST}/schema/{kind}/{VERSION}"} for kind in SCHEMAS]}


def _schema(kind: str, version: str) -> Json:
    """What the emulator checks of a resource type."""
    if kind not in SCHEMAS:
        raise ApiError(404, f"The schema {kind[:60]} was not found.")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[kind]}


# -- errors --


def _refused(request: Request, error: Any) -> Response:
    return Ascii(error_body(error.status, error.message, error.details), error.status)


def _unavailable(request: Request, error: Any) -> Response:
    """Knobs of the marketplace, or a file that is locked."""
    if isinstance(error, MarketplaceThrottled):
        headers = {"retry-after": f"{error.retry_after:.0f}"}
        return Ascii(error_body(429, error.message), 429, headers=headers)
    status = 504 if "timed out" in error.message else 503
    return Ascii(error_body(status, error.message), status)


def _misused(request: Request, error: Any) -> Response:
    return Ascii(error_body(400, f"{error.message}; {error.hint}"), 400)


def _not_found(request: Request, error: Any) -> Response:
    headers = dict(error.headers or {})
    return Ascii(error_body(error.status_code, str(error.detail)), error.status_code, headers=headers)


def _invalid(request: Request, error: Any) -> Response:
    return Ascii(error_body(400, "The request has parameters that mean nothing."), 400)


_HANDLERS: Final[dict[Any, Any]] = {
    ApiError: _refused,
    MarketplaceThrottled: _unavailable,
    MarketplaceUnavailable: _unavailable,
    UsageError: _misused,
    HTTPException: _not_found,
    RequestValidationError: _invalid,
}
