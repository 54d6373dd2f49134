"""The script in Redis does what the book in memory does: the same answers to the same operations. And what the
plain model does, in one Redis and in a Cluster of three masters."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from redis import Redis, RedisCluster

from gateway.ledger.operations import Adopt, Cancel, Operation, Prime, Reserve, Settle
from tests.ledger.boards import START_MS, Board, MemoryBoard, RedisBoard
from tests.ledger.drawn import moved, operations, steps
from tests.ledger.model import check

Day = list[tuple[int, list[Operation]]]
"""Lists of operations, each with the time it is at."""

# A clock goes back now and then.
_BACK = st.sampled_from([0, 0, 1_200, 59_000, 200_000])
_lists = st.lists(operations, min_size=1, max_size=6)
days = st.lists(st.tuples(steps, st.just(0), _lists), min_size=1, max_size=8)
days_with_steps_back = st.lists(st.tuples(steps, _BACK, _lists), min_size=1, max_size=8)


def day(drawn: list[tuple[int, int, list[Operation]]]) -> Day:
    """A hold that ended at an earlier time is followed by one with another id: for how long an end is remembered
    goes by the server's own clock."""
    now_ms, found = START_MS, []
    ended: dict[str, int] = {}
    generations: dict[str, int] = {}
    for forth_ms, back_ms, some in drawn:
        now_ms += forth_ms - back_ms
        operations = []
        for operation in some:
            if not isinstance(operation, Prime):
                id_ = operation.id
                if isinstance(operation, Reserve | Adopt) and ended.get(id_, now_ms) != now_ms:
                    generations[id_] = generations.get(id_, 0) + 1
                    del ended[id_]
                if isinstance(operation, Settle | Cancel):
                    ended.setdefault(id_, now_ms)
                operation = structs.replace(operation, id=f"{id_}/{generations.get(id_, 0)}")
            operations.append(moved(operation, now_ms))
        found.append((now_ms, operations))
    return found


def play(board: Board, day: Day) -> list[object]:
    said: list[object] = []
    for now_ms, some in day:
        board.now_ms = now_ms
        said += board.apply(some)
    return said


@given(drawn=days_with_steps_back)
@settings(max_examples=75)
def test_the_script_answers_as_the_book_does(client: Redis, drawn):
    assert play(RedisBoard(client), day(drawn)) == play(MemoryBoard(keeps_all=True), day(drawn))


@given(drawn=days)
@settings(max_examples=75)
def test_a_batch_decides_exactly_as_single_scripts_do(client: Redis, drawn):
    singly = [(now_ms, [operation]) for now_ms, some in day(drawn) for operation in some]
    assert play(RedisBoard(client), day(drawn)) == play(RedisBoard(client), singly)


def test_the_ledger_in_redis_holds_what_the_model_holds(client: Redis):
    check(partial(RedisBoard, client), examples=20, steps=30)


def test_the_ledger_in_a_cluster_holds_what_the_model_holds(cluster: RedisCluster):
    check(partial(RedisBoard, cluster), examples=10, steps=30)


@pytest.mark.long
def test_the_ledger_holds_what_the_model_holds_many_times(client: Redis, cluster: RedisCluster):
    check(MemoryBoard, examples=2000, steps=50)
    check(partial(RedisBoard, client), examples=1000, steps=50)
    check(partial(RedisBoard, cluster), examples=500, steps=50)
