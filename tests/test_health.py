"""Health: alive at once, ready only while a call could be answered and recorded."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gateway.front import Front
from gateway.health import health_routes
from tests.parts.calls import make_policy
from tests.parts.detection import FakeDetection
from tests.parts.runtime import FakeAudit, make_runtime


def answers(front: Front, path: str) -> tuple[int, str]:
    answer = TestClient(Starlette(routes=health_routes(front))).get(path)
    return answer.status_code, answer.text


def fresh() -> Front:
    return Front(lambda: Starlette())


@pytest.mark.parametrize("opened", [True, False])
def test_a_process_is_alive_whatever_it_can_do(opened: bool):
    front = fresh()
    if opened:
        front.open(make_runtime(make_policy()))
    assert answers(front, "/livez") == (200, "ok\n")


def test_a_gateway_is_ready_while_it_is_open():
    front = fresh()
    assert answers(front, "/readyz")[0] == 503
    front.open(make_runtime(make_policy()))
    assert answers(front, "/readyz") == (200, "ready\n")
    front.close()
    assert answers(front, "/readyz")[0] == 503


def test_a_gateway_that_cannot_record_is_not_ready():
    front, audit = fresh(), FakeAudit()
    front.open(make_runtime(make_policy(), audit=audit))
    audit.healthy = False
    assert answers(front, "/readyz") == (503, "not ready\n")


def test_a_gateway_that_cannot_read_what_it_must_is_not_ready():
    front, detection = fresh(), FakeDetection()
    front.open(make_runtime(make_policy(), detection=detection))
    detection.ready = False
    assert answers(front, "/readyz") == (503, "not ready\n")
