"""Requests production: asks the last gate about exactly what was staged, and submits it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from publisher.catalogue.views import OfferView, SubmissionView
from publisher.content import draft_of, rebuilt, same_content
from publisher.document import Document, read_document
from publisher.engine import Engine, Key
from publisher.errors import IllegalTransition, Refused, UsageError
from publisher.findings import Gate
from publisher.gates import assumed_links, judge, production_guards, refuse_blocked
from publisher.marketplaces import Slot
from publisher.submissions import Outcome, intend, observe, send, write


def request_production(engine: Engine, key: Key, document: Document | None = None) -> Outcome:
    """Ask the marketplace to publish what is staged; `document` must then be what was staged.

    Raises GateRefused with the findings of the production gate, IllegalTransition with every reason.
    """
    view = observe(engine, key).view
    if view.open is None or view.open.state != "staging":
        _refuse_request(view)
    with _staged_document(engine, view, document) as staged:
        report = judge(engine, staged, Gate.PRODUCTION)
        reasons = production_guards(engine, staged, view, report)
        if set(reasons) == {"gate_production_passed"}:
            refuse_blocked(report, "it stays staged")
        submission = _submit_production(engine, view, reasons, staged)
        return send(engine, key, submission, staged)


def _refuse_request(view: OfferView) -> None:
    if view.open is None and view.live:
        raise IllegalTransition(f"{view.key}: nothing is staged; revision {view.live.number} is live")
    raise IllegalTransition(
        f"{view.key} is {view.state}: production can be requested from staging only",
        hint="`publisher stage PATH` first" if view.state == "draft" else f"`publisher status {view.offer}`",
    )


@contextmanager
def _staged_document(engine: Engine, view: OfferView, given: Document | None) -> Iterator[Document]:
    """The staged content with places to point at: the folder where it is still the same, else rebuilt."""
    revision = view.open
    assert revision is not None  # noqa: S101  # the caller saw it
    document = given or _remembered(engine, view)
    if given is not None and not same_content(given, revision):
        from publisher.diff import summary

        raise Refused(
            f"{given.display()} is not what was staged as revision {revision.number}",
            reasons=tuple(summary(engine.catalogue.document(revision.id), given)),
            hint=f"stage it first, or run the command with {view.offer} instead of the path",
        )
    if document and same_content(document, revision):
        yield document
        return
    with rebuilt(engine.catalogue, revision, engine.secrets) as again:
        yield again


def _remembered(engine: Engine, view: OfferView) -> Document | None:
    try:
        return read_document(Path(view.folder), engine.secrets) if view.folder else None
    except UsageError:
        return None  # the folder moved on; the catalogue has what was staged


def _submit_production(
    engine: Engine, view: OfferView, reasons: Mapping[str, str], document: Document
) -> SubmissionView:
    key = (view.publisher, view.offer)
    marketing = bool(view.submission and view.submission.marketing_only)
    intent = None
    if not reasons:
        draft = draft_of(document.offer)  # type: ignore[arg-type]  # it was staged
        intent = intend(engine, key, Slot.PRODUCTION, draft, document, marketing_only=marketing)
    with write(engine, key, seen=view.rev) as work:
        detail = {
            "digest": view.open.digest if view.open else "",
            "links_assumed": list(assumed_links(engine)),
        }
        work.fire("request_production", reasons=reasons, detail=detail)
        assert intent is not None  # noqa: S101  # with reasons, nothing is fired
        return work.submit(**vars(intent), marketing_only=marketing)
