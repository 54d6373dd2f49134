"""uvicorn as the gateway runs it: our protocol, nothing logged or believed, and where it listens said."""

from __future__ import annotations

from functools import partial
from typing import Any

import uvicorn

from gateway.protocol import BoundedProtocol
from gateway.settings import Settings


def config(settings: Settings, app: Any, turn_away: Any) -> uvicorn.Config:
    """How uvicorn runs the gateway: no access log, no proxy headers, no middleware, no WebSocket.

    `turn_away` is the application for connections beyond `max_connections`.
    """
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=partial(
            BoundedProtocol,
            head_bytes=settings.max_header_bytes,
            head_timeout_s=settings.body_timeout_s,
            stall_s=settings.write_stall_s,
            most_connections=settings.max_connections,
            turn_away=turn_away,
        ),  # type: ignore[arg-type]  # uvicorn only ever calls it
        ws="none",
        loop="auto",
        lifespan="on",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(settings.shutdown_grace_s) or 1,
    )


class Server(uvicorn.Server):
    """Says where it listens once it does: with port 0 nobody knows before."""

    def __init__(self, config: uvicorn.Config, listening: Any) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        for server in getattr(self, "servers", ()):
            for sock in server.sockets:
                host, port = sock.getsockname()[:2]
                self._listening(host, port)
                return
