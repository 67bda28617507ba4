"""The door for rehearsals: assets, faults, switches, knobs and the journal."""

import hashlib
from dataclasses import asdict
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.errors import UsageError
from publisher.marketplaces.emulator.answers import ApiError, Json
from publisher.marketplaces.emulator.faults import read_fault
from publisher.marketplaces.emulator.requests import read_json
from publisher.marketplaces.emulator.serving import Ascii, Body, market_of

ASSETS: Final = "/rehearsal/assets"


def add(app: FastAPI) -> None:
    """Add the routes below /rehearsal; they stand outside the API and its OpenAPI page."""
    for path, method, call in (
        (f"{ASSETS}/{{sha256}}", "PUT", _upload),
        (f"{ASSETS}/{{sha256}}", "GET", _download),
        ("/rehearsal/journal", "GET", _journal),
        ("/rehearsal/faults", "GET", _faults),
        ("/rehearsal/faults", "POST", _add_fault),
        ("/rehearsal/faults", "DELETE", _clear_faults),
        ("/rehearsal/switches", "GET", _switches),
        ("/rehearsal/switches", "POST", _set_switches),
        ("/rehearsal/knobs", "GET", _knobs),
        ("/rehearsal/knobs", "POST", _set_knobs),
        ("/rehearsal/knobs", "DELETE", _clear_knobs),
    ):
        app.add_api_route(path, call, methods=[method], include_in_schema=False)


def _upload(request: Request, sha256: str, body: Body) -> Response:
    """Keep a file under the hash of its content."""
    if hashlib.sha256(body).hexdigest() != sha256:
        raise ApiError(400, "The content has another hash.")
    market_of(request).keep_asset(sha256, body)
    return Response(status_code=204)


def _download(request: Request, sha256: str) -> Response:
    content = market_of(request).file(sha256)
    if content is None:
        raise ApiError(404, "Nothing was uploaded under this hash.")
    return Response(content, media_type="application/octet-stream")


def _journal(request: Request) -> Response:
    """Every accepted effect."""
    entries = [
        vars(entry) | {"at": entry.at.isoformat(), "detail": dict(entry.detail)}
        for entry in market_of(request).journal()
    ]
    return Ascii(entries)


def _faults(request: Request) -> Response:
    return Ascii([asdict(fault) for fault in market_of(request).faults()])


def _add_fault(request: Request, body: Body) -> Response:
    """One fault, or a list of them."""
    rows = read_json(body)
    faults = [read_fault(_object(row)) for row in (rows if isinstance(rows, list) else [rows])]
    market_of(request).add_faults(*faults)
    return _faults(request)


def _clear_faults(request: Request) -> Response:
    market_of(request).clear_faults()
    return Ascii([])


def _switches(request: Request) -> Response:
    return Ascii(asdict(market_of(request).switches()))


def _set_switches(request: Request, body: Body) -> Response:
    for name, value in _object(read_json(body)).items():
        market_of(request).set_switch(name, value)
    return _switches(request)


def _knobs(request: Request) -> Response:
    return Ascii(market_of(request).knobs())


def _set_knobs(request: Request, body: Body) -> Response:
    """Knobs by scope and name: `{"*": {"delay": 5}}`."""
    for scope, values in _object(read_json(body)).items():
        for name, value in _object(values).items():
            market_of(request).set_knob(scope, name, value)
    return _knobs(request)


def _clear_knobs(request: Request) -> Response:
    market_of(request).clear_knobs()
    return Ascii({})


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise UsageError("an object is expected", hint="see docs/emulator.md")
    return value
