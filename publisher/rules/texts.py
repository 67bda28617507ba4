"""Lengths, markup and likeness of the listing's texts."""

from collections.abc import Iterator

from publisher.document.model import Listing
from publisher.profiles import Profile
from publisher.rules.registry import Flaw, rule


def length(text: str) -> int:
    """UTF-16 code units after CRLF became LF, as a browser's text box counts."""
    return len(text.replace("\r\n", "\n").encode("utf-16-le", "surrogatepass")) // 2


@rule("TXT101", "title-length")
def title_length(listing: Listing, limits: Profile) -> Iterator[Flaw]:
    """The title of the offer keeps to its limit.

    Why: the portal cuts or refuses longer titles, and the store shows one line of it.
    Fix: shorten the title; the count is in UTF-16 code units, as a browser's text box counts.
    Source: row 15; guide for VM offers, marketing texts.
    """
    if (size := length(listing.title)) > limits.lengths["title"]:
        yield Flaw(
            at=f"{listing.at}/title",
            message=f"the title has {size} UTF-16 code units; at most {limits.lengths['title']} are allowed",
        )
