"""Error bodies as each known server writes them, and what is read of them. The samples are ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.anthropic_family import ANTHROPIC
from gateway.dialects.gemini_family import GEMINI
from gateway.dialects.openai_family import OPENAI
from gateway.dialects.problem_shapes import Said, is_shaped_as, read_said
from gateway.dialects.problems import problem_in_stream, quotes_a_key
from gateway.errors import Kind

FAMILIES = (OPENAI, ANTHROPIC, GEMINI)


def error(**members: Any) -> dict[str, Any]:
    return {"error": members}


OPENROUTER_INNER = error(
    message="Bad tool name", type="invalid_request_error", param="tools[0].name", code="bad_name"
)
WRAPPED = "Provider returned error"

SAMPLES: dict[str, tuple[int, Any, Kind, str, str | None, str | None]] = {
    "openai": (
        400,
        error(message="No such tool", type="invalid_request_error", param="tool_choice", code="unknown_tool"),
        Kind.INVALID_REQUEST, "No such tool", "unknown_tool", "tool_choice",
    ),
    "azure, content filter": (
        400,
        error(
            message="The prompt was filtered",
            type=None,
            param="prompt",
            code="content_filter",
            status=400,
            innererror={"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"hate": {"filtered": True}}},
        ),
        Kind.INVALID_REQUEST, "The prompt was filtered", "content_filter", "prompt",
    ),
    "azure, content filter without its code": (
        400,
        error(message="Filtered", code="400", innererror={"code": "ResponsibleAIPolicyViolation"}),
        Kind.INVALID_REQUEST, "Filtered", "content_filter", None,
    ),
    "azure, no such deployment": (
        404,
        error(code="DeploymentNotFound", message="No deployment of that name"),
        Kind.NOT_FOUND, "No deployment of that name", "DeploymentNotFound", None,
    ),
    "azure, its API management": (
        404, {"statusCode": 404, "message": "Resource not found"}, Kind.NOT_FOUND, "Resource not found",
        "model_not_found", None,
    ),
    "anthropic": (
        400,
        {"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens: required"}, "request_id": "r"},
        Kind.INVALID_REQUEST, "max_tokens: required", None, None,
    ),
    "anthropic, too long": (
        400,
        {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 tokens > 8 maximum"}},
        Kind.INVALID_REQUEST, "prompt is too long: 9 tokens > 8 maximum", "context_length_exceeded", None,
    ),
    "anthropic, too large": (
        413,
        {"type": "error", "error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}},
        Kind.TOO_LARGE, "Request exceeds the maximum size", None, None,
    ),
    "gemini": (
        400,
        error(
            code=400,
            message="Bad field",
            status="INVALID_ARGUMENT",
            details=[
                {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": "contents[0].parts"}]},
                {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "FIELD_INVALID"},
            ],
        ),
        Kind.INVALID_REQUEST, "Bad field", "FIELD_INVALID", "contents[0].parts",
    ),
    "gemini, in OpenAI's clothes": (
        400, [error(code=400, message="Bad field", status="INVALID_ARGUMENT")], Kind.INVALID_REQUEST, "Bad field", None, None,
    ),
    "openrouter": (
        400, error(message="No endpoints found", code=400) | {"user_id": "user_2abcdEFGH1234567890"}, Kind.INVALID_REQUEST,
        "No endpoints found", None, None,
    ),
    "openrouter, of another in JSON": (
        400,
        error(message=WRAPPED, code=400, metadata={"raw": json.dumps(OPENROUTER_INNER), "provider_name": "Acme"}),
        Kind.INVALID_REQUEST, "Bad tool name", "bad_name", "tools[0].name",
    ),
    "openrouter, of another in words": (
        400, error(message=WRAPPED, code=400, metadata={"raw": "tool name too long"}), Kind.INVALID_REQUEST,
        "tool name too long", None, None,
    ),
    "openrouter, flagged": (
        403,
        error(message="Flagged as violence", code=403, metadata={"reasons": ["violence"], "flagged_input": "…"}),
        Kind.INVALID_REQUEST, "Flagged as violence", "content_filter", None,
    ),
    "vllm": (
        404,
        error(message="The model does not exist", type="NotFoundError", param="model", code=404),
        Kind.NOT_FOUND, "The model does not exist", "model_not_found", "model",
    ),
    "vllm, older": (
        400,
        {"object": "error", "message": "maximum context length is 8 tokens", "type": "BadRequestError", "code": 400},
        Kind.INVALID_REQUEST, "maximum context length is 8 tokens", "context_length_exceeded", None,
    ),
    "llama.cpp": (
        400,
        error(code=400, message="request (9 tokens) exceeds", type="exceed_context_size_error", n_ctx=8),
        Kind.INVALID_REQUEST, "request (9 tokens) exceeds", "context_length_exceeded", None,
    ),
    "groq": (
        400,
        error(message="Tool call failed", type="invalid_request_error", code="tool_use_failed", failed_generation="{"),
        Kind.INVALID_REQUEST, "Tool call failed", "tool_use_failed", None,
    ),
    "mistral": (
        400,
        {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "param": None, "code": "1500"},
        Kind.INVALID_REQUEST, "Invalid model: x", None, None,
    ),
    "mistral, a field": (
        422,
        {
            "object": "error",
            "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "messages", 0, "x"], "msg": "Extra input"}]},
            "type": "invalid_request_error",
        },
        Kind.UNPROCESSABLE, "Extra input", None, "messages.0.x",
    ),
    "mistral, a field, newer": (
        422,
        {"object": "Error", "message": [{"loc": ["body", "n"], "msg": "Extra input"}], "code": 3001},
        Kind.UNPROCESSABLE, "Extra input", None, "n",
    ),
    "fastapi": (422, {"detail": [{"loc": ["body", "n"], "msg": "Not a number"}]}, Kind.UNPROCESSABLE, "Not a number", None, "n"),
    "fastapi, in words": (404, {"detail": "Not Found"}, Kind.NOT_FOUND, "Not Found", "model_not_found", None),
    "deepseek": (
        400,
        error(message="Bad role", type="invalid_request_error", param=None, code="invalid_request_error"),
        Kind.INVALID_REQUEST, "Bad role", "invalid_request_error", None,
    ),
    "ollama": (404, {"error": "model 'x' not found"}, Kind.NOT_FOUND, "model 'x' not found", "model_not_found", None),
    "ollama, as OpenAI": (
        404, error(message="model 'x' not found", type="not_found_error", param=None, code=None), Kind.NOT_FOUND,
        "model 'x' not found", "model_not_found", None,
    ),
    "bedrock": (400, {"message": "Malformed input"}, Kind.INVALID_REQUEST, "Malformed input", None, None),
    "bedrock, by type": (
        400, {"__type": "ValidationException", "Message": "Malformed input"}, Kind.INVALID_REQUEST, "Malformed input", None, None,
    ),
    "hugging face": (422, {"error": "Input too short", "error_type": "validation"}, Kind.UNPROCESSABLE, "Input too short", None, None),
}  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_an_error_of_every_known_server_is_read(family, sample: str):
    """Whatever family it was asked as: an Anthropic API may be Bedrock's, or llama.cpp's."""
    status, body, kind, message, code, param = SAMPLES[sample]
    problem = family.read_problem(status, json.dumps(body).encode())
    assert (problem.kind, problem.message, problem.code, problem.param) == (kind, message, code, param)


@pytest.mark.parametrize(
    "said",
    [
        "Your credit balance is too low to access the API",
        "You exceeded your current quota, check your plan and billing details",
        "Incorrect API key provided: xa***. You can find it on our page",
        "Invalid API Key",
        "This organization has been disabled.",
        "Insufficient Balance",
        "API key expired. Please renew the API key.",
        "User location is not supported for the API use.",
        "Permission denied on resource projects/123456",
    ],
)
@pytest.mark.parametrize("status", [400, 404, 422])
def test_what_a_provider_says_of_our_account_is_never_told(said: str, status: int):
    body = json.dumps(error(message=said, code="their_code")).encode()
    for family in FAMILIES:
        problem = family.read_problem(status, body)
        assert (problem.kind, problem.message, problem.code) == (
            Kind.UPSTREAM,
            "the provider failed",
            "upstream_error",
        )
    assert quotes_a_key(body), "nor does it pass as it came"


@pytest.mark.parametrize(
    "account",
    ["user_2abcdEFGH1234567890", "arn:aws:bedrock:eu-west-1:123456789012:model/x", "nvapi-abcdef123",
     "subscriptions/01234567-89ab-cdef-0123-456789abcdef"],
)  # fmt: skip
def test_an_account_of_ours_is_taken_out_and_its_body_does_not_pass(account: str):
    body = json.dumps(error(message=f"no {account} here")).encode()
    assert OPENAI.read_problem(400, body).message == "no [removed] here"
    assert quotes_a_key(body)


@pytest.mark.parametrize(
    ("delay", "seconds"), [("34s", 34.0), ("34.07s", 34.07), ("soon", None), (34, None), ("-1s", None)]
)
def test_google_says_when_to_come_back(delay: object, seconds: float | None):
    body = json.dumps(error(code=429, message="slow", details=["x", {"retryDelay": delay}])).encode()
    assert GEMINI.read_problem(429, body).retry_after_s == seconds


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"code": "429", "message": "x"}, Kind.RATE_LIMITED),
        ({"code": "content_filter", "message": "x"}, Kind.INVALID_REQUEST),
        ({"code": 400, "type": "exceed_context_size_error", "message": "x"}, Kind.INVALID_REQUEST),
        (
            {"code": 502, "message": WRAPPED, "metadata": {"error_type": "provider_unavailable"}},
            Kind.UPSTREAM,
        ),
        ({"type": "NotFoundError", "message": "x"}, Kind.NOT_FOUND),
        ({"status": "RESOURCE_EXHAUSTED", "message": "x"}, Kind.RATE_LIMITED),
        ({"status": "UNAVAILABLE"}, Kind.UNAVAILABLE),
    ],
)
def test_an_event_of_a_stream_tells_its_status_in_any_words(said: dict[str, Any], kind: Kind):
    assert problem_in_stream(said).kind is kind


def test_an_error_that_wraps_itself_for_ever_ends():
    body = json.dumps(error(message="inmost"))
    for _ in range(9):
        body = json.dumps(error(message=WRAPPED, metadata={"raw": body}))
    assert read_said(body.encode()).message == WRAPPED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "error message detail details code type param metadata raw innererror loc msg retryDelay".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_without_raising(told: object):
    assert isinstance(read_said(json.dumps(told).encode()), Said)


OPENAIS = b'{"error": {"message": "no", "type": "x", "param": null, "code": 400}}'
ANTHROPICS = b'{"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}'
GOOGLES = b'{"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}'


@pytest.mark.parametrize(
    ("body", "families"),
    [
        (OPENAIS, {"openai"}),
        (ANTHROPICS, {"openai", "anthropic"}),
        (GOOGLES, {"openai", "gemini"}),
        (b'{"error": {"code": "400", "message": "no", "status": "INVALID_ARGUMENT"}}', {"openai"}),
        (b'{"error": {"code": 400, "message": "no"}}', {"openai"}),
        (b'{"error": "no"}', set()),
        (b'{"error": {"message": 5}}', set()),
        (b'{"detail": "no"}', set()),
        (b"[]", set()),
        (b"no", set()),
        (b'"\xff"', set()),
    ],
)
def test_an_error_passes_as_it_is_only_to_clients_that_know_it(body: bytes, families: set[str]):
    assert {one for one in ("openai", "anthropic", "gemini") if is_shaped_as(one, body)} == families
