"""Finds the word that was probably meant."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word that is most like another one; empty where none is like it enough."""
    from difflib import get_close_matches  # dear to import, and asked for only when something is wrong

    return next(iter(get_close_matches(word, list(known), 1, cutoff)), "")
