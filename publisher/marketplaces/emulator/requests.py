"""What clients send: strict JSON, and configure bodies that fit the schemas of their resources."""

import json
import re
from typing import Any, Final

from publisher.marketplaces.emulator.answers import ApiError, Json, inner, without_nulls
from publisher.marketplaces.emulator.demands import resource_problems
from publisher.marketplaces.emulator.switches import Switches
from publisher.marketplaces.emulator.types import SCHEMAS, TECHNICAL

LARGEST: Final = 16 * 1024 * 1024  # bytes of a body
DEEPEST: Final = 40  # levels of a body

_URI: Final = re.compile(
    r"https://(?:schema\.mp\.microsoft\.com|product-ingestion\.azureedge\.net)/schema/"
    r"([a-z][a-z0-9-]{0,79})/([0-9]{4}-[0-9]{2}-[0-9]{2}(?:-dev|-preview[0-9]{1,3})?)"
)


def read_json(body: bytes) -> Any:
    """The value that a body holds. Raises ApiError where two readers could read it differently."""
    if len(body) > LARGEST:
        raise ApiError(400, "The request is too large.")
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse, parse_float=_finite
        )
        _demand_plain(value, 0)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, f"The request is no JSON: {str(error)[:200]}") from None
    return value


def read_configure(body: Any, switches: Switches) -> list[Json]:
    """The resources of a configure, without null members. Raises ApiError with every problem."""
    body = without_nulls(body)
    resources = body.get("resources") if isinstance(body, dict) else None
    if not isinstance(resources, list) or not resources:
        raise _invalid([("resources", "at least one resource is required", "")])
    found = [(name[:60], "is not allowed", "") for name in body if name not in {"$schema", "resources"}]
    for index, resource in enumerate(resources):
        found += [
            (f"resources/{index}/{place}".rstrip("/"), message, name)
            for place, message, name in _problems(resource, switches)
        ]
    if not found and sum(_kind(resource) == "submission" for resource in resources) > 1:
        found = [("resources", "one submission at most", "")]
    if found:
        raise _invalid(found)
    return resources


def _problems(resource: Any, switches: Switches) -> list[tuple[str, str, str]]:
    """Place, problem and name of the resource."""
    if not isinstance(resource, dict):
        return [("", "object is expected", "")]
    kind = _kind(resource)
    name = str(resource.get("resourceName") or resource.get("id") or "")[:200]
    if kind is None:
        return [("$schema", "is no schema of this service", name)]
    if kind not in SCHEMAS and switches.known_types:
        return [("$schema", f"{kind} is no resource of a virtual machine offer", name)]
    if kind in TECHNICAL and "id" in resource and not switches.echoed_ids:
        return [("id", "Invalid resource", name)]
    found = resource_problems(resource, kind)
    return [(place, message, name) for place, message in found[:50]]


def _kind(resource: Json) -> str | None:
    uri = resource.get("$schema")
    found = _URI.fullmatch(uri) if isinstance(uri, str) else None
    return found[1] if found else None


def _invalid(problems: list[tuple[str, str, str]]) -> ApiError:
    details = [
        inner("schemaValidationError", f"{place}: {message}", name) for place, message, name in problems[:100]
    ]
    return ApiError(400, "Invalid configuration: schema validation failed", details)


def _once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member stands twice")
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise ValueError("a number is too large")
    return value


def _demand_plain(value: Any, depth: int) -> None:
    """Texts that can be written as UTF-8, numbers that fit, and not too deep."""
    if depth > DEEPEST:
        raise ValueError("it is nested too deeply")
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("a number is too large")
    elif isinstance(value, dict):
        for name, item in value.items():
            name.encode("utf-8")
            _demand_plain(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _demand_plain(item, depth + 1)
