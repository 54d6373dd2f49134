"""A canned OpenAI-compatible provider that costs almost nothing: `python -m benchmarks.upstream --port N`.

It answers chat completions at once, whole (about 1 KB) or as a stream of `--chunks` events: as fast
as the reader takes them, or one each `--interval-ms` if the model's name ends in `-paced`. Every
answer has an id of its own. `GET /stats` counts what was asked of it.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from dataclasses import asdict, dataclass, field
from typing import cast

import orjson
import uvloop

EVENTS_PER_WRITE = 8  # of an unpaced stream, between turns of the other streams
_ID = b"chatcmpl-0000000000000000"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STREAM = re.compile(rb'"stream" *: *true')
_INCLUDE_USAGE = re.compile(rb'"include_usage" *: *true')
_PACED = re.compile(rb'"model" *: *"[^"]*-paced"')
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)
_STREAM_END = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
_USAGE = {
    "prompt_tokens": 214,
    "completion_tokens": 128,
    "total_tokens": 342,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}
_SENTENCE = "Your parcel left our warehouse this morning and should be with you within two working days. "


@dataclass(slots=True)
class Stats:
    connections: int = 0
    requests: int = 0
    streams: int = 0
    streams_cut: int = 0


@dataclass(frozen=True, slots=True)
class Canned:
    """Answers made once; only the id is written anew."""

    whole: tuple[bytes, bytes]
    events: list[bytes]
    usage_event: bytes
    interval_s: float
    stats: Stats = field(default_factory=Stats)


def canned(chunks: int, interval_s: float) -> Canned:
    choice = {"index": 0, "logprobs": None, "finish_reason": "stop"}
    message = {"role": "assistant", "content": _SENTENCE * 6, "refusal": None}
    whole = {**_base("chat.completion"), "choices": [{**choice, "message": message}], "usage": _USAGE}
    body = orjson.dumps(whole)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    before, _, after = (head + body).partition(_ID)
    events = [_event([{**choice, "delta": _delta(at), "finish_reason": None}]) for at in range(chunks - 1)]
    events.append(_event([{**choice, "delta": {}}]))
    return Canned((before, after), events, _event([], _USAGE), interval_s)


class Provider(asyncio.Protocol):
    """One connection: requests one after the other, kept alive."""

    def __init__(self, answers: Canned, loop: asyncio.AbstractEventLoop) -> None:
        self._answers = answers
        self._loop = loop
        self._received = b""
        self._streaming: _Stream | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by type
        self._answers.stats.connections += 1

    def data_received(self, data: bytes) -> None:
        received = self._received + data if self._received else data
        end = received.find(b"\r\n\r\n") + 4
        if end < 4:
            self._received = received
            return
        length = _LENGTH.search(received, 0, end)
        total = end + (int(length[1]) if length else 0)
        if len(received) < total:
            self._received = received
            return
        self._received = b""
        self._answer(received)

    def connection_lost(self, error: Exception | None) -> None:
        if self._streaming is not None:
            self._streaming.stop()

    def pause_writing(self) -> None:
        if self._streaming is not None:
            self._streaming.paused = True

    def resume_writing(self) -> None:
        if self._streaming is not None:
            self._streaming.resume()

    def _answer(self, request: bytes) -> None:
        answers = self._answers
        if not request.startswith((b"POST /v1/chat/completions ", b"POST /chat/completions ")):
            self._transport.write(_other(request, answers.stats))
            return
        answers.stats.requests += 1
        answer_id = b"chatcmpl-%016d" % answers.stats.requests
        if _STREAM.search(request) is None:
            before, after = answers.whole
            self._transport.write(before + answer_id + after)
            return
        answers.stats.streams += 1
        events = [event.replace(_ID, answer_id, 1) for event in answers.events]
        if _INCLUDE_USAGE.search(request):  # with the last event: asking for usage costs no interval
            events[-1] += answers.usage_event.replace(_ID, answer_id, 1)
        events[-1] += _STREAM_END
        self._transport.write(_STREAM_HEAD)
        interval_s = answers.interval_s if _PACED.search(request) else None
        self._streaming = _Stream(self, self._transport, self._loop, events, interval_s)
        self._streaming.go_on()

    def ended(self, *, whole: bool) -> None:
        """Called by the stream when its last event is written, or when it was cut."""
        self._streaming = None
        self._answers.stats.streams_cut += not whole


class _Stream:
    """Writes events, paced by a clock or by turns of the loop; waits while the reader is slow."""

    def __init__(
        self,
        provider: Provider,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        events: list[bytes],
        interval_s: float | None,
    ) -> None:
        self._provider = provider
        self._transport = transport
        self._loop = loop
        self._events = events
        self._interval_s = interval_s
        self._step = EVENTS_PER_WRITE if interval_s is None else 1
        self._at = 0
        self._next_at_s = loop.time()
        self._timer: asyncio.Handle | None = None
        self.paused = False

    def go_on(self) -> None:
        self._timer = None
        if self.paused:
            return
        self._transport.write(b"".join(self._events[self._at : self._at + self._step]))
        self._at += self._step
        if self._at >= len(self._events):
            self._provider.ended(whole=True)
        elif self._interval_s is None:
            self._timer = self._loop.call_soon(self.go_on)
        else:
            self._next_at_s += self._interval_s
            self._timer = self._loop.call_at(self._next_at_s, self.go_on)

    def resume(self) -> None:
        self.paused = False
        if self._timer is None:
            self._timer = self._loop.call_soon(self.go_on)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._provider.ended(whole=False)


def _base(kind: str) -> dict[str, object]:
    return {
        "id": _ID.decode(),
        "object": kind,
        "created": 1_790_000_000,
        "model": "gpt-bench",
        "service_tier": "default",
        "system_fingerprint": "fp_benchmark",
    }


def _delta(at: int) -> dict[str, str]:
    words = _SENTENCE.split()
    content = " " + words[at % len(words)]
    return {"role": "assistant", "content": content} if at == 0 else {"content": content}


def _event(choices: list[object], usage: dict[str, object] | None = None) -> bytes:
    fields = {**_base("chat.completion.chunk"), "choices": choices, "usage": usage}
    data = b"data: %b\n\n" % orjson.dumps(fields)
    return b"%x\r\n%b\r\n" % (len(data), data)


def _other(request: bytes, stats: Stats) -> bytes:
    known = request.startswith(b"GET /stats ")
    body = orjson.dumps(asdict(stats)) if known else b'{"error":{"message":"no such path"}}'
    status = b"200 OK" if known else b"404 Not Found"
    head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % (status, len(body)) + body


async def serve(port: int, chunks: int, interval_s: float) -> None:
    loop = asyncio.get_running_loop()
    answers = canned(chunks, interval_s)
    server = await loop.create_server(lambda: Provider(answers, loop), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--chunks", type=int, default=100, help="events of a stream")
    parser.add_argument("--interval-ms", type=float, default=10, help="between events of a paced stream")
    asked = parser.parse_args()
    uvloop.run(serve(asked.port, asked.chunks, asked.interval_ms / 1000))


if __name__ == "__main__":
    main()
