"""`/livez` and `/readyz`: status only."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway.front import Front


def health_routes(front: Front) -> list[Route]:
    async def live(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    async def ready(_: Request) -> PlainTextResponse:
        runtime = front.runtime
        if runtime is None or not (
            runtime.audit.healthy and runtime.ledger.started and runtime.detection.ready
        ):
            return PlainTextResponse("not ready\n", status_code=503)
        return PlainTextResponse("ready\n")

    return [Route("/livez", live), Route("/readyz", ready)]
