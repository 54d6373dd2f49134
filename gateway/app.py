"""The composition root: the only place that names concrete classes, and the ASGI application."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version

from starlette.applications import Starlette

from gateway.audit.boot import Booting
from gateway.audit.log import AuditLog
from gateway.clock import SystemChance, SystemClock
from gateway.egress import Fetcher
from gateway.errors import GatewayError
from gateway.front import Front
from gateway.health import health_routes
from gateway.identity.identities import Identities
from gateway.installation import Installation, open_installation
from gateway.journal import LogJournal
from gateway.ledger.memory import MemoryLedger
from gateway.policy.snapshot import Policy
from gateway.reload.reading import Folder
from gateway.reload.reloader import Reloader
from gateway.reload.status import InForce
from gateway.revocation import end_revoked
from gateway.runtime import Bounds, Runtime
from gateway.settings import Settings, environment
from gateway.stores.archive import SqlArchive
from gateway.stores.key_uses import LastUses, SqlKeyUses
from gateway.stores.keybook import KeyBook
from gateway.stores.objects import ObjectCache, SqlObjects
from gateway.stores.revisions import SqlRevisions
from gateway.stores.subjects import SubjectCache
from gateway.tokens import Tokens
from gateway.upload import Uploads
from gateway.upstream.aiohttp_client import AiohttpUpstream
from gateway.upstream.echo import EchoUpstream
from gateway.upstream.estimate import EstimateUpstream
from gateway.upstream.httpx_client import HttpxUpstream
from gateway.upstream.interface import Upstream
from gateway.upstream.prices import PriceBook

Announce = Callable[[Installation], None]
"""Told once the installation is open and before calls are taken (the trial key)."""


Unable = Callable[[GatewayError], None]


def application(
    settings: Settings, policy: Policy, announce: Announce, unable: Unable = lambda _: None
) -> Front:
    """The gateway as an ASGI application; what it needs is opened by its lifespan. `unable` is told
    what keeps it from starting: a server only knows that something was raised."""
    front = Front(lambda: Starlette(routes=health_routes(front), lifespan=lifespan))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                runtime = await stack.enter_async_context(running(settings, policy, announce))
            except GatewayError as error:
                unable(error)
                raise
            front.open(runtime, asyncio.get_running_loop())
            stack.callback(front.close)
            yield

    return front


@asynccontextmanager
async def running(settings: Settings, policy: Policy, announce: Announce) -> AsyncIterator[Runtime]:
    """Everything a call may use, opened in order and closed in reverse: the audit log last but one."""
    async with AsyncExitStack() as stack:
        installation = stack.enter_context(open_installation(settings))
        announce(installation)
        # Keys have a thread of their own: a revocation never waits behind callers' new names.
        for_keys = stack.enter_context(ThreadPoolExecutor(1, "keys"))
        for_subjects = stack.enter_context(ThreadPoolExecutor(2, "subjects"))
        for_objects = stack.enter_context(ThreadPoolExecutor(2, "objects"))
        for_uploads = stack.enter_context(ThreadPoolExecutor(4, "uploads"))
        clock, chance, policies = SystemClock(), SystemChance(), InForce(policy)
        audit = await AuditLog.open(_booting(settings, policy, installation))
        stack.push_async_callback(audit.close)
        keys = KeyBook(installation.keys, for_keys, clock, hash_key=installation.hash_key)
        await keys.refresh()
        for_uses = stack.enter_context(ThreadPoolExecutor(1, "uses"))
        uses = LastUses(SqlKeyUses(installation.database.engine), for_uses, clock)
        stack.push_async_callback(uses.write)
        remote, tokens = _upstream(settings), Tokens()
        stack.push_async_callback(remote.aclose)
        identities = Identities(Fetcher(), clock)
        stack.callback(identities.close)
        following = await stack.enter_async_context(asyncio.TaskGroup())
        issuers = following.create_task(identities.follow(lambda: policies.current))
        stack.callback(issuers.cancel)
        runtime = Runtime(
            policies=policies,
            keys=keys,
            uses=uses,
            identities=identities,
            subjects=SubjectCache(installation.subjects, for_subjects),
            objects=ObjectCache(SqlObjects(installation.database.engine), for_objects),
            ledger=MemoryLedger(),
            prices=PriceBook(clock.today),
            tokens=tokens,
            uploads=Uploads(settings.data / "uploads", for_uploads, lambda: secrets.token_hex(16)),
            upstreams=_upstreams(remote, tokens, clock),
            audit=audit,
            clock=clock,
            chance=chance,
            journal=LogJournal(),
            bounds=_bounds(settings),
            trusted_proxies=frozenset(settings.trusted_proxies),
        )
        for_policy = stack.enter_context(ThreadPoolExecutor(1, "policy"))
        reloader = Reloader(
            folder_of(settings),
            policies,
            SqlRevisions(installation.database.engine),
            for_policy,
            clock,
            lambda _: end_revoked(runtime),
        )
        for worker in (keys.follow(lambda: end_revoked(runtime)), uses.follow(), reloader.follow()):
            stack.callback(following.create_task(worker).cancel)
        yield runtime


def folder_of(settings: Settings) -> Folder:
    """Where the policy is. What it may refer to: the environment; where the gateway's own files are, it may not."""
    return Folder(settings.policies, {**environment(), "GATEWAY_DATA": str(settings.data)})


def _booting(settings: Settings, policy: Policy, installation: Installation) -> Booting:
    return Booting(
        data=settings.data,
        installation=installation.database.installation,
        archive=SqlArchive(installation.database.engine, now_ms=installation.now_ms),
        version=version("portcullis-gateway"),
        policy=policy.revision,
        now_ms=installation.now_ms,
        monotonic=installation.clock.monotonic,
        new_id=lambda: secrets.token_hex(8),
        fsync=policy.audit.fsync,
    )


def _upstreams(remote: Upstream, tokens: Tokens, clock: SystemClock) -> dict[str, Upstream]:
    """By the dialects of providers: what is far is one pool of connections."""
    return {
        **dict.fromkeys(("openai", "azure", "anthropic", "gemini"), remote),
        "estimate": EstimateUpstream(tokens),
        "echo": EchoUpstream(now_s=lambda: clock.now_ms() // 1000),
    }


def _upstream(settings: Settings) -> Upstream:
    return AiohttpUpstream() if settings.upstream == "aiohttp" else HttpxUpstream()


def _bounds(settings: Settings) -> Bounds:
    return Bounds(
        body_bytes=settings.max_body_bytes,
        upload_bytes=settings.upload_bytes,
        answer_bytes=settings.max_answer_bytes,
        body_timeout_s=settings.body_timeout_s,
        write_stall_s=settings.write_stall_s,
    )
