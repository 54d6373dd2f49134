"""A running gateway keeps contents of calls, and none in the open."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway import rights
from gateway.audit.content import Kept, Sealer
from gateway.audit.entry import Outcome
from gateway.audit.erasure import certificate
from gateway.audit.tombstones import write_down
from gateway.installation import open_installation
from gateway.policy.entries import entries
from gateway.policy.models.budgets import BudgetEntry
from gateway.policy.snapshot import Policy
from gateway.rights import oldest_kept, prune
from gateway.stores.act_rows import ActFilter
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.contents import SqlContents
from gateway.stores.erasures import SqlErasures, Tombstone
from gateway.stores.subject_keys import SqlSubjectKeys
from tests.audit.test_erasure import SIGNER, STATEMENT
from tests.parts.gateway_inside import GatewayInside

POLICY: dict[str, Any] = {
    "gateway": 1,
    "providers": {"echo": {"dialect": "echo"}},
    "models": {"echo": {"targets": [{"to": "echo/echo"}]}},
    "roles": {"caller": {"models": ["echo"]}},
    "audit": {"content": "sealed"},
}
ASKED = {"model": "echo", "messages": [{"role": "user", "content": "the code is 4711"}]}


def kept(gateway: GatewayInside, call_id: str) -> tuple[str, Kept]:
    """What is in the database of a call, opened; and what its record says it is."""
    with open_installation(gateway.settings) as installation:
        engine = installation.database.engine
        row = SqlContents(engine).named([call_id])[call_id]
        keys = SqlSubjectKeys(engine, installation.keyring, secrets.token_bytes)
        found = [key for key in map(keys.find, row.subjects) if key is not None]
        sealer = Sealer(row.subjects, found, secrets.token_bytes)
        [outcome] = gateway.of_call(Outcome, call_id)
        assert outcome.content.ref == row.ref
        return outcome.content.mode, sealer.open(call_id, row.mode, row.sealed)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_call_is_kept_as_it_was_sent_and_got(tmp_path: Path, stream: bool):
    async with GatewayInside(tmp_path, POLICY) as gateway, gateway.client() as client:
        client.ask("/v1/chat/completions", {**ASKED, "stream": stream})
        await client.finished()
        call_id, got = client.headers["x-request-id"], bytes(client.body)
        await gateway.stop()
        mode, found = kept(gateway, call_id)
        assert (mode, b"4711" in found.sent) == ("sealed", True)
        assert found.got and got.startswith(found.got)
        assert len(got) - len(found.got) <= len(b"data: [DONE]\n\n") * stream


@pytest.mark.parametrize("stream", [False, True])
async def test_redacted_content_is_as_privacy_left_it(tmp_path: Path, stream: bool):
    privacy = {"default": "p", "profiles": {"p": {"entities": {"EMAIL": "redact"}, "output": "restore"}}}
    policy = POLICY | {"privacy": privacy, "audit": {"content": "redacted"}}
    asked = {
        **ASKED,
        "messages": [{"role": "user", "content": "write to anna@example.com"}],
        "stream": stream,
    }
    async with GatewayInside(tmp_path, policy) as gateway, gateway.client() as client:
        client.ask("/v1/chat/completions", asked)
        await client.finished()
        call_id, got = client.headers["x-request-id"], bytes(client.body)
        await gateway.stop()
        mode, found = kept(gateway, call_id)
    assert (mode, b"anna@example.com" in got) == ("redacted", True)
    assert b"anna" not in found.sent + found.got
    assert b"EMAIL" in found.sent and b"EMAIL" in found.got


async def test_no_content_is_anywhere_in_the_open(tmp_path: Path):
    async with GatewayInside(tmp_path, POLICY) as gateway, gateway.client() as client:
        client.ask("/v1/chat/completions", ASKED)
        await client.finished()
        await gateway.stop()
    found = [
        path for path in (tmp_path / "data").rglob("*") if path.is_file() and b"4711" in path.read_bytes()
    ]
    assert found == []


async def test_nothing_is_kept_unless_the_policy_says_so(tmp_path: Path):
    async with GatewayInside(tmp_path, {**POLICY, "audit": {}}) as gateway, gateway.client() as client:
        client.ask("/v1/chat/completions", ASKED)
        await client.finished()
        await gateway.stop()
        [outcome] = gateway.of_call(Outcome, client.headers["x-request-id"])
        assert outcome.content.mode == "none"
        with open_installation(gateway.settings) as installation:
            assert SqlContents(installation.database.engine).between(None, None, None, 9) == []


async def test_a_running_gateway_forgets_whom_anybody_erased(tmp_path: Path):
    async with GatewayInside(tmp_path, POLICY) as gateway, gateway.client() as client:
        client.ask("/v1/chat/completions", ASKED)
        await client.finished()
        first = gateway.runtime.subjects.known("user", "anna")
        with open_installation(gateway.settings) as installation:
            SqlErasures(installation.database.engine).erase(Tombstone(first or "", 1, "{}"))
        await gateway.until(lambda: gateway.runtime.subjects.known("user", "anna") is None)
        client.ask("/v1/chat/completions", ASKED)
        await client.finished()
        second, call_id = gateway.runtime.subjects.known("user", "anna"), client.headers["x-request-id"]
        await gateway.stop()
        assert first and second and first != second
        assert kept(gateway, call_id)[0] == "sealed"


async def test_a_start_after_a_restore_records_whom_it_erased_again(tmp_path: Path):
    (tmp_path / "data").mkdir()
    write_down(tmp_path / "data", certificate(STATEMENT, SIGNER))
    async with GatewayInside(tmp_path, POLICY) as gateway:
        with open_installation(gateway.settings) as installation:
            acts = SqlActs(installation.database.engine)
            wanted = ActFilter(act="privacy.replay")
            await gateway.until(lambda: acts.search(wanted))
            [act] = acts.search(wanted)
    assert (act.begun.auth, act.begun.about) == ("gateway", '{"subjects":["u-1"]}')


def test_nothing_is_deleted_that_a_budget_still_counts():
    noon = 1_800_000_000_000
    day_ms = 24 * 3_600_000
    month = BudgetEntry.model_validate({"name": "b", "amount": "1 USD", "period": "month"})
    policy = Policy("rev-1", entries=entries((), (month,)))
    began = datetime(2027, 1, 1, tzinfo=UTC).timestamp() * 1000
    assert oldest_kept(policy, noon, 86_400.0) == began
    assert oldest_kept(policy, noon, 30 * 86_400.0) == noon - 30 * day_ms
    assert oldest_kept(Policy("rev-1"), noon, 86_400.0) == noon - day_ms


@pytest.mark.parametrize(
    ("retention", "deleted", "left"),
    [({"entries": "1h"}, (1, 0), 0), ({"entries": "4h", "content": "1h"}, (0, 1), 1), ({}, (0, 0), 1)],
)
async def test_a_running_gateway_deletes_what_its_policy_keeps_no_longer(
    tmp_path: Path, retention: dict[str, str], deleted: tuple[int, int], left: int
):
    policy = {**POLICY, "audit": {"content": "sealed", "retention": retention}}
    async with GatewayInside(tmp_path, policy) as gateway, gateway.client() as client:
        client.ask("/v1/chat/completions", ASKED)
        await client.finished()
        call_id = client.headers["x-request-id"]
        with open_installation(gateway.settings) as installation:
            engine = installation.database.engine
            calls, contents = SqlCalls(engine), SqlContents(engine)
            await gateway.until(
                lambda: contents.named([call_id]) and calls.named([call_id])[call_id].outcome.ending
            )
            pruner = rights._pruner(installation, gateway.runtime)
            in_two_hours = installation.now_ms() + 2 * 3_600_000
            done = await asyncio.to_thread(prune, pruner, gateway.runtime.policies.current, in_two_hours)
            assert (done, len(calls.named([call_id]))) == (deleted, left)
            assert len(contents.named([call_id])) == (0 if any(deleted) else 1)
            acts = SqlActs(engine).search(ActFilter(act="audit.prune"))
            assert len(acts) == deleted[0]
