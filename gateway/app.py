"""The composition root: the only place that names concrete classes, and the ASGI application."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, closing
from functools import partial

from starlette.applications import Starlette

from gateway.admin.opening import Administer, Parts, open_side, to_nobody
from gateway.alerts.opening import open_alerting
from gateway.audit.log import AuditLog
from gateway.auditing import open_audit
from gateway.clock import SystemChance, SystemClock
from gateway.egress import Fetcher
from gateway.errors import GatewayError
from gateway.freezing import end_frozen
from gateway.front import Front
from gateway.guards.on_demand import GuardsOnDemand, prepared
from gateway.health import health_routes
from gateway.identity.identities import Identities
from gateway.installation import Installation, open_installation
from gateway.journal import LogJournal
from gateway.ledger.exhausted import Exhausted, heard_of_others
from gateway.ledger.opening import open_ledger
from gateway.ledger.protocol import Ledger, OnSettled
from gateway.measures import open_measures
from gateway.policy.snapshot import Policy
from gateway.privacy.on_demand import open_detection
from gateway.reload.hangup import on_hangup
from gateway.reload.reading import Folder
from gateway.reload.reloader import Reloader
from gateway.reload.status import InForce
from gateway.reporting import open_reports
from gateway.revocation import end_revoked
from gateway.rights import open_keeping, rights_workers
from gateway.runtime import Bounds, Runtime
from gateway.settings import Settings, environment
from gateway.stores.key_uses import LastUses, SqlKeyUses
from gateway.stores.keybook import KeyBook
from gateway.stores.measures import SqlMeasures
from gateway.stores.objects import ObjectCache, SqlObjects
from gateway.stores.revisions import SqlRevisions
from gateway.stores.subjects import SubjectCache
from gateway.stores.vault import open_vault
from gateway.tokens import Tokens
from gateway.upload import Uploads
from gateway.upstream.opening import Remote, remote_upstream, upstreams
from gateway.upstream.prices import PriceBook
from gateway.upstream.reached import reached

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
                runtime = await stack.enter_async_context(
                    running(settings, policy, announce, front.administer)
                )
            except GatewayError as error:
                unable(error)
                raise
            front.open(runtime, asyncio.get_running_loop())
            stack.callback(front.close)
            yield

    return front


@asynccontextmanager
async def running(
    settings: Settings, policy: Policy, announce: Announce, administer: Administer = to_nobody
) -> AsyncIterator[Runtime]:
    """Everything a call may use, opened in order and closed in reverse: the audit log last but one."""
    async with AsyncExitStack() as stack:
        installation = stack.enter_context(open_installation(settings))
        announce(installation)
        parts, beside = await _opened(settings, policy, installation, stack)
        await _follow(stack, *_workers(parts), *beside)
        open_side(settings, parts, stack, administer)
        yield parts.runtime


async def _opened(
    settings: Settings, policy: Policy, installation: Installation, stack: AsyncExitStack
) -> tuple[Parts, tuple[Coroutine[None, None, None], ...]]:
    """All parts, and what must go on beside calls and is of no part. Detection comes first: its model may be missing."""
    privacy = open_detection(installation.secret, _threads(stack, "privacy"), policy)
    detection = await stack.enter_async_context(privacy)
    threads = partial(_threads, stack)
    for_uses, for_objects = threads("uses"), threads("objects", 2)
    clock, policies, engine = SystemClock(), InForce(policy), installation.database.engine
    audit, attending = await open_audit(settings, lambda: policies.current, installation, stack)
    # Keys have a thread of their own: a revocation never waits behind callers' new names.
    keys = KeyBook(installation.keys, threads("keys"), clock, hash_key=installation.hash_key)
    await keys.refresh()
    uses = LastUses(SqlKeyUses(engine), for_uses, clock)
    stack.push_async_callback(uses.write)
    remote = await stack.enter_async_context(aclosing(remote_upstream(settings.upstream)))
    tokens, identities = Tokens(), stack.enter_context(closing(Identities(Fetcher(), clock)))
    measures = await open_measures(SqlMeasures(engine), threads("measures"), clock)
    alerting = open_alerting(engine, threads("alerts"), lambda: policies.current)
    runtime = Runtime(
        policies=policies,
        keys=keys,
        uses=uses,
        identities=identities,
        subjects=SubjectCache(installation.subjects, threads("subjects", 2)),
        objects=ObjectCache(SqlObjects(engine), for_objects),
        ledger=await _ledger(settings, policies, installation, audit, alerting.watch.settled, stack),
        prices=PriceBook(clock.today),
        tokens=tokens,
        uploads=Uploads(settings.data / "uploads", threads("uploads", 4), lambda: secrets.token_hex(16)),
        upstreams=upstreams(remote, tokens, clock.now_ms),
        detection=detection,
        guards=await prepared(GuardsOnDemand(threads("guards"), Fetcher()), policy),
        vault=open_vault(engine, installation.secret, for_objects, clock.now_ms),
        measures=measures,
        exhausted=Exhausted() if settings.redis_url is None else heard_of_others(),
        events=alerting.events,
        audit=audit,
        contents=await open_keeping(settings.data, installation, threads("contents", 2), stack),
        clock=clock,
        chance=SystemChance(),
        journal=LogJournal(),
        bounds=_bounds(settings),
        trusted_proxies=frozenset(settings.trusted_proxies),
    )
    reloader = _reloader(settings, policies, installation, runtime, remote, stack)
    parts = Parts(installation, runtime, audit, attending.notary, identities, reloader, measures, alerting)
    reports = open_reports(installation, audit.writer, reloader, for_uses, stack)
    revoking = keys.follow(lambda: end_revoked(runtime))
    return parts, (attending.adoption.follow(), revoking, uses.follow(), reports.follow())


def _workers(parts: Parts) -> Iterator[Coroutine[None, None, None]]:
    """What goes on beside calls."""
    policies = parts.runtime.policies
    yield parts.identities.follow(lambda: policies.current)
    yield parts.reloader.follow()
    yield parts.notary.follow()
    yield from rights_workers(parts.installation, parts.runtime)
    yield parts.measures.follow(lambda: end_frozen(parts.runtime))
    yield from parts.alerting.followers()


def folder_of(settings: Settings) -> Folder:
    """Where the policy is. What it may refer to: the environment; where the gateway's own files are, it may not."""
    return Folder(settings.policies, {**environment(), "GATEWAY_DATA": str(settings.data)})


def _threads(stack: AsyncExitStack, name: str, most: int = 1) -> Executor:
    return stack.enter_context(ThreadPoolExecutor(most, name))


async def _follow(stack: AsyncExitStack, *workers: Coroutine[None, None, None]) -> None:
    """Loops without an end, until the stack is closed."""
    following = await stack.enter_async_context(asyncio.TaskGroup())
    for worker in workers:
        stack.callback(following.create_task(worker).cancel)


def _reloader(
    settings: Settings,
    policies: InForce,
    installation: Installation,
    runtime: Runtime,
    remote: Remote,
    stack: AsyncExitStack,
) -> Reloader:
    then, before = partial(_let_go, runtime=runtime, remote=remote), runtime.prepare
    folder, executor, clock = folder_of(settings), _threads(stack, "policy"), installation.clock
    revisions = SqlRevisions(installation.database.engine)
    reloader = Reloader(folder, policies, revisions, executor, clock, then, before)
    stack.enter_context(on_hangup(asyncio.get_running_loop(), reloader.ask))
    return reloader


def _let_go(policy: Policy, runtime: Runtime, remote: Remote) -> None:
    """Of what another policy had and this one has not: calls of its keys, connections to its providers."""
    end_revoked(runtime)
    remote.keep_only(reached(policy))


async def _ledger(
    settings: Settings,
    policies: InForce,
    installation: Installation,
    audit: AuditLog,
    on_settled: OnSettled,
    stack: AsyncExitStack,
) -> Ledger:
    url = None if settings.redis_url is None else settings.redis_url.get_secret_value()
    database, clock, executor = installation.database, installation.clock, _threads(stack, "past")
    ledger = open_ledger(url, database, executor, clock, audit, lambda: policies.current, on_settled)
    stack.push_async_callback(ledger.aclose)
    await _follow(stack, ledger.run())
    return ledger


def _bounds(settings: Settings) -> Bounds:
    return Bounds(
        body_bytes=settings.max_body_bytes,
        upload_bytes=settings.upload_bytes,
        answer_bytes=settings.max_answer_bytes,
        body_timeout_s=settings.body_timeout_s,
        write_stall_s=settings.write_stall_s,
    )
