from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.parts.llama_server import LlamaServer, llama_server
from tests.parts.tiny_model import write_tiny_model

WEATHER = {
    "name": "weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
        "required": ["city"],
    },
}


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    with llama_server(write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")) as server:
        yield server


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    first, second = (write_tiny_model(tmp_path / name).read_bytes() for name in ("a.gguf", "b.gguf"))
    assert first == second


def test_another_seed_writes_another_model(tmp_path):
    first, second = (write_tiny_model(tmp_path / f"{seed}.gguf", seed=seed).read_bytes() for seed in (1, 2))
    assert first != second


def test_the_model_is_tiny(tmp_path: Path):
    assert write_tiny_model(tmp_path / "tiny.gguf").stat().st_size < 1_000_000


@pytest.mark.parametrize("seed", range(5))
def test_it_draws_printable_text_only(llama: LlamaServer, seed):
    asked = {"prompt": "how are you", "max_tokens": 200, "seed": seed, "temperature": 1.5}
    text = httpx.post(llama.url + "/v1/completions", json=asked).json()["choices"][0]["text"]
    assert len(text) > 200
    assert all(" " <= letter <= "~" for letter in text)


@pytest.mark.parametrize("choice", ["auto", "required"])
@pytest.mark.parametrize("seed", range(3))
def test_it_calls_an_offered_tool_once_and_stops(llama: LlamaServer, choice, seed):
    asked = {
        "messages": [{"role": "user", "content": "what is the weather?"}],
        "tools": [{"type": "function", "function": WEATHER}],
        "tool_choice": choice,
        "seed": seed,
        "max_tokens": 200,
    }
    [answer] = httpx.post(llama.url + "/v1/chat/completions", json=asked).json()["choices"]
    [call] = answer["message"]["tool_calls"]
    assert answer["finish_reason"] == "tool_calls"
    assert json.loads(call["function"]["arguments"])["city"] in {"Paris", "Rome"}
