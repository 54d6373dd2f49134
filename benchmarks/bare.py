"""A bare ASGI proxy on aiohttp: what governance costs is measured against it."""

from __future__ import annotations

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from starlette.types import Scope, Send

from benchmarks.asgi import BareProxy, answer_headers, is_stream, request_headers, serve, start, write


class BareAiohttp(BareProxy):
    """A pass-through on aiohttp: no cookies, no limit of connections, bodies not decompressed."""

    async def open(self) -> None:
        self._session = ClientSession(
            connector=TCPConnector(limit=0),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            timeout=ClientTimeout(total=None, sock_connect=5, sock_read=120),
        )

    async def close(self) -> None:
        await self._session.close()

    async def forward(self, scope: Scope, body: bytes, send: Send) -> None:
        url = self.upstream + scope["path"]
        async with self._session.request(
            scope["method"], url, data=body, headers=request_headers(scope)
        ) as answer:
            headers = answer_headers(answer.raw_headers)
            await start(send, answer.status, headers)
            if not is_stream(headers):
                await write(send, await answer.read(), more=False)
                return
            while data := await answer.content.readany():
                await write(send, data, more=True)
            await write(send, b"", more=False)


if __name__ == "__main__":
    serve(BareAiohttp)
