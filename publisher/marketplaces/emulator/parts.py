"""What resources of several types have in common: references, addresses, states, schedules."""

from typing import Final

from publisher.marketplaces.emulator.shape import choice, either, members, text

LINK: Final = text("^https?://", most=4000)
ID: Final = text("^[a-z][a-z0-9-]*(/[a-z0-9-]+)+$", most=500)
NAME: Final = text("^[a-zA-Z0-9_-]+$", least=1, most=50)
REFERENCE: Final = either(
    ID,
    members(needed={"externalId": text("^[a-z0-9][a-z0-9_-]{2,49}$")}, other={}, closed=False),
    members(needed={"resourceName": NAME}, other={}, closed=False),
)
_MONTHS: Final = text("^P[0-9YMWD]+$", most=20)
SCHEDULE: Final = members(
    needed={},
    other={
        "dateOffset": _MONTHS,
        "date": text(),
        "reason": choice("criticalSecurityIssue", "endOfSupport", "other"),
        "alternative": either(
            members(needed={"product": REFERENCE}, other={}), members(needed={"plan": REFERENCE}, other={})
        ),
    },
)
ENDS: Final = choice("generallyAvailable", "deprecated", "deleted")
KEPT: Final = choice("generallyAvailable", "deleted")
