"""Proves a catalogue against its own history and the marketplace's journal, sharing no code with the package.

    python tests/stress/checker.py CATALOGUE.db [MARKETPLACE.db]

Prints every violation and ends with 1 if there is one. What is proved, by the numbers of the invariants:

1  the history of every offer and SKU is a path of the state graph, and ends where the tables say it stands
2  each recorded intent has at most one effect in the marketplace, and no effect is without an intent
4  a version of a SKU is never bound to two contents
5  numbers strictly grow, without gaps: events and revisions; there is one write at least per event
6  the chain of hashes verifies, up to the head that the offer remembers; with an anchor, beyond a cut tail
7  no final state is ever left, neither by a revision or SKU nor by a submission
"""

import hashlib
import json
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Anchors = Mapping[
    str, tuple[int, str]
]  # publisher/offer → number of events and head that somebody wrote down

ARROWS = {
    ("draft", "stage"): "staging",
    ("draft", "discard"): "discarded",
    ("draft", "supersede"): "superseded",
    ("staging", "staging_failed"): "draft",
    ("staging", "revise"): "draft",
    ("staging", "cancel"): "draft",
    ("staging", "request_production"): "production_requested",
    ("staging", "request_deletion"): "deletion_requested",
    ("staging", "supersede"): "superseded",
    ("production_requested", "cancel"): "staging",
    ("production_requested", "refuse"): "draft",
    ("production_requested", "publish"): "live",
    ("live", "request_deletion"): "deletion_requested",
    ("live", "supersede"): "superseded",
    ("deletion_requested", "delete"): "deleted",
}
BEGINNINGS = {"open": "draft", "adopt": "live"}
OPEN = {"draft", "staging", "production_requested"}
STANDING = {"test", "approve", "testers"}  # events that move nothing
FINAL_PROGRESS = {"ready", "failed", "refused", "cancelled"}
EVENT = ("number", "at", "by", "subject", "trigger", "source", "target", "revision", "detail", "previous")


def check(catalogue: Path, marketplace: Path | None = None, anchors: Anchors | None = None) -> list[str]:
    """Every violation, as one line each."""
    tables = _tables(catalogue, "offer", "event", "revision", "sku", "version", "submission", "ticket")
    found: list[str] = []
    for offer in tables["offer"]:
        key = f"{offer['publisher']}/{offer['offer']}"
        mine = {
            name: [row for row in rows if row.get("offer_id") == offer["id"]] for name, rows in tables.items()
        }
        events = sorted(mine["event"], key=lambda event: (str(event["number"]), event["id"]))
        events.sort(key=lambda event: event["number"] if isinstance(event["number"], int) else -1)
        checks = (
            _chain(key, offer, events, (anchors or {}).get(key)),
            _serials(offer, events, mine["revision"]),
            _paths(events, mine["revision"], mine["sku"]),
            _versions(mine["sku"], tables["version"]),
        )
        found += [f"{key}: {line}" for lines in checks for line in lines]
    if marketplace and marketplace.exists():
        found += _effects(tables, _tables(marketplace, "journal", "submissions"))
    known = {offer["id"] for offer in tables["offer"]}
    found += [f"event {e['id']} belongs to no offer" for e in tables["event"] if e["offer_id"] not in known]
    return found


def _tables(path: Path, *names: str) -> dict[str, list[Row]]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        db.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        return {name: [dict(row) for row in db.execute(f'SELECT * FROM "{name}"')] for name in names}


def _chain(key: str, offer: Row, events: list[Row], anchor: tuple[int, str] | None) -> Iterator[str]:
    """6: every hash is that of its event and of the hash before."""
    previous = ""
    for event in events:
        if event["previous"] != previous:
            yield f"event {event['number']} does not follow the one before it"
        if event["hash"] != _hash(key, event):
            yield f"event {event['number']} was altered"
        previous = event["hash"]
    if previous != offer["head"]:
        yield "the chain does not end at the head that the offer remembers"
    if anchor and (len(events) < anchor[0] or (anchor[0] and events[anchor[0] - 1]["hash"] != anchor[1])):
        yield f"event {anchor[0]} is not the one that was written down elsewhere"


def _hash(key: str, event: Row) -> str:
    facts: Row = {name: event[name] for name in EVENT} | {"offer": key}
    try:
        facts["detail"] = json.loads(event["detail"])
        if _text(facts["detail"]) != event["detail"]:
            return "not written as this program writes"
        return hashlib.sha256(_text(facts).encode()).hexdigest()
    except (TypeError, ValueError):
        return "not readable"


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _serials(offer: Row, events: list[Row], revisions: list[Row]) -> Iterator[str]:
    """5: numbers go 1, 2, 3, as many as the offer says."""
    if [event["number"] for event in events] != list(range(1, len(events) + 1)):
        yield "the events are not numbered 1, 2, 3"
    if offer["events"] != len(events):
        yield f"the offer knows {offer['events']} events, there are {len(events)}"
    if sorted(revision["number"] for revision in revisions) != list(range(1, len(revisions) + 1)):
        yield "the revisions are not numbered 1, 2, 3"
    opened = [e["revision"] for e in events if e["subject"] == "offer" and e["trigger"] in BEGINNINGS]
    if opened != list(range(1, len(revisions) + 1)):
        yield f"the revisions were opened in the order {opened}"
    if offer["rev"] < 1 and events:
        yield "there are events, but the offer was never written"


def _paths(events: list[Row], revisions: list[Row], skus: list[Row]) -> Iterator[str]:
    """1 and 7: each event leaves the state that the one before reached, by an arrow of the graph."""
    state: dict[Any, str] = {}
    before: dict[Any, str] = {}
    progress = ""
    for event in events:
        source, target, trigger = event["source"], event["target"], event["trigger"]
        subject = event["revision"] if event["subject"] == "offer" else event["subject"]
        place = f"event {event['number']} ({event['subject']}, {trigger}: {source} → {target})"
        if trigger == "progress":
            if source in FINAL_PROGRESS or source not in {progress, "pending"}:
                yield f"{place} does not follow progress {progress!r}"
            progress = target
            continue
        if trigger in {"stage", "request_production"} and event["subject"] == "offer":
            progress = "pending"
        if trigger in BEGINNINGS:
            legal = (
                source == "" and target == BEGINNINGS[trigger] and state.get(subject) in {None, "discarded"}
            )
        elif trigger in STANDING:
            legal = source == target == state.get(subject)
        elif trigger == "keep":
            legal = (state.get(subject), target) == (
                "deletion_requested",
                before.get(subject),
            ) and source == state[subject]
        else:
            legal = state.get(subject) == source and ARROWS.get((source, trigger)) == target
        if not legal:
            yield f"{place} is no step from {state.get(subject)!r}"
        if trigger == "request_deletion":
            before[subject] = source
        state[subject] = target
        yield from _crowded(place, state)
    for row, name in [*((r, r["number"]) for r in revisions), *((s, s["sku"]) for s in skus)]:
        if state.get(name) != row["state"]:
            yield f"{name} is {row['state']}, but its history ends with {state.get(name)!r}"


def _crowded(place: str, state: Mapping[Any, str]) -> Iterator[str]:
    """One open revision and one live one at most, at every moment."""
    offers = [value for subject, value in state.items() if isinstance(subject, int)]
    if sum(value in OPEN for value in offers) > 1:
        yield f"{place}: two revisions are open"
    if offers.count("live") > 1:
        yield f"{place}: two revisions are live"


def _versions(skus: list[Row], versions: list[Row]) -> Iterator[str]:
    """4: a version of a SKU stands there once."""
    for sku in skus:
        numbers = Counter(row["version"] for row in versions if row["sku_id"] == sku["id"])
        yield from (f"{sku['sku']} {version} is bound {n} times" for version, n in numbers.items() if n > 1)


def _effects(tables: dict[str, list[Row]], other: dict[str, list[Row]]) -> Iterator[str]:
    """2: effects and intents, one to one."""
    intents = {row["identity"]: row for row in tables["submission"]}
    revisions = {row["id"]: row for row in tables["revision"]}
    tickets = {row["number"] for row in tables["ticket"]}
    accepted: defaultdict[Any, int] = defaultdict(int)
    for (identity, effect), times in Counter(
        (r["identity"], r["effect"]) for r in other["journal"] if r["identity"]
    ).items():
        if times > 1:
            yield f"{identity}: {effect} {times} times"
        if effect == "withdrawn" and identity not in tickets:
            yield f"{identity}: withdrawn, but nobody asked for it"
        if effect != "withdrawn" and identity not in intents:
            yield f"{identity}: {effect}, but nobody intended it"
        if effect == "submission-accepted" and identity in intents:
            accepted[intents[identity]["revision_id"], intents[identity]["slot"]] += 1
    yield from _disagreements(intents, revisions, other["submissions"])
    for (revision_id, slot), times in accepted.items():
        asked = _asked(
            tables["event"], revisions[revision_id], "stage" if slot == "staging" else "request_production"
        )
        if times > asked:
            yield f"revision {revision_id}: asked for {slot} {asked} times, accepted {times} times"


def _asked(events: list[Row], revision: Row, trigger: str) -> int:
    mine = (revision["offer_id"], revision["number"], trigger, "offer")
    return sum((e["offer_id"], e["revision"], e["trigger"], e["subject"]) == mine for e in events)


def _disagreements(intents: dict[str, Row], revisions: dict[int, Row], seen: list[Row]) -> Iterator[str]:
    """What both sides say of a submission must be the same, once the catalogue has a final word."""
    there = {row["identity"]: row for row in seen}
    for identity, intent in intents.items():
        other = there.get(identity)
        if other is None:
            if intent["progress"] in {"ready", "running"}:
                yield f"{identity}: {intent['progress']} here, unknown to the marketplace"
            continue
        digest = revisions[intent["revision_id"]]["digest"]
        if (other["slot"], other["digest"]) != (intent["slot"], digest):
            yield f"{identity}: another content or slot arrived than was intended"
        if intent["progress"] in FINAL_PROGRESS and other["progress"] != intent["progress"]:
            yield f"{identity}: {intent['progress']} here, {other['progress']} there"


def repeated(marketplace: Path) -> list[str]:
    """Contents that were accepted twice for a slot though nothing had gone wrong with the earlier one."""
    good: set[tuple[str, str, str]] = set()
    found = []
    for row in _tables(marketplace, "submissions")["submissions"]:
        name = (f"{row['publisher']}/{row['offer']}", row["slot"], row["digest"])
        if name in good:
            found.append(f"{' '.join(name)} was accepted again, though it was ready or running")
        if row["progress"] in {"ready", "running"}:
            good.add(name)
    return found


def main(arguments: list[str]) -> int:
    """Print the violations; 1 if there are any."""
    found = check(Path(arguments[0]), Path(arguments[1]) if len(arguments) > 1 else None)
    print("\n".join(found) or "0 violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
