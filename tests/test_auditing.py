"""The audit log of a gateway, opened and closed: its own chain, signed when it begins and when it ends."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.audit.chain import open_envelope
from gateway.audit.checkpoint import holds, read_line, stated_by
from gateway.audit.entry import Boot, Checkpoint, decode
from gateway.auditing import open_audit
from gateway.custody import SigningKeyLost, known_publics
from gateway.installation import Installation, open_installation
from gateway.policy.auditing import Anchor, Audit
from gateway.policy.snapshot import Policy
from gateway.settings import Settings
from gateway.signing import Trust
from gateway.stores.calls import SqlCalls
from gateway.stores.keyrings import SqlKeyring
from tests.audit.parts import intent, outcome


async def ran(settings: Settings, installation: Installation, *anchors: Anchor) -> None:
    """A gateway that took one call."""
    policy = Policy("rev-1", audit=Audit(anchors=anchors))
    async with AsyncExitStack() as stack:
        audit, attending = await open_audit(settings, lambda: policy, installation, stack)
        await attending.notary.round()
        await audit.append(intent("c1"))
        await audit.append(outcome("c1"))


def entries(installation: Installation) -> list[object]:
    calls = SqlCalls(installation.database.engine)
    [writer] = calls.writers()
    envelopes = (open_envelope(row.body) for row in calls.entries(writer, 0, 100))
    return [decode(envelope.entry) for envelope in envelopes if envelope is not None]


async def test_a_chain_is_signed_when_it_begins_and_when_it_ends(tmp_path: Path):
    settings = Settings(data=tmp_path)
    with open_installation(settings) as installation:
        await ran(settings, installation)
        boot, first, _, _, last = entries(installation)
        assert isinstance(boot, Boot) and isinstance(first, Checkpoint) and isinstance(last, Checkpoint)
        [writer] = first.heads
        assert (first.heads[writer][0], last.heads[writer][0]) == (1, 4)
        trusted = Trust(known_publics(settings, SqlKeyring(installation.database.engine)))
        name = installation.database.installation
        assert all(holds(trusted, stated_by(name, writer, one)) for one in (first, last))


async def test_an_anchor_keeps_what_the_last_entry_says(tmp_path: Path):
    settings, file = Settings(data=tmp_path / "data"), tmp_path / "anchors.jsonl"
    with open_installation(settings) as installation:
        await ran(settings, installation, Anchor(str(file), None, 60.0))
        lines = [read_line(line) for line in file.read_bytes().splitlines()]
        last = entries(installation)[-1]
    assert len(lines) == 2 and lines[-1] is not None
    assert isinstance(last, Checkpoint) and lines[-1].signature == last.signature


async def test_a_gateway_with_another_signing_key_does_not_begin(tmp_path: Path):
    settings = Settings(data=tmp_path)
    with open_installation(settings) as installation:
        await ran(settings, installation)
        other = Settings(data=tmp_path, signing_key=SecretStr("t" * 32))
        with pytest.raises(SigningKeyLost, match="GATEWAY_SIGNING_KEY"):
            await ran(other, installation)
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
