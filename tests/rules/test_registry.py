"""The registry: every rule explains itself, and a malformed one is refused when it is declared."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from publisher.document.model import Offer
from publisher.errors import UsageError
from publisher.findings import Gate, Severity
from publisher.profiles import PROFILES
from publisher.rules import OF_ONE_PROFILE, registry
from publisher.rules.registry import Flaw, Rule, add, find, load, rule

TEXT = "Something holds.\n\nWhy: because.\nFix: make it so,\n    soon.\nSource: the guide."


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    monkeypatch.setattr(registry, "RULES", dict(registry.RULES))
    monkeypatch.setattr(registry, "_TAKEN", set(registry._TAKEN))


@pytest.mark.parametrize("one", load().values(), ids=lambda one: one.name)
def test_every_rule_explains_itself(one: Rule) -> None:
    assert set(one.sections) == {"title", "why", "fix", "source"}
    assert all(one.sections.values())
    assert one.title.endswith(".")
    assert "\n" not in one.title


def test_an_explanation_is_taken_apart() -> None:
    one = add("DOC901", "some-thing", TEXT, kind="document")
    assert (one.title, one.why, one.fix, one.source) == (
        "Something holds.",
        "because.",
        "make it so, soon.",
        "the guide.",
    )


@pytest.mark.parametrize("section", ["Why:", "Fix:", "Source:"])
def test_an_explanation_with_a_gap_is_refused(section: str) -> None:
    with pytest.raises(ValueError, match=section):
        add("DOC901", "some-thing", TEXT.replace(section, ""), kind="document")


@pytest.mark.parametrize(
    ("code", "name", "says"),
    [
        ("XYZ901", "some-thing", "malformed"),
        ("DOC91", "some-thing", "malformed"),
        ("DOC901", "Some_Thing", "malformed"),
        ("TXT101", "some-thing", "taken"),
        ("DOC901", "title-length", "taken"),
    ],
)
def test_codes_and_names_are_well_formed_and_never_reused(code: str, name: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        add(code, name, TEXT, kind="document")


def test_subjects_of_one_profile_are_known_as_such() -> None:
    profiles: dict[str, set[str]] = {}
    for one in load().values():
        if one.check:
            profiles.setdefault(one.check.__module__.rpartition(".")[2], set()).update(one.profiles)
    alone = {subject: next(iter(names)) for subject, names in profiles.items() if len(names) == 1}
    assert alone == OF_ONE_PROFILE


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_loads_all_that_it_needs(profile: str) -> None:
    code = f"from publisher.rules.registry import in_order; print(*(r.name for r in in_order({profile!r})))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    needed = {one.name for one in load().values() if one.kind == "rule" and profile in one.profiles}
    assert needed <= set(printed.split())


def test_a_rule_asks_by_argument_name() -> None:
    def judge(offer: Offer, published: object, others: object = None) -> Iterator[Flaw]:
        yield Flaw(at="", message="no")

    judge.__doc__ = TEXT
    rule(
        "DOC901",
        "some-thing",
        gate=Gate.STAGE,
        severity={"production": Severity.ERROR, "else": Severity.INFO},
    )(judge)
    one = registry.RULES["some-thing"]
    assert one.asks == ("offer", "published", "others")
    assert one.needs == {"offer", "published"}
    assert one.scope == "offer"
    assert one.severity("classic", Gate.STAGE) is Severity.INFO
    assert one.severity("classic", Gate.PRODUCTION) is Severity.ERROR


def test_a_rule_that_asks_for_what_nobody_gives_is_refused() -> None:
    def judge(weather: object) -> Iterator[Flaw]:
        yield Flaw(at="", message="no")

    with pytest.raises(TypeError, match="weather"):
        rule("DOC901", "some-thing")(judge)


def test_an_unknown_word_names_the_nearest_rule() -> None:
    with pytest.raises(UsageError) as caught:
        find("titel-length")
    assert caught.value.hint == "did you mean 'title-length'?"
    with pytest.raises(UsageError) as caught:
        find("zzzzzzzz")
    assert "--all" in caught.value.hint
