"""Fetches one small file from the public internet, under the same rules as links."""

from collections.abc import Sequence
from typing import Final

from publisher.errors import MarketplaceRefused, MarketplaceUnavailable, PublisherError
from publisher.links.deadline import within
from publisher.links.policy import Policy, Resolver
from publisher.links.result import Verdict
from publisher.redact import public_url

MAX_BYTES: Final = 8 * 1024 * 1024


def download(url: str, *, timeout: float = 30, allow: Sequence[str] = ()) -> bytes:
    """The bytes behind a URL, which may be signed; at most 8 MiB, no redirects.

    `timeout` is in seconds. `allow` holds `host:port` entries that are exempt from the rules about
    addresses and ports: for an emulator on this machine only.

    Raises MarketplaceRefused for an address that may not be asked or holds no such file,
    MarketplaceUnavailable where the same request may succeed later.
    """
    from publisher.links.transport import Transport

    policy = Policy(allow=frozenset(allow))
    place = public_url(url)
    try:
        target = policy.admit(url, signed=True)
        with Transport(policy) as transport, within(timeout) as deadline:
            address = Resolver(policy).addresses(target, deadline.remaining)[0]
            answer = transport.ask("GET", target, address, deadline, take=MAX_BYTES + 1)
    except Verdict as verdict:
        raise MarketplaceRefused(f"{place} {verdict.detail}", hint="it was not fetched") from None
    if answer.status != 200:
        raise _failed(f"{place}: {answer.detail}", transient=answer.transient)
    if len(answer.body) > MAX_BYTES:
        raise MarketplaceRefused(f"{place} holds more than {MAX_BYTES:,} bytes", hint="it was not fetched")
    return answer.body


def _failed(message: str, *, transient: bool) -> PublisherError:
    if transient:
        return MarketplaceUnavailable(message, hint="run the same command again")
    return MarketplaceRefused(message, hint="see whether the file is still there")
