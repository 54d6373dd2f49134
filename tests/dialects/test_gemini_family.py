"""How Gemini clients hear of problems and models, and what its providers' errors mean."""

from __future__ import annotations

import json

import pytest

from gateway.dialects.gemini_family import GEMINI, problem_item
from gateway.dialects.problems import quotes_a_key
from gateway.errors import Kind, Problem


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.INVALID_REQUEST, "INVALID_ARGUMENT"),
        (Kind.UNAUTHENTICATED, "UNAUTHENTICATED"),
        (Kind.FORBIDDEN, "PERMISSION_DENIED"),
        (Kind.NOT_FOUND, "NOT_FOUND"),
        (Kind.METHOD_NOT_ALLOWED, "UNIMPLEMENTED"),
        (Kind.BODY_TIMEOUT, "DEADLINE_EXCEEDED"),
        (Kind.CONFLICT, "ABORTED"),
        (Kind.TOO_LARGE, "INVALID_ARGUMENT"),
        (Kind.UNSUPPORTED_ENCODING, "INVALID_ARGUMENT"),
        (Kind.UNPROCESSABLE, "INVALID_ARGUMENT"),
        (Kind.RATE_LIMITED, "RESOURCE_EXHAUSTED"),
        (Kind.INTERNAL, "INTERNAL"),
        (Kind.UPSTREAM, "UNAVAILABLE"),
        (Kind.UNAVAILABLE, "UNAVAILABLE"),
        (Kind.UPSTREAM_TIMEOUT, "DEADLINE_EXCEEDED"),
        (Kind.OVERLOADED, "UNAVAILABLE"),
    ],
)
def test_each_kind_has_its_code_of_google_rpc(kind, status):
    error = json.loads(GEMINI.problem_body(Problem(kind, "sorry"), "call-1"))["error"]
    assert (error["code"], error["status"], error["message"]) == (kind.status, status, "sorry")


def test_details_tell_the_code_the_field_the_pause_and_the_request():
    problem = Problem(Kind.RATE_LIMITED, "slow", code="limit", param="contents", retry_after_s=2.1)
    details = json.loads(GEMINI.problem_body(problem, "call-1"))["error"]["details"]
    by_type = {detail.pop("@type").rpartition(".")[2]: detail for detail in details}
    assert by_type == {
        "ErrorInfo": {"reason": "limit", "domain": "gateway"},
        "BadRequest": {"fieldViolations": [{"field": "contents", "description": "slow"}]},
        "RetryInfo": {"retryDelay": "3s"},
        "RequestInfo": {"requestId": "call-1"},
    }


def test_in_a_stream_an_error_is_an_event_and_in_an_array_its_last_item():
    problem = Problem(Kind.UPSTREAM, "broke")
    event = GEMINI.problem_event(problem, "call-1")
    assert event.startswith(b"data: {") and event.endswith(b"\r\n\r\n")
    assert json.loads(b"[{}" + problem_item(problem, "call-1"))[1]["error"]["code"] == 502


@pytest.mark.parametrize("wrap", [b"%b", b"[%b]", b" [ %b ] "])
def test_a_providers_error_is_read_bare_and_in_an_array(wrap):
    body = wrap % b'{"error":{"code":400,"message":"Invalid value at contents","status":"INVALID_ARGUMENT"}}'
    assert GEMINI.read_problem(400, body) == Problem(Kind.INVALID_REQUEST, "Invalid value at contents")


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Kind.NOT_FOUND), (429, Kind.RATE_LIMITED), (503, Kind.UNAVAILABLE)]
)
def test_a_status_says_what_kind_of_problem_it_is(status, kind):
    assert GEMINI.read_problem(status, b"[").kind is kind


def test_a_400_about_our_key_is_ours_and_never_told():
    body = json.dumps(
        {
            "error": {
                "code": 400,
                "message": "API key not valid. Please pass a valid API key.",
                "status": "INVALID_ARGUMENT",
                "details": [{"reason": "API_KEY_INVALID"}],
            }
        }
    ).encode()
    problem = GEMINI.read_problem(400, body)
    assert (problem.kind, problem.message) == (Kind.UPSTREAM, "the provider failed")
    assert quotes_a_key(body)


def test_models_have_googles_shape():
    page = json.loads(GEMINI.models_body(["a", "b"]))
    assert [model["name"] for model in page["models"]] == ["models/a", "models/b"]
    one = json.loads(GEMINI.model_body("a"))
    assert one == page["models"][0]
    assert "generateContent" in one["supportedGenerationMethods"]
