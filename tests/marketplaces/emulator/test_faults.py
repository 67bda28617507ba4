"""Faults: each spoils what it names, as often as it says, and has the effect that it announces."""

import gzip
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from publisher.errors import UsageError
from publisher.marketplaces.emulator import Emulator, start_emulator
from publisher.marketplaces.emulator.faults import KINDS, read_fault, read_file
from tests.marketplaces.emulator.sample import SIGNATURE, Client, machine, product

PREVIEW = "submission-accepted"


def accepted(emulator: Emulator) -> int:
    return [entry.effect for entry in emulator.journal()].count(PREVIEW)


def test_tokens_fail_three_times(client: Client) -> None:
    client.emulator.fault("status", op="token", times=3)
    form = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "mine"}
    url = f"{client.emulator.login_url}/tenant/oauth2/token"
    assert [requests.post(url, form, timeout=10).status_code for _ in range(4)] == [500, 500, 500, 200]


def test_a_token_is_good_for_a_second(client: Client) -> None:
    client.emulator.fault("lifetime", op="token", seconds=1)
    assert client.token()["expires_in"] == "1"
    assert client.token()["expires_in"] == "3600"


def test_a_token_that_is_a_page_of_html(client: Client) -> None:
    client.emulator.fault("html", op="token")
    with pytest.raises(requests.JSONDecodeError):
        client.token()


@pytest.mark.parametrize("seconds", ["2", "86400"])
def test_throttled(live: Client, seconds: str) -> None:
    live.emulator.fault("status", op="configure", status=429, retry_after=seconds)
    answer = live.post("configure", {"resources": [live.submission("preview")]})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, seconds)
    assert accepted(live.emulator) == 2


def test_500_after_it_was_done(live: Client) -> None:
    live.emulator.fault("status", op="configure", commit=True)
    assert live.post("configure", {"resources": [live.submission("preview")]}).status_code == 500
    assert accepted(live.emulator) == 3


@pytest.mark.parametrize("commit", [True, False])
def test_a_connection_is_reset_before_or_after_it_was_done(live: Client, commit: bool) -> None:
    live.emulator.fault("drop", op="configure", commit=commit)
    with pytest.raises(requests.ConnectionError):
        live.post("configure", {"resources": [live.submission("preview")]})
    assert accepted(live.emulator) == 2 + commit


def test_a_proxy_sends_a_request_twice(live: Client) -> None:
    live.emulator.fault("replay", op="configure")
    status = live.end(live.start(live.submission("preview"))["jobId"])
    assert status["errors"][0]["details"][0]["code"] == "productLocked"
    assert accepted(live.emulator) == 3


def test_a_refusal_that_repeats_the_request(live: Client) -> None:
    live.emulator.fault("echo", op="configure")
    answer = live.post("configure", {"resources": [machine("hourly", "1.0.0")]})
    assert answer.status_code == 400
    assert SIGNATURE in answer.text


def test_an_answer_that_breaks_off(live: Client) -> None:
    live.emulator.fault("truncate", op="configure")
    answer = live.post("configure", {"resources": [live.submission("preview")]})
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert accepted(live.emulator) == 3


def test_states_out_of_order(live: Client) -> None:
    live.emulator.fault("words", op="status", words=["notStarted", "completed", "running"])
    job = live.start(live.submission("preview"))["jobId"]
    told = [live.get(f"configure/{job}/status").json() for _ in range(4)]
    assert [status["jobStatus"] for status in told] == ["notStarted", "completed", "running", "completed"]
    assert [status["jobResult"] for status in told] == ["pending", "succeeded", "pending", "succeeded"]


def test_a_word_that_nobody_knows(live: Client) -> None:
    live.emulator.fault("words", op="status", words=["paused"])
    job = live.start(live.submission("preview"))["jobId"]
    assert live.get(f"configure/{job}/status").json()["jobStatus"] == "paused"
    assert live.end(job)["jobResult"] == "succeeded"


def test_twenty_times_unavailable(live: Client) -> None:
    job = live.start(live.submission("preview"))["jobId"]
    live.emulator.fault("status", op="status", status=503, times=20)
    told = [live.get(f"configure/{job}/status").status_code for _ in range(21)]
    assert told == [503] * 20 + [200]


def test_an_answer_is_repeated(live: Client) -> None:
    job = live.start(live.submission("preview"))["jobId"]
    first = live.get(f"configure/{job}/status").json()
    live.emulator.fault("stale", op="status")
    assert live.get(f"configure/{job}/status").json() == first
    assert live.get(f"configure/{job}/status").json()["jobStatus"] == "completed"


def test_links_with_characters_that_need_care(live: Client) -> None:
    live.emulator.fault("pages", op="list", count=1, token="+==", times=9)
    first = live.get(f"submission/{live.guid}").json()
    assert "%2B==" in first["@nextLink"]
    assert parse_qs(urlsplit(first["@nextLink"]).query)["continuationToken"] == ["p1+=="]
    second = live.session.get(first["@nextLink"], timeout=10).json()
    assert [body["target"]["targetType"] for body in second["value"]] == ["live"]


def test_a_link_to_another_host(live: Client) -> None:
    guid = live.guid
    live.emulator.fault("pages", op="list", count=1, host="attacker.example")
    link = live.get(f"submission/{guid}").json()["@nextLink"]
    assert urlsplit(link).hostname == "attacker.example"


def test_a_thousand_submissions(live: Client) -> None:
    guid = live.guid
    live.emulator.fault("history", op="submissions", count=998, times=10)
    link, seen = f"{live.emulator.url}/submission/{guid}", []
    while link:
        answer = live.session.get(link, timeout=10).json()
        seen += [body["target"]["targetType"] for body in answer["value"]]
        link = answer.get("@nextLink")
    assert (len(seen), seen[-2:]) == (1000, ["draft", "live"])
    assert live.emulator.market.faults() == []


def test_a_bomb(live: Client) -> None:
    live.emulator.fault("bomb", op="tree", count=5)
    url = f"{live.emulator.url}/resource-tree/product/{live.guid}"
    with live.session.get(url, stream=True, timeout=10) as answer:
        packed = answer.raw.read(decode_content=False)
    assert len(packed) < 10_000
    assert len(gzip.decompress(packed)) == 5 * 1_048_576


@pytest.mark.parametrize("kind", ["slow", "trickle"])
def test_slow_answers(live: Client, kind: str) -> None:
    live.emulator.fault(kind, op="products", seconds=0.2)
    begin = time.monotonic()
    assert len(live.get("product").json()["value"]) == 1
    assert time.monotonic() - begin >= 0.2


def test_calls_may_pass_before(live: Client) -> None:
    live.emulator.fault("status", op="list", status=503, skip=2)
    told = [live.get("product").status_code for _ in range(4)]
    assert told == [200, 200, 503, 200]


def test_some_knobs_show_themselves_on_the_wire(live: Client) -> None:
    market = live.emulator.market
    market.set_knob("*", "throttle", "1 7")
    throttled = live.get("product")
    assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "7")
    market.set_knob("*", "outage", "on")
    assert live.get("product").status_code == 503
    market.set_knob("*", "outage", "after 1")
    assert live.post("configure", {"resources": [{**product()[0], "alias": "New"}]}).status_code == 504
    assert live.one("product")["alias"] == "New"


def test_403_for_who_has_no_role(live: Client) -> None:
    live.emulator.fault("status", status=403)
    assert live.get("product").json()["error"]["code"] == "forbidden"


def test_faults_survive_a_restart(memory: Path) -> None:
    with start_emulator(memory) as emulator:
        emulator.fault("status", op="configure", status=429, times=2)
    with start_emulator(memory) as emulator:
        assert [(fault.op, fault.times) for fault in emulator.market.faults()] == [("configure", 2)]
        emulator.market.clear_faults()
        assert emulator.market.faults() == []


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"fault": "rain"},
        {"fault": "status", "op": "weather"},
        {"fault": "status", "times": "three"},
        {"fault": "status", "times": True},
        {"fault": "status", "commit": 1},
        {"fault": "status", "skip": -1},
        {"fault": "words", "words": [1]},
        {"fault": "status", "colour": "red"},
    ],
)
def test_a_fault_that_means_nothing_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(UsageError) as refused:
        read_fault(values)
    assert refused.value.hint


def test_a_file_of_faults(tmp_path: Path) -> None:
    lines, table = tmp_path / "faults.jsonl", tmp_path / "faults.toml"
    lines.write_text('{"fault": "drop", "op": "configure"}\n\n{"fault": "html"}\n')
    table.write_text(
        '[[faults]]\nfault = "words"\nwords = ["paused"]\n[strict]\npolls = 4\n[knobs."*"]\ndelay = 5\n'
    )
    assert [fault.fault for fault in read_file(lines)[0]] == ["drop", "html"]
    (words,), strict, knobs = read_file(table)
    assert (words.times, strict, knobs) == (1, {"polls": 4}, {"*": {"delay": 5}})


@pytest.mark.parametrize("text", ["{", "[]", '{"fault": "drop", "op": 5}', "null", "\\udcff"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "faults.jsonl").write_text(text)
    with pytest.raises(UsageError):
        read_file(tmp_path / "faults.jsonl")


def test_every_kind_says_what_it_does() -> None:
    page = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text(encoding="utf-8")
    for kind, meaning in KINDS.items():
        assert f"| `{kind}` | {meaning} |" in page
