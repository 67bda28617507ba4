"""What a URL asks for, read strictly: whatever two parsers could read differently is refused."""

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from publisher.frozen import dataclass
from publisher.links.result import Verdict

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
MAX_LENGTH: Final = 8192  # characters; servers refuse longer request lines

_SIGNATURES: Final = frozenset({"sig", "x-amz-signature", "x-goog-signature"})
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\\s\ud800-\udfff]")
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a request goes: `host` in lower case, without brackets or root dot; `path` with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        """`host:port`, as entries of `allow` spell it."""
        return f"{bracketed(self.host)}:{self.port}"

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        return bracketed(self.host) if self.port == DEFAULT_PORTS[self.scheme] else self.place

    def url(self, host: str | None = None) -> str:
        """The URL in plain ASCII form, on another host where one is given."""
        return f"{self.scheme}://{bracketed(host or self.host)}:{self.port}{self.path}"


def bracketed(host: str) -> str:
    """An IPv6 address in brackets; anything else as it is."""
    return f"[{host}]" if ":" in host else host


def read_target(url: str, *, signed: bool = False) -> Target:
    """The target of a URL; raises Verdict for what is no plain http or https URL, or is signed.

    `signed` admits a signature: for those who were told to use it, and show the URL to nobody.
    """
    if len(url) > MAX_LENGTH:
        raise Verdict.broken(f"is longer than {MAX_LENGTH} characters")
    if _UNSAFE.search(url):
        raise Verdict.forbidden("holds a space, a backslash or a control character")
    parts, port = _split(url)
    if parts.scheme not in DEFAULT_PORTS:
        raise Verdict.forbidden("is not an http or https address")
    if "@" in parts.netloc:
        raise Verdict.forbidden("holds a user name or password")
    if is_signed(parts.query) and not signed:
        raise Verdict.forbidden("carries a signature, and a signed address is never fetched")
    return Target(
        scheme=parts.scheme,
        host=_host(parts),
        port=DEFAULT_PORTS[parts.scheme] if port is None else port,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


def is_signed(query: str) -> bool:
    """Whether a query string grants access by a signature, as a SAS URL does."""
    pairs = parse_qsl(query.replace(";", "&"), keep_blank_values=True)
    return any(name.lower() in _SIGNATURES for name, _ in pairs)


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise Verdict.broken("is not a well-formed URL") from None


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not host:
        raise Verdict.broken("names no host")
    if "%" in host:
        raise Verdict.forbidden("names its host with a zone or percent signs")
    if "[" in parts.netloc:
        return _ipv6(host)
    host = (host if host.isascii() else _punycode(host)).removesuffix(".")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return _ipv4(host)
    if len(host) > 253 or not _HOST_NAME.fullmatch(host):
        raise Verdict.broken("names a host that cannot exist")
    return host


def _ipv6(host: str) -> str:
    try:
        return IPv6Address(host).compressed
    except ValueError:
        raise Verdict.broken("is not a well-formed IPv6 address") from None


def _ipv4(host: str) -> str:
    try:
        return str(IPv4Address(host))
    except ValueError:  # 127.1, 0x7f000001, 017700000001, 2130706433: resolvers read them all
        raise Verdict.forbidden("is an unusual spelling of an IPv4 address") from None


def _punycode(host: str) -> str:
    composed = unicodedata.normalize("NFC", host)
    if "\u3002" in composed or unicodedata.normalize("NFKC", composed) != composed:
        raise Verdict.forbidden("names its host with look-alike characters")
    import idna  # only for the few hosts that need it

    try:
        return idna.encode(composed).decode("ascii").lower()
    except UnicodeError:
        raise Verdict.broken("names a host that cannot exist") from None
