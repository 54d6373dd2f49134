"""One path of the admin API: who asks, may they, what do they ask; then the operation, in a thread."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.types import Receive, Scope, Send

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.desk import missing
from gateway.admin.operations import Given, Operation
from gateway.admin.problem_body import FieldError, Misread, problem_body
from gateway.admin.sign_in import SignIn
from gateway.errors import Kind, Problem, Refused, SpoolUnavailable
from gateway.presence import RawHeaders
from gateway.reply import problem_head
from gateway.runtime import Runtime
from gateway.stores.interfaces import StoreUnavailable
from gateway.wire import Exchange

BODY_BYTES: Final = 1024 * 1024
_MOST_PARAMETERS: Final = 50
_MOST_AT_ONCE: Final = 64
"""Operations under way and waiting for a thread; each holds no more than a body."""


@dataclass(slots=True)
class Counter:
    """How many operations are under way."""

    now: int = 0


@dataclass(frozen=True, slots=True)
class Serving:
    """What every endpoint works with."""

    runtime: Runtime
    administration: Administration
    sign_in: SignIn
    executor: Executor
    under_way: Counter


class Endpoint:
    """An ASGI application: the operations of one path, by method."""

    def __init__(self, serving: Serving, operations: Sequence[Operation]) -> None:
        self._serving = serving
        self._by_method = {operation.method: operation for operation in operations}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        runtime = self._serving.runtime
        exchange = Exchange(scope, receive, send, stall_s=runtime.bounds.write_stall_s)
        request_id = runtime.chance.call_id(runtime.clock.now_ms())
        try:
            status, body = await self._answer(exchange, request_id)
        except Refused as refused:
            await refuse(exchange, refused, request_id, self._allow(refused))
        except asyncio.CancelledError:
            if not exchange.client_left:
                raise
        else:
            await exchange.answer(status, head(request_id, "application/json"), body)

    async def _answer(self, exchange: Exchange, request_id: str) -> tuple[int, bytes]:
        operation = self._by_method.get(exchange.scope["method"])
        if operation is None:
            raise wrong_method(tuple(self._by_method))
        under_way = self._serving.under_way
        if under_way.now >= _MOST_AT_ONCE:
            raise _unavailable("too much is asked at once; try again", "too_many_requests")
        under_way.now += 1
        try:
            return operation.status, await self._operate(operation, exchange)
        except Refused:
            raise
        except StoreUnavailable:
            raise _unavailable(
                "the database can't be used right now; try again", "store_unavailable"
            ) from None
        except SpoolUnavailable:
            why = "nothing can be recorded right now, so nothing is done; try again"
            raise _unavailable(why, "audit_unavailable") from None
        except Exception as error:  # our own mistakes get an answer too
            self._serving.runtime.journal.fault("admin API", request_id, error)
            raise _refused(Kind.INTERNAL, "this went wrong here; the log says why", "internal") from None
        finally:
            under_way.now -= 1

    async def _operate(self, operation: Operation, exchange: Exchange) -> bytes:
        serving, runtime = self._serving, self._serving.runtime
        actor = await serving.sign_in.actor(exchange)
        loop = asyncio.get_running_loop()
        given_path = exchange.scope.get("path_params", {})
        try:
            serving.administration.desk.reach(actor, operation.permission)
        except Refused as refused:
            if operation.act is not None:
                await loop.run_in_executor(
                    serving.executor,
                    serving.administration.attempted,
                    actor,
                    operation.act,
                    given_path,
                    refused,
                )
            raise
        path = _path(operation, given_path)
        query = _query(operation, exchange.scope["query_string"])
        sent = b""
        if operation.body is not None:
            _require_json(exchange)
            sent = await exchange.read_body(cap_bytes=BODY_BYTES, timeout_s=runtime.bounds.body_timeout_s)
        return await loop.run_in_executor(
            serving.executor, _done, operation, serving.administration, actor, path, query, sent
        )

    def _allow(self, refused: Refused) -> RawHeaders:
        return [(b"allow", ", ".join(self._by_method).encode())] if refused.rule == "method" else []


def _done(
    operation: Operation,
    administration: Administration,
    actor: Actor,
    path: Mapping[str, str],
    query: Any,
    sent: bytes,
) -> bytes:
    """In a thread: reading and writing a megabyte of JSON would hold up calls."""
    body = None if operation.body is None else _body(operation.body, sent)
    return operation.do(administration, actor, Given(path, query, body)).model_dump_json().encode()


def _path(operation: Operation, given: Mapping[str, str]) -> Mapping[str, str]:
    for name, parameter in operation.parameters.items():
        if re.fullmatch(parameter.pattern, given[name]) is None:
            raise missing("there is nothing of this name here")
    return given


def _query(operation: Operation, query_string: bytes) -> Any:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise Misread([FieldError(field="", message="the query can't be read")]) from None
    given = dict(pairs)
    if len(given) < len(pairs):
        raise Misread([FieldError(field="", message="the query names a parameter twice")])
    if operation.query is None:
        if given:
            raise Misread([FieldError(field="", message="this takes no parameters")])
        return None
    try:
        return operation.query.model_validate(given)
    except ValidationError as error:
        raise Misread.by(error) from None


def _require_json(exchange: Exchange) -> None:
    """Of a request that has a body."""
    said = exchange.text("content-type")
    if (
        said is None
        and exchange.text("content-length") in (None, "0")
        and not exchange.text("transfer-encoding")
    ):
        return
    if (said or "").partition(";")[0].strip().lower() != "application/json":
        raise _refused(
            Kind.UNSUPPORTED_ENCODING, "send the body as application/json", "unsupported_media_type"
        )


def _body(model: type[BaseModel], sent: bytes) -> BaseModel:
    """No body at all is an empty one."""
    try:
        return model.model_validate_json(sent or b"{}")
    except ValidationError as error:
        raise Misread.by(error) from None


def head(request_id: str, content_type: str) -> RawHeaders:
    """Nothing is kept on the way, or taken for what it isn't."""
    return [
        (b"content-type", content_type.encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-request-id", request_id.encode()),
    ]


async def refuse(exchange: Exchange, refused: Refused, request_id: str, headers: RawHeaders) -> None:
    """Say no."""
    problem = refused.problem
    said = problem_head([*head(request_id, "application/problem+json"), *headers], problem)
    if problem.kind is Kind.UNAUTHENTICATED:
        said.append((b"www-authenticate", b"Bearer"))
    await exchange.answer(problem.kind.status, said, problem_body(refused, request_id))


def _refused(kind: Kind, message: str, code: str) -> Refused:
    return Refused(Problem(kind, message, code=code), stage="administer", rule=code)


def _unavailable(message: str, code: str) -> Refused:
    problem = Problem(Kind.UNAVAILABLE, message, code=code, retry_after_s=1)
    return Refused(problem, stage="administer", rule=code)


def wrong_method(allowed: tuple[str, ...]) -> Refused:
    problem = Problem(
        Kind.METHOD_NOT_ALLOWED, f"this path takes {', '.join(allowed)}", code="method_not_allowed"
    )
    return Refused(problem, stage="administer", rule="method")
