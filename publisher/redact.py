"""Secrets as a type, and the one place that takes them out of texts."""

import re
from typing import Final
from urllib.parse import urlsplit

MASK: Final = "***"

# What makes a text secret, in plain, JSON-escaped and percent-encoded spelling. A value ends at a
# separator or at white space: better to hide a little too much.
# Runs before and after a keyword are bounded, so that the time grows with the length of the text alone.
_END = r"[^\s&;,\"'<>|\\]"
_PERCENT = r"%(?:25){0,4}"  # encoded once, or over and over
_QUOTES = r"[\\\"']{0,4}"
_PATTERNS: Final = (
    re.compile(
        rf"(?i)((?:\b|{_PERCENT}(?:26|3F)|\\u0026)"
        rf"sig(?:{_QUOTES}\s{{0,4}}[=:]\s{{0,4}}{_QUOTES}|{_PERCENT}3D|\\u003d|&#61;|&#x3d;|>)){_END}+"
    ),
    re.compile(r"(?i)(\bauthorization\W{1,4}(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]+"),
    re.compile(r"(?i)(\bbearer\s+)[A-Za-z0-9._~+/=-]{20,}"),
    re.compile(r"(\b)eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)?"),
    re.compile(
        rf"(?i)((?:secret|password|passwd|token|api_?key|account_?key)[A-Z0-9_]{{0,64}}\s*=\s*){_END}+"
    ),
    re.compile(r"((?i:[a-z][a-z0-9+.-]{0,31})://[^\s/:@]*:)[^\s/@]+(?=@)"),
)

# Each of the patterns needs one of these: most texts have none, and cost no search.
_NEEDED: Final = ("sig", "authorization", "bearer", "eyj", "secret", "passw", "token", "key", "@")


class Secret:
    """A text that formats as *** and gives itself only to `reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself; call it only where it leaves for its owner."""
        return self._value

    def fingerprint(self) -> str:
        """Twelve hex digits that tell two secrets apart without telling either."""
        from hashlib import sha256  # OpenSSL takes its time to load

        return sha256(b"vm-offer-secret\0" + self._value.encode("utf-8", "replace")).hexdigest()[:12]

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret cannot be pickled")


def redact(text: str) -> str:
    """The text without signatures, tokens, passwords; addresses stay readable."""
    if text.isascii() and not any(map(text.lower().__contains__, _NEEDED)):
        return text
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


def public_url(url: str) -> str:
    """Scheme, host and path of a URL: what may be stored and shown of a SAS URL."""
    try:
        parts = urlsplit(redact(url))  # in a mangled URL the signature may stand in any part
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return MASK
    return f"{parts.scheme}://{host}{port}{parts.path}"
