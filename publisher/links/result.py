"""What a link check finds out, and the exception that ends one early."""

from enum import StrEnum

from publisher.frozen import dataclass


class Outcome(StrEnum):
    """How a link fared.

    `assumed` was taken as reachable and not asked; `forbidden` must not be asked; `unsure` means that
    the site answers but refuses robots (401, 403, 429). Time-outs and unknown hosts are `broken`.
    """

    REACHABLE = "reachable"
    ASSUMED = "assumed"
    BROKEN = "broken"
    FORBIDDEN = "forbidden"
    UNSURE = "unsure"


@dataclass(frozen=True, kw_only=True)
class LinkResult:
    """One URL's outcome; `url` and `detail` are fit to be shown, `status` is the last HTTP status."""

    url: str
    outcome: Outcome
    detail: str
    status: int | None = None

    @property
    def ok(self) -> bool:
        """Whether a reader of the listing would arrive, as far as anyone can tell."""
        return self.outcome in (Outcome.REACHABLE, Outcome.ASSUMED)


class Verdict(Exception):
    """The outcome is known without a packet."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail

    @classmethod
    def broken(cls, detail: str) -> "Verdict":
        """Nobody could follow this link."""
        return cls(Outcome.BROKEN, detail)

    @classmethod
    def forbidden(cls, detail: str) -> "Verdict":
        """This link must not be followed from here."""
        return cls(Outcome.FORBIDDEN, detail)
