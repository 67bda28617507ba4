"""The states of offers and SKUs, and the steps between them, read from `workflows/*.toml`."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol

from publisher.errors import IllegalTransition, SettingsError, UsageError
from publisher.resources import folder

# What each guard asks. Whoever moves an offer answers them; a workflow file may name no other.
GUARD_QUESTIONS: Final[Mapping[str, str]] = {
    "gate_stage_passed": "do the rules of the stage gate find no error?",
    "no_submission_running": "is no other submission of the offer under way?",
    "lock_agrees": "do the lock file and the catalogue agree?",
    "staging_ready": "did the marketplace finish the staging?",
    "content_is_staged": "is the content to publish the very content that was staged?",
    "gate_production_passed": "do the rules of the production gate find no error?",
    "staging_tested": "did the latest staging test pass, or is a missing one allowed?",
    "approved": "did everyone whom the settings require approve this very content?",
    "submission_cancellable": "is a submission under way that the marketplace can still stop?",
    "never_staged": "was the draft never staged?",
    "ever_staged": "was it ever staged, so that the marketplace has something to remove?",
    "no_open_deletion": "has nobody asked yet for its deletion, or for that of its offer?",
    "deletion_answered": "did the marketplace answer the deletion ticket?",
}
GUARDS: Final = frozenset(GUARD_QUESTIONS)

_BEFORE: Final = "before"  # as the target of a transition: wherever it came from
_RESERVED: Final = {_BEFORE, "state"}  # `transitions` refuses a trigger named like its attribute
_NAME: Final = re.compile("[a-z][a-z0-9_]*")  # no dashes: Mermaid refuses them
_NO_REASONS: Final[Mapping[str, str]] = MappingProxyType({})

_TEXT, _FLAG, _ROWS = "one line of text without quotes or backslashes", "true or false", "a list of tables"
_LIST, _NAMES = "a list of names", "a list of at least one name"
_TOP: Final = {"workflow": _TEXT, "initial": _TEXT, "states": _ROWS, "triggers": _ROWS, "transitions": _ROWS}
_STATE: Final = {"name": _TEXT, "title": _TEXT, "title_fr": _TEXT, "description": _TEXT}
_ROW: Final = {
    "states": {**_STATE, "open": _FLAG, "final": _FLAG},
    "triggers": {"name": _TEXT, "description": _TEXT, "command": _TEXT, "internal": _FLAG},
    "transitions": {"trigger": _TEXT, "from": _NAMES, "to": _TEXT, "guards": _LIST},
}
_OPTIONAL: Final = {"open", "final", "command", "internal", "guards"}


@dataclass(frozen=True, kw_only=True)
class State:
    """Where an offer or SKU stands; `open` means that work on it goes on, `final` that nothing follows."""

    name: str
    title: str
    title_fr: str
    description: str
    open: bool = False
    final: bool = False


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What moves it; `command` is what a person types, empty where nobody does.

    An internal trigger follows from another step and is never offered as a next one.
    """

    name: str
    description: str
    command: str = ""
    internal: bool = False


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One arrow. Where `before` is set, it is open only to those who came from that state."""

    trigger: str
    source: str
    target: str
    guards: tuple[str, ...] = ()
    before: str | None = None

    @property
    def conditions(self) -> tuple[str, ...]:
        """Its guards, after `was_<state>` where it goes back."""
        return (f"was_{self.before}", *self.guards) if self.before else self.guards


class Subject(Protocol):
    """What can be moved; `before` is the state to go back to, None when there is no way back."""

    state: str
    before: str | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Workflow:
    """A checked set of states and transitions, shared by everything that follows it."""

    name: str
    initial: str
    states: Mapping[str, State]
    triggers: Mapping[str, Trigger]
    transitions: tuple[Transition, ...]

    def find(self, state: str, trigger: str, *, before: str | None = None) -> Transition | None:
        """The one transition that leaves `state` by `trigger`; a way back only when `before` is given."""
        exits = self._exits.get(state, ())
        return next((t for t in exits if t.trigger == trigger and t.before in {None, before}), None)

    def next_triggers(self, state: str, *, before: str | None = None) -> tuple[Transition, ...]:
        """The steps to offer in `state`, in the order of the file; their guards are not asked."""
        exits = (t for t in self._exits.get(state, ()) if t.before in {None, before})
        return tuple(t for t in exits if not self.triggers[t.trigger].internal)

    def fire(self, subject: Subject, trigger: str, *, reasons: Mapping[str, str] = _NO_REASONS) -> Transition:
        """Move `subject`, or raise IllegalTransition and leave it as it is.

        `reasons` maps the guards that object to what they say; those of this transition end up in
        the error's `reasons`. A key that is no guard is a mistake of the caller: ValueError.
        """
        if reasons.keys() - GUARDS:
            raise ValueError(f"no such guard: {', '.join(sorted(reasons.keys() - GUARDS))}")
        transition = self.find(subject.state, trigger, before=subject.before)
        if transition is None:
            raise self._impossible(subject, trigger)
        if objections := tuple(reasons[guard] for guard in transition.guards if guard in reasons):
            message = f"'{trigger}' is refused in state '{subject.state}'"
            raise IllegalTransition(message, hint="settle every reason, then try again", reasons=objections)
        self._machine.events[trigger].trigger(subject)
        subject.before = transition.source if transition.target in self._remembering else None
        return transition

    @cached_property
    def _exits(self) -> Mapping[str, tuple[Transition, ...]]:
        return {name: tuple(t for t in self.transitions if t.source == name) for name in self.states}

    @cached_property
    def _remembering(self) -> frozenset[str]:
        return frozenset(t.source for t in self.transitions if t.before)

    @cached_property
    def _machine(self) -> Any:
        from transitions import Machine  # only those who move something pay for the import

        states = list(self.states)
        # No model is ever added: adding many is quadratic, and events accept any object.
        machine = Machine(None, states, self.initial, auto_transitions=False, send_event=True)
        for t in self.transitions:
            machine.add_transition(t.trigger, t.source, t.target, conditions=_came_from(t.before))
        return machine

    def _impossible(self, subject: Subject, trigger: str) -> IllegalTransition:
        if subject.state not in self.states:
            known = _nearest(subject.state, self.states)
            return IllegalTransition(f"the workflow '{self.name}' has no state '{subject.state}'{known}")
        message = f"'{trigger}' is not possible in state '{subject.state}'"
        if trigger not in self.triggers:
            known = _nearest(trigger, [t.name for t in self.triggers.values() if not t.internal])
            message = f"the workflow '{self.name}' has no step '{trigger}' (state '{subject.state}'){known}"
        return IllegalTransition(message, hint=f"possible now: {self._choices(subject)}")

    def _choices(self, subject: Subject) -> str:
        steps = self.next_triggers(subject.state, before=subject.before)
        calls = ((step.trigger, self.triggers[step.trigger].command) for step in steps)
        return ", ".join(f"{name} ({call})" if call else name for name, call in calls) or "nothing"


def _came_from(before: str | None) -> Any:
    return None if before is None else lambda event: event.model.before == before


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # only when something is wrong

    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; known: {', '.join(names)}"


@cache
def workflow(name: Literal["offer", "sku"]) -> Workflow:
    """The shipped workflow, read once per process."""
    return load_workflow(folder("workflows") / f"{name}.toml")


def load_workflow(path: Path) -> Workflow:
    """Read and check a workflow file; SettingsError names every fault with its file and key."""
    raw = _read(path)
    _refuse(path, _shape_faults(raw))
    _refuse(path, _name_faults(raw))
    loaded = Workflow(
        name=raw["workflow"],
        initial=raw["initial"],
        states=MappingProxyType({row["name"]: State(**row) for row in raw["states"]}),
        triggers=MappingProxyType({row["name"]: Trigger(**row) for row in raw["triggers"]}),
        transitions=tuple(_arrows(raw["transitions"])),
    )
    _refuse(path, _graph_faults(loaded))
    return loaded


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: cannot be read as TOML: {error}") from error


def _refuse(path: Path, faults: Iterable[str]) -> None:
    if lines := [f"{path}: {fault}" for fault in faults]:
        raise SettingsError("\n".join(lines), hint="correct the workflow file")


def _arrows(rows: list[dict[str, Any]]) -> Iterator[Transition]:
    for row in rows:
        trigger, guards = row["trigger"], tuple(row.get("guards", ()))
        for source in row["from"]:
            if row["to"] != _BEFORE:
                yield Transition(trigger=trigger, source=source, target=row["to"], guards=guards)
                continue
            entered = (state for other in rows if other["to"] == source for state in other["from"])
            for back in dict.fromkeys(entered):
                yield Transition(trigger=trigger, source=source, target=back, guards=guards, before=back)


def _rows(raw: Mapping[str, Any], section: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, row in enumerate(raw[section], start=1):
        yield f"{section}[{number}].", row


def _shape_faults(raw: Mapping[str, Any]) -> Iterator[str]:
    yield from _key_faults("", raw, _TOP)
    for section, kinds in _ROW.items():
        if _fits(raw.get(section), _ROWS):
            for place, row in _rows(raw, section):
                yield from _key_faults(place, row, kinds)


def _key_faults(place: str, row: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[str]:
    for key, value in row.items():
        if key not in kinds:
            yield f"{place}{key}: unknown key{_nearest(key, kinds)}"
        elif not _fits(value, kinds[key]):
            yield f"{place}{key}: must be {kinds[key]}"
    yield from (f"{place}{key}: is missing" for key in kinds if key not in row and key not in _OPTIONAL)


def _fits(value: object, kind: str) -> bool:
    if kind == _TEXT:
        # Quotes, backslashes and control characters would break the drawings, or a terminal.
        return (
            isinstance(value, str) and value.isprintable() and bool(value.strip()) and not {*'"\\'} & {*value}
        )
    if kind == _FLAG:
        return isinstance(value, bool)
    item = dict if kind == _ROWS else str
    fits = isinstance(value, list) and all(isinstance(each, item) for each in value)
    return fits and (kind != _NAMES or value != [])


def _name_faults(raw: Mapping[str, Any]) -> Iterator[str]:
    yield from _spelling_faults("workflow", raw["workflow"])
    for section in ("states", "triggers"):
        seen: set[str] = set()
        for place, row in _rows(raw, section):
            yield from _spelling_faults(f"{place}name", row["name"])
            yield from _repeated(f"{place}name", row["name"], seen)
    states, triggers = ([row["name"] for row in raw[section]] for section in ("states", "triggers"))
    yield from _unknown("initial", [raw["initial"]], states)
    leaving: set[str] = set()
    for place, row in _rows(raw, "transitions"):
        yield from _unknown(f"{place}trigger", [row["trigger"]], triggers)
        yield from _unknown(f"{place}from", row["from"], states)
        yield from _unknown(f"{place}to", [row["to"]], [*states, _BEFORE])
        yield from _unknown(f"{place}guards", row.get("guards", ()), GUARDS)
        for source in row["from"]:
            yield from _repeated(f"{place}from", f"{row['trigger']} from {source}", leaving)


def _spelling_faults(place: str, name: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield f"{place}: '{name}' may hold lower-case letters, digits and underscores only, no dashes"
    elif name in _RESERVED:
        yield f"{place}: '{name}' has a meaning of its own, choose another name"


def _repeated(place: str, name: str, seen: set[str]) -> Iterator[str]:
    if name in seen:
        yield f"{place}: '{name}' stands there twice"
    seen.add(name)


def _unknown(place: str, names: Iterable[str], known: Collection[str]) -> Iterator[str]:
    yield from (
        f"{place}: unknown name '{name}'{_nearest(name, known)}" for name in names if name not in known
    )


def _graph_faults(loaded: Workflow) -> Iterator[str]:
    reached, left = _reachable(loaded), {t.source for t in loaded.transitions}
    for state in loaded.states.values():
        if state.name not in reached:
            yield f"states: '{state.name}' cannot be reached from '{loaded.initial}'"
        if state.final == (state.name in left):
            yield f"states: '{state.name}' must either be final or have a way out"
        if state.final and state.open:
            yield f"states: '{state.name}' cannot be both open and final"
    used = {t.trigger for t in loaded.transitions}
    yield from (f"triggers: '{name}' moves nothing" for name in loaded.triggers if name not in used)
    if len({t.source for t in loaded.transitions if t.before}) > 1:
        yield f"transitions: '{_BEFORE}' may leave one state only, since one state is remembered"


def _reachable(loaded: Workflow) -> set[str]:
    reached, waiting = set[str](), [loaded.initial]
    while waiting:
        if (state := waiting.pop()) not in reached:
            reached.add(state)
            waiting += [t.target for t in loaded.transitions if t.source == state]
    return reached


def draw(
    workflow: Workflow, format: Literal["table", "mermaid", "dot"], *, current: str | None = None
) -> str:
    """The workflow as text that ends with a line break, with the state `current` marked.

    Raises UsageError for a state that the workflow does not have.
    """
    if current is not None and current not in workflow.states:
        known = _nearest(current, workflow.states)
        raise UsageError(f"the workflow '{workflow.name}' has no state '{current}'{known}")
    lines = {"table": _table, "mermaid": _mermaid, "dot": _dot}[format](workflow, current)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _table(workflow: Workflow, current: str | None) -> Iterator[str]:
    mark = {current: f"{current} *"}
    arrows = [("TRIGGER", "FROM", "TO", "COMMAND", "GUARDS")]
    for t in workflow.transitions:
        command, guards = workflow.triggers[t.trigger].command or "-", ", ".join(t.conditions) or "-"
        arrows.append((t.trigger, mark.get(t.source, t.source), t.target, command, guards))
    states = workflow.states.values()
    meanings = ((mark.get(s.name, s.name), s.title, s.title_fr, s.description) for s in states)
    yield from _columns(arrows)
    yield ""
    yield from _columns([("STATE", "TITLE", "FRENCH", "MEANING"), *meanings])
    if current:
        yield from ("", "* the current state")


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield from ("  ".join(map(str.ljust, row, widths)) for row in rows)


def _edges(workflow: Workflow) -> Iterator[tuple[str, str, str]]:
    labels: dict[tuple[str, str], list[str]] = {}
    for t in workflow.transitions:
        labels.setdefault((t.source, t.target), []).append(t.trigger)
    yield from ((source, target, ", ".join(names)) for (source, target), names in labels.items())


def _mermaid(workflow: Workflow, current: str | None) -> Iterator[str]:
    states = workflow.states.values()
    yield "stateDiagram-v2"
    yield from (f'    state "{state.title}" as {state.name}' for state in states)
    yield f"    [*] --> {workflow.initial}"
    yield from (f"    {source} --> {target}: {label}" for source, target, label in _edges(workflow))
    yield from (f"    {state.name} --> [*]" for state in states if state.final)
    if current:
        yield "    classDef current font-weight:bold,stroke-width:4px"
        yield f"    class {current} current"


def _dot(workflow: Workflow, current: str | None) -> Iterator[str]:
    yield f'digraph "{workflow.name}" {{'
    yield "    node [shape=box, style=rounded]"
    for state in workflow.states.values():
        ring = ", peripheries=2" if state.final else ""
        look = ', style="rounded,bold", penwidth=3' if state.name == current else ""
        yield f'    "{state.name}" [label="{state.title}"{ring}{look}]'
    yield from (
        f'    "{source}" -> "{target}" [label="{label}"]' for source, target, label in _edges(workflow)
    )
    yield "}"
