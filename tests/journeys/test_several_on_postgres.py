"""Two gateways whose records are in one PostgreSQL database: keys, records and proof are the same from either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.parts.gateway_process import GatewayProcess
from tests.parts.postgres_server import PostgresServer, postgres_server
from tests.parts.processes import eventually

POLICY = """\
gateway: 1
providers:
  echo: {dialect: echo}
models:
  echo: {targets: [{to: echo/echo}]}
roles:
  caller: {models: [echo]}
"""
BODY = {"model": "echo", "messages": [{"role": "user", "content": "Hello."}]}


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


def gateway_at(folder: Path, url: str) -> GatewayProcess:
    shared = {"SECRET_KEY": "s" * 40, "SIGNING_KEY": "t" * 40, "DATABASE_URL": url}
    return GatewayProcess(
        folder, POLICY, settings={f"GATEWAY_{name}": value for name, value in shared.items()}
    )


def called(gateway: GatewayProcess, key: str) -> httpx.Response:
    return httpx.post(
        f"{gateway.url}/v1/chat/completions", json=BODY, headers={"authorization": f"Bearer {key}"}
    )


def answered(gateway: GatewayProcess, key: str, status: int) -> bool:
    return called(gateway, key).status_code == status


@pytest.mark.timeout(240)
def test_two_gateways_share_keys_records_and_proof_and_live_through_an_outage(
    tmp_path: Path, server: PostgresServer
):
    url = server.new_database()
    with ExitStack() as stack:
        one, other = (gateway_at(tmp_path / name, url) for name in ("one", "other"))
        stack.enter_context(one.running())
        stack.enter_context(other.running())
        made = one.make_key("app", role="caller", user="anna")
        answers = [called(gateway, made.key) for gateway in (one, other, one, other)]
        assert [answer.status_code for answer in answers] == [200] * 4

        server.stop()
        during = [called(gateway, made.key) for gateway in (one, other)]
        assert [answer.status_code for answer in during] == [200, 200]
        server.start()

        seen = [answer.headers["x-request-id"] for answer in (*answers, *during)]
        eventually(lambda: len(one.records()) == len(seen), "what came in the outage is shipped")
        records = other.records()
        assert {record["id"] for record in records} == set(seen)
        assert len({record["who"]["user"] for record in records}) == 1

        other.asked("keys", "revoke", made.id)
        for gateway in (one, other):
            eventually(partial(answered, gateway, made.key, 401), "the key is good nowhere")
        assert other.asked("usage", "--json")
    verified = one.command("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_database_that_can_not_be_used_is_one_sentence_without_its_password(tmp_path: Path):
    gateway = gateway_at(tmp_path, f"postgresql://app:hunter2@/x?host={tmp_path}")
    told = gateway.command("serve")
    assert told.returncode == 2
    assert "GATEWAY_DATABASE_URL: postgresql://app@/x" in told.stderr
    assert "hunter2" not in told.stderr + told.stdout


def test_several_gateways_have_to_be_given_the_same_secrets(tmp_path: Path):
    gateway = GatewayProcess(
        tmp_path, POLICY, settings={"GATEWAY_DATABASE_URL": "postgresql://app@localhost/x"}
    )
    told = gateway.command("serve")
    assert told.returncode == 2
    assert "GATEWAY_SECRET_KEY and GATEWAY_SIGNING_KEY" in told.stderr
