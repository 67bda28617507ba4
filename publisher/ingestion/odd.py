"""Resources that have not the shape which their schemas say: one error for whatever comes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from publisher.errors import PublisherError

# What plain reading of nested data ends with where a text stands for a list, or a list for an object.
_CONFUSED: Final = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError)


@contextmanager
def refused_if_odd(kind: type[PublisherError], place: object, hint: str) -> Iterator[None]:
    """Raise `kind`, naming the place, where what is read inside is not of the documented shape."""
    try:
        yield
    except _CONFUSED as error:
        raise kind(
            f"{place}: a resource has not the shape that its schema says ({type(error).__name__})", hint=hint
        ) from error
