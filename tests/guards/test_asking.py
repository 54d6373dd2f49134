from __future__ import annotations

import json

import pytest

from gateway.guards.asking import MOST_CHARS, bounded
from gateway.guards.finding import Finding
from gateway.guards.guard import Guard, GuardFailed
from tests.guards.parts import guard


class Oracle:
    """Answers what it was given, and keeps what it was asked."""

    def __init__(self, answer: bytes | str) -> None:
        self._answer = answer
        self.asked: list[tuple[object, ...]] = []

    async def post(self, url: str, body: bytes, timeout_s: float) -> bytes:
        self.asked.append((url, json.loads(body), timeout_s))
        assert isinstance(self._answer, bytes)
        return self._answer

    async def model(self, model: str, told: str, text: str, timeout_s: float) -> str:
        self.asked.append((model, told, text, timeout_s))
        assert isinstance(self._answer, str)
        return self._answer


async def classified(answer: bytes) -> Finding | None:
    asks = guard("http", url="https://g.example", threshold=0.7, timeout="500ms").asks
    assert asks is not None
    oracle = Oracle(answer)
    found = await asks.ask(["a", "b"], oracle)
    assert oracle.asked == [
        ("https://g.example", {"guardrail": "http", "apply_to": "input", "texts": ["a", "b"]}, 0.5)
    ]
    return found


async def judged(answer: str) -> Finding | None:
    asks = guard("judge", model="local", question="Is it rude?").asks
    assert asks is not None
    oracle = Oracle(answer)
    found = await asks.ask(["a", "b"], oracle)
    [(model, told, text, timeout_s)] = oracle.asked
    assert (model, text, timeout_s) == ("local", "a\n\nb", 10.0)
    assert "Is it rude?" in str(told)
    return found


@pytest.mark.parametrize("answer", [b'{"score": 0.7}', b'{"score": 1, "why": "x"}', b'{"flagged": true}'])
async def test_a_score_from_the_threshold_on_is_a_finding(answer: bytes):
    found = await classified(answer)
    assert found is not None and found.type == "HTTP"


@pytest.mark.parametrize("answer", [b'{"score": 0.69}', b'{"flagged": false}'])
async def test_a_lower_score_is_none(answer: bytes):
    assert await classified(answer) is None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no",
        b"{}",
        b"[]",
        b'{"score": 1.1}',
        b'{"score": "1"}',
        b'{"flagged": 1}',
        b"\xff",
        b"[" * 100_000,
    ],
)
async def test_what_is_no_verdict_is_a_failure(answer: bytes):
    with pytest.raises(GuardFailed):
        await classified(answer)


@pytest.mark.parametrize("answer", ["yes", "Yes.", " **Yes**, it is", "Oui", "JA"])
async def test_a_judge_who_says_yes_has_found_it(answer: str):
    assert await judged(answer) == (0, 0, "JUDGE", 1.0)


@pytest.mark.parametrize("answer", ["no", "No, it is not.", "Nein"])
async def test_a_judge_who_says_no_has_not(answer: str):
    assert await judged(answer) is None


@pytest.mark.parametrize("answer", ["", "maybe", "I can't say", "yesterday"])
async def test_a_judge_who_says_neither_has_failed(answer: str):
    with pytest.raises(GuardFailed):
        await judged(answer)


def test_nobody_is_asked_of_more_than_is_read():
    bounded(["a" * MOST_CHARS])
    with pytest.raises(GuardFailed):
        bounded(["a" * MOST_CHARS, "b"])


@pytest.mark.parametrize(
    "made", [guard("http", url="https://g.example"), guard("judge", model="m", question="q?")]
)
async def test_of_too_much_neither_a_service_nor_a_model_is_asked(made: Guard):
    oracle = Oracle(b"{}")
    assert made.asks is not None
    with pytest.raises(GuardFailed, match="more than 100,000"):
        await made.asks.ask(["a" * MOST_CHARS, "b"], oracle)
    assert oracle.asked == []
