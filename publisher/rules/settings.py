"""Explanations of what validation finds beside the document: in waivers, and in the lock file."""

from typing import Final

from publisher.findings import Severity
from publisher.rules.registry import add

_TEXTS: Final = {
    ("CFG101", "waiver-expired", Severity.WARNING): """Waivers end before they are forgotten.
        Why: the day until which somebody answered for the finding is over, so it counts again.
        Fix: cure the finding and delete the waiver, or let somebody answer for it anew with a later `until`.
        Source: the engine's settings; waivers are for a time.""",
    ("CFG102", "waiver-unused", Severity.WARNING): """Every waiver is needed.
        Why: a waiver that waives nothing today hides the next finding of its rule unseen.
        Fix: delete the waiver.
        Source: the engine's settings; waivers are for a known finding.""",
    ("CFG103", "lock-broken", Severity.ERROR): """The lock file can be read.
        Why: without it nobody can say here which IDs, prices and versions are published and must stay.
        Fix: take offer.lock.json back from version control, or rebuild it with `publisher lock PATH`.
        Source: the engine's lock file, format 1.""",
    ("CFG104", "waiver-refused", Severity.WARNING): """Only rules that may be waived are waived.
        Why: this rule guards what cannot be undone or cannot be judged, so nobody can answer for it.
        Fix: cure the finding and delete the waiver.
        Source: the engine's settings; `publisher explain` says of each rule whether it can be waived.""",
    ("CFG105", "lock-missing", Severity.WARNING): """An offer that was staged has its lock file beside it.
        Why: a pipeline without the catalogue learns from it alone what is published and must stay.
        Fix: write it with `publisher lock PATH`, and commit it with the offer.
        Source: the engine's lock file, format 1.""",
    ("CFG106", "lock-outdated", Severity.WARNING): """The lock file says what the catalogue knows by now.
        Why: a pipeline that has the lock file alone does not see what was published since.
        Fix: take the newest one from version control, or write it with `publisher lock PATH`; commit it.
        Source: the engine's lock file, format 1.""",
    (
        "CFG107",
        "lock-diverged",
        Severity.ERROR,
    ): """The lock file was written from the history of this catalogue.
        Why: one of the two is wrong about what is published; the stage gate refuses another history as well.
        Fix: see which is right with `publisher history OFFER --verify`. Where it is the catalogue, write the
        file anew with `publisher lock PATH`; where it is the file, ask the right catalogue (`database_url`).
        Source: the engine's lock file, format 1.""",
    (
        "CFG108",
        "lock-unknown",
        Severity.WARNING,
    ): """What the lock file calls published is known to the catalogue.
        Why: the stage gate refuses an offer that was published elsewhere: nobody here knows its history.
        Fix: ask the right catalogue (`database_url`), or record the offer with `publisher adopt PATH`.
        Source: the engine's lock file, format 1.""",
    ("CFG109", "waiver-too-long", Severity.WARNING): """A waiver ends soon enough to be thought of again.
        Why: whoever answers for a finding for years answers for it no longer; such a waiver does not count.
        Fix: write an earlier `until`, and renew it while it is needed; the setting `waiver_days` says how
        many days ahead it may lie.
        Source: the engine's settings; waivers are for a time.""",
}

for (_code, _name, _severity), _text in _TEXTS.items():
    add(_code, _name, _text, kind="document", weight=_severity, waivable=False)
