"""The login side: token endpoints of both kinds, and the discovery document."""

from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.marketplaces.emulator import tokens, wire
from publisher.marketplaces.emulator.answers import Json
from publisher.marketplaces.emulator.faults import Fault
from publisher.marketplaces.emulator.serving import Ascii, Body, market_of

_LOGIN: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": wire.LoginError}, 401: {"model": wire.LoginError}, 500: {"model": wire.ErrorAnswer}
}  # fmt: skip


def add(app: FastAPI) -> None:
    """Add the token endpoints and the discovery document of every tenant."""
    app.post("/{tenant}/oauth2/token", responses=_LOGIN, response_model=wire.TokenAnswer)(_token_v1)
    app.post("/{tenant}/oauth2/v2.0/token", responses=_LOGIN, response_model=wire.TokenAnswer)(_token_v2)
    app.get("/{tenant}/v2.0/.well-known/openid-configuration")(_discovery)
    app.get("/{tenant}/discovery/v2.0/keys")(lambda tenant: {"keys": []})


def _token_v1(request: Request, tenant: str, body: Body) -> Response:
    """A token of the first kind, with expires_on."""
    form = _form(body)
    return _token(request, form, form.get("resource") or tokens.AUDIENCE, v1=True)


def _token_v2(request: Request, tenant: str, body: Body) -> Response:
    """A token of the second kind."""
    form = _form(body)
    scope = form.get("scope") or f"{tokens.AUDIENCE}/.default"
    return _token(request, form, scope.removesuffix("/.default"), v1=False)


def _token(request: Request, form: dict[str, str], audience: str, *, v1: bool) -> Response:
    fault: Fault | None = request.scope.get("emulator.fault")
    try:
        token, seconds, now = market_of(request).issue_token(
            form, audience, seconds=int(fault.seconds) if fault else None
        )
    except tokens.LoginRefused as refused:
        return Ascii(refused.body, 401 if refused.body["error"] == "invalid_client" else 400)
    answer: Json = {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds}
    if v1:
        begin = int(now.timestamp())
        answer = {name: str(value) for name, value in answer.items()} | {
            "expires_on": str(begin + seconds), "not_before": str(begin), "resource": audience
        }  # fmt: skip
    return Ascii(answer | {"access_token": token}, headers={"cache-control": "no-store"})


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _discovery(request: Request, tenant: str) -> Json:
    """Where the endpoints of a tenant are."""
    root = f"{request.app.state.origin()}/{tenant}"
    return {
        "issuer": f"{root}/v2.0",
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "token_endpoint": f"{root}/oauth2/v2.0/token",
        "jwks_uri": f"{root}/discovery/v2.0/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }
