"""What a marketplace took is on its way, whatever it says to the questions behind."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from publisher.errors import MarketplaceUnavailable
from publisher.marketplaces import Progress, Request, Slot
from publisher.marketplaces.partner_center import lifecycle
from publisher.marketplaces.partner_center.assets import Uploaded
from publisher.marketplaces.partner_center.client import Client
from publisher.marketplaces.partner_center.credentials import KeptTokens
from publisher.marketplaces.partner_center.ingestion import Ingestion
from publisher.marketplaces.partner_center.market import PartnerCenter
from tests.links.site import Site, running, tell

NOW = datetime.now(UTC)
OFFER = ("northlight", "lamp")
KNOWN = {"slot": "production", "product": "product/1", "before": [], "prepared": NOW.isoformat()}
LIVE = {**KNOWN, "preview": "submission/1/5"}
STAGED = {**KNOWN, "slot": "staging", "draft_job": "6"}


@pytest.fixture
def site() -> Iterator[Site]:
    """It takes what is posted, and refuses every question."""
    with running() as started:
        started.pages = defaultdict(lambda: tell(400, code="badRequest"))
        yield started


@pytest.fixture
def api(site: Site) -> Iterator[Ingestion]:
    client = Client(site.base, KeptTokens(lambda: ("token", 3600)), pause=lambda seconds: None)
    yield Ingestion(client)
    client.close()


@pytest.fixture
def market(site: Site, api: Ingestion) -> PartnerCenter:
    return PartnerCenter(api, Uploaded(site.base), name="replayed", fetch=lambda url: b"")


@pytest.fixture
def request_live() -> Request:
    return Request(
        identity="p1", publisher="northlight", offer="lamp", slot=Slot.PRODUCTION, digest="d1", document={}
    )


@pytest.mark.parametrize("result", ["succeeded", "failed"])
def test_a_job_is_kept_before_anything_is_asked_about_it(
    site: Site, market: PartnerCenter, request_live: Request, result: str
) -> None:
    site.pages["/configure"] = tell(202, jobId="7", jobStatus="completed", jobResult=result)
    status = market.submit(request_live, now=NOW, remote=LIVE)
    assert (status.progress, status.remote["job"]) == (Progress.RUNNING, "7")
    assert site.asked == ["POST /configure"]


def test_what_was_sent_once_is_not_judged_by_a_question_when_it_is_sent_again(
    site: Site, market: PartnerCenter, request_live: Request
) -> None:
    with pytest.raises(MarketplaceUnavailable, match="400 badRequest") as unclear:
        market.submit(request_live, now=NOW, remote=LIVE | {"job": "7"})
    assert "what was sent goes on" in unclear.value.hint
    assert site.asked == ["GET /configure/7/status"]


def test_what_may_have_been_sent_has_time_to_show_before_it_is_sent_again(
    site: Site, market: PartnerCenter
) -> None:
    site.pages["/submission/1"] = tell(200, value=[])
    site.pages["/configure/6/status"] = tell(200, jobId="6", jobStatus="completed", jobResult="succeeded")
    site.pages["/configure"] = tell(202)  # an answer that names no job
    remote, posts = STAGED, []
    for seconds in (0, 100, 130):
        status = market.look(*OFFER, "s1", now=NOW + timedelta(seconds=seconds), remote=remote)
        assert status
        assert status.progress is Progress.UNKNOWN
        remote = {**remote, **status.remote}
        posts.append(site.asked.count("POST /configure"))
    assert posts == [1, 1, 2]


def test_a_conflict_may_be_with_ourselves_until_the_list_had_time_to_say_so(
    site: Site, market: PartnerCenter
) -> None:
    locked = [{"code": "conflict", "message": "Conflict", "details": [{"code": "productLocked"}]}]
    site.pages["/submission/1"] = tell(200, value=[])
    site.pages["/resource-tree/product/1?targetType=draft"] = tell(200, resources=[])
    site.pages["/configure/7/status"] = tell(
        200, jobId="7", jobStatus="completed", jobResult="failed", errors=locked
    )
    remote, seen = {**STAGED, "job": "7"}, []
    for seconds in (0, 100, 130):
        status = market.look(*OFFER, "s1", now=NOW + timedelta(seconds=seconds), remote=remote)
        assert status
        remote = {**remote, **status.remote}
        seen.append(status.progress)
    assert seen == [Progress.UNKNOWN, Progress.UNKNOWN, Progress.REFUSED]


def test_a_cancellation_that_came_too_late_is_no_end_either(site: Site, market: PartnerCenter) -> None:
    with pytest.raises(MarketplaceUnavailable):
        market.cancel("northlight", "lamp", "p1", now=NOW, remote=LIVE | {"job": "7"})
    assert site.asked == ["POST /configure/7/cancel", "GET /configure/7/status"]


def test_a_deletion_from_the_draft_may_be_looked_at_again(site: Site, api: Ingestion) -> None:
    product = {"id": "product/1", "identity": {"externalId": "lamp"}}
    schema = "https://schema.mp.microsoft.com/schema/product/2022-03-01-preview2"
    site.pages["/product?externalId=lamp"] = tell(200, value=[product])
    site.pages["/resource-tree/product/1?targetType=live"] = tell(200, resources=[])
    site.pages["/resource-tree/product/1?targetType=draft"] = tell(
        200, resources=[{"$schema": schema, **product}]
    )
    site.pages["/configure"] = tell(202, jobId="7", jobStatus="notStarted")
    with pytest.raises(MarketplaceUnavailable, match="configure/7/status"):
        lifecycle.take_out(api, "lamp", None)


def test_a_question_to_a_busy_product_is_asked_again(site: Site, api: Ingestion) -> None:
    site.pages["/configure/7/status"] = tell(423)
    with pytest.raises(MarketplaceUnavailable, match="423"):
        api.job("7")
    assert len(site.asked) == 5
