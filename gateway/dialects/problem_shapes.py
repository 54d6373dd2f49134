"""What an error body says, whoever wrote it: a message, a code, the field at fault, when to come back.

::

    OpenAI, Azure, vLLM, Groq, DeepSeek, llama.cpp   {"error": {"message", "type", "param", "code"}}
    Azure's content filter                           … {"innererror": {"code", "content_filter_result"}}
    OpenRouter                                       … {"metadata": {"raw", "provider_name"}}, {"reasons", "flagged_input"}
    Anthropic                                        {"type": "error", "error": {"type", "message", "details"}}
    Google                                           {"error": {"message", "status", "details": [google.rpc …]}}, or in a list
    Mistral, older vLLM                              {"object": "error", "message", "type", "param", "code"}
    Mistral, FastAPI                                 {"detail": "…"}, {"detail": [{"loc", "msg"}]}, {"message": {"detail": […]}}
    Ollama, Hugging Face, xAI                        {"error": "…"}
    AWS, Cohere, Azure's API management              {"message": "…"}, {"Message": "…"}
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from gateway.dialects.figures import UNREADABLE

LONGEST_MESSAGE: Final = 1000
FILTERED_CODE: Final = "content_filter"
"""A filter of the provider's stopped the request."""

_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_PARAM: Final = re.compile(r"[A-Za-z0-9_.\[\]-]{1,128}")
_DELAY: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)s")
_TOO_LONG: Final = re.compile(
    r"prompt is too long|maximum context length|exceeds? the (?:available )?context|exceeds the maximum number of tokens"
    r"|context[ _](?:length|window|size) (?:is )?exceeded",
    re.IGNORECASE,
)
_TOO_LONG_CODE: Final = "context_length_exceeded"
_CODE_BY_TYPE: Final = {
    "exceed_context_size_error": _TOO_LONG_CODE,
    "ResponsibleAIPolicyViolation": FILTERED_CODE,
}
_WRAPPED: Final = "Provider returned error"
"""OpenRouter's sentence around the error of whom it asked."""


class Said(Struct):
    """None: it does not say. `message` is as it came: it may be long, or hold anything."""

    message: str | None = None
    code: str | None = None
    param: str | None = None
    retry_after_s: float | None = None


def read_said(body: bytes) -> Said:
    """Never raises."""
    try:
        told = msgspec.json.decode(body)
    except UNREADABLE:
        return Said()
    return _read(told, 0)


def is_shaped_as(family: str, body: bytes) -> bool:
    """Whether an error body is one that the family's own clients know. Never raises."""
    try:
        told = msgspec.json.decode(body)
    except UNREADABLE:
        return False
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return False
    if family == "anthropic":
        return told.get("type") == "error" and isinstance(error.get("type"), str)
    return family != "gemini" or (isinstance(error.get("code"), int) and isinstance(error.get("status"), str))


def _read(told: object, depth: int) -> Said:
    if isinstance(told, list) and told:
        told = told[0]
    if not isinstance(told, dict) or depth > 2:
        return Said()
    error = told.get("error")
    if isinstance(error, dict):
        inner = _of_another(error, depth)
        return inner if inner is not None else _of_object(error)
    said = _of_object(told)
    if isinstance(error, str):
        said.message = error
    return said


def _of_object(error: dict[str, Any]) -> Said:
    details = error.get("details")
    said = Said(code=_code(error, details), param=_text(error.get("param"), _PARAM))
    message = error.get("message") or error.get("Message") or error.get("detail")
    if isinstance(message, dict):
        message = message.get("detail")
    if isinstance(message, list) and message and isinstance(message[0], dict):
        said.param = said.param or _place(message[0].get("loc"))
        message = message[0].get("msg")
    if isinstance(message, str):
        said.message = message
        if said.code is None and len(message) <= LONGEST_MESSAGE and _TOO_LONG.search(message):
            said.code = _TOO_LONG_CODE
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict):
            _read_detail(said, detail)
    return said


def _of_another(error: dict[str, Any], depth: int) -> Said | None:
    """What OpenRouter was told by the provider that it asked."""
    metadata = error.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if error.get("message") != _WRAPPED or not isinstance(raw, str):
        return None
    try:
        inner = _read(msgspec.json.decode(raw), depth + 1)
    except UNREADABLE:
        return Said(message=raw)
    return inner if inner.message is not None else None


def _code(error: dict[str, Any], details: object) -> str | None:
    inner, metadata = error.get("innererror"), error.get("metadata")
    flagged = isinstance(metadata, dict) and "flagged_input" in metadata
    candidates = (
        FILTERED_CODE if flagged else None,
        _CODE_BY_TYPE.get(str(inner.get("code"))) if isinstance(inner, dict) else None,
        error.get("code"),
        details.get("error_code") if isinstance(details, dict) else None,
        _CODE_BY_TYPE.get(str(error.get("type"))),
    )
    return next((code for code in candidates if _text(code, _CODE)), None)


def _read_detail(said: Said, detail: dict[str, Any]) -> None:
    """One message of google.rpc: ErrorInfo, BadRequest or RetryInfo."""
    said.code = said.code or _text(detail.get("reason"), _CODE)
    violations = detail.get("fieldViolations")
    if isinstance(violations, list) and violations and isinstance(violations[0], dict):
        said.param = said.param or _text(violations[0].get("field"), _PARAM)
    delay = detail.get("retryDelay")
    found = _DELAY.fullmatch(delay) if isinstance(delay, str) else None
    if found is not None:
        said.retry_after_s = float(found[1])


def _place(loc: object) -> str | None:
    """`["body", "messages", 0, "content"]` → `messages.0.content`."""
    if not isinstance(loc, list) or len(loc) > 16:
        return None
    steps = loc[1:] if loc[:1] == ["body"] else loc
    return _text(".".join(str(step) for step in steps if isinstance(step, str | int)), _PARAM)


def _text(value: object, form: re.Pattern[str]) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None
