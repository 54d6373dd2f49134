"""What the gateway hands on is what the server said; what it can't read it refuses in the caller's dialect.

Compared are the bytes of the same request sent through the gateway and straight to the server.
"""

from __future__ import annotations

import re

import httpx
import msgspec
import pytest

QUESTION = {"role": "user", "content": "how are you?"}
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
    "required": ["city"],
}
FUNCTION = {"type": "function", "function": {"name": "weather", "parameters": CITY}}
TOOL = {"name": "weather", "input_schema": CITY}
FIXED = {"temperature": 0, "seed": 1, "max_tokens": 12}

_VARYING = (
    (re.compile(rb'"((?:item_|call_)?id)":"[^"]*"'), rb'"\1":"x"'),
    (re.compile(rb'"(created|created_at|completed_at)":\d+'), rb'"\1":0'),
    # llama.cpp's own; in a stream, which chunk has them depends on whether usage was asked for
    (re.compile(rb',"timings":\{[^}]*\}'), b""),
)


def blotted(body: bytes) -> bytes:
    """The body, byte for byte, but for ids, times and llama.cpp's timings."""
    for pattern, blot in _VARYING:
        body = pattern.sub(blot, body)
    return body


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"messages": [QUESTION]}),
        ("/v1/chat/completions", {"messages": [QUESTION], "n": 2}),
        ("/v1/chat/completions", {"messages": [QUESTION], "logprobs": True, "top_logprobs": 3}),
        ("/v1/chat/completions", {"messages": [QUESTION], "tools": [FUNCTION], "max_tokens": 200}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "grüße 漢字 🙂 \u0000 \\"}]}),
        ("/v1/completions", {"prompt": "how are", "logprobs": 2}),
        ("/v1/completions", {"prompt": ["how are", "the of"]}),
        ("/v1/chat/completions", {"messages": [QUESTION], "stream": True}),
        ("/v1/completions", {"prompt": "how are", "stream": True}),
        (
            "/v1/chat/completions",
            {"messages": [QUESTION], "stream": True, "stream_options": {"include_usage": True}},
        ),
        (
            "/v1/chat/completions",
            {
                "messages": [QUESTION],
                "stream": True,
                "stream_options": {"include_usage": True},
                "tools": [FUNCTION],
                "max_tokens": 200,
            },
        ),
        ("/v1/completions", {"prompt": "how are", "stream": True, "stream_options": {"include_usage": True}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
async def test_an_openai_answer_is_the_servers_own_byte_for_byte(gateway, key, llama, path, body):
    asked = {"model": "tiny", **FIXED, **body}
    through = httpx.post(gateway.url + path, json=asked, headers=key.bearer)
    direct = httpx.post(llama.url + path, json=asked)
    assert through.status_code == direct.status_code == 200
    assert blotted(through.content) == blotted(direct.content)
    assert through.headers["content-type"] == direct.headers["content-type"]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"stream": True},
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": "grüße 漢字 🙂 \\"}]}]},
        {"tools": [{"type": "function", "name": "weather", "parameters": CITY}], "max_output_tokens": 200},
        {
            "tools": [{"type": "function", "name": "weather", "parameters": CITY}],
            "tool_choice": "required",
            "max_output_tokens": 200,
            "stream": True,
        },
    ],
    ids=lambda more: "+".join(more) or "text",
)
async def test_a_response_is_the_servers_own_byte_for_byte(gateway, key, llama, more):
    asked = {"model": "tiny", "input": "how are you?", "temperature": 0, "max_output_tokens": 12, **more}
    through = httpx.post(gateway.url + "/v1/responses", json=asked, headers=key.bearer)
    direct = httpx.post(llama.url + "/v1/responses", json=asked)
    assert through.status_code == direct.status_code == 200
    assert blotted(through.content) == blotted(direct.content)
    assert through.headers["content-type"] == direct.headers["content-type"]


async def test_embeddings_are_the_servers_own_byte_for_byte(gateway, key, llama_embedding):
    body = {"input": ["how are you", "fine"], "model": "tiny-embedding"}
    through = httpx.post(gateway.url + "/v1/embeddings", json=body, headers=key.bearer)
    direct = httpx.post(llama_embedding.url + "/v1/embeddings", json={**body, "model": "tiny"})
    assert through.content == direct.content


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [QUESTION]},
        {"messages": [QUESTION], "system": [{"type": "text", "text": "be brief"}]},
        {"messages": [QUESTION], "tools": [TOOL], "max_tokens": 200},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "grüße 漢字 🙂 \\"}]}]},
        {"messages": [QUESTION], "stream": True},
        {"messages": [QUESTION], "stream": True, "tools": [TOOL], "max_tokens": 200},
    ],
    ids=lambda body: "+".join(body),
)
async def test_an_anthropic_answer_is_the_servers_own_byte_for_byte(gateway, key, llama, body):
    headers = {"anthropic-version": "2023-06-01"}
    asked = {"model": "claude-tiny", **FIXED, **body}
    through = httpx.post(gateway.url + "/v1/messages", json=asked, headers=headers | {"x-api-key": key.key})
    direct = httpx.post(llama.url + "/v1/messages", json={**asked, "model": "tiny"}, headers=headers)
    assert through.status_code == direct.status_code == 200
    assert blotted(through.content) == blotted(direct.content)
    assert through.headers["content-type"] == direct.headers["content-type"]


# -------------------------------------------------------------------- oddities that only a script says

ODD = (
    b'{ "id":"x" ,"big":123456789012345678901234567890,"tiny":1e-400, "caf\\u00e9":"\\ud83d\\ude42\\/",\n'
    b'\t"choices":[],"content":[],"usage":null, "unknown":{"b":1,"a":[1.0,1.10]} }\n'
)

Fields = dict[str, msgspec.Raw]


async def test_an_odd_answer_passes_byte_for_byte(client, provider, api):
    provider.script = lambda exchange: exchange.answer(ODD)
    answer = await client.post(api.path, json=api.body)
    assert answer.content == ODD


async def test_an_odd_stream_passes_byte_for_byte(client, provider, api):
    odd = (
        b": a comment\n\n",
        api.first.replace(b"\n", b"\r\n"),
        b"event: unheard_of\nid: 7\nretry: 10\ndata:" + ODD.replace(b"\n", b" ") + b"\n\n",
        b"data: not json at all\n\n",
        api.second,
        api.end,
    )
    provider.script = lambda exchange: exchange.stream(*odd)
    answer = await client.post(api.path, json={**api.body, "stream": True})
    assert answer.content == b"".join(odd)


async def test_an_odd_request_reaches_the_provider_but_for_its_model(client, provider, api):
    """Every value as its caller wrote it, in its place; white space between them is nobody's."""
    provider.script = lambda exchange: exchange.answer(api.whole)
    prompt, cap, *_ = api.asks
    odd = [
        ("seed", b"123456789012345678901234567890"),
        ("unknown", b'{ "b":1.0, "a":[1e-400, "\\u00e9"] }'),
        (prompt, b'[ {"role":"user","content":"\\ud83d\\ude42"} ]'),
        ("model", b'"%s"' % api.model.encode()),
        (cap, b"9"),
        ("store", b"false"),
    ]
    body = b"{ %s }" % b" , ".join(b'"%s" : %s' % (name.encode(), value) for name, value in odd)
    await client.post(api.path, content=body)
    [exchange] = provider.exchanges
    sent = [
        (name, bytes(raw)) for name, raw in msgspec.json.decode(exchange.request.body, type=Fields).items()
    ]
    assert sent == [
        (name, b'"%s"' % api.target_model.encode() if name == "model" else raw) for name, raw in odd
    ]


# -------------------------------------------------------------------- what is no JSON


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"model": "tiny", "messa',
        b"[]",
        b'{"model": "tiny"} trailing',
        b'{"model": "\xff"}',
        b"[" * 100_000,
        b'{"model":"tiny","messages":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    ],
    ids=["empty", "truncated", "an array", "trailing", "not utf-8", "deep and open", "deep"],
)
async def test_broken_json_is_a_400_in_openais_shape(gateway, key, body):
    headers = {**key.bearer, "content-type": "application/json"}
    answer = httpx.post(gateway.url + "/v1/chat/completions", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "body",
    [b"", b'{"model": "claude-tiny", "messa', b"[]", b"[" * 100_000],
    ids=["empty", "truncated", "an array", "deep"],
)
async def test_broken_json_is_a_400_in_anthropics_shape(gateway, key, body):
    headers = {"x-api-key": key.key, "anthropic-version": "2023-06-01", "content-type": "application/json"}
    answer = httpx.post(gateway.url + "/v1/messages", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["type"] == "error"
    assert answer.json()["error"]["type"] == "invalid_request_error"
