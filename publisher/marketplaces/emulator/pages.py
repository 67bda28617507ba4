"""Lists in pages, with links that clients of every kind can follow."""

from typing import Final
from urllib.parse import urlencode

from publisher.marketplaces.emulator.answers import ApiError, Json, moment, schema_uri
from publisher.marketplaces.emulator.faults import Fault

_PREFIX: Final = "p"  # tokens have neither `=` nor `&` nor `%` unless a fault wants them


def page(entries: list[Json], query: dict[str, str], *, url: str, size: int, fault: Fault | None) -> Json:
    """One page of a list. Raises ApiError for a size or a token that this emulator never gave."""
    suffix = fault.token if fault else ""
    if fault and fault.count:
        size = fault.count
    elif "$maxpagesize" in query:
        size = _size(query["$maxpagesize"])
    start = _start(query.get("continuationToken", ""))
    answer: Json = {"value": entries[start : start + size]}
    if start + size < len(entries):
        link = {**query, "continuationToken": f"{_PREFIX}{start + size}{suffix}"}
        answer["@nextLink"] = f"{_elsewhere(url, fault)}?{urlencode(link, safe='$=')}"
    return answer


def with_history(entries: list[Json], count: int, product: str) -> list[Json]:
    """The list of submissions with older ones that were live once."""
    from datetime import UTC, datetime, timedelta

    begin = datetime(2020, 1, 1, tzinfo=UTC)
    older = [
        {
            "$schema": schema_uri("submission"),
            "id": f"submission/{product}/{1152921504600000001 + number}",
            "product": f"product/{product}",
            "target": {"targetType": "preview"},
            "lifecycleState": "generallyAvailable",
            "status": "completed",
            "result": "succeeded",
            "created": moment(begin + timedelta(hours=number)),
        }
        for number in range(count)
    ]
    return older + entries


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 1000):
        raise ApiError(400, "$maxpagesize is a number from 1 to 1000.")
    return int(text)


def _start(token: str) -> int:
    number = token.removeprefix(_PREFIX).rstrip("=+ ")
    if not token:
        return 0
    if not (token.startswith(_PREFIX) and number.isascii() and number.isdigit() and len(number) < 10):
        raise ApiError(400, "The continuation token is not known.")
    return int(number)


def _elsewhere(url: str, fault: Fault | None) -> str:
    if not (fault and fault.host):
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{fault.host}/{rest.partition('/')[2]}"
