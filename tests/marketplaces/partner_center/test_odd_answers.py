"""What the adapter makes of answers that no documentation promises."""

from collections.abc import Iterator
from typing import Any

import pytest

from publisher.errors import MarketplaceRefused, MarketplaceUnavailable
from publisher.marketplaces import Progress
from publisher.marketplaces.partner_center.answers import entries_of, job_of
from publisher.marketplaces.partner_center.client import Client, _loaded, error_text
from publisher.marketplaces.partner_center.credentials import KeptTokens
from publisher.marketplaces.partner_center.ingestion import Ingestion, understood


class Told:
    """Answers every question with the same."""

    def __init__(self, *items: Any, **answer: Any) -> None:
        self.items, self.answer = items, answer
        self.asked: list[str] = []

    def pages(self, path: str, **query: str) -> Iterator[Any]:
        yield from self.items

    def get(self, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        self.asked.append(path)
        return self.answer

    post = get


def api(*items: Any, **answer: Any) -> Ingestion:
    return Ingestion(Told(*items, **answer))  # type: ignore[arg-type]


def product(id: str) -> dict[str, Any]:
    return {"id": id, "identity": {"externalId": "lamp"}}


def test_two_offers_of_one_id_are_not_chosen_from() -> None:
    assert api(product("product/1"), product("product/1")).product("lamp") == "product/1"
    with pytest.raises(MarketplaceRefused, match="2 offers of the ID lamp"):
        api(product("product/1"), product("product/2")).product("lamp")


@pytest.mark.parametrize("id", ["..", "x?y", "a b", "x/../../emulator", "\x1b[2J", "9" * 200])
def test_an_id_that_would_lead_elsewhere_is_not_asked_for(id: str) -> None:
    with pytest.raises(MarketplaceUnavailable, match="as an ID"):
        api(jobStatus="running").job(id)


@pytest.mark.parametrize("id", ["", ["x"], "a/../b"])
def test_an_id_that_leads_nowhere_is_not_kept(id: Any) -> None:
    with pytest.raises(MarketplaceUnavailable, match="names no job"):
        api(jobId=id, jobStatus="notStarted").configure([])
    with pytest.raises(MarketplaceUnavailable, match="as an ID"):
        api(product("product/..")).product("lamp")


def test_a_job_stays_the_one_that_was_asked_for() -> None:
    job = api(jobId="../../etc/passwd", jobStatus="running").job("7")
    assert job is not None
    assert job.id == "7"


@pytest.mark.parametrize("odd", ["text", 5, {"a": 1}, ["text"], [None]])
def test_resources_are_a_list_of_objects(odd: Any) -> None:
    with pytest.raises(MarketplaceUnavailable, match="the live of product/1: resources is no list"):
        api(resources=odd).resources("product/1", "live")


@pytest.mark.parametrize("odd", ["text", 5, True, [None], [[]]])
def test_errors_of_another_shape_say_nothing(odd: Any) -> None:
    job = job_of({"jobId": "1", "jobStatus": "completed", "jobResult": "failed", "errors": odd})
    assert (job.progress, job.message, job.conflict) == (Progress.FAILED, "", False)
    assert error_text({"code": "bad", "details": odd}) == "bad"


def test_an_unknown_result_is_told() -> None:
    job = job_of({"jobId": "1", "jobStatus": "completed", "jobResult": "halfway"})
    assert (job.progress, job.message) == (Progress.RUNNING, "the marketplace says 'completed, halfway'")


def test_a_submission_of_another_shape_is_none() -> None:
    odd = [{"id": f"submission/1/{'9' * 5000}", "target": {"targetType": "live"}}, {"target": "live"}]
    assert entries_of(odd) == []


@pytest.mark.parametrize("error", [AttributeError, KeyError, RecursionError, OverflowError])
def test_a_resource_of_another_shape_may_be_better_later(error: type[Exception]) -> None:
    with (
        pytest.raises(MarketplaceUnavailable, match="product/1: a resource has not the shape"),
        understood("product/1"),
    ):
        raise error


def test_half_a_surrogate_pair_does_not_get_through() -> None:
    assert _loaded(rb'{"said": "\ud800 \ud83d\ude00"}') == {"said": "? \U0001f600"}


def test_a_next_page_at_no_address_is_not_followed() -> None:
    client = Client("https://market.example", KeptTokens(lambda: ("token", 3600)))
    with pytest.raises(MarketplaceRefused, match="no address"):
        client._next("product", "https://[bad", {})
