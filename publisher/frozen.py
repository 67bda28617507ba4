"""Dataclasses that are cheap to declare.

The standard decorator compiles six functions for each frozen class; for the classes of this package
that took a sixth of the time of a short command. Here one is compiled, `__init__`, and equality, hash
and text are shared. That nobody changes a frozen value is seen to by the type checker, to which this
is the standard decorator.
"""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    from dataclasses import dataclass as _dataclass

    def dataclass(cls=None, /, *, eq=True, frozen=False, **options):
        """The decorator, bare or with the options of the standard one."""
        if cls is None:
            return lambda cls: dataclass(cls, eq=eq, frozen=frozen, **options)
        own = vars(cls)
        made = _dataclass(cls, eq=False, repr=False, **options)
        shared = {"__repr__": _repr}
        if eq:
            shared |= {"__eq__": _equal, "__hash__": _hash if frozen else None}
        for name, function in shared.items():
            if name not in own:
                setattr(made, name, function)
        return made


def _compared(value: Any) -> tuple[Any, ...]:
    return tuple(getattr(value, field.name) for field in fields(value) if field.compare)


def _equal(self: Any, other: Any) -> bool:
    if self is other:
        return True
    return _compared(self) == _compared(other) if self.__class__ is other.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"
