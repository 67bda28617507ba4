"""Which places may be asked: names and addresses of the public internet, ports 80 and 443."""

import socket
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from publisher.frozen import dataclass
from publisher.links.result import Outcome, Verdict
from publisher.links.target import DEFAULT_PORTS, Target, read_target

Address = IPv4Address | IPv6Address

# `ipaddress.is_global` alone is no filter: it is true for several of these.
_CLOSED: Final = (
    ("a metadata", "168.63.129.16/32 169.254.169.254/32 100.100.100.200/32 192.0.0.192/32 fd00:ec2::254/128"),
    ("a loopback", "127.0.0.0/8 ::1/128"),
    ("an unspecified", "0.0.0.0/8 ::/128"),
    ("a private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7 fec0::/10"),
    ("a link-local", "169.254.0.0/16 fe80::/10"),
    ("a multicast", "224.0.0.0/4 ff00::/8"),
    ("a documentation", "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20"),
    ("a translated", "::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 2001::/32 2002::/16 192.88.99.0/24"),
    ("a reserved", "192.0.0.0/24 198.18.0.0/15 240.0.0.0/4 2001::/23"),
)
_NETWORKS: Final = tuple((ip_network(text), kind) for kind, texts in _CLOSED for text in texts.split())
_PUBLIC_IPV6: Final = ip_network("2000::/3")
BY_THE_PROXY: Final = ip_address("0.0.0.0")  # noqa: S104  # stands for an address that only the proxy knows
_LOCAL_NAMES: Final = ("localhost", "local", "localdomain", "internal", "home.arpa")


def closed_kind(address: Address) -> str:
    """Why an address must not be contacted ("a private", "a metadata", …); empty for a public one."""
    for network, kind in _NETWORKS:
        if address in network:
            return kind
    public = address.is_global and (address.version == 4 or address in _PUBLIC_IPV6)
    return "" if public else "a reserved"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`assume` holds host patterns that are not asked; `allow` holds `host:port` exempt from the rules;
    `proxy` is asked in place of all others."""

    assume: tuple[str, ...] = ()
    allow: frozenset[str] = frozenset()
    proxy: str = ""

    def admit(self, url: str, *, signed: bool = False) -> Target:
        """The place to ask; raises Verdict where no packet is needed or allowed."""
        target = read_target(url, signed=signed)
        if any(matches(target.host, pattern) for pattern in self.assume):
            raise Verdict(Outcome.ASSUMED, "taken as reachable, not asked")
        if not self.exempts(target):
            _refuse_closed(target)
        return target

    def exempts(self, target: Target) -> bool:
        """Whether the rules about addresses and ports do not hold for this place."""
        return target.place in self.allow


def matches(host: str, pattern: str) -> bool:
    """Whether a host fits a pattern; `*.example.com` fits `example.com` too."""
    pattern = pattern.strip().lower().removesuffix(".")
    return fnmatchcase(host, pattern) or (pattern.startswith("*.") and fnmatchcase(host, pattern[2:]))


def _refuse_closed(target: Target) -> None:
    if target.port not in DEFAULT_PORTS.values():
        raise Verdict.forbidden(f"asks for port {target.port}; only 80 and 443 are open to a listing")
    literal = _literal(target.host)
    if literal:
        _refuse_address(literal, "is")
    elif "." not in target.host or target.host.endswith(tuple(f".{name}" for name in _LOCAL_NAMES)):
        raise Verdict.forbidden("names a host of a local network")


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _refuse_address(address: Address, verb: str) -> None:
    kind = closed_kind(address)
    if kind:
        raise Verdict.forbidden(f"{verb} {kind} address")


class Resolver:
    """Looks every host up once; an answer with one closed address among others is refused."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._lock = threading.Lock()
        self._lookups: dict[str, Future[tuple[Address, ...]]] = {}

    def addresses(self, target: Target, patience: float) -> tuple[Address, ...]:
        """One address, or two to try in turn, of both families if the host has both.

        Raises Verdict for an unknown host, a closed address, or no answer in `patience` seconds.
        """
        literal = _literal(target.host)
        found = (literal,) if literal else self._found(target.host, patience)
        if not self._policy.exempts(target):
            for address in found:
                if address is BY_THE_PROXY:
                    break
                _refuse_address(address, "resolves to")
        first = found[0]
        second = [a for a in found if a.version != first.version] or list(found[1:])
        return (first, *second[:1])

    def _found(self, host: str, patience: float) -> tuple[Address, ...]:
        try:
            return self._look_up(host, patience)
        except Verdict:
            if self._policy.proxy:
                return (BY_THE_PROXY,)
            raise

    def _look_up(self, host: str, patience: float) -> tuple[Address, ...]:
        with self._lock:
            lookup = self._lookups.get(host)
            if lookup is None:
                lookup = self._lookups[host] = Future()
                # A thread of its own: the system's resolver knows no deadline and cannot be stopped.
                threading.Thread(target=_resolve, args=(host, lookup), daemon=True).start()
        try:
            return lookup.result(timeout=patience)
        except TimeoutError:
            raise Verdict.broken("names a host that could not be looked up in time") from None
        except (OSError, ValueError):
            raise Verdict.broken("names a host that does not resolve") from None


def _resolve(host: str, lookup: "Future[tuple[Address, ...]]") -> None:
    try:
        answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        lookup.set_result(_unique(str(answer[4][0]) for answer in answers))
    except Exception as error:  # whatever it is, it belongs to those who wait
        lookup.set_exception(error)


def _unique(texts: Iterable[str]) -> tuple[Address, ...]:
    addresses = tuple(dict.fromkeys(ip_address(text) for text in texts))
    if not addresses:
        raise ValueError("no address")
    return addresses
