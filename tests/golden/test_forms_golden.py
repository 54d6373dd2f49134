"""Golden samples of forms: `forms/<what it shows>/`, written by hand after the public API.

`request.form` is what a client sends, `sent.form` what a provider gets, `answer.json` and `stream.sse` what it answers;
`form.json` is what the gateway must read there. Lines of a form end in LF here and in CRLF on the wire.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.dialects.interface import Asked, Changes, Dialect
from gateway.dialects.registry import Route, route
from gateway.form import Form, FormBody
from gateway.multipart import FormReader
from gateway.usage import Usage
from tests.parts.forms import InMemory, gathered

SAMPLES = sorted(path.parent for path in (Path(__file__).parent / "forms").glob("*/form.json"))
ANSWERS = [sample for sample in SAMPLES if (sample / "answer.json").exists()]
STREAMS = [sample for sample in SAMPLES if (sample / "stream.sse").exists()]


def wire(sample: Path, name: str) -> bytes:
    return (sample / name).read_bytes().replace(b"\n", b"\r\n")


def facts_of(sample: Path) -> dict[str, Any]:
    return json.loads((sample / "form.json").read_bytes())


def dialect_of(sample: Path) -> Dialect:
    found = route("POST", facts_of(sample)["path"], lambda _: None)
    assert isinstance(found, Route) and found.dialect is not None
    return found.dialect


def form_of(sample: Path, *cuts: int) -> Form:
    """As it comes in, in pieces that end at `cuts`."""
    data, reader, values = wire(sample, "request.form"), FormReader(b"tide"), b""
    for begin, end in zip((0, *cuts), (*cuts, len(data)), strict=True):
        values += b"".join(reader.feed(data[begin:end]))
    reader.finish()
    return Form(tuple(reader.parts), InMemory(values), "anew")


def asked_of(sample: Path, *cuts: int) -> Asked:
    parse = dialect_of(sample).parse_form
    assert parse is not None
    return parse(form_of(sample, *cuts), None)


def sent(sample: Path, *cuts: int) -> bytes:
    body = dialect_of(sample).render(asked_of(sample, *cuts), Changes(facts_of(sample)["sent_model"]))
    assert isinstance(body, FormBody)
    written = asyncio.run(gathered(body.pieces()))
    assert len(written) == body.size_bytes
    return written


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_form_is_read_as_its_facts_say(sample: Path):
    expected = msgspec.convert({**facts_of(sample)["asked"], "raw": b"", "fields": {}}, Asked)
    assert msgspec.structs.replace(asked_of(sample), form=None) == expected


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_provider_gets_the_form_that_stands_there(sample: Path):
    assert sent(sample) == wire(sample, "sent.form")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_form_cut_anywhere_is_sent_the_same(sample: Path):
    for place in range(1, len(wire(sample, "request.form"))):
        assert sent(sample, place) == wire(sample, "sent.form"), f"cut at {place}"


@pytest.mark.parametrize("sample", ANSWERS, ids=lambda sample: sample.name)
def test_an_answer_to_a_form_has_the_usage_its_facts_say(sample: Path):
    answer = dialect_of(sample).read_answer((sample / "answer.json").read_bytes())
    assert answer.usage == Usage(**facts_of(sample)["usage"])


@pytest.mark.parametrize("sample", STREAMS, ids=lambda sample: sample.name)
def test_a_stream_cut_anywhere_is_read_as_its_facts_say(sample: Path):
    facts, stream = facts_of(sample)["stream"], (sample / "stream.sse").read_bytes()
    for place in range(len(stream)):
        reader = dialect_of(sample).read_stream(asked_of(sample))
        told = reader.feed(stream[:place]) + reader.feed(stream[place:]) + reader.finish()
        assert told + reader.terminator == stream
        assert reader.complete and reader.terminator
        assert reader.usage == Usage(**facts["usage"])
        assert (reader.output_bytes, reader.output_events) == (
            facts["output_bytes"],
            facts["output_events"],
        )
