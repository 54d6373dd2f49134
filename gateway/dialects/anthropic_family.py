"""How clients of the Anthropic family are told of problems and models.

Their SDKs choose the exception by HTTP status, and by `error.details.error_code` where they know
it; a problem's code travels there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from gateway.dialects.interface import Family
from gateway.dialects.problems import read_problem
from gateway.errors import Kind, Problem

_TYPES: Final = {
    Kind.UNAUTHENTICATED: "authentication_error",
    Kind.FORBIDDEN: "permission_error",
    Kind.NOT_FOUND: "not_found_error",
    Kind.BODY_TIMEOUT: "timeout_error",
    Kind.CONFLICT: "conflict_error",
    Kind.TOO_LARGE: "request_too_large",
    Kind.RATE_LIMITED: "rate_limit_error",
    Kind.INTERNAL: "api_error",
    Kind.UPSTREAM: "api_error",
    Kind.UNAVAILABLE: "api_error",
    Kind.UPSTREAM_TIMEOUT: "timeout_error",
    Kind.OVERLOADED: "overloaded_error",
}


def problem_body(problem: Problem, request_id: str) -> bytes:
    """`{"type": "error", "error": {"type", "message"}, "request_id"}`."""
    error: dict[str, Any] = {
        "type": _TYPES.get(problem.kind, "invalid_request_error"),
        "message": problem.message,
    }
    if problem.code is not None:
        error["details"] = {"error_code": problem.code}
    return msgspec.json.encode({"type": "error", "error": error, "request_id": request_id})


def problem_event(problem: Problem, request_id: str) -> bytes:
    return b"event: error\ndata: " + problem_body(problem, request_id) + b"\n\n"


def models_body(names: Sequence[str]) -> bytes:
    """One page with all of them."""
    page = {
        "data": [_model(name) for name in names],
        "has_more": False,
        "first_id": names[0] if names else None,
        "last_id": names[-1] if names else None,
    }
    return msgspec.json.encode(page)


def model_body(name: str) -> bytes:
    return msgspec.json.encode(_model(name))


def _model(name: str) -> dict[str, object]:
    """`created_at` is the epoch, which the API gives for an unknown date."""
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": "1970-01-01T00:00:00Z",
        "lifecycle": "active",
    }


ANTHROPIC: Final = Family(
    name="anthropic",
    problem_body=problem_body,
    problem_event=problem_event,
    read_problem=read_problem,
    models_body=models_body,
    model_body=model_body,
    request_id_headers=(b"request-id", b"x-request-id"),
)
