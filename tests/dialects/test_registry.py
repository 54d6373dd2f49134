"""Paths: what is there, whose it is, and that nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects import (
    anthropic_count_tokens,
    anthropic_messages,
    openai_chat,
    openai_completions,
    openai_embeddings,
    openai_responses,
)
from gateway.dialects.registry import Route, WrongMethod, family_of, provider_url, route

CALLS = {
    "/v1/chat/completions": "chat",
    "/chat/completions": "chat",
    "/v1/completions": "completions",
    "/completions": "completions",
    "/v1/responses": "responses",
    "/responses": "responses",
    "/v1/embeddings": "embeddings",
    "/embeddings": "embeddings",
    "/v1/messages": "messages",
    "/v1/messages/count_tokens": "messages",
    "/v1/moderations": "moderations",
    "/moderations": "moderations",
    "/v1/images/generations": "images",
    "/v1/images/edits": "images",
    "/v1/images/variations": "images",
    "/v1/audio/speech": "audio",
    "/v1/audio/transcriptions": "audio",
    "/v1/audio/translations": "audio",
    "/openai/v1/audio/speech": "audio",
    "/openai/deployments/mine/audio/transcriptions": "audio",
    "/openai/deployments/mine/images/edits": "images",
}


def none(name: str) -> str | None:
    return None


def anthropic(name: str) -> str | None:
    return "2023-06-01" if name == "anthropic-version" else None


def found(method: str, path: str, header=none) -> Route:
    route_ = route(method, path, header)
    assert isinstance(route_, Route)
    return route_


@pytest.mark.parametrize(("path", "api"), CALLS.items())
def test_each_operation_has_its_paths(path, api):
    call = found("POST", path)
    assert call.kind == "call" and call.dialect is not None
    assert (call.dialect.api, call.family.name) == (api, call.dialect.family)


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "post"])
def test_another_method_is_told_which_one_is_allowed(path, method):
    wrong = route(method, path, none)
    assert isinstance(wrong, WrongMethod) and wrong.allow == "POST"


@pytest.mark.parametrize("path", ["/v1/models", "/models"])
def test_models_belong_to_the_family_that_asks(path):
    assert (found("GET", path).kind, found("GET", path).family.name) == ("models", "openai")
    assert found("GET", path, anthropic).family.name == "anthropic"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1/models/gpt-5", "gpt-5"),
        ("/models/gpt-5", "gpt-5"),
        ("/v1/models/org/model", "org/model"),
        ("/v1/models/org%2Fmodel", "org/model"),
        ("/v1/models/llama3%3A8b", "llama3:8b"),
        ("/v1/models/caf%C3%A9", "café"),
    ],
)
def test_one_model_is_named_in_the_path(path, model):
    one = found("GET", path)
    assert (one.kind, one.model) == ("model", model)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_models_can_only_be_read(method):
    for path in ("/v1/models", "/v1/models/gpt-5"):
        wrong = route(method, path, none)
        assert isinstance(wrong, WrongMethod) and wrong.allow == "GET"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "*",
        "/v1",
        "/v1/",
        "/v1/chat/completions/",
        "//v1/chat/completions",
        "/v1//chat/completions",
        "/v1/chat/completions?x=1",
        "/v1/chat/completions#x",
        "/v1/chat%2Fcompletions",
        "/v1/chat/%63ompletions",
        "/V1/chat/completions",
        "/v1/../v1/chat/completions",
        "/v1/./chat/completions",
        "/v1/chat/completions\x00",
        " /v1/chat/completions",
        "http://x/v1/chat/completions",
        "/v2/chat/completions",
        "/messages",
        "/v1/messages/count_tokens/",
        "/v1/responses/",
        "/v1/responses/compact",
        "/v1/responses/input_tokens",
        "/v1/responses/resp_1/",
        "/v1/responses/resp_1/anything",
        "/v1/files/",
        "/v1/files//content",
        "/v1/files/file-1/contents",
        "/v1/batches/batch_1/results",
        "/batches/",
        "/messages/batches",
        "/v1/messages/batches/",
        "/v1/messages/batches/msgbatch_1/anything",
        "/v1/fine_tuning/jobs/ftjob-1/anything",
        "/v1/fine_tuning/checkpoints/ft:x/permissions",
        "/v1/fine_tuning/alpha/graders/run",
        "/v1/uploads",
        "/v1/vector_stores",
        "/v1/conversations",
        "/v1/containers",
        "/v1/evals",
        "/v1/assistants",
        "/v1/threads",
        "/v1/organization/admin_api_keys",
        "/v1/organization/projects",
        "/v1/organization/usage/completions",
        "/v1/realtime/sessions",
        "/v1/realtime/client_secrets",
        "/v1/realtime/transcription_sessions",
        "/v1/chatkit/sessions",
        "/messages/count_tokens",
        "/v1/models/",
        "/v1/models//",
        "/v1/models/..",
        "/v1/models/%2E%2E/x",
        "/v1/models/a/../b",
        "/v1/models/a//b",
        "/v1/models/a%2F",
        "/v1/models/%00",
        "/v1/models/a%0Ab",
        "/v1/models/%FF",
        "/v1/models/a%2525",
        "/v1/models/" + "x" * 600,
        "/v1/modelsx",
    ],
)
def test_any_other_path_does_not_exist(path):
    assert route("POST", path, none) is None
    assert route("GET", path, none) is None


LISTED = {path.removeprefix("/openai").removeprefix("/v1") for path in CALLS}


@given(st.text(max_size=40))
def test_no_unlisted_path_is_a_call(path):
    """Hypothesis also tries texts that stand in the code. What is kept, and a model in a path, have tests of
    their own."""
    call = route("POST", path, none)
    in_path = path.startswith(("/v1beta/models/", "/v1/models/", "/openai/deployments/"))
    if isinstance(call, Route) and call.dialect is not None and call.dialect.keeping is None and not in_path:
        assert path.removeprefix("/openai").removeprefix("/v1") in LISTED


def test_errors_of_unknown_paths_are_in_the_language_of_the_asker():
    assert family_of("/nowhere", none).name == "openai"
    assert family_of("/nowhere", anthropic).name == "anthropic"
    assert family_of("/v1/messages", none).name == "anthropic"
    assert family_of("/v1/chat/completions", anthropic).name == "openai"


@pytest.mark.parametrize(
    ("dialect", "base_url", "url"),
    [
        (openai_chat, "https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
        (openai_chat, "https://api.openai.com/v1/", "https://api.openai.com/v1/chat/completions"),
        (openai_completions, "http://127.0.0.1:8000", "http://127.0.0.1:8000/completions"),
        (openai_embeddings, "https://x/openai/v1", "https://x/openai/v1/embeddings"),
        (anthropic_messages, "https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
        (anthropic_messages, "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"),
        (anthropic_messages, "https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"),
        (anthropic_messages, "https://x/anthropic/", "https://x/anthropic/v1/messages"),
        (anthropic_messages, "https://x/rev1", "https://x/rev1/v1/messages"),
        (
            anthropic_count_tokens,
            "https://api.anthropic.com/v1",
            "https://api.anthropic.com/v1/messages/count_tokens",
        ),
        (
            openai_responses,
            "https://n.openai.azure.com/openai/v1?api-version=preview",
            "https://n.openai.azure.com/openai/v1/responses?api-version=preview",
        ),
        (
            openai_chat,
            "https://n.openai.azure.com/openai/deployments/{model}?api-version=2024-10-21",
            "https://n.openai.azure.com/openai/deployments/gpt%205/chat/completions?api-version=2024-10-21",
        ),
    ],
)
def test_a_provider_is_asked_at_its_own_path(dialect, base_url, url):
    assert provider_url(dialect.DIALECT, base_url, "gpt 5") == url
