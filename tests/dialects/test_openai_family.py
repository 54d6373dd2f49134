"""What clients of this family are told; their SDK reads it."""

from __future__ import annotations

import json

import httpx2
import openai
import pytest
from openai._streaming import SSEDecoder

from gateway.dialects.openai_family import OPENAI, model_body, models_body, problem_body, problem_event
from gateway.errors import Kind, Problem

EXCEPTIONS = {
    Kind.INVALID_REQUEST: openai.BadRequestError,
    Kind.UNAUTHENTICATED: openai.AuthenticationError,
    Kind.FORBIDDEN: openai.PermissionDeniedError,
    Kind.NOT_FOUND: openai.NotFoundError,
    Kind.CONFLICT: openai.ConflictError,
    Kind.UNPROCESSABLE: openai.UnprocessableEntityError,
    Kind.RATE_LIMITED: openai.RateLimitError,
    Kind.INTERNAL: openai.InternalServerError,
    Kind.UPSTREAM: openai.InternalServerError,
}


def error(problem: Problem) -> dict[str, object]:
    return json.loads(problem_body(problem, "call_1"))["error"]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_problem_has_message_type_param_and_code(kind):
    found = error(Problem(kind, "no", code="c", param="p"))
    assert (found["message"], found["param"], found["code"]) == ("no", "p", "c")
    assert isinstance(found["type"], str)


@pytest.mark.parametrize(("kind", "exception"), EXCEPTIONS.items())
def test_the_sdk_raises_its_own_exception(kind, exception):
    problem = Problem(kind, "no", code="c", param="p")
    response = httpx2.Response(
        kind.status, content=problem_body(problem, "r"), request=httpx2.Request("POST", "http://x")
    )
    raised = openai.OpenAI(api_key="x", base_url="http://x")._make_status_error_from_response(response)
    assert isinstance(raised, exception)
    assert (raised.code, raised.param) == ("c", "p")


@pytest.mark.parametrize(
    ("problem", "kind", "code"),
    [
        (Problem(Kind.RATE_LIMITED, "x", code="budget_exceeded"), "insufficient_quota", "budget_exceeded"),
        (Problem(Kind.RATE_LIMITED, "x"), "rate_limit_error", "rate_limit_exceeded"),
        (Problem(Kind.UNAUTHENTICATED, "x"), "authentication_error", "invalid_api_key"),
        (Problem(Kind.INVALID_REQUEST, "x", code="exceeds_limit"), "invalid_request_error", "exceeds_limit"),
        (Problem(Kind.TOO_LARGE, "x"), "invalid_request_error", None),
    ],
)
def test_types_and_codes_are_those_that_clients_know(problem, kind, code):
    found = error(problem)
    assert (found["type"], found["code"]) == (kind, code)


def test_an_error_in_a_stream_is_an_event_with_an_error():
    (event,) = SSEDecoder().iter_bytes(iter([problem_event(Problem(Kind.UPSTREAM, "a\nb"), "r")]))
    assert event.json()["error"]["message"] == "a\nb"


def test_models_are_a_list():
    listed = json.loads(models_body(["a", "b"]))
    assert (listed["object"], [model["id"] for model in listed["data"]]) == ("list", ["a", "b"])


def test_a_model_is_read_by_the_sdk():
    model = openai.types.Model.model_validate_json(model_body("org/a"))
    assert (model.id, model.object) == ("org/a", "model")


def test_no_model_is_an_empty_list():
    assert json.loads(models_body([]))["data"] == []


def test_the_family_says_what_it_is():
    assert (OPENAI.name, OPENAI.request_id_headers) == ("openai", (b"x-request-id",))
