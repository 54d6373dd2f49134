"""The admin side as an ASGI application: the admin API, and whatever else is not for callers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Final

import orjson
from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

from gateway.admin.act_operations import ACT_OPERATIONS
from gateway.admin.audit_operations import AUDIT_OPERATIONS
from gateway.admin.budget_operations import BUDGET_OPERATIONS
from gateway.admin.endpoint import Endpoint, Serving, head, refuse, wrong_method
from gateway.admin.freeze_operations import FREEZE_OPERATIONS
from gateway.admin.key_operations import KEY_OPERATIONS
from gateway.admin.keyring_operations import KEYRING_OPERATIONS
from gateway.admin.openapi import description
from gateway.admin.operations import ROOT, Operation
from gateway.admin.policy_operations import POLICY_OPERATIONS
from gateway.admin.privacy_operations import PRIVACY_OPERATIONS
from gateway.admin.system_operations import SYSTEM_OPERATIONS
from gateway.admin.usage_operations import USAGE_OPERATIONS
from gateway.admin.user_operations import USER_OPERATIONS
from gateway.errors import Kind, Problem, Refused
from gateway.runtime import Runtime
from gateway.wire import Exchange

OPERATIONS: Final[tuple[Operation, ...]] = (
    *KEY_OPERATIONS,
    *USER_OPERATIONS,
    *AUDIT_OPERATIONS,
    *ACT_OPERATIONS,
    *POLICY_OPERATIONS,
    *PRIVACY_OPERATIONS,
    *USAGE_OPERATIONS,
    *BUDGET_OPERATIONS,
    *FREEZE_OPERATIONS,
    *KEYRING_OPERATIONS,
    *SYSTEM_OPERATIONS,
)


def admin_side(serving: Serving, others: Sequence[BaseRoute] = ()) -> Router:
    """All of it. `others` are routes that stand beside the admin API."""
    by_path: dict[str, list[Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, []).append(operation)
    routes = [Route(ROOT + path, Endpoint(serving, here)) for path, here in by_path.items()]
    return Router(
        [*others, *routes, Route(f"{ROOT}/openapi.json", Description(serving.runtime))],
        redirect_slashes=False,
        default=Nowhere(serving.runtime),
    )


class Description:
    """An ASGI application: /admin/v1/openapi.json."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @cached_property
    def _body(self) -> bytes:
        return orjson.dumps(description(OPERATIONS, version("portcullis-gateway")))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange, request_id = _exchange(scope, receive, send, self._runtime)
        if scope["method"] != "GET":
            await refuse(exchange, wrong_method(("GET",)), request_id, [(b"allow", b"GET")])
            return
        await exchange.answer(200, head(request_id, "application/json"), self._body)


class Nowhere:
    """An ASGI application: every path that isn't there."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange, request_id = _exchange(scope, receive, send, self._runtime)
        problem = Problem(Kind.NOT_FOUND, "there is no such path here", code="unknown_path")
        await refuse(exchange, Refused(problem, stage="administer", rule="path"), request_id, [])


def _exchange(scope: Scope, receive: Receive, send: Send, runtime: Runtime) -> tuple[Exchange, str]:
    exchange = Exchange(scope, receive, send, stall_s=runtime.bounds.write_stall_s)
    return exchange, runtime.chance.call_id(runtime.clock.now_ms())
