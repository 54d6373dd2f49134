"""The requests inside a batch, however it is cut, and the batch as it was written anew."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import batches
from gateway.batches import BatchFile, MessageBatch, TrainingFile, batch_of
from gateway.dialects.interface import Asked, BadBody, Changes
from gateway.dialects.kept_anthropic import read_batch
from gateway.dialects.kept_openai import read_upload, render_upload
from gateway.form import Form
from gateway.multipart import Part
from gateway.upload import Upload, Uploads
from tests.parts.calls import make_call, make_policy
from tests.parts.forms import fields_in, gathered
from tests.parts.forms import form_of as form_on_the_wire
from tests.parts.protections import privacy
from tests.parts.runtime import make_runtime


class Memory:
    """Values of a form that are in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def read(self, start: int, size_bytes: int) -> bytes:
        return self.data[start : start + size_bytes]


@pytest.fixture
def uploads(tmp_path: Path) -> Iterator[Uploads]:
    with ThreadPoolExecutor(1) as threads:
        yield Uploads(tmp_path, threads, lambda: "boundary", in_memory_bytes=64, kept_free_bytes=0)


def form_of(lines: bytes, purpose: str = "batch") -> Form:
    parts = (
        Part("purpose", 0, len(purpose), text=purpose),
        Part("file", len(purpose), len(lines), filename="b.jsonl"),
        Part("note", len(purpose) + len(lines), 3, filename="n"),
    )
    return Form(parts, Memory(purpose.encode() + lines + b"end"), "x")


def batch_file(lines: bytes, upload: Upload, longest_bytes: int = 1000) -> tuple[Asked, BatchFile]:
    form = form_of(lines)
    asked = Asked(b"", {}, "", form=form)
    return asked, BatchFile(asked, form, upload, longest_bytes=longest_bytes)


async def all_of(requests: AsyncIterator[bytes]) -> list[bytes]:
    return [raw async for raw in requests]


async def content(asked: Asked) -> dict[str, bytes]:
    assert asked.form is not None
    return {part.name: b"".join([p async for p in asked.form.value(part)]) for part in asked.form.parts}


@given(
    st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.integers(1, 7)
)
async def test_lines_are_the_lines_however_they_are_cut(lines, piece_bytes):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.form.PIECE_BYTES", piece_bytes)
        _, batch = batch_file(b"\n".join(lines), Upload.__new__(Upload))
        assert await all_of(batch.requests()) == (lines or [b""])


async def test_a_line_that_is_too_long_is_named_and_never_held(uploads: Uploads):
    _, batch = batch_file(b"a\n" + b"b" * 1001 + b"\nc", uploads.open())
    with pytest.raises(BadBody, match="line 2"):
        await all_of(batch.requests())


async def test_more_lines_than_a_batch_may_have_are_refused(uploads: Uploads, monkeypatch):
    monkeypatch.setattr(batches, "MOST_REQUESTS", 3)
    _, batch = batch_file(b"a\nb\nc\nd", uploads.open())
    with pytest.raises(BadBody, match="3 requests"):
        await all_of(batch.requests())


async def test_the_file_is_written_anew_and_all_else_as_it_came(uploads: Uploads):
    upload = uploads.open()
    asked, batch = batch_file(b"old\nlines\n", upload)
    for number in range(20):
        await batch.put(b"line %d" % number)
    await batch.finish()
    values = await content(asked)
    assert values == {
        "purpose": b"batch",
        "file": b"".join(b"line %d\n" % number for number in range(20)),
        "note": b"end",
    }
    assert asked.form is not None
    sent = b"".join([piece async for piece in asked.form.written({}).pieces()])
    assert b"line 19\n\r\n--boundary" in sent
    assert b'filename="b.jsonl"' in sent
    assert len(sent) == asked.form.written({}).size_bytes
    upload.close()


async def test_a_file_without_a_name_is_written_anew_too(uploads: Uploads):
    asked = read_upload(form_on_the_wire(("file", b"old\nlines\n"), ("purpose", "batch")))
    assert asked.form is not None
    upload = uploads.open()
    batch = BatchFile(asked, asked.form, upload, longest_bytes=1000)
    assert await all_of(batch.requests()) == [b"old", b"lines", b""]
    await batch.put(b"judged")
    await batch.finish()
    body = render_upload(asked, Changes(""))
    assert fields_in(await gathered(body.pieces()), body.content_type) == {
        "file": b"judged\n",
        "purpose": b"batch",
    }
    upload.close()


async def test_an_empty_line_asks_nothing(uploads: Uploads):
    _, batch = batch_file(b"", uploads.open())
    assert batch.read(b" \r") is None
    with pytest.raises(BadBody):
        batch.read(b"{}")


def messages(*requests: Any) -> tuple[Asked, MessageBatch]:
    asked = read_batch(json.dumps({"n": 1.5, "requests": requests, "x": "y"}).encode())
    return asked, MessageBatch(asked)


async def test_a_message_batch_is_written_anew_in_its_place():
    asked, batch = messages({"custom_id": "1"}, {"custom_id": "2"})
    assert [json.loads(raw)["custom_id"] for raw in await all_of(batch.requests())] == ["1", "2"]
    for raw in (b'{"a":1}', b'{"b":2}'):
        await batch.put(raw)
    await batch.finish()
    assert asked.raw == b'{"n":1.5,"requests":[{"a":1},{"b":2}],"x":"y"}'


async def test_a_message_batch_has_so_many_requests_and_no_more(monkeypatch):
    monkeypatch.setattr(batches, "MOST_REQUESTS", 2)
    _, batch = messages({}, {}, {})
    with pytest.raises(BadBody, match="at most 2"):
        await all_of(batch.requests())


async def test_of_a_message_batch_of_no_requests_nothing_is_made():
    asked = read_batch(b'{"requests":[%b0]}' % (b"0," * 1_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(BadBody, match="list of at most"):
            await all_of(MessageBatch(asked).requests())
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_only_a_call_that_brings_a_batch_has_one(uploads: Uploads):
    runtime = make_runtime(make_call().policy, uploads=uploads)
    chat = make_call()
    chat.asked = chat.dialect.parse(chat.body)
    assert batch_of(chat, runtime) is None

    upload = make_call(path="/v1/files")
    upload.asked = Asked(b"", {}, "", form=form_of(b"", purpose="user_data"))
    assert (batch_of(upload, runtime), upload.rewritten) == (None, None)
    upload.asked.form = form_of(b"")
    assert isinstance(batch_of(upload, runtime), BatchFile)
    assert upload.rewritten is not None
    upload.rewritten.close()

    create = make_call(path="/v1/messages/batches", body=b'{"requests": []}')
    create.asked = create.dialect.parse(create.body)
    assert isinstance(batch_of(create, runtime), MessageBatch)


async def test_what_a_model_learns_from_is_read_line_by_line_where_there_is_privacy(uploads: Uploads):
    form = form_of(b'{"messages":[]}\n\nnone', "fine-tune")
    call = make_call(make_policy(privacy=privacy({})), path="/v1/files")
    call.asked = Asked(b"", {}, "", form=form)
    batch = batch_of(call, make_runtime(call.policy, uploads=uploads))
    assert isinstance(batch, TrainingFile)
    first, empty, none = await all_of(batch.requests())
    example = batch.read(first)
    assert example is not None and example.raw == b'{"messages":[]}'
    assert batch.read(empty) is None
    with pytest.raises(BadBody):
        batch.read(none)
    call.policy = make_policy()
    assert batch_of(call, make_runtime(call.policy, uploads=uploads)) is None
