"""What an act needs: guards of the lifecycle, explained like rules; and who may see the staged offer."""

import re
from collections.abc import Iterator
from typing import Any, Final

from publisher.document.model import Offer
from publisher.findings import Gate, Severity
from publisher.profiles import CLASSIC, Profile
from publisher.rules.registry import Flaw, add, rule

_GUID: Final = re.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


@rule("LCY101", "stage-subscriptions", gate=Gate.STAGE)
def stage_subscriptions(offer: Offer, limits: Profile) -> Iterator[Flaw]:
    """Somebody can see the staged offer: at least one subscription ID, each a GUID, each once.

    Why: a staged offer is visible to the listed subscriptions only; without one nobody can test it.
    Subscriptions of resellers (CSP), DreamSpark and Azure in Open cannot be used for it.
    Fix: list the IDs of the subscriptions that test under staging.subscriptions.
    Source: row 134; classic portal, testing in staging; Partner Center, preview audience.
    """
    ids = offer.staging.subscriptions
    if not ids:
        yield Flaw(at="/staging/subscriptions", message="no subscription may see the staged offer")
    most = limits.counts.get("subscriptions_max")
    if most and len(ids) > most:
        yield Flaw(
            at="/staging/subscriptions", message=f"{len(ids)} subscriptions; at most {most} are allowed"
        )
    seen: set[str] = set()
    for index, subscription in enumerate(ids):
        at = f"/staging/subscriptions/{index}"
        if not _GUID.fullmatch(subscription):
            yield Flaw(
                at=at, message=f"{subscription[:60]!a} is no subscription ID (a GUID of 36 characters)"
            )
        elif subscription.lower() in seen:
            yield Flaw(at=at, message=f"{subscription} stands twice", severity=Severity.WARNING)
        seen.add(subscription.lower())


_ACTS: Final = {
    ("LCY102", "draft-discard-only-unstaged"): """Only a draft that was never staged can be discarded.
        Why: what was staged is known to the marketplace, and only its support removes it.
        Fix: use `publisher delete`, which drafts the ticket; or stage another content.
        Source: row 12; guide for VM offers, deletion.""",
    ("LCY103", "publish-concurrent"): """One submission of an offer runs at a time.
        Why: the marketplace refuses a second one, or loses one of the two.
        Fix: wait for the running one, or `publisher cancel` it.
        Source: row 14; observed by marketplace clients.""",
    ("LCY104", "stage-before-production"): """What goes to production is what was staged and is ready there.
        Why: content that nobody saw in staging was not tested; the marketplace publishes what is staged.
        Fix: stage this content first.
        Source: row 135; guide for VM offers, every recipe.""",
    ("LCY105", "stage-tested"): """The staged offer was tested: marketing texts and a whole deployment.
        Why: after the production request, what is wrong is found by customers.
        Fix: run `publisher test OFFER -- COMMAND`.
        Source: row 136; classic portal, testing in staging.""",
    ("LCY106", "walkthrough-complete"): """Every section is complete: no rule of the production gate fails.
        Why: the marketplace refuses the request, after days of waiting.
        Fix: correct what `publisher validate --gate production --network` lists.
        Source: row 137; classic portal, push to production; Partner Center, review and publish.""",
    ("LCY107", "marketing-only"): """A change of marketing texts and media alone skips certification.
        Why: knowing it tells how long the submission will take.
        Fix: nothing to do.
        Source: row 139; classic portal, push to production.""",
    ("LCY108", "republish-needed"): """What the folder says has reached the marketplace.
        Why: a saved change that was not staged, tested and published is seen by no customer.
        Fix: stage, test and request production again.
        Source: row 140; Partner Center documentation.""",
    ("LCY109", "approvals-given"): """The persons whom the settings require have approved this very content.
        Why: a second pair of eyes is worth something only on the content that is published.
        Fix: another person than the one who staged runs `publisher approve OFFER`.
        Source: this project's settings, approvals.""",
    ("LCY110", "lock-agrees"): """The lock file and the catalogue tell the same story.
        Why: where they differ, another catalogue published this offer, and this one would repeat it.
        Fix: use the catalogue that published it; for an offer live elsewhere run `publisher adopt PATH`.
        Source: this project's design of offer.lock.json.""",
    ("LCY111", "deletion-by-ticket"): """A deletion is done when the marketplace's support says so.
        Why: nobody but the support can remove what was staged or is live.
        Fix: send the ticket, then mark it with `publisher delete OFFER --done`.
        Source: guide for VM offers, deletion; rows of section 4.""",
}  # fmt: skip
_WEIGHTS: Final = {
    "stage-tested": {"else": Severity.WARNING},
    "marketing-only": Severity.INFO,
    "republish-needed": Severity.WARNING,
}

_AT_PRODUCTION: Final = {"stage-before-production", "stage-tested", "walkthrough-complete"}

for (_code, _name), _text in _ACTS.items():
    _facts: dict[str, Any] = {"profiles": frozenset({CLASSIC})} if _name == "marketing-only" else {}
    _gate = Gate.PRODUCTION if _name in _AT_PRODUCTION else Gate.STAGE
    _weight = _WEIGHTS.get(_name, Severity.ERROR)
    add(_code, _name, _text, kind="guard", gate=_gate, weight=_weight, waivable=False, **_facts)
