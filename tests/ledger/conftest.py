"""A server for the tests of a file, and every kind of board."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis, RedisCluster

from tests.ledger.boards import Board, MemoryBoard, RedisBoard
from tests.parts.redis_server import RedisServer, redis_cluster, redis_server


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """For whoever does it no harm."""
    with redis_server(tmp_path_factory.mktemp("redis")) as started:
        yield started


@pytest.fixture(scope="package")
def client(server: RedisServer) -> Iterator[Redis]:
    with server.client() as connected:
        yield connected


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """Three masters."""
    with redis_cluster(tmp_path_factory.mktemp("cluster")) as masters:
        yield masters


@pytest.fixture(params=["memory", "redis"])
def board(request: pytest.FixtureRequest, client: Redis) -> Board:
    """Nothing was counted before."""
    return MemoryBoard() if request.param == "memory" else RedisBoard(client)
