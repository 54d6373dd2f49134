"""uvicorn as the gateway runs it: our protocol, nothing logged or believed, and where it listens said."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import uvicorn

from gateway.protocol import BoundedProtocol
from gateway.settings import Settings
from gateway.workers import shared_socket

_MOST_ADMIN_CONNECTIONS: Final = 256
_ADMIN_GRACE_S: Final = 5
"""What is under way on the admin side takes no longer, and calls are waited for after it."""


def config(settings: Settings, app: Any, turn_away: Any) -> uvicorn.Config:
    """How uvicorn runs the gateway: no access log, no proxy headers, no middleware, no WebSocket.

    `turn_away` is the application for connections beyond `max_connections`.
    """
    made = _config(settings, app, turn_away, settings.max_connections)
    made.host, made.port, made.lifespan = settings.host, settings.port, "on"
    made.timeout_graceful_shutdown = int(settings.shutdown_grace_s) or 1
    return made


def admin_config(settings: Settings, app: Any, turn_away: Any) -> uvicorn.Config | None:
    """The same for the admin side's own port, with connections of its own: callers can't crowd it out. None: it
    has none."""
    if settings.admin_port is None:
        return None
    made = _config(settings, app, turn_away, min(settings.max_connections, _MOST_ADMIN_CONNECTIONS))
    made.host, made.port, made.lifespan = settings.admin_host or settings.host, settings.admin_port, "off"
    made.timeout_graceful_shutdown = _ADMIN_GRACE_S
    return made


def _config(settings: Settings, app: Any, turn_away: Any, most_connections: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=partial(
            BoundedProtocol,
            head_bytes=settings.max_header_bytes,
            head_timeout_s=settings.body_timeout_s,
            stall_s=settings.write_stall_s,
            most_connections=most_connections,
            turn_away=turn_away,
        ),  # type: ignore[arg-type]  # uvicorn only ever calls it
        ws="none",
        loop="auto",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
    )


class Server(uvicorn.Server):
    """Says where it listens once it does: with port 0 nobody knows before.

    `beside` is a second server in the same loop: it listens before this one and until this one stops. `shared`: other
    processes listen at the same address.
    """

    def __init__(
        self, config: uvicorn.Config, listening: Any, beside: Server | None = None, *, shared: bool = False
    ) -> None:
        super().__init__(config)
        self._listening = listening
        self._beside = beside
        self._shared = shared

    async def startup(self, sockets: list[Any] | None = None) -> None:
        if self._beside is not None:
            await self._beside.begin()
        try:
            if self._shared:
                sockets = [shared_socket(self.config.host, self.config.port)]
            await super().startup(sockets)
        except BaseException:
            if self._beside is not None:
                await self._beside.shutdown()
            raise
        for server in getattr(self, "servers", ()):
            for sock in server.sockets:
                host, port = sock.getsockname()[:2]
                self._listening(host, port)
                return

    async def begin(self) -> None:
        """What uvicorn does before `startup` where it runs a server itself."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup()
        await self.on_tick(0)

    async def on_tick(self, counter: int) -> bool:
        if self._beside is not None:
            await self._beside.on_tick(counter)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        if self._beside is not None:
            await self._beside.shutdown()
        await super().shutdown(sockets)
