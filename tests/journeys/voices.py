"""The APIs as a journey needs them: what a caller sends, what a provider says, how errors look."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.parts.ledgers import ROOMY
from tests.parts.provider_answers import (
    CHAT_DONE,
    chat_answer,
    chat_chunk,
    chat_error,
    chat_usage_chunk,
    gemini_answer,
    gemini_chunk,
    gemini_error,
    gemini_event,
    message_answer,
    message_end,
    message_error,
    message_event,
    message_start,
    message_text,
    response_answer,
    response_end,
    response_event,
    response_start,
    response_text,
)

INPUT_TOKENS, OUTPUT_TOKENS = 9, 3


@dataclass(frozen=True)
class Voice:
    """One API. `begin`, `text` and `end` are the pieces of a stream.

    `asks` is a request but for its model; `stop_sign` is in every terminator and in nothing else.
    In some APIs the path says which model is meant, and by its verb whether to stream.
    """

    api: str
    family: str
    path: str
    asks: dict[str, Any]
    answer: Callable[[str], dict[str, Any]]
    begin: bytes
    text: Callable[[str], bytes]
    end: bytes
    stop_sign: bytes
    broken: bytes
    error: Callable[[str], dict[str, Any]]

    def request(self, kind: str, *, stream: bool) -> dict[str, Any]:
        """A request for the model of this family that `journey_policy` calls `kind`."""
        if "{model}" in self.path:
            return self.asks
        return {"model": f"{kind}-{self.family}", "stream": stream, **self.asks}

    def where(self, kind: str, *, stream: bool) -> str:
        """The path of such a request."""
        verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return self.path.format(model=f"{kind}-{self.family}", verb=verb)

    def is_asked(self, path: str) -> bool:
        """Whether a provider is asked for this API at `path`."""
        if self.api == "gemini":
            return "enerateContent" in path
        return path.endswith(self.path.removeprefix("/v1"))

    @property
    def asked_api(self) -> str:
        """What the record says was asked."""
        return self.api

    @property
    def ends(self) -> bytes:
        """The caller's stop sign."""
        return self.stop_sign

    def shows(self, body: bytes, text: str) -> bool:
        """Whether a stream that the caller got holds this piece of it."""
        return self.text(text) in body

    def is_answer(self, body: bytes, text: str) -> bool:
        """Whether this is the whole answer."""
        return bool(json.loads(body) == self.answer(text))

    def is_problem(self, body: bytes) -> bool:
        """Whether this family's SDK can read `body` as an error."""
        said = json.loads(body)
        error = said.get("error", {})
        if self.family == "gemini":
            return {"code", "message", "status"} <= error.keys()
        if not {"message", "type"} <= error.keys():
            return False
        return (
            said.get("type") == "error" if self.family == "anthropic" else {"code", "param"} <= error.keys()
        )

    def last_event_is_problem(self, body: bytes) -> bool:
        """Whether a stream's last event is an error as this API's SDK expects it."""
        lines = last_event(body).split(b"\n")
        data = lines[-1].removeprefix(b"data: ")
        if self.api in ("chat", "gemini"):
            return len(lines) == 1 and self.is_problem(data)
        if lines[0] != b"event: error":
            return False
        if self.api == "messages":
            return self.is_problem(data)
        return {"type", "code", "message", "param", "sequence_number"} <= json.loads(data).keys()


def last_event(body: bytes) -> bytes:
    return body.replace(b"\r\n", b"\n").rstrip(b"\n").rpartition(b"\n\n")[2]


MESSAGES = [{"role": "user", "content": "Say something."}]


OPENAI = Voice(
    api="chat",
    family="openai",
    path="/v1/chat/completions",
    asks={"messages": MESSAGES},
    answer=lambda text: chat_answer(text, input_tokens=INPUT_TOKENS, output_tokens=OUTPUT_TOKENS),
    begin=b"",
    text=chat_chunk,
    end=chat_chunk(finish="stop")
    + chat_usage_chunk(input_tokens=INPUT_TOKENS, output_tokens=OUTPUT_TOKENS)
    + CHAT_DONE,
    stop_sign=b"[DONE]",
    broken=b"data: " + json.dumps(chat_error("it broke")).encode() + b"\n\n",
    error=chat_error,
)
ANTHROPIC = Voice(
    api="messages",
    family="anthropic",
    path="/v1/messages",
    asks={"messages": MESSAGES, "max_tokens": 50},
    answer=lambda text: message_answer(text, input_tokens=INPUT_TOKENS, output_tokens=OUTPUT_TOKENS),
    begin=message_start(input_tokens=INPUT_TOKENS),
    text=message_text,
    end=message_end(output_tokens=OUTPUT_TOKENS),
    stop_sign=b"message_stop",
    broken=message_event("error", error={"type": "api_error", "message": "it broke"}),
    error=message_error,
)
RESPONSES = Voice(
    api="responses",
    family="openai",
    path="/v1/responses",
    asks={"input": "Say something."},
    answer=lambda text: response_answer(text, input_tokens=INPUT_TOKENS, output_tokens=OUTPUT_TOKENS),
    begin=response_start(),
    text=response_text,
    end=response_end("onetwo", input_tokens=INPUT_TOKENS, output_tokens=OUTPUT_TOKENS),
    stop_sign=b"response.completed",
    broken=response_event("error", code="server_error", message="it broke", param=None),
    error=chat_error,
)
GEMINI = Voice(
    api="gemini",
    family="gemini",
    path="/v1beta/models/{model}:{verb}",
    asks={"contents": [{"role": "user", "parts": [{"text": "Say something."}]}]},
    answer=lambda text: gemini_answer(text, input_tokens=INPUT_TOKENS, output_tokens=OUTPUT_TOKENS),
    begin=b"",
    text=gemini_chunk,
    end=gemini_chunk("", finish="STOP", input_tokens=INPUT_TOKENS, output_tokens=OUTPUT_TOKENS),
    stop_sign=b"finishReason",
    broken=gemini_event(gemini_error("it broke")),
    error=gemini_error,
)
VOICES = (OPENAI, ANTHROPIC, RESPONSES, GEMINI)

LIMITS = {
    "plain": {},
    "first_byte": {"first_byte": "100ms"},
    "idle": {"idle": "100ms"},
    "total": {"total": "300ms"},
}


def journey_policy(provider_url: str, dead_url: str) -> dict[str, Any]:
    """Models `KIND-FAMILY`: plain, dead (nobody listens), abroad (outside the team's regions), denied
    (to the role), and one for each time limit."""
    providers: dict[str, Any] = {}
    models: dict[str, Any] = {}
    for voice in VOICES:
        for kind in (*LIMITS, "dead", "abroad", "denied"):
            name = f"{kind}-{voice.family}"
            providers[name] = {
                "dialect": voice.family,
                "base_url": dead_url if kind == "dead" else provider_url,
                "region": "us" if kind == "abroad" else "eu",
                "timeouts": LIMITS.get(kind, {}),
            }
            if voice.family == "openai":
                providers[name]["apis"] = ["chat", "responses"]
            target = {"to": f"{name}/test", "price": {"input": 1, "output": 2}}
            models[name] = {"targets": [target]}
    allowed = [f"{kind}-*" for kind in (*LIMITS, "dead", "abroad")]
    return {
        "gateway": 1,
        "providers": providers,
        "models": models,
        "roles": {"caller": {"models": allowed}},
        "teams": {"home": {"regions": ["eu"]}},
        **ROOMY,
    }
