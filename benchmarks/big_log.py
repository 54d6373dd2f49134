"""A large audit log, made as a gateway makes it, and how long questions and proofs of it take.

::

    python -m benchmarks.big_log FOLDER [CALLS]     makes it where it is not there, then verifies it
"""

from __future__ import annotations

import random
import resource
import secrets
import sys
import time
from pathlib import Path
from typing import Final

from gateway.audit.chain import Chain, genesis
from gateway.audit.checkpoint import entry_of, signed
from gateway.audit.entry import (
    AskedFor,
    Attempt,
    Boot,
    Cost,
    Decision,
    Entry,
    Intent,
    Latency,
    Outcome,
    Purpose,
    Served,
    Who,
    encode,
    time_text,
)
from gateway.audit.projection import Sealed, project, shipment
from gateway.audit.report import Known
from gateway.audit.verify import Verifier
from gateway.custody import known_publics, open_signer
from gateway.installation import Installation, open_installation
from gateway.settings import Settings
from gateway.signing import Trust
from gateway.stores.acts import SqlActs
from gateway.stores.archive import SqlArchive
from gateway.stores.calls import SqlCalls
from gateway.stores.keyrings import SqlKeyring
from gateway.usage import Usage

CALLS: Final = 1_000_000
_BATCH: Final = 1_000
_CHECKPOINT_EVERY: Final = 3_000
"""Entries: a minute at 25 calls a second."""
_START_MS: Final = 1_800_000_000_000
_WRITER: Final = "bench"


def main() -> None:
    folder = Path(sys.argv[1])
    calls = int(sys.argv[2]) if len(sys.argv) > 2 else CALLS
    settings = Settings(data=folder)
    with open_installation(settings) as installation:
        if not SqlArchive(installation.database.engine, now_ms=lambda: _START_MS).position(_WRITER).seq:
            began = time.perf_counter()
            fill(settings, installation, calls)
            print(f"made {calls:,} calls in {time.perf_counter() - began:.1f} s")
        verify(settings, installation)


def verify(settings: Settings, installation: Installation) -> None:
    """Prints how long it took, and how much memory the process took at most."""
    store, engine = SqlKeyring(installation.database.engine), installation.database.engine
    trusted = Trust(known_publics(settings, store))
    began, worked = time.perf_counter(), time.process_time()
    report = Verifier(
        SqlCalls(engine),
        SqlActs(engine),
        installation.database.installation,
        settings.data,
        lambda _: None,
        Known(trusted),
    ).run()
    took, worked = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"verified {report.entries:,} entries in {took:.1f} s ({worked:.1f} s of processor time), at most {peak} MB; "
        f"fault: {report.fault}, unproven from {report.unproven}"
    )


def fill(settings: Settings, installation: Installation, calls: int) -> None:
    """One chain: a boot, an intent and an outcome for each call, and signed checkpoints."""
    engine, name = installation.database.engine, installation.database.installation
    archive = SqlArchive(engine, now_ms=lambda: _START_MS)
    signer = open_signer(settings, SqlKeyring(engine), _START_MS)
    chance = random.Random(1)
    chain = Chain(name, _WRITER, genesis(name, _WRITER), 1)
    waiting: list[Entry] = [Boot(id="boot-1", at=time_text(_START_MS), version="0.1.0", policy="rev-1")]
    signed_at = 0
    for number in range(calls):
        waiting += _call(chance, number)
        if len(waiting) >= _BATCH or number == calls - 1:
            before = chain.head.seq
            links = chain.seal([encode(entry) for entry in waiting])
            made = shipment(
                _WRITER, [project(_WRITER, Sealed(*one)) for one in zip(links, waiting, strict=True)]
            )
            if not archive.ship(made, before):
                raise SystemExit("somebody else writes there")
            waiting = []
            if chain.head.seq - signed_at >= _CHECKPOINT_EVERY or number == calls - 1:
                signed_at = chain.head.seq
                at = time_text(_START_MS + number * 40)
                stated = signed(signer, name, _WRITER, at, {_WRITER: (chain.head.seq, chain.head.hash)})
                waiting = [entry_of(stated, secrets.token_hex(8))]


def _call(chance: random.Random, number: int) -> list[Entry]:
    at_ms = _START_MS + number * 40
    call_id = (at_ms << 80 | chance.getrandbits(80)).to_bytes(16, "big").hex()
    team, model = chance.choice(("support", "legal", "sales")), chance.choice(("fast", "smart", "local"))
    refused = chance.random() < 0.02
    decisions = [Decision(stage="authorize", rule="role:analyst", verdict="allow")]
    if refused:
        decisions.append(
            Decision(stage="reserve", rule="limit:per-user", verdict="refuse", reason="requests")
        )
    intent = Intent(
        id=call_id,
        at=time_text(at_ms),
        who=Who(
            auth="key",
            key=f"key_{chance.randrange(500)}",
            user=f"u-{chance.randrange(10_000):024x}",
            team=team,
            roles=("analyst",),
            network="10.1.2.0/24",
        ),
        purpose=Purpose(use_case=chance.choice(("faq", "triage", None)), tags={"channel": "chat"}),
        asked=AskedFor(api="chat", model=model, stream=True),
        policy="rev-1",
        decisions=tuple(decisions),
    )
    return [intent, _refused(call_id, at_ms) if refused else _served(chance, call_id, at_ms)]


def _refused(call_id: str, at_ms: int) -> Outcome:
    return Outcome(
        id=call_id,
        ended_at=time_text(at_ms + 1),
        ending="refused",
        served=Served(),
        latency_ms=Latency(total=0.4),
    )


def _served(chance: random.Random, call_id: str, at_ms: int) -> Outcome:
    provider, region = chance.choice((("openai", "us"), ("anthropic", "us"), ("vllm", "eu")))
    target, ms = f"{provider}/model", round(chance.uniform(200, 5000), 1)
    attempt = Attempt(target=target, region=region, result="ok", ms=ms, request_id=f"req_{at_ms:x}")
    return Outcome(
        id=call_id,
        ended_at=time_text(at_ms + int(ms)),
        ending="complete",
        served=Served(provider=provider, region=region, target=target, model="model", attempts=(attempt,)),
        usage=Usage(input_tokens=chance.randrange(20, 8000), output_tokens=chance.randrange(1, 2000)),
        cost=Cost(usd=f"0.00{chance.randrange(1000, 9999)}", reserved_usd="0.01", price_version="2026-01-01"),
        latency_ms=Latency(total=ms + 5, first_byte=ms / 4, upstream=ms, overhead=5.0),
    )


if __name__ == "__main__":
    main()
