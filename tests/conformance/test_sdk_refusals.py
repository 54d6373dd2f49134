"""Each refusal raises the exception that the caller's own SDK has for it."""

from __future__ import annotations

import anthropic
import httpx
import openai
import pytest

QUESTION = {"role": "user", "content": "how are you?"}


@pytest.mark.parametrize("stream", [False, True])
async def test_a_wrong_key_is_an_authentication_error_for_openai(openai_sdk_stranger, stream):
    with pytest.raises(openai.AuthenticationError):
        await openai_sdk_stranger.ask(
            lambda c: c.chat.completions.create(model="tiny", messages=[QUESTION], stream=stream)
        )


async def test_a_wrong_key_may_not_even_list_models_for_openai(openai_sdk_stranger):
    with pytest.raises(openai.AuthenticationError):
        await openai_sdk_stranger.events(lambda c: c.models.list())


@pytest.mark.parametrize("stream", [False, True])
async def test_a_forbidden_model_is_a_permission_denied_error_for_openai(openai_sdk, stream):
    with pytest.raises(openai.PermissionDeniedError) as refusal:
        await openai_sdk.ask(
            lambda c: c.chat.completions.create(model="secret-model", messages=[QUESTION], stream=stream)
        )
    assert "secret-model" in refusal.value.message
    assert refusal.value.request_id


@pytest.mark.parametrize("stream", [False, True])
async def test_an_unknown_model_is_a_not_found_error_for_openai(openai_sdk, stream):
    with pytest.raises(openai.NotFoundError) as refusal:
        await openai_sdk.ask(
            lambda c: c.chat.completions.create(model="no-such", messages=[QUESTION], stream=stream)
        )
    assert refusal.value.code == "model_not_found"


@pytest.mark.parametrize("name", ["no-such", "secret-model"])
async def test_a_model_that_may_not_be_used_can_not_be_retrieved_for_openai(openai_sdk, name):
    with pytest.raises((openai.NotFoundError, openai.PermissionDeniedError)):
        await openai_sdk.ask(lambda c: c.models.retrieve(name))


@pytest.mark.parametrize("body", [{"model": 5}, {"model": None}, {"stream": "yes"}, {"messages": "hello"}])
async def test_a_body_of_the_wrong_shape_is_a_bad_request_error_for_openai(openai_sdk, body):
    with pytest.raises(openai.BadRequestError):
        await openai_sdk.ask(
            lambda c: c.chat.completions.create(
                model="tiny", messages=[QUESTION], extra_body=body, max_tokens=1
            )
        )


async def test_a_prompt_longer_than_the_context_is_the_servers_own_bad_request_for_openai(openai_sdk):
    with pytest.raises(openai.BadRequestError, match="context"):
        await openai_sdk.ask(
            lambda c: c.completions.create(model="tiny", prompt="the " * 10_000, max_tokens=1)
        )


@pytest.mark.parametrize("stream", [False, True])
async def test_a_wrong_key_is_an_authentication_error_for_anthropic(anthropic_sdk_stranger, stream):
    with pytest.raises(anthropic.AuthenticationError):
        await anthropic_sdk_stranger.ask(
            lambda c: c.messages.create(model="claude-tiny", messages=[QUESTION], max_tokens=1, stream=stream)
        )


@pytest.mark.parametrize("stream", [False, True])
async def test_a_forbidden_model_is_a_permission_denied_error_for_anthropic(anthropic_sdk, stream):
    with pytest.raises(anthropic.PermissionDeniedError) as refusal:
        await anthropic_sdk.ask(
            lambda c: c.messages.create(
                model="claude-secret-model", messages=[QUESTION], max_tokens=1, stream=stream
            )
        )
    assert refusal.value.response.json()["error"]["type"] == "permission_error"
    assert refusal.value.request_id


@pytest.mark.parametrize("stream", [False, True])
async def test_an_unknown_model_is_a_not_found_error_for_anthropic(anthropic_sdk, stream):
    with pytest.raises(anthropic.NotFoundError) as refusal:
        await anthropic_sdk.ask(
            lambda c: c.messages.create(model="no-such", messages=[QUESTION], max_tokens=1, stream=stream)
        )
    assert refusal.value.response.json()["error"]["type"] == "not_found_error"


@pytest.mark.parametrize("body", [{"model": 5}, {"max_tokens": "many"}, {"messages": "hello"}])
async def test_a_body_of_the_wrong_shape_is_a_bad_request_error_for_anthropic(anthropic_sdk, body):
    with pytest.raises(anthropic.BadRequestError):
        await anthropic_sdk.ask(
            lambda c: c.messages.create(
                model="claude-tiny", messages=[QUESTION], max_tokens=1, extra_body=body
            )
        )


async def test_neither_key_is_told_to_the_caller_or_the_log(gateway, key):
    body = {"model": "tiny", "messages": [QUESTION], "max_tokens": 1}
    answer = httpx.post(gateway.url + "/v1/chat/completions", json=body, headers=key.bearer)
    assert answer.status_code == 200
    for secret in ("sk-tiny", key.key):
        assert secret not in f"{answer.text} {answer.headers} {gateway.told}"
