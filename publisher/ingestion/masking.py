"""Takes secrets out of what is kept of the marketplace."""

from collections.abc import Mapping
from typing import Any, Final

from publisher.ingestion.schema import READ_ONLY
from publisher.redact import public_url, redact

MASK: Final = "*********"  # how the marketplace shows a secret, and takes it as unchanged
_SECRETS: Final = frozenset({"applicationKey", "password", "clientSecret", "storageAccountConnectionString"})


def masked(value: Any, name: str = "") -> Any:
    """A value without secrets: masked as the marketplace masks them, or an address without its query."""
    match value:
        case str() if name in _SECRETS:
            return MASK
        case str() if redact(value) != value:
            return public_url(value) if "://" in value else redact(value)
        case Mapping():
            return {key: masked(item, key) for key, item in value.items() if key not in READ_ONLY}
        case list() | tuple():
            return [masked(item, name) for item in value]
    return value
