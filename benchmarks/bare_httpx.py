"""The same bare ASGI proxy on httpx: what the choice of the client costs."""

from __future__ import annotations

import httpx
from starlette.types import Scope, Send

from benchmarks.asgi import BareProxy, answer_headers, is_stream, request_headers, serve, start, write


class BareHttpx(BareProxy):
    """A pass-through on httpx: a pool larger than the load, kept alive, environment ignored."""

    async def open(self) -> None:
        self._client = httpx.AsyncClient(
            limits=httpx.Limits(max_connections=1000, max_keepalive_connections=1000),
            timeout=httpx.Timeout(120, connect=5),
            trust_env=False,
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def forward(self, scope: Scope, body: bytes, send: Send) -> None:
        url = self.upstream + scope["path"]
        method, asked = scope["method"], request_headers(scope)
        async with self._client.stream(method, url, content=body, headers=asked) as answer:
            headers = answer_headers(answer.headers.raw)
            await start(send, answer.status_code, headers)
            if not is_stream(headers):
                await write(send, b"".join([part async for part in answer.aiter_raw()]), more=False)
                return
            async for data in answer.aiter_raw():
                await write(send, data, more=True)
            await write(send, b"", more=False)


if __name__ == "__main__":
    serve(BareHttpx)
