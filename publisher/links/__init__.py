"""Checks for real that links answer, and never asks a private or metadata address.

`import publisher.links` costs nothing: the HTTP client is imported when the first link must be asked.
"""

from collections.abc import Iterable, Sequence

from publisher.links.result import LinkResult, Outcome, Verdict
from publisher.links.target import Target
from publisher.redact import redact

__all__ = ["LinkResult", "Outcome", "check_links"]


def check_links(
    urls: Iterable[str],
    *,
    assume: Sequence[str] = (),
    concurrency: int = 100,
    per_host: int = 8,
    timeout: float = 20,
    proxy: str = "",
    allow: Sequence[str] = (),
) -> dict[str, LinkResult]:
    """How each URL fared, in the order given, each asked once; a bad URL is a result, not an error.

    A link is reachable when the last answer after at most five redirects is 2xx. `timeout` is in
    seconds for one link with all its redirects; `per_host` limits the requests to one host at a
    time. Hosts that match a pattern of `assume` (`*.example.com`, which holds for `example.com`
    too) are taken as reachable without a packet. A `proxy` (`http://host:port`) is asked in place
    of every host; it looks up names that are unknown here. `allow` holds `host:port` entries that
    are exempt from the rules about addresses and ports: for tests and rehearsals on one machine
    only, so no settings file, option or environment variable may lead here.
    """
    from publisher.links.policy import Policy

    policy = Policy(assume=tuple(assume), allow=frozenset(allow), proxy=proxy)
    results: dict[str, LinkResult] = {}
    targets: dict[str, Target] = {}
    wanted = tuple(dict.fromkeys(urls))
    for url in wanted:
        try:
            targets[url] = policy.admit(url)
        except Verdict as verdict:
            results[url] = LinkResult(url=redact(url), outcome=verdict.outcome, detail=verdict.detail)
    if targets:
        from publisher.links.tour import Tour
        from publisher.links.visit import visit

        tour = Tour(
            policy, visit, concurrency=max(1, concurrency), per_host=max(1, per_host), timeout=timeout
        )
        results |= tour.run(targets)
    return {url: results[url] for url in wanted}
