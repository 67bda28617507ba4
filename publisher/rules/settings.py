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
}

for (_code, _name, _severity), _text in _TEXTS.items():
    add(_code, _name, _text, kind="document", weight=_severity, waivable=False)
