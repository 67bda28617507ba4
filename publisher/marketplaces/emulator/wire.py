"""Shapes of what the API answers, for its OpenAPI page."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class InnerError(BaseModel):
    """One detail of an error."""

    code: str
    message: str = ""
    resourceId: str | None = None
    details: list["InnerError"]


class OuterError(BaseModel):
    """An error with its details."""

    code: str
    message: str
    details: list[InnerError]


class ErrorAnswer(BaseModel):
    """What every refused call is answered with."""

    error: OuterError


class JobStatus(BaseModel):
    """How far a configure got."""

    schema_: str = Field(alias="$schema")
    jobId: str
    jobStatus: Literal["notStarted", "running", "completed"]
    jobResult: Literal["pending", "succeeded", "failed", "cancelled"]
    jobStart: str
    jobEnd: str
    errors: list[OuterError]
    resourceUri: str | None = None


class Resource(BaseModel):
    """Any resource: its members are those of its type."""

    model_config = ConfigDict(extra="allow")

    schema_: str = Field(alias="$schema")
    id: str


class Target(BaseModel):
    """An environment of a product."""

    targetType: Literal["draft", "preview", "live"]


class SubmissionResource(BaseModel):
    """One attempt to publish; the draft has no status."""

    schema_: str = Field(alias="$schema")
    id: str
    product: str
    target: Target
    lifecycleState: str
    status: Literal["notStarted", "running", "completed"] | None = None
    result: Literal["pending", "succeeded", "failed"] | None = None
    created: str | None = None


class ResourcePage(BaseModel):
    """Products or plans."""

    value: list[Resource]
    next_link: str | None = Field(default=None, alias="@nextLink")


class SubmissionPage(BaseModel):
    """Submissions of a product."""

    value: list[SubmissionResource]
    next_link: str | None = Field(default=None, alias="@nextLink")


class Tree(BaseModel):
    """All resources of a product in one environment."""

    schema_: str = Field(alias="$schema")
    root: str
    target: Target
    resources: list[Resource]


class Detail(BaseModel):
    """The resources that a job put in place."""

    schema_: str = Field(alias="$schema")
    resources: list[Resource]


class TokenAnswer(BaseModel):
    """A token."""

    token_type: Literal["Bearer"]
    expires_in: int | str
    ext_expires_in: int | str
    access_token: str
    expires_on: str | None = None
    not_before: str | None = None
    resource: str | None = None


class LoginError(BaseModel):
    """Why no token was given."""

    error: str
    error_description: str


Anything = dict[str, Any]
