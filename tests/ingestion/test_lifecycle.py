"""Deprecations turn into schedules and back."""

from typing import Any

import pytest

from publisher.ingestion.lifecycle import lifecycle_fields, lifecycle_members
from publisher.ingestion.members import SHAPES
from publisher.ingestion.walk import normal

NOTICES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"in_days": 0}, {"dateOffset": "P0D"}),
    ({"in_days": 90, "reason": "end-of-support"}, {"dateOffset": "P90D", "reason": "endOfSupport"}),
    ({"reason": "critical-security-issue"}, {"reason": "criticalSecurityIssue"}),
    ({"alternative": "byol"}, {"alternative": {"plan": "plan/{product}/{plan:byol}"}}),
    ({"alternative": "gate-2"}, {"alternative": {"product": {"externalId": "gate-2"}}}),
]


def sku_of(reference: Any) -> str:
    return str(reference).partition("{plan:")[2].removesuffix("}")


@pytest.mark.parametrize(("notice", "schedule"), NOTICES)
def test_a_notice_is_a_schedule(notice: dict[str, Any], schedule: dict[str, Any]) -> None:
    members = lifecycle_members({"deprecated": True, "deprecation": notice}, {"byol"})
    assert members == {"lifecycleState": "deprecated", "deprecationSchedule": schedule}
    back = lifecycle_fields(members, sku_of)["deprecation"]
    assert {name: value for name, value in back.items() if value not in (None, "")} == notice


def test_what_is_not_deprecated_says_nothing() -> None:
    assert lifecycle_members({"deprecation": {"in_days": 90}}, ()) == {}
    assert lifecycle_members({"deprecated": True}, ()) == {"lifecycleState": "deprecated"}
    assert lifecycle_fields({"lifecycleState": "generallyAvailable"}, sku_of)["deprecated"] is False


def test_the_day_that_the_marketplace_computes_makes_no_difference() -> None:
    ours = lifecycle_members({"deprecated": True, "deprecation": {"in_days": 90}}, ())
    theirs = {**ours, "deprecationSchedule": {"dateOffset": "P90D", "date": "2027-01-01"}}
    assert normal(SHAPES["plan"], ours) == normal(SHAPES["plan"], theirs)
