"""The cheap decorator makes what the standard one makes."""

import dataclasses
from collections.abc import Callable
from dataclasses import field, replace
from typing import Any

import pytest

from publisher.frozen import dataclass

BOTH = pytest.mark.parametrize("decorator", [dataclass, dataclasses.dataclass], ids=["cheap", "standard"])
Decorator = Callable[..., Any]


def point(decorator: Decorator, **options: Any) -> Any:
    class Point:
        x: int
        y: tuple[int, ...] = ()
        note: str = field(default="", compare=False, repr=False)

    Point.__qualname__ = "Point"
    return decorator(**options)(Point)


@BOTH
@pytest.mark.parametrize("slots", [False, True])
def test_a_frozen_value(decorator: Decorator, slots: bool) -> None:
    cls = point(decorator, frozen=True, kw_only=True, slots=slots)
    one, same, other = cls(x=1, note="a"), cls(x=1, note="b"), cls(x=1, y=(2,))
    assert one == same
    assert one != other
    assert one != (1, ())
    assert len({one, same, other}) == 2
    assert repr(other) == "Point(x=1, y=(2,))"
    assert replace(one, y=(2,)) == other
    assert [each.name for each in dataclasses.fields(cls)] == ["x", "y", "note"]
    assert hasattr(one, "__dict__") is not slots
    with pytest.raises(TypeError):
        cls(1)


@BOTH
def test_a_value_that_may_change_has_no_hash(decorator: Decorator) -> None:
    cls = point(decorator)
    one = cls(1)
    one.x = 2
    assert one == cls(2)
    with pytest.raises(TypeError):
        hash(one)


@BOTH
def test_identity_instead_of_equality(decorator: Decorator) -> None:
    cls = point(decorator, eq=False)
    assert cls(1) != cls(1)
    assert len({cls(1), cls(1)}) == 2


@BOTH
def test_own_methods_stay(decorator: Decorator) -> None:
    @decorator(frozen=True)
    class Word:
        text: str

        def __repr__(self) -> str:
            return self.text

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Word) and other.text.lower() == self.text.lower()

        def __hash__(self) -> int:
            return hash(self.text.lower())

    assert repr(Word("A")) == "A"
    assert Word("A") == Word("a")
    assert len({Word("A"), Word("a")}) == 1


@BOTH
def test_bare(decorator: Decorator) -> None:
    @decorator
    class Pair:
        left: int
        right: list[int] = field(default_factory=list)

    assert Pair(1) == Pair(1, [])
    assert repr(Pair(1)).endswith("Pair(left=1, right=[])")
