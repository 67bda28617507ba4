"""Every step that an offer or SKU may take, every step that it may not, and files that are refused."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.errors import IllegalTransition, SettingsError, UsageError
from publisher.lifecycle import GUARD_QUESTIONS, GUARDS, draw, load_workflow, workflow

NAMES = ("offer", "sku")
OPEN = ("draft", "staging", "production_requested")
FINAL = ("discarded", "superseded", "deleted")
STATES = (*OPEN, "live", "deletion_requested", *FINAL)
STEPS = {
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
WAYS_BACK = ("staging", "live")
TRIGGERS = sorted({trigger for _, trigger in STEPS} | {"keep"})
REFUSED = [
    (state, trigger)
    for state in STATES
    for trigger in TRIGGERS
    if (state, trigger) not in {*STEPS, ("deletion_requested", "keep")}
]
GUARDED = {
    "stage": "gate_stage_passed no_submission_running lock_agrees",
    "request_production": "staging_ready content_is_staged gate_production_passed staging_tested approved "
    "no_submission_running",
    "revise": "no_submission_running",
    "cancel": "submission_cancellable",
    "discard": "never_staged",
    "request_deletion": "no_open_deletion ever_staged",
    "delete": "deletion_answered",
}


@dataclass
class Thing:
    state: str
    before: str | None = None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("state", "trigger"), STEPS)
def test_a_legal_step_reaches_its_state(name, state, trigger):
    thing = Thing(state)
    step = workflow(name).fire(thing, trigger)
    assert thing.state == step.target == STEPS[state, trigger]
    assert thing.before == (state if thing.state == "deletion_requested" else None)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("state", "trigger"), REFUSED)
def test_every_other_step_is_refused_and_changes_nothing(name, state, trigger):
    thing = Thing(state, before="live")
    with pytest.raises(IllegalTransition, match=rf"'{trigger}' is not possible in state '{state}'"):
        workflow(name).fire(thing, trigger)
    assert thing == Thing(state, before="live")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("before", WAYS_BACK)
def test_keep_returns_to_the_state_before(name, before):
    thing = Thing(before)
    workflow(name).fire(thing, "request_deletion")
    assert thing == Thing("deletion_requested", before=before)
    workflow(name).fire(thing, "keep")
    assert thing == Thing(before)


@pytest.mark.parametrize("before", [None, "draft", "production_requested", "deletion_requested"])
def test_keep_needs_a_state_from_which_deletion_can_be_requested(before):
    thing = Thing("deletion_requested", before=before)
    with pytest.raises(IllegalTransition):
        workflow("offer").fire(thing, "keep")
    assert thing == Thing("deletion_requested", before=before)


def test_deletion_forgets_the_way_back():
    thing = Thing("deletion_requested", before="live")
    workflow("offer").fire(thing, "delete")
    assert thing == Thing("deleted")


@pytest.mark.parametrize("name", NAMES)
def test_the_files_hold_these_states_and_triggers_and_no_others(name):
    loaded = workflow(name)
    assert (loaded.name, loaded.initial) == (name, "draft")
    assert sorted(loaded.states) == sorted(STATES)
    assert sorted(loaded.triggers) == TRIGGERS
    assert len(loaded.transitions) == len(STEPS) + len(WAYS_BACK)
    assert {state.name for state in loaded.states.values() if state.open} == {*OPEN}
    assert {state.name for state in loaded.states.values() if state.final} == {*FINAL}


@pytest.mark.parametrize("name", NAMES)
def test_each_step_asks_its_guards(name):
    for step in workflow(name).transitions:
        assert " ".join(step.guards) == GUARDED.get(step.trigger, "")


@pytest.mark.parametrize("name", NAMES)
def test_states_and_triggers_are_one_sentence_each(name):
    loaded = workflow(name)
    for described in (*loaded.states.values(), *loaded.triggers.values()):
        assert re.fullmatch(r"[A-Z][^.]+\.", described.description)
    assert all("customers" in state.description for state in loaded.states.values())
    assert [t.name for t in loaded.triggers.values() if not t.command] == ["supersede"]


def test_every_guard_is_used_and_asks_a_question():
    used = {guard for name in NAMES for step in workflow(name).transitions for guard in step.guards}
    assert used == GUARDS == GUARD_QUESTIONS.keys()
    assert all(question.endswith("?") for question in GUARD_QUESTIONS.values())


def test_guards_that_object_are_all_heard_and_the_others_are_not():
    thing = Thing("staging")
    reasons = {"approved": "nobody approved it", "staging_tested": "the test failed", "lock_agrees": "no"}
    with pytest.raises(IllegalTransition) as caught:
        workflow("offer").fire(thing, "request_production", reasons=reasons)
    assert caught.value.reasons == ("the test failed", "nobody approved it")
    assert thing == Thing("staging")


def test_objections_to_another_step_do_not_matter():
    thing = Thing("staging")
    workflow("offer").fire(thing, "revise", reasons={"approved": "nobody approved it"})
    assert thing == Thing("draft")


def test_a_reason_of_an_unknown_guard_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="no such guard: approval"):
        workflow("offer").fire(Thing("draft"), "stage", reasons={"approval": "nobody"})


def test_a_refusal_says_what_is_possible_instead():
    with pytest.raises(IllegalTransition) as caught:
        workflow("offer").fire(Thing("draft"), "publish")
    assert caught.value.hint == (
        "possible now: stage (publisher stage PATH), discard (publisher discard OFFER)"
    )


def test_a_mistyped_trigger_gets_the_nearest_one():
    with pytest.raises(IllegalTransition, match=r"has no step 'request-producton'.*'request_production'\?"):
        workflow("offer").fire(Thing("staging"), "request-producton")


def test_an_unknown_state_is_named():
    with pytest.raises(IllegalTransition, match=r"no state 'Live'; did you mean 'live'\?"):
        workflow("offer").fire(Thing("Live"), "stage")


@pytest.mark.parametrize("state", FINAL)
def test_nothing_follows_a_final_state(state):
    assert workflow("sku").next_triggers(state) == ()
    with pytest.raises(IllegalTransition) as caught:
        workflow("sku").fire(Thing(state), "stage")
    assert caught.value.hint == "possible now: nothing"


def test_next_steps_leave_out_what_happens_by_itself():
    steps = [step.trigger for step in workflow("offer").next_triggers("live")]
    assert steps == ["request_deletion"]


@pytest.mark.parametrize(
    ("before", "steps"),
    [("live", [("keep", "live"), ("delete", "deleted")]), (None, [("delete", "deleted")])],
)
def test_the_next_steps_of_a_deletion_know_the_way_back(before, steps):
    found = workflow("offer").next_triggers("deletion_requested", before=before)
    assert [(step.trigger, step.target) for step in found] == steps


def test_find_gives_the_transition_or_none():
    loaded = workflow("offer")
    assert loaded.find("deletion_requested", "keep", before="live").conditions == ("was_live",)
    assert loaded.find("deletion_requested", "keep") is None
    assert loaded.find("draft", "publish") is None
    assert loaded.find("nowhere", "stage") is None


def test_drawing_imports_no_state_machine():
    code = (
        "import sys; from publisher.lifecycle import draw, workflow; draw(workflow('offer'), 'table');"
        "sys.exit('transitions' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])


MINIMAL = """
workflow = "tiny"
initial = "draft"
states = [
    {name = "draft", title = "Draft", title_fr = "Brouillon", description = "Being written.", open = true},
    {name = "done", title = "Done", title_fr = "Fini", description = "Written.", final = true},
]
triggers = [
    {name = "finish", description = "Stop writing.", command = "publisher stage PATH"},
]
transitions = [
    {trigger = "finish", from = ["draft"], to = "done", guards = ["approved"]},
]
"""
LOST = '{name = "lost", title = "Lost", title_fr = "Perdu", description = "Nowhere.", final = true}'
WAVE = '{name = "wave", description = "Wave."}'
BACK = '{trigger = "finish", from = ["draft"], to = "before"}'


def load(folder, text):
    file = folder / "tiny.toml"
    file.write_text(text, encoding="utf-8")
    return load_workflow(file)


def add(text, section, rows):
    return text.replace(f"{section} = [", f"{section} = [{rows},")


def test_a_small_workflow_of_ones_own(tmp_path):
    thing = Thing("draft")
    load(tmp_path, MINIMAL).fire(thing, "finish")
    assert thing.state == "done"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '["approved"]',
            '["aproved"]',
            "transitions[1].guards: unknown name 'aproved'; did you mean 'approved'?",
        ),
        ('["draft"]', '["draught"]', "transitions[1].from: unknown name 'draught'; did you mean 'draft'?"),
        ('to = "done"', 'to = "xyz"', "transitions[1].to: unknown name 'xyz'; known: before, done, draft"),
        ('trigger = "finish"', 'trigger = "finnish"', "transitions[1].trigger: unknown name 'finnish'"),
        ('initial = "draft"', 'initial = "drafts"', "initial: unknown name 'drafts'; did you mean 'draft'?"),
        ('name = "done"', 'name = "draft"', "states[2].name: 'draft' stands there twice"),
        ('name = "done"', 'name = "all-done"', "states[2].name: 'all-done' may hold lower-case letters"),
        ('name = "done"', 'name = "before"', "states[2].name: 'before' has a meaning of its own"),
        ('name = "finish"', 'name = "state"', "triggers[1].name: 'state' has a meaning of its own"),
        ('["draft"]', '["draft", "draft"]', "transitions[1].from: 'finish from draft' stands there twice"),
        ("open = true", "opened = true", "states[1].opened: unknown key; did you mean 'open'?"),
        ("open = true", "open = 1", "states[1].open: must be true or false"),
        ("open = true", "open = true, final = true", "'draft' cannot be both open and final"),
        ("final = true", "final = false", "'done' must either be final or have a way out"),
        ('title = "Done", ', "", "states[2].title: is missing"),
        ('title = "Done"', 'title = "a\\u001b[31mb"', "states[2].title: must be one line of text"),
        ('title = "Done"', "title = '\"] evil'", "states[2].title: must be one line of text"),
        ('title = "Done"', 'title = " "', "states[2].title: must be one line of text"),
        ('["draft"]', "[]", "transitions[1].from: must be a list of at least one name"),
        ('["approved"]', "[1]", "transitions[1].guards: must be a list of names"),
        ('to = "done"', 'to = "before"', "states: 'done' cannot be reached from 'draft'"),
        ('workflow = "tiny"', "", "workflow: is missing"),
        ('workflow = "tiny"', 'workflow = "tiny"\nstate = 1', "state: unknown key; did you mean 'states'?"),
        ('workflow = "tiny"', "workflow = tiny", "cannot be read as TOML"),
        ('workflow = "tiny"', f"workflow = {'[' * 5000}", "cannot be read as TOML"),
    ],
)
def test_a_faulty_file_is_refused_with_its_place(tmp_path, old, new, message):
    assert MINIMAL.count(old) == 1
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, MINIMAL.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path / 'tiny.toml'}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("section", "row", "message"),
    [
        ("states", LOST, "states: 'lost' cannot be reached from 'draft'"),
        ("triggers", WAVE, "triggers: 'wave' moves nothing"),
        ("triggers", WAVE.replace("wave", "finish"), "triggers[2].name: 'finish' stands there twice"),
        ("transitions", BACK, "transitions[2].from: 'finish from draft' stands there twice"),
    ],
)
def test_an_addition_that_does_not_fit_is_refused(tmp_path, section, row, message):
    with pytest.raises(SettingsError, match=re.escape(message)):
        load(tmp_path, add(MINIMAL, section, row))


def test_only_one_state_may_lead_back(tmp_path):
    text = add(MINIMAL, "triggers", f"{WAVE}, {WAVE.replace('wave', 'undo')}")
    reopen = '{trigger = "wave", from = ["done"], to = "draft"}'
    undo = '{trigger = "undo", from = ["draft", "done"], to = "before"}'
    with pytest.raises(SettingsError, match="'before' may leave one state only"):
        load(tmp_path, add(text, "transitions", f"{reopen}, {undo}"))


def test_all_faults_are_told_at_once(tmp_path):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, MINIMAL.replace('["approved"]', '["aproved"]').replace('["draft"]', '["draught"]'))
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("text", ["states = 1", "states = [1]", "[states]\nname = 1", "transitions = [[]]"])
def test_sections_of_a_wrong_kind_are_refused(tmp_path, text):
    with pytest.raises(SettingsError, match="must be a list of tables"):
        load(tmp_path, text)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "latin.toml").write_bytes(b'workflow = "\xe9"')
    for path in (tmp_path / "none.toml", tmp_path, tmp_path / "latin.toml"):
        with pytest.raises(SettingsError, match=re.escape(str(path))):
            load_workflow(path)


def test_the_table_shows_titles_commands_and_guards():
    lines = draw(workflow("offer"), "table").splitlines()
    assert lines[0].split() == ["TRIGGER", "FROM", "TO", "COMMAND", "GUARDS"]
    discard = next(line for line in lines if line.startswith("discard "))
    assert re.split(r" {2,}", discard) == [
        "discard",
        "draft",
        "discarded",
        "publisher discard OFFER",
        "never_staged",
    ]
    assert any(line.startswith("keep ") and line.endswith("was_live") for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_the_columns_of_the_table_are_aligned():
    header, *rows = draw(workflow("sku"), "table").split("\n\n")[0].splitlines()
    for title in ("FROM", "TO", "COMMAND", "GUARDS"):
        column = header.index(title)
        assert all(row[column - 2 : column] == "  " and row[column] != " " for row in rows)


@pytest.mark.parametrize(
    ("format", "mark"),
    [
        ("table", "staging *"),
        ("mermaid", "class staging current"),
        ("dot", '"staging" [label="Staging", style="rounded,bold", penwidth=3]'),
    ],
)
def test_drawings_mark_the_current_state_only(format, mark):
    assert mark not in draw(workflow("offer"), format)
    drawn = draw(workflow("offer"), format, current="staging")
    assert mark in drawn
    assert mark.replace("staging", "live").replace("Staging", "Live") not in drawn


@pytest.mark.parametrize("name", NAMES)
def test_mermaid_has_every_arrow_and_no_dash_in_a_name(name):
    drawn = draw(workflow(name), "mermaid", current="live")
    assert drawn.startswith("stateDiagram-v2\n")
    assert "    staging --> draft: staging_failed, revise, cancel\n" in drawn
    arrows = set(re.findall(r"^    (\w+) --> (\w+): ", drawn, re.MULTILINE))
    assert arrows == {(step.source, step.target) for step in workflow(name).transitions}


def test_dot_has_every_arrow():
    arrows = set(re.findall(r'"(\w+)" -> "(\w+)"', draw(workflow("offer"), "dot")))
    assert arrows == {(step.source, step.target) for step in workflow("offer").transitions}


def test_an_unknown_current_state_is_refused():
    with pytest.raises(UsageError, match=r"no state 'stagin'; did you mean 'staging'\?"):
        draw(workflow("offer"), "dot", current="stagin")
