"""The catalogue's one way to write, on SQLite and, where a server is named, on PostgreSQL."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from publisher.catalogue.store import Catalogue
from publisher.catalogue.views import Draft, OfferView
from publisher.catalogue.work import Work
from publisher.errors import CatalogueUnavailable, IllegalTransition, LostRace, SettingsError, UsageError
from publisher.marketplaces import Progress, Slot, Status
from tests.stress.servers import postgresql

KEY = ("labs", "beacon")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    if request.param == "sqlite":
        opened = Catalogue(tmp_path / "catalogue.db")
        yield opened
        opened.close()
        return
    with postgresql() as url:
        opened = Catalogue(url)
        yield opened
        opened.close()


def draft(
    text: str = "one", *, skus: tuple[str, ...] = ("hourly",), files: dict[str, bytes] | None = None
) -> Draft:
    locks: dict[str, Any] = {
        sku: {"locked": {"billing": "byol"}, "versions": {"1.0.0": ["a.vhd"]}} for sku in skus
    }
    return Draft(
        document={"text": text, "ports": [443]},
        digest=sha256(text.encode()).hexdigest(),
        locks=locks | {"": {"hero": True, "titles": [text]}},
        subscriptions=("tester-1",),
        files=files or {},
    )


def write(catalogue: Catalogue, *, actor: str = "ann", now: datetime = NOW, **options: Any) -> Any:
    return catalogue.write(*KEY, actor=actor, now=now, create=catalogue.view(*KEY) is None, **options)


def view(catalogue: Catalogue) -> OfferView:
    found = catalogue.view(*KEY)
    assert found is not None
    return found


def staged(catalogue: Catalogue) -> None:
    with write(catalogue) as work:
        work.open_revision(draft())
        work.fire("stage")
        work.submit(slot=Slot.STAGING, identity="id-1", target="local", marketing_only=False)


def status(progress: Progress, identity: str = "id-1", message: str = "") -> Status:
    return Status(identity=identity, progress=progress, step="", message=message, since=NOW, look_again=0)


def test_everything_of_a_write_is_kept_and_read_again(catalogue: Catalogue) -> None:
    with write(catalogue) as work:
        work.remember_folder("/offers/beacon")
        work.open_revision(draft(files={"ab": b"\x00picture"}))
        work.fire("stage")
        submission = work.submit(slot=Slot.STAGING, identity="id-1", target="local", marketing_only=True)
        inside = work.view
    outside = view(catalogue)
    assert outside == replace(inside, rev=1)
    assert outside.submission == submission
    assert (outside.folder, outside.staged, outside.hero, outside.target) == (
        "/offers/beacon",
        True,
        True,
        "local",
    )
    assert catalogue.document(outside.open.id) == {"text": "one", "ports": [443]}
    assert catalogue.file("ab") == b"\x00picture"
    assert catalogue.file("cd") is None


def test_nothing_of_a_failed_write_is_kept(catalogue: Catalogue) -> None:
    staged(catalogue)
    before = view(catalogue)
    with pytest.raises(RuntimeError, match="on the way"), write(catalogue) as work:
        fall_over(work)
    with pytest.raises(IllegalTransition), write(catalogue) as work:
        approve_and_publish(work)
    assert view(catalogue) == before
    assert catalogue.approvals(before.open.id) == ()


def fall_over(work: Work) -> None:
    work.fire("revise")
    work.open_revision(draft("two"))
    raise RuntimeError("on the way")


def approve_and_publish(work: Work) -> None:
    work.approve()
    work.fire("publish")  # from staging: not possible


def test_a_new_offer_that_fails_is_not_known(catalogue: Catalogue) -> None:
    with pytest.raises(IllegalTransition), write(catalogue) as work:
        work.fire("stage")
    assert catalogue.offers() == []


def test_an_unknown_offer_is_no_offer(catalogue: Catalogue) -> None:
    assert catalogue.view("labs", "nothing") is None
    with (
        pytest.raises(UsageError, match="knows no offer labs/nothing"),
        catalogue.write("labs", "nothing", actor="a", now=NOW),
    ):
        pass


def test_who_decided_on_an_older_state_is_told_who_was_faster(catalogue: Catalogue) -> None:
    staged(catalogue)
    seen = view(catalogue).rev
    with write(catalogue, actor="bob", now=NOW + timedelta(seconds=5)) as work:
        work.fire("cancel")
    told = r"changed by bob at 2026-03-02T09:30:05.000000Z \(cancel\)"
    with pytest.raises(LostRace, match=told), write(catalogue, seen=seen):
        pytest.fail("the decision is void")
    assert view(catalogue).rev == seen + 1


def test_two_who_make_one_offer_at_once(catalogue: Catalogue) -> None:
    """The second one waits for the lock, or for the name; then it has lost."""
    first, errors = threading.Event(), []

    def second() -> None:
        first.wait(10)
        try:
            with catalogue.write(*KEY, actor="bob", now=NOW, create=True, seen=0) as work:
                work.open_revision(draft("bob's"))
        except LostRace as error:
            errors.append(error)

    thread = threading.Thread(target=second)
    thread.start()
    with catalogue.write(*KEY, actor="ann", now=NOW, create=True, seen=0) as work:
        work.open_revision(draft("ann's"))
        first.set()
        thread.join(0.3)
    thread.join(35)
    assert len(errors) == 1
    assert [event.by for event in catalogue.history(view(catalogue))] == ["ann", "ann"]


def test_offers_are_listed_in_order(catalogue: Catalogue) -> None:
    for publisher, offer in (("labs", "b"), ("acme", "z"), ("labs", "a")):
        with catalogue.write(publisher, offer, actor="ann", now=NOW, create=True) as work:
            work.open_revision(draft(offer))
    assert catalogue.offers() == [("acme", "z"), ("labs", "a"), ("labs", "b")]
    assert catalogue.offers(publisher="labs") == [("labs", "a"), ("labs", "b")]
    assert catalogue.offers(offer="z") == [("acme", "z")]
    assert catalogue.names("labs") == {"a": (["a"], ["hourly"]), "b": (["b"], ["hourly"])}


def test_a_final_word_stays_final(catalogue: Catalogue) -> None:
    staged(catalogue)
    news = [
        Progress.RUNNING,
        Progress.RUNNING,
        Progress.UNKNOWN,
        Progress.READY,
        Progress.FAILED,
        Progress.RUNNING,
    ]
    with write(catalogue) as work:
        assert [work.observe(status(word)) for word in news] == [True, False, True, True, False, False]
        assert not work.observe(status(Progress.FAILED, identity="of another submission"))
    steps = [(e.source, e.target) for e in catalogue.history(view(catalogue)) if e.trigger == "progress"]
    assert steps == [("pending", "running"), ("running", "unknown"), ("unknown", "ready")]


def test_a_new_message_is_kept_without_a_line_of_history(catalogue: Catalogue) -> None:
    staged(catalogue)
    before = view(catalogue).events
    with write(catalogue) as work:
        assert work.observe(status(Progress.PENDING, message="the queue is long"))
    assert view(catalogue).submission.message == "the queue is long"
    assert view(catalogue).events == before


def test_one_submission_runs_at_a_time(catalogue: Catalogue) -> None:
    staged(catalogue)
    with pytest.raises(IntegrityError), write(catalogue) as work:
        work.submit(slot=Slot.STAGING, identity="id-2", target="local", marketing_only=False)


def test_an_identity_is_never_used_twice(catalogue: Catalogue) -> None:
    staged(catalogue)
    with write(catalogue) as work:
        work.observe(status(Progress.READY))
    with pytest.raises(IntegrityError), write(catalogue) as work:
        work.submit(slot=Slot.PRODUCTION, identity="id-1", target="local", marketing_only=False)


def test_one_ticket_is_open_for_an_offer_or_sku(catalogue: Catalogue) -> None:
    staged(catalogue)
    with write(catalogue) as work:
        work.open_ticket(number="beacon-1", sku="", facts={"reason": "old"})
        work.open_ticket(number="beacon-2", sku="hourly", facts={})
    with pytest.raises(IntegrityError), write(catalogue) as work:
        work.open_ticket(number="beacon-3", sku="", facts={})
    with write(catalogue) as work:
        work.close_ticket(sku="", state="withdrawn")
        work.open_ticket(number="beacon-3", sku="", facts={})
    assert [(t.number, t.state) for t in view(catalogue).tickets] == [
        ("beacon-1", "withdrawn"), ("beacon-2", "open"), ("beacon-3", "open"),
    ]  # fmt: skip
    assert [ticket.number for ticket in catalogue.tickets()] == ["beacon-3", "beacon-2", "beacon-1"]
    assert catalogue.tickets()[2].facts == {"reason": "old"}


def test_evidence_and_approvals_belong_to_a_revision(catalogue: Catalogue) -> None:
    staged(catalogue)
    with write(catalogue) as work:
        for exit_status in (1, 0):
            work.add_evidence(command="probe", exit_status=exit_status, seconds=0.5, output_sha256="ff")
        work.approve()
    revision = view(catalogue).open.id
    latest = catalogue.evidence(revision)
    assert latest is not None
    assert (latest.exit_status, latest.seconds, latest.by) == (0, 0.5, "ann")
    assert catalogue.approvals(revision) == ("ann",)
    with write(catalogue) as work:
        work.observe(status(Progress.READY))
        work.fire("revise")
        revision = work.open_revision(draft("two")).id
    assert catalogue.evidence(revision) is None
    assert catalogue.approvals(revision) == ()


def test_a_content_is_kept_once_however_often_it_is_recorded(catalogue: Catalogue) -> None:
    with write(catalogue) as work:
        work.open_revision(draft("one", files={"ab": b"same"}))
        work.open_revision(draft("two", files={"ab": b"same", "cd": b"other"}))
    assert (catalogue.file("ab"), catalogue.file("cd")) == (b"same", b"other")
    assert [revision.number for revision in view(catalogue).revisions] == [2]


def test_what_goes_live_locks_its_skus_and_burns_its_versions(catalogue: Catalogue) -> None:
    with write(catalogue) as work:
        work.open_revision(draft(skus=("hourly", "byol")))
        for trigger in ("stage", "request_production", "publish"):
            work.fire(trigger)
    for sku in view(catalogue).skus:
        assert (sku.state, sku.versions, sku.locked) == ("live", {"1.0.0": ("a.vhd",)}, {"billing": "byol"})
        assert sku.live_since == "2026-03-02T09:30:00.000000Z"


def test_testers_change_without_a_new_revision(catalogue: Catalogue) -> None:
    staged(catalogue)
    with write(catalogue) as work:
        work.update_testers(["tester-2", "tester-3"])
    assert view(catalogue).open.subscriptions == ("tester-2", "tester-3")
    assert [revision.number for revision in view(catalogue).revisions] == [1]


def test_the_work_is_done_in_the_name_of_the_actor(catalogue: Catalogue) -> None:
    staged(catalogue)
    with write(catalogue, actor="bob@host") as work:
        assert isinstance(work, Work)
        work.fire("cancel", detail={"why": "é✓"})
    last = catalogue.history(view(catalogue))[-1]
    assert (last.by, last.subject, last.trigger) == ("bob@host", "hourly", "cancel")
    assert catalogue.history(view(catalogue))[-2].detail == {"why": "é✓"}
    assert catalogue.event_hash(view(catalogue), last.number) == last.hash == view(catalogue).head
    assert catalogue.event_hash(view(catalogue), 99) == ""


def test_a_file_that_is_missing_is_made_by_the_first_write(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "catalogue.db"
    mine, theirs = Catalogue(path), Catalogue(path)
    assert (mine.offers(), theirs.view(*KEY), list(tmp_path.iterdir())) == ([], None, [])
    with write(mine):
        pass
    assert (path.exists(), theirs.offers()) == (True, [KEY])
    mine.close()
    theirs.close()


@pytest.mark.parametrize("url", ["oracle://db", "no url"])
def test_a_url_that_leads_nowhere_is_a_setting_to_correct(url: str) -> None:
    with pytest.raises(SettingsError, match="cannot be used"):
        Catalogue(url)


def test_a_place_that_cannot_hold_the_file_is_a_setting_to_correct() -> None:
    catalogue = Catalogue("sqlite:////dev/null/catalogue.db")
    with pytest.raises(SettingsError, match="/dev/null: is no folder"), write(catalogue):
        pass
    catalogue.close()


def test_a_server_that_does_not_answer_may_do_so_later() -> None:
    with pytest.raises(CatalogueUnavailable, match="does not answer") as caught:
        Catalogue("postgresql://ann:secret-word@127.0.0.1:1/catalogue")
    assert "secret-word" not in caught.value.message + caught.value.hint


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    with postgresql() as url:
        opened = Catalogue(url.replace("postgres@", "postgres:secret-word@"))
        assert "secret-word" not in opened.place
        opened.close()
