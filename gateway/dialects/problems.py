"""What providers say went wrong, read into a Problem. Every known shape of either family, and junk.

A provider's words pass only where they speak of the caller's request. Where they may speak of us
(our key, our account, our quota, their inside) the caller gets a sentence of ours.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from gateway.dialects.figures import UNREADABLE
from gateway.errors import Kind, Problem

_LONGEST_MESSAGE: Final = 1000
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_PARAM: Final = re.compile(r"[A-Za-z0-9_.\[\]-]{1,128}")
_IDENTIFIER: Final = re.compile(
    r"\b(?:sk|gsk|xai|hf|org|proj)[-_][A-Za-z0-9*_-]{6,}|\bAIza[\w-]{6,}|\bBearer\s+\S+"
)
"""Keys and account names, as providers quote them in messages."""
_OF_OUR_KEY: Final = re.compile(r"\bAPI_KEY_[A-Z]|\bAPI key (?:not valid|expired|not found)|\bprojects/\d+")
"""Google tells with a 400 that a key is not valid: that is ours, and no business of a caller."""

_BY_STATUS: Final = {
    400: (Kind.INVALID_REQUEST, "the provider refused the request as invalid"),
    404: (Kind.NOT_FOUND, "the provider does not know this model"),
    409: (Kind.CONFLICT, "the provider reported a conflict with another request"),
    413: (Kind.TOO_LARGE, "the request is too large for the provider"),
    422: (Kind.UNPROCESSABLE, "the provider could not process the request"),
}
"""Statuses that speak of the caller's request: the provider's message may pass."""

_BY_STATUS_OURS: Final = {
    408: (Kind.UPSTREAM_TIMEOUT, "the provider did not answer in time", "upstream_timeout"),
    429: (Kind.RATE_LIMITED, "the provider's rate limit is reached", "rate_limit_exceeded"),
    503: (Kind.UNAVAILABLE, "the provider is unavailable", "upstream_unavailable"),
    504: (Kind.UPSTREAM_TIMEOUT, "the provider did not answer in time", "upstream_timeout"),
    529: (Kind.OVERLOADED, "the provider is overloaded", "upstream_overloaded"),
}
"""Statuses for which the caller gets our words only."""

_STATUS_BY_TYPE: Final = {
    "invalid_request_error": 400,
    "BadRequestError": 400,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "requests": 429,
    "tokens": 429,
    "insufficient_quota": 429,
    "overloaded_error": 529,
    "timeout_error": 504,
    "service_unavailable": 503,
}


def read_problem(status: int, body: bytes) -> Problem:
    """An error answer of a provider → the problem in no dialect. Never raises."""
    if status in _BY_STATUS:
        return _of_the_request(status, *_said(body))
    kind, message, code = _BY_STATUS_OURS.get(
        status, (Kind.UPSTREAM, "the provider failed", "upstream_error")
    )
    return Problem(kind, message, code=code)


def quotes_a_key(body: bytes) -> bool:
    """Whether an error body quotes what looks like a key or an account of ours, or speaks of our key."""
    return _IDENTIFIER.search(body.decode("utf-8", "replace")) is not None or speaks_of_our_key(body)


def speaks_of_our_key(body: bytes) -> bool:
    """Whether an error is about the gateway's own key, whatever its status says."""
    return _OF_OUR_KEY.search(body.decode("utf-8", "replace")) is not None


def problem_in_stream(error: object) -> Problem:
    """The `error` member of an event, which stands for a status: its code or type says which."""
    said = error if isinstance(error, dict) else {"message": error}
    status = said.get("code")
    if status.__class__ is not int:
        names = (said.get("code"), said.get("type"))
        status = next(
            (_STATUS_BY_TYPE[name] for name in names if isinstance(name, str) and name in _STATUS_BY_TYPE),
            502,
        )
    return read_problem(status, msgspec.json.encode({"error": error}))


def _of_the_request(status: int, error: dict[str, Any], message: object) -> Problem:
    kind, ours = _BY_STATUS[status]
    code = error.get("code")
    if not isinstance(code, str):
        inner = error.get("details")
        code = inner.get("error_code") if isinstance(inner, dict) else None
    if code is None and kind is Kind.NOT_FOUND:
        code = "model_not_found"
    param = error.get("param")
    return Problem(
        kind,
        _clean(message) or ours,
        code=code if isinstance(code, str) and _CODE.fullmatch(code) else None,
        param=param if isinstance(param, str) and _PARAM.fullmatch(param) else None,
    )


def _said(body: bytes) -> tuple[dict[str, Any], object]:
    """The object that describes the error, and its message. Shapes: `{"error": {"message"}}`,
    `{"error": "…"}`, `{"message"}`, `{"detail": "…"}`, `{"detail": [{"msg"}]}`."""
    try:
        said = msgspec.json.decode(body)
    except UNREADABLE:
        return {}, None
    if not isinstance(said, dict):
        return {}, None
    error = said.get("error")
    if isinstance(error, dict):
        return error, error.get("message")
    if isinstance(error, str):
        return said, error
    detail = said.get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        detail = detail[0].get("msg")
    return said, said.get("message") or detail


def _clean(message: object) -> str | None:
    """One line without control characters, keys and account names; None if it is no short string."""
    if not isinstance(message, str) or len(message) > _LONGEST_MESSAGE:
        return None
    line = " ".join(message.split())
    return _IDENTIFIER.sub("[removed]", "".join(c for c in line if c.isprintable())) or None
