"""Anchors: each place gets the newest statement in its time, and a place that fails is told of."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gateway.audit import anchors as module
from gateway.audit.anchors import Anchoring, append_line
from gateway.audit.checkpoint import Statement, line_of, read_line, signed
from gateway.audit.standing import AnchorState
from gateway.egress import Forbidden
from gateway.policy.auditing import Anchor
from gateway.signing import LocalSigner

SIGNER = LocalSigner(b"s" * 32, b"salt")


def stated(number: int) -> Statement:
    return signed(SIGNER, "inst", "w1", f"2027-01-15T08:00:{number:02d}.000Z", {"w1": (number, "aa")})


class Outside:
    """An address that answers what it is told to, in turn."""

    def __init__(self, *answers: int | Exception) -> None:
        self._answers = list(answers)
        self.told: list[bytes] = []
        self.allowed: Sequence[Any] = ()

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], allow: Sequence[Any], *, timeout_s: float
    ) -> int:
        self.told.append(body)
        self.allowed = allow
        answer = self._answers.pop(0) if self._answers else 204
        if isinstance(answer, Exception):
            raise answer
        if answer == 0:
            await asyncio.Event().wait()
        return answer


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


def anchoring(executor: ThreadPoolExecutor, outside: Outside, clock: Clock | None = None) -> Anchoring:
    return Anchoring(outside.post, executor, clock or Clock(), lambda: ())


URL = Anchor(None, "https://anchors.example.com/heads?key=secret", 60.0)


async def test_a_file_gets_a_line_that_can_be_read_again(executor: ThreadPoolExecutor, tmp_path: Path):
    file = tmp_path / "anchors.jsonl"
    anchor = Anchor(str(file), None, 60.0)
    keeping = anchoring(executor, Outside())
    await keeping.keep(stated(1), [anchor])
    assert [read_line(line) for line in file.read_bytes().splitlines()] == [stated(1)]
    assert keeping.states([anchor]) == (AnchorState(str(file), stated(1).at),)
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_place_gets_one_as_often_as_it_wants_and_none_twice(executor: ThreadPoolExecutor):
    outside, clock = Outside(), Clock()
    keeping = anchoring(executor, outside, clock)
    for passed_s, number in ((0, 1), (70, 1), (0, 2), (30, 3), (29.6, 4), (0, 5)):
        clock.now += passed_s
        await keeping.keep(stated(number), [URL])
    assert outside.told == [line_of(stated(number)) for number in (1, 2, 4)]
    await keeping.keep(stated(5), [URL], at_once=True)
    assert outside.told[-1] == line_of(stated(5))


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (500, "it answered 500"),
        (302, "it answered 302"),
        (Forbidden("it leads into a private network"), "it leads into a private network"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
    ],
)
async def test_a_place_that_fails_says_why_and_is_tried_with_the_next_one(
    executor: ThreadPoolExecutor, answer: int | Exception, fault: str
):
    outside = Outside(answer)
    keeping = anchoring(executor, outside)
    await keeping.keep(stated(1), [URL])
    assert keeping.states([URL]) == (AnchorState("anchors.example.com", None, fault),)
    await keeping.keep(stated(2), [URL])
    assert keeping.states([URL]) == (AnchorState("anchors.example.com", stated(2).at),)


async def test_a_place_that_never_answers_holds_up_no_other(
    executor: ThreadPoolExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "_TIMEOUT_S", 0.05)
    file = Anchor(str(tmp_path / "anchors.jsonl"), None, 60.0)
    keeping = anchoring(executor, Outside(0))
    await keeping.keep(stated(1), [URL, file])
    first, second = keeping.states([URL, file])
    assert (first.fault, second.kept) == ("it did not answer within 0.05 s", stated(1).at)


async def test_a_place_that_the_policy_no_longer_names_is_forgotten(executor: ThreadPoolExecutor):
    outside = Outside(500)
    keeping = anchoring(executor, outside)
    await keeping.keep(stated(1), [URL])
    await keeping.keep(stated(2), [])
    assert keeping.states([URL]) == (AnchorState("anchors.example.com"),)


def test_a_line_that_a_crash_cut_short_is_ended_first(tmp_path: Path):
    file = tmp_path / "anchors.jsonl"
    file.write_bytes(line_of(stated(1)) + line_of(stated(2))[:20])
    append_line(str(file), line_of(stated(3)))
    found = [read_line(line) for line in file.read_bytes().splitlines()]
    assert found == [stated(1), None, stated(3)]


@pytest.mark.parametrize("place", ["folder", "pipe", "missing/anchors"])
async def test_what_is_no_file_is_a_fault_and_not_a_wait(
    executor: ThreadPoolExecutor, tmp_path: Path, place: str
):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    anchor = Anchor(str(tmp_path / place), None, 60.0)
    keeping = anchoring(executor, Outside())
    await keeping.keep(stated(1), [anchor])
    (state,) = keeping.states([anchor])
    assert state.fault is not None
