"""How clients of the OpenAI family are told of problems and models.

Their SDKs choose the exception by HTTP status and read `message`, `type`, `param` and `code`; an
event with an `error` member raises an APIError in the middle of a stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from gateway.dialects.interface import Family
from gateway.dialects.problems import read_problem
from gateway.errors import Kind, Problem

_TYPES: Final = {
    Kind.UNAUTHENTICATED: "authentication_error",
    Kind.FORBIDDEN: "permission_error",
    Kind.NOT_FOUND: "not_found_error",
    Kind.CONFLICT: "conflict_error",
    Kind.RATE_LIMITED: "rate_limit_error",
    Kind.BODY_TIMEOUT: "timeout_error",
    Kind.UPSTREAM_TIMEOUT: "timeout_error",
    Kind.INTERNAL: "server_error",
    Kind.UPSTREAM: "server_error",
    Kind.UNAVAILABLE: "server_error",
    Kind.OVERLOADED: "overloaded_error",
}
_CODES: Final = {
    Kind.UNAUTHENTICATED: "invalid_api_key",
    Kind.RATE_LIMITED: "rate_limit_exceeded",
}
_QUOTA_CODES: Final = frozenset({"budget_exceeded", "insufficient_quota"})
_OWNER: Final = "gateway"


def problem_body(problem: Problem, request_id: str) -> bytes:
    """`{"error": {"message", "type", "param", "code"}}`. The request id travels in the header."""
    kind = problem.kind
    quota = kind is Kind.RATE_LIMITED and problem.code in _QUOTA_CODES
    error = {
        "message": problem.message,
        "type": "insufficient_quota" if quota else _TYPES.get(kind, "invalid_request_error"),
        "param": problem.param,
        "code": problem.code or _CODES.get(kind),
    }
    return msgspec.json.encode({"error": error})


def problem_event(problem: Problem, request_id: str) -> bytes:
    return b"data: " + problem_body(problem, request_id) + b"\n\n"


def models_body(names: Sequence[str]) -> bytes:
    return msgspec.json.encode({"object": "list", "data": [_model(name) for name in names]})


def model_body(name: str) -> bytes:
    return msgspec.json.encode(_model(name))


def _model(name: str) -> dict[str, object]:
    """`created` is required by the SDKs; when a policy's name was made is nobody's business."""
    return {"id": name, "object": "model", "created": 0, "owned_by": _OWNER}


OPENAI: Final = Family(
    name="openai",
    problem_body=problem_body,
    problem_event=problem_event,
    read_problem=read_problem,
    models_body=models_body,
    model_body=model_body,
    request_id_headers=(b"x-request-id",),
)
