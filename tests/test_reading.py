"""The texts of a request, whatever its API, and what of it is none."""

from __future__ import annotations

import asyncio
import json

import pytest

from gateway.dialects.interface import Asked, Dialect
from gateway.dialects.registry import Route, route
from gateway.form import Form
from gateway.reading import Reading, reading_of
from tests.parts.forms import form_of, read_back

CONTENT = [{"parts": [{"text": "T"}]}]


def dialect_at(path: str) -> Dialect:
    found = route("POST", path, lambda _: "v" if path.endswith("messages/batches") else None)
    assert isinstance(found, Route) and found.dialect is not None
    return found.dialect


def read(path: str, body: object) -> tuple[Asked, Reading]:
    dialect = dialect_at(path)
    asked = dialect.parse(json.dumps(body).encode())
    return asked, asyncio.run(reading_of(asked, dialect))


def read_form(path: str, form: Form) -> Reading:
    dialect = dialect_at(path)
    assert dialect.parse_form is not None
    return asyncio.run(reading_of(dialect.parse_form(form, None), dialect))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "T"}]}),
        ("/v1/completions", {"model": "m", "prompt": "T"}),
        ("/v1/embeddings", {"model": "m", "input": ["T"]}),
        ("/v1/responses", {"model": "m", "input": "T"}),
        ("/v1/moderations", {"model": "m", "input": [{"type": "text", "text": "T"}]}),
        ("/v1/images/generations", {"model": "m", "prompt": "T", "size": "auto"}),
        ("/v1/audio/speech", {"model": "m", "input": "T", "voice": "alloy"}),
        ("/v1/messages", {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "T"}]}),
        ("/v1/messages/count_tokens", {"model": "m", "messages": [{"role": "user", "content": "T"}]}),
        ("/v1beta/models/m:generateContent", {"contents": CONTENT}),
        ("/v1beta/models/m:countTokens", {"generate_content_request": {"contents": CONTENT}}),
        ("/v1beta/models/m:embedContent", {"content": CONTENT[0]}),
        ("/v1beta/models/m:batchEmbedContents", {"requests": [{"content": CONTENT[0]}]}),
        ("/v1/batches", {"input_file_id": "file-1", "endpoint": "/v1/responses", "metadata": {"a": "T"}}),
        ("/v1/fine_tuning/jobs", {"model": "m", "training_file": "file-1", "suffix": "T"}),
    ],
)  # fmt: skip
def test_each_api_has_its_texts_and_may_be_written_with_others(path: str, body: object):
    asked, reading = read(path, body)
    assert reading.texts == ("T",) and reading.unread == ()
    assert reading.read_bytes == reading.total_bytes == 1
    written = reading.written(("other",))
    assert written.raw == asked.raw.replace(b'"T"', b'"other"')
    assert b"".join(map(bytes, written.fields.values())).count(b'"other"') == 1
    assert reading.written(("T",)) is asked


@pytest.mark.parametrize(
    ("path", "body", "unread"),
    [
        ("/v1/embeddings", {"model": "m", "input": [[15339, 1917]]}, ("input",)),
        ("/v1/completions", {"model": "m", "prompt": [15339]}, ("prompt",)),
        ("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "https://a.example/a.png"}}]}]}, ("url",)),
        ("/v1/responses", {"model": "m", "input": [{"role": "user", "content": [
            {"type": "input_file", "file_id": "file-1"}]}]}, ("file",)),
        ("/v1/messages", {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [
            {"type": "document", "source": {"type": "url", "url": "https://a.example/a"}}]}]}, ("file",)),
        ("/v1beta/models/m:generateContent", {"contents": [{"parts": [
            {"fileData": {"fileUri": "https://a.example/v"}}]}]}, ("file",)),
    ],
)  # fmt: skip
def test_what_is_no_text_here_is_named_as_unread(path: str, body: object, unread: tuple[str, ...]):
    assert read(path, body)[1].unread == unread


def test_a_form_has_its_fields_the_names_of_its_files_and_what_is_in_them_is_unread():
    form = form_of(("model", "m"), ("prompt", "T"), ("file", b"sound", "Ann.mp3"), ("language", "en"))
    reading = read_form("/v1/audio/transcriptions", form)
    assert reading.texts == ("T", "Ann.mp3") and reading.unread == ("file",)
    assert (reading.read_bytes, reading.total_bytes) == (8, 13)
    written = reading.written(("other", "x.mp3")).form
    assert written is not None
    assert [part.filename for part in written.parts] == [None, None, "x.mp3", None]
    told = read_back(written.written({}))
    assert (told["prompt"], told["file"], told["language"]) == (b"other", b"sound", b"en")


def test_a_long_field_of_a_form_is_a_text_too():
    long = "word " * 2000
    reading = read_form(
        "/v1/audio/transcriptions", form_of(("model", "m"), ("prompt", long), ("file", b"s", "a"))
    )
    assert reading.texts == (long, "a")


def test_a_field_that_is_too_long_or_no_text_is_unread(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.reading._LONGEST_FIELD_BYTES", 9_000)
    for value in ("word " * 2000, b"\xff" * 5000):
        form = form_of(("model", "m"), ("prompt", value), ("file", b"s", "a"))
        reading = read_form("/v1/audio/transcriptions", form)
        assert reading.texts == ("a",) and reading.unread == ("prompt", "file")


def test_a_file_whose_lines_are_judged_is_not_unread():
    for purpose, unread in (("batch", ()), ("fine-tune", ()), ("user_data", ("file",))):
        form = form_of(("purpose", purpose), ("file", b"{}", "a.jsonl"))
        assert read_form("/v1/files", form).unread == unread
