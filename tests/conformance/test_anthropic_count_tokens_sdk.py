"""The real `anthropic` SDK's count of tokens through the gateway to a real server."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx
import pytest

QUESTION: Any = {"role": "user", "content": "how are you?"}


async def test_a_count_is_the_input_of_the_same_message(anthropic_sdk):
    ask = {"model": "claude-tiny", "messages": [QUESTION], "system": "be brief"}
    counted = await anthropic_sdk.ask(lambda c: c.messages.count_tokens(**ask))
    answer = await anthropic_sdk.ask(lambda c: c.messages.create(**ask, max_tokens=1))
    assert counted.input_tokens == answer.usage.input_tokens > 0


async def test_a_forbidden_model_can_not_be_counted_for(anthropic_sdk):
    with pytest.raises(anthropic.PermissionDeniedError):
        await anthropic_sdk.ask(
            lambda c: c.messages.count_tokens(model="claude-secret-model", messages=[QUESTION])
        )


async def test_a_wrong_key_is_an_authentication_error(anthropic_sdk_stranger):
    with pytest.raises(anthropic.AuthenticationError):
        await anthropic_sdk_stranger.ask(
            lambda c: c.messages.count_tokens(model="claude-tiny", messages=[QUESTION])
        )


async def test_a_count_is_the_servers_own_byte_for_byte_and_recorded_as_free(gateway, key, llama):
    body = {"messages": [QUESTION], "tools": [{"name": "f", "input_schema": {"type": "object"}}]}
    headers = {"anthropic-version": "2023-06-01"}
    path = "/v1/messages/count_tokens"
    through = httpx.post(
        gateway.url + path, json={"model": "claude-tiny", **body}, headers=headers | {"x-api-key": key.key}
    )
    direct = httpx.post(llama.url + path, json={"model": "tiny", **body}, headers=headers)
    assert through.content == direct.content
    record = gateway.record_of(through.headers["request-id"])
    assert (record["ending"], record["asked"]["api"]) == ("complete", "messages")
    assert record["cost"] == {
        "usd": "0.000000000",
        "reserved_usd": None,
        "price_version": "not billed",
    }
