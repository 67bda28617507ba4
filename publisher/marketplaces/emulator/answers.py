"""What the API says: errors in two places, the state of jobs, lists in pages."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from publisher.errors import PublisherError
from publisher.marketplaces.emulator.types import SCHEMA_HOST, VERSION

Json = dict[str, Any]

NEVER: Final = "0001-01-01T00:00:00"

CODES: Final = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "notFound",
    405: "methodNotAllowed",
    408: "requestTimeout",
    409: "conflict",
    423: "locked",
    429: "serviceUnavailable",
    500: "internalServerError",
    501: "notImplemented",
    503: "serviceUnavailable",
    504: "requestTimeout",
}


class ApiError(PublisherError):
    """A call that is refused at once, with an HTTP status."""

    def __init__(self, status: int, message: str, details: Sequence[Json] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.details = list(details)


class JobFailed(PublisherError):
    """A configure that was taken and fails as a job; `code` is of the outer list."""

    def __init__(self, code: str, message: str, details: Sequence[Json] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.details = list(details)
        self.error: Json = {"code": code, "message": message, "details": list(details)}


def inner(code: str, message: str, resource: str = "", details: Sequence[Json] = ()) -> Json:
    """One entry of `details`; clients want `details` at every level."""
    named = {"resourceId": resource} if resource else {}
    return {"code": code, "message": message, **named, "details": list(details)}


def business(message: str, resource: str = "", *, code: str = "businessValidationError") -> JobFailed:
    """The failure of a job that breaks a rule of the marketplace."""
    return JobFailed("badRequest", "Invalid configuration", [inner(code, message, resource)])


def error_body(status: int, message: str, details: Sequence[Json] = ()) -> Json:
    """The body of an HTTP error."""
    code = CODES.get(status, "internalServerError" if status >= 500 else "badRequest")
    return {"error": {"code": code, "message": message, "details": list(details)}}


def schema_uri(kind: str) -> str:
    """The `$schema` of an answer."""
    return f"{SCHEMA_HOST}/schema/{kind}/{VERSION}"


def job_status(
    job: str, status: str, result: str, *, start: datetime, end: datetime | None, errors: Sequence[Json]
) -> Json:
    """A configure-status; `end` is None while the job runs."""
    answer = {
        "$schema": schema_uri("configure-status"),
        "jobId": job,
        "jobStatus": status,
        "jobResult": result,
        "jobStart": moment(start),
        "jobEnd": moment(end) if end else NEVER,
        "errors": list(errors),
    }
    return answer | ({"resourceUri": f"emulator:/configure/{job}"} if result == "succeeded" else {})


def moment(value: datetime) -> str:
    """A time as the service writes it, with seven digits."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def without_nulls(value: Any) -> Any:
    """The value without members that are null; items of lists stay."""
    if isinstance(value, Mapping):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
