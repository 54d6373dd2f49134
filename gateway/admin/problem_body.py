"""What an administrator is told when it is no: one shape for every refusal (RFC 9457, application/problem+json)."""

from __future__ import annotations

from typing import Final

from pydantic import Field, ValidationError

from gateway.admin.words import Told
from gateway.errors import Kind, Problem, Refused

_MOST_ERRORS: Final = 20
_TITLES: Final = {
    Kind.INVALID_REQUEST: "Bad Request",
    Kind.UNAUTHENTICATED: "Unauthorized",
    Kind.FORBIDDEN: "Forbidden",
    Kind.NOT_FOUND: "Not Found",
    Kind.METHOD_NOT_ALLOWED: "Method Not Allowed",
    Kind.BODY_TIMEOUT: "Request Timeout",
    Kind.CONFLICT: "Conflict",
    Kind.TOO_LARGE: "Content Too Large",
    Kind.UNSUPPORTED_ENCODING: "Unsupported Media Type",
    Kind.RATE_LIMITED: "Too Many Requests",
    Kind.INTERNAL: "Internal Server Error",
    Kind.UNAVAILABLE: "Service Unavailable",
}


class FieldError(Told):
    """`field` is the place in the body, or the name of a parameter."""

    field: str
    message: str


class ProblemBody(Told):
    """Why not."""

    title: str
    status: int
    code: str = Field(description="For programs.", examples=["permission_denied"])
    detail: str = Field(description="For people.")
    request_id: str
    errors: list[FieldError] = Field(
        default=[], description="What is wrong with the request, field by field."
    )


class Misread(Refused):
    """A request that is not what it should be: 400, with a sentence for each field; or another `problem` with
    errors at their places."""

    def __init__(self, errors: list[FieldError], problem: Problem | None = None) -> None:
        detail = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in errors)
        problem = problem or Problem(Kind.INVALID_REQUEST, detail, code="invalid_request")
        super().__init__(problem, stage="administer", rule=problem.code or "invalid")
        self.errors = errors

    @classmethod
    def by(cls, error: ValidationError) -> Misread:
        """What pydantic found. Nothing of what was sent is repeated."""
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return cls(
            [FieldError(field=_place(one["loc"]), message=_said(one["msg"])) for one in found[:_MOST_ERRORS]]
        )


def problem_body(refused: Refused, request_id: str) -> bytes:
    problem = refused.problem
    errors = refused.errors if isinstance(refused, Misread) else []
    if not errors and problem.param is not None:
        errors = [FieldError(field=problem.param, message=problem.message)]
    body = ProblemBody(
        title=_TITLES[problem.kind],
        status=problem.kind.status,
        code=problem.code or _TITLES[problem.kind].lower().replace(" ", "_"),
        detail=problem.message,
        request_id=request_id,
        errors=errors,
    )
    return body.model_dump_json(exclude_defaults=True).encode()


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location)


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")
