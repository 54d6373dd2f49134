"""What clients of this family are told; their SDK reads it."""

from __future__ import annotations

import json

import anthropic
import httpx2
import pytest
from anthropic._streaming import SSEDecoder

from gateway.dialects.anthropic_family import ANTHROPIC, model_body, models_body, problem_body, problem_event
from gateway.errors import Kind, Problem

EXCEPTIONS = {
    Kind.INVALID_REQUEST: (anthropic.BadRequestError, "invalid_request_error"),
    Kind.UNAUTHENTICATED: (anthropic.AuthenticationError, "authentication_error"),
    Kind.FORBIDDEN: (anthropic.PermissionDeniedError, "permission_error"),
    Kind.NOT_FOUND: (anthropic.NotFoundError, "not_found_error"),
    Kind.CONFLICT: (anthropic.ConflictError, "conflict_error"),
    Kind.TOO_LARGE: (anthropic.APIStatusError, "request_too_large"),
    Kind.UNPROCESSABLE: (anthropic.UnprocessableEntityError, "invalid_request_error"),
    Kind.RATE_LIMITED: (anthropic.RateLimitError, "rate_limit_error"),
    Kind.INTERNAL: (anthropic.InternalServerError, "api_error"),
    Kind.UPSTREAM: (anthropic.InternalServerError, "api_error"),
    Kind.UPSTREAM_TIMEOUT: (anthropic.APIStatusError, "timeout_error"),
    Kind.OVERLOADED: (anthropic.APIStatusError, "overloaded_error"),
}


@pytest.mark.parametrize(("kind", "expected"), EXCEPTIONS.items())
def test_the_sdk_raises_its_own_exception(kind, expected):
    raw = problem_body(Problem(kind, "no", code="c"), "call_1")
    response = httpx2.Response(kind.status, content=raw, request=httpx2.Request("POST", "http://x"))
    raised = anthropic.Anthropic(api_key="x", base_url="http://x")._make_status_error_from_response(response)
    exception, word = expected
    assert isinstance(raised, exception)
    assert json.loads(raw)["error"]["type"] == word


@pytest.mark.parametrize("kind", list(Kind))
def test_every_problem_has_type_message_and_request_id(kind):
    told = json.loads(problem_body(Problem(kind, "no"), "call_1"))
    assert (told["type"], told["error"]["message"], told["request_id"]) == ("error", "no", "call_1")


def test_the_code_is_in_the_details():
    told = json.loads(problem_body(Problem(Kind.RATE_LIMITED, "no", code="budget_exceeded"), "r"))
    assert told["error"]["details"] == {"error_code": "budget_exceeded"}


def test_a_problem_without_code_has_no_details():
    assert "details" not in json.loads(problem_body(Problem(Kind.FORBIDDEN, "no"), "r"))["error"]


def test_an_error_in_a_stream_is_an_event_named_error():
    (event,) = SSEDecoder().iter_bytes(iter([problem_event(Problem(Kind.UPSTREAM, "a\nb"), "r")]))
    assert (event.event, event.json()["error"]["message"]) == ("error", "a\nb")


def test_models_are_one_page():
    page = json.loads(models_body(["a", "b"]))
    assert [model["id"] for model in page["data"]] == ["a", "b"]
    assert (page["has_more"], page["first_id"], page["last_id"]) == (False, "a", "b")


def test_no_model_is_an_empty_page():
    page = json.loads(models_body([]))
    assert (page["data"], page["first_id"], page["last_id"]) == ([], None, None)


def test_a_model_is_read_by_the_sdk():
    model = anthropic.types.ModelInfo.model_validate_json(model_body("org/a"))
    assert (model.id, model.type, model.display_name) == ("org/a", "model", "org/a")


def test_the_family_says_what_it_is():
    assert (ANTHROPIC.name, ANTHROPIC.request_id_headers) == ("anthropic", (b"request-id", b"x-request-id"))
