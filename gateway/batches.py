"""The requests inside a batch, one after the other, and the batch written anew from what became of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final, Protocol

from msgspec import Raw, structs

from gateway.call import Call
from gateway.dialects.batch_lines import Inner, read_example, read_line, read_request
from gateway.dialects.body import few_objects, joined
from gateway.dialects.interface import Asked, BadBody
from gateway.dialects.kept_openai import is_batch_file, is_training_file
from gateway.form import Form
from gateway.multipart import Part
from gateway.runtime import Runtime
from gateway.upload import Upload

MOST_REQUESTS: Final = 100_000
"""In one batch: the highest that any provider takes."""


class Batch(Protocol):
    """`called` is what its clients call one of its requests."""

    called: str

    def requests(self) -> AsyncIterator[bytes]:
        """BadBody for what is no batch, or too large a one."""
        ...

    def read(self, raw: bytes) -> Inner | Asked | None:
        """BadBody for what is no request that we offer. Asked: texts, with which nothing is asked. None: nothing."""
        ...

    async def put(self, written: bytes) -> None:
        """The next request, as it may be sent."""
        ...

    async def finish(self) -> None:
        """All are there: from now on the call asks for what was put."""
        ...


def batch_of(call: Call, runtime: Runtime) -> Batch | None:
    """The batch that a call brings; None: it brings none."""
    keeping, asked = call.dialect.keeping, call.asked
    if keeping is None or asked is None:
        return None
    if keeping.deed == "message_batches.create":
        return MessageBatch(asked)
    if asked.form is None or keeping.deed != "files.upload":
        return None
    learned = call.policy.reads_texts and is_training_file(asked.form)
    if not learned and not is_batch_file(asked.form):
        return None
    call.rewritten = runtime.uploads.open()
    kind = TrainingFile if learned else BatchFile
    return kind(asked, asked.form, call.rewritten, longest_bytes=runtime.bounds.body_bytes)


class MessageBatch:
    """Anthropic's: all its requests are in one body."""

    called = "request"

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._written: list[bytes] = []

    async def requests(self) -> AsyncIterator[bytes]:
        for raw in few_objects(self._asked.fields["requests"], "requests", most=MOST_REQUESTS):
            yield bytes(raw)

    def read(self, raw: bytes) -> Inner:
        return read_request(Raw(raw))

    async def put(self, written: bytes) -> None:
        self._written.append(written)

    async def finish(self) -> None:
        fields = {**self._asked.fields, "requests": Raw(b"[" + b",".join(self._written) + b"]")}
        self._asked.fields, self._asked.raw = fields, joined(fields)
        self._written.clear()


class BatchFile:
    """OpenAI's: a file of one request a line, uploaded in a form. In memory is one line at a time, of at most
    `longest_bytes`; the others stay where they were put, and go to where they are written anew."""

    called = "line"

    def __init__(self, asked: Asked, form: Form, written: Upload, *, longest_bytes: int) -> None:
        self._asked = asked
        self._form = form
        self._file = next(part for part in form.parts if part.name == "file")
        self._written = written
        self._size_bytes = 0
        self._longest_bytes = longest_bytes

    async def requests(self) -> AsyncIterator[bytes]:
        """Empty lines are none, but they count."""
        line, number = bytearray(), 1
        async for piece in self._form.value(self._file):
            *ends, rest = piece.split(b"\n")
            for end in ends:
                line += end
                self._check(line, number)
                yield bytes(line)
                line.clear()
                number += 1
            line += rest
            self._check(line, number)
        yield bytes(line)

    def read(self, raw: bytes) -> Inner | Asked | None:
        return read_line(raw) if raw.strip() else None

    async def put(self, written: bytes) -> None:
        await self._keep(written + b"\n")

    async def finish(self) -> None:
        """The file as it was written, then all other values as they came."""
        parts: list[Part] = []
        lines_bytes = self._size_bytes
        for part in self._form.parts:
            if part is self._file:
                parts.append(structs.replace(part, start=0, size_bytes=lines_bytes, text=None))
                continue
            start = self._size_bytes
            async for piece in self._form.value(part):
                await self._keep(piece)
            parts.append(structs.replace(part, start=start))
        self._asked.form = self._written.form(tuple(parts))

    async def _keep(self, data: bytes) -> None:
        self._size_bytes += len(data)
        await self._written.keep(data)

    def _check(self, line: bytearray, number: int) -> None:
        if number > MOST_REQUESTS:
            raise BadBody(f"a batch may have {MOST_REQUESTS} requests", param="file")
        if len(line) > self._longest_bytes:
            raise BadBody(f"line {number}: it is longer than {self._longest_bytes} bytes", param="file")


class TrainingFile(BatchFile):
    """What a model is to learn from, a line each: no request, but texts like any other."""

    def read(self, raw: bytes) -> Asked | None:
        return read_example(raw) if raw.strip() else None
