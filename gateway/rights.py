"""What a running gateway does about contents of calls and the rights of those whom they are about: keeps the former,
forgets whom anybody erased, and deletes what its time is over of."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from gateway.audit.content_spool import ContentSpool
from gateway.audit.entry import Act, Acted, Administrator, Entry, Fact, time_text
from gateway.audit.keeping import Keeping
from gateway.audit.pruning import Pruner
from gateway.clock import SystemClock
from gateway.errors import GatewayError, SpoolUnavailable
from gateway.installation import Installation
from gateway.policy.snapshot import Policy
from gateway.runtime import Audit, Runtime
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.contents import SqlContents
from gateway.stores.erasures import SqlErasures
from gateway.stores.holds import SqlHolds
from gateway.stores.prunings import SqlPrunings
from gateway.stores.subject_keys import SqlSubjectKeys
from gateway.stores.subjects import SubjectCache

_LOG = logging.getLogger(__name__)
_FORGET_EVERY_S: Final = 1.0
_PRUNE_FIRST_S: Final = 60.0
_PRUNE_EVERY_S: Final = 3600.0
_RECORD_S: Final = 30.0


async def open_keeping(
    data: Path, installation: Installation, executor: Executor, stack: AsyncExitStack
) -> Keeping:
    """Where contents are kept; what dead processes left is shipped first. StoreUnavailable."""
    engine = installation.database.engine
    spool = ContentSpool(data, SqlContents(engine), lambda: secrets.token_hex(8))
    await asyncio.to_thread(spool.recover)
    stack.push_async_callback(asyncio.to_thread, spool.close)
    keys = SqlSubjectKeys(engine, installation.keyring, secrets.token_bytes)
    return Keeping(spool, keys, installation.subjects, executor)


def rights_workers(installation: Installation, runtime: Runtime) -> Iterator[Coroutine[None, None, None]]:
    """Loops without an end."""
    yield forgetting(SqlErasures(installation.database.engine), runtime, installation.clock)
    yield pruning(installation, runtime)


async def forgetting(erasures: SqlErasures, runtime: Runtime, clock: SystemClock) -> None:
    """Whoever erases a person does so in the database: what is remembered here goes within two seconds."""
    last = 0
    while True:
        try:
            last, gone = await asyncio.to_thread(erasures.since, last)
            for memory in (runtime.subjects, runtime.contents):
                if gone and isinstance(memory, SubjectCache | Keeping):
                    memory.forget(gone)
        except GatewayError as error:
            _LOG.warning("who was erased can't be looked up: %s", error)
        await clock.sleep(_FORGET_EVERY_S)


async def pruning(installation: Installation, runtime: Runtime) -> None:
    """Records whom a start had to erase again, then deletes every hour what its time is over of."""
    clock, pruner = installation.clock, _pruner(installation, runtime)
    if installation.replayed:
        await _record_replay(installation, runtime.audit)
    await clock.sleep(_PRUNE_FIRST_S)
    while True:
        try:
            await asyncio.to_thread(prune, pruner, runtime.policies.current, clock.now_ms())
        except GatewayError as error:
            _LOG.warning("what is over can't be deleted: %s", error)
        await clock.sleep(_PRUNE_EVERY_S)


def prune(pruner: Pruner, policy: Policy, now_ms: int) -> tuple[int, int]:
    """Deletes what the policy keeps no longer: how many calls, and of how many more the contents. Blocks."""
    kept = policy.audit.retention
    calls = 0 if kept.entries_s is None else pruner.entries(oldest_kept(policy, now_ms, kept.entries_s))
    contents = 0 if kept.content_s is None else pruner.contents(now_ms - int(kept.content_s * 1000))
    if calls or contents:
        _LOG.info("deleted when their time was over: %d calls, and the contents of %d more", calls, contents)
    return calls, contents


def oldest_kept(policy: Policy, now_ms: int, entries_s: float) -> int:
    """No call is deleted that a budget still counts: it starts from what is recorded in its period."""
    periods = [entry.calendar.at(now_ms).from_ms for entry in policy.entries if entry.calendar is not None]
    return min([now_ms - int(entries_s * 1000), *periods])


def _pruner(installation: Installation, runtime: Runtime) -> Pruner:
    engine = installation.database.engine
    return Pruner(
        prunings=SqlPrunings(engine),
        calls=SqlCalls(engine),
        acts=SqlActs(engine),
        holds=SqlHolds(engine).list,
        append=_waited_for(runtime.audit, asyncio.get_running_loop()),
        now_ms=installation.now_ms,
        new_id=_act_id,
        sleep=time.sleep,
    )


def _waited_for(audit: Audit, loop: asyncio.AbstractEventLoop) -> Callable[[Entry], None]:
    """For a thread beside the loop."""

    async def durable(entry: Entry) -> None:
        await audit.append(entry)

    def wait(entry: Entry) -> None:
        waiting = durable(entry)
        try:
            asyncio.run_coroutine_threadsafe(waiting, loop).result(_RECORD_S)
        except (RuntimeError, TimeoutError) as error:
            waiting.close()
            raise SpoolUnavailable("the audit log does not answer") from error

    return wait


async def _record_replay(installation: Installation, audit: Audit) -> None:
    about: dict[str, Fact] = {"subjects": tuple(installation.replayed)}
    act_id = _act_id()
    at, who = time_text(installation.now_ms()), Administrator(auth="gateway")
    try:
        await audit.append(Act(id=act_id, at=at, who=who, act="privacy.replay", about=about))
        await audit.append(Acted(id=act_id, ended_at=at, ending="done"))
    except SpoolUnavailable as error:
        _LOG.error("people were erased again after a restore, and that can't be recorded: %s", error)


def _act_id() -> str:
    return f"act_{secrets.token_hex(12)}"
