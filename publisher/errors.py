"""Every error that a command may end with, its exit code and its cure.

PublisherError                 2  could not judge
├── UsageError                 2  a wrong path, name or option
├── SettingsError              2  publisher.toml or the environment
├── Declined                   2  a question was answered with no, or could not be asked
├── Refused                    1  a gate, a guard or a rule says no
│   ├── GateRefused            1  findings at or above error; carries the report
│   ├── IllegalTransition      1  the state does not allow it; carries every reason
│   ├── LostRace               1  another process was faster; says who and when
│   └── HistoryBroken          1  the chain of events does not verify
├── TryAgain                   3  the same command may succeed later
│   ├── WaitTimedOut           3  --wait ran out of time
│   ├── DiskFull               3  a file could not be written for want of room
│   └── CatalogueUnavailable   3  locked, full or unreachable
└── MarketplaceError
    ├── MarketplaceRefused     1  permanent: sending it again changes nothing
    ├── MarketplaceConflict    1  another submission of this offer is running
    ├── MarketplaceThrottled   3  carries retry_after in seconds
    └── MarketplaceUnavailable 3  transient: network, time-out, 5xx; the outcome may be unknown
"""

import errno
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from publisher.findings import Report

_WRAPPED: Final = ("reason", "inner_exception", "__cause__", "__context__")


class PublisherError(Exception):
    """An error with a cure: `message` says what is wrong, `hint` what to do about it."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(PublisherError):
    """A path, name or option that does not lead anywhere."""


class SettingsError(PublisherError):
    """A settings file or environment variable that cannot be used."""


class Declined(PublisherError):
    """A confirmation was refused, or could not be asked for."""


class Refused(PublisherError):
    """The engine judged, and the answer is no; `reasons` holds every one of them."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.reasons = reasons


class GateRefused(Refused):
    """Findings block a gate; `report` holds them."""

    def __init__(self, message: str, *, report: "Report", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.report = report


class IllegalTransition(Refused):
    """The workflow has no such step from this state, or a guard objects."""


class LostRace(Refused):
    """Another process changed the offer first."""


class HistoryBroken(Refused):
    """An event was altered, removed or put in another order."""


class TryAgain(PublisherError):
    """Nothing is wrong with the input; the same command may succeed later."""

    exit_code = 3


class WaitTimedOut(TryAgain):
    """`--wait` ended before the marketplace did."""


class DiskFull(TryAgain):
    """There is no room for what has to be written."""


class CatalogueUnavailable(TryAgain):
    """The catalogue is locked, its disk is full, or its server does not answer."""


class MarketplaceError(PublisherError):
    """The other side did not do what was asked."""


class MarketplaceRefused(MarketplaceError):
    """Permanent: the same request will be refused again."""

    exit_code = 1


class MarketplaceConflict(MarketplaceError):
    """Another submission of the same offer is running; `look_again` is a number of seconds."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", look_again: float = 60) -> None:
        super().__init__(message, hint=hint)
        self.look_again = look_again


class MarketplaceThrottled(MarketplaceError):
    """Too many requests; `retry_after` says how many seconds to wait."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "", retry_after: float = 60) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class MarketplaceUnavailable(MarketplaceError):
    """Transient: the request may or may not have arrived; look before sending again."""

    exit_code = 3


def unwritten(what: object, error: OSError, *, hint: str) -> PublisherError:
    """The error to raise for what cannot be written: with more room, the same command may succeed."""
    if full_disk(error):
        return DiskFull(
            f"{what} cannot be written: no space left on the disk",
            hint="make room, then run the same command again",
        )
    return UsageError(f"{what} cannot be written: {(error.strerror or 'no access').lower()}", hint=hint)


def full_disk(error: OSError) -> bool:
    """Whether there was no room, or no more of it for this user."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT} or os.strerror(errno.ENOSPC) in str(error)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it wraps; libraries put the wrapped one in `args` or a member."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        candidate = waiting.pop()
        if isinstance(candidate, BaseException) and candidate not in seen:
            seen.append(candidate)
            yield candidate
            members = (getattr(candidate, name, None) for name in _WRAPPED)
            waiting += [*candidate.args, *members]
