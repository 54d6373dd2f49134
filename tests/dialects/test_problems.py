"""What is passed on of a provider's words, and what never is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.problems import problem_in_stream, read_problem
from gateway.errors import Kind


def body(**error: Any) -> bytes:
    return json.dumps({"error": error}).encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Kind.INVALID_REQUEST),
        (401, Kind.UPSTREAM),
        (402, Kind.UPSTREAM),
        (403, Kind.UPSTREAM),
        (404, Kind.NOT_FOUND),
        (405, Kind.UPSTREAM),
        (408, Kind.UPSTREAM_TIMEOUT),
        (409, Kind.CONFLICT),
        (413, Kind.TOO_LARGE),
        (422, Kind.UNPROCESSABLE),
        (429, Kind.RATE_LIMITED),
        (451, Kind.UPSTREAM),
        (500, Kind.UPSTREAM),
        (502, Kind.UPSTREAM),
        (503, Kind.UNAVAILABLE),
        (504, Kind.UPSTREAM_TIMEOUT),
        (529, Kind.OVERLOADED),
        (599, Kind.UPSTREAM),
    ],
)
def test_a_status_of_the_provider_becomes_ours(status, kind):
    assert read_problem(status, b"").kind is kind


@pytest.mark.parametrize("status", [401, 402, 403, 405, 408, 429, 500, 502, 503, 504, 529])
def test_words_about_us_never_pass(status):
    problem = read_problem(
        status, body(message="Incorrect API key provided: sk-abc", code="secret_code", param="p")
    )
    assert "sk-" not in problem.message and problem.code != "secret_code" and problem.param is None


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_words_about_the_request_pass(status):
    problem = read_problem(status, body(message="bad 'n'", code="bad_n", param="messages[0].n", type="x"))
    assert (problem.message, problem.code, problem.param) == ("bad 'n'", "bad_n", "messages[0].n")


@pytest.mark.parametrize(
    "raw",
    [
        {"error": {"message": "bad"}},
        {"error": "bad"},
        {"message": "bad", "object": "error"},
        {"detail": "bad"},
        {"detail": [{"loc": ["body", "n"], "msg": "bad"}]},
        {"type": "error", "error": {"type": "invalid_request_error", "message": "bad"}},
    ],
)
def test_every_known_shape_is_read(raw):
    assert read_problem(400, json.dumps(raw).encode()).message == "bad"


def test_the_code_of_anthropic_is_read_from_the_details():
    problem = read_problem(400, body(message="bad", details={"error_code": "workspace_policy_violation"}))
    assert problem.code == "workspace_policy_violation"


def test_a_model_that_is_not_found_has_its_code():
    assert read_problem(404, body(message="no such model")).code == "model_not_found"


@pytest.mark.parametrize("code", [400, None, "with space", "x" * 65, "<b>", ["a"]])
def test_a_code_that_is_no_identifier_is_dropped(code):
    assert read_problem(400, body(message="bad", code=code)).code is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>nginx</html>",
        b"null",
        b"[]",
        b'{"error":',
        b"\xff",
        b"[" * 100_000,
        body(message="x" * 1001),
        body(message=5),
        body(message=""),
        body(message=None, code={}, details=[], param=5),
        b'{"detail":[]}',
        b'{"detail":[5]}',
    ],
)
def test_what_can_not_be_read_becomes_a_sentence_of_ours(raw):
    assert read_problem(400, raw).message == "the provider refused the request as invalid"


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abc123DEF456",
        "org-A1b2C3d4E5",
        "sk-ant-api03-xyz_123",
        "Bearer abc.def",
        "gsk_1234567890",
        "proj_abcdef123",
        "AIzaSyABCdef123",
        "sk-proj-****wxyz",
    ],
)
def test_keys_and_accounts_are_taken_out_of_messages(secret):
    assert read_problem(400, body(message=f"no {secret} here")).message == "no [removed] here"


def test_a_message_is_one_printable_line():
    assert read_problem(400, body(message="a\r\nb\x00\tc\x1b[31m")).message == "a b c[31m"


@given(st.integers(300, 599), st.binary(max_size=80))
def test_any_answer_is_read_without_raising(status, raw):
    assert read_problem(status, raw).message


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 429, "message": "x"}, Kind.RATE_LIMITED),
        ({"code": 401, "message": "x"}, Kind.UPSTREAM),
        ({"code": "rate_limit_exceeded"}, Kind.RATE_LIMITED),
        ({"code": 7}, Kind.UPSTREAM),
        ({"code": True, "type": []}, Kind.UPSTREAM),
        ({"type": "overloaded_error"}, Kind.OVERLOADED),
        ({"type": "never heard of"}, Kind.UPSTREAM),
        ("x", Kind.UPSTREAM),
        (None, Kind.UPSTREAM),
        ([1], Kind.UPSTREAM),
    ],
)
def test_an_error_in_a_stream_tells_its_status_by_code_or_type(error, kind):
    assert problem_in_stream(error).kind is kind


def test_words_about_the_request_pass_in_a_stream():
    assert problem_in_stream({"type": "invalid_request_error", "message": "too long"}).message == "too long"
