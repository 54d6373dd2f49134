"""What is asked and answered between each two APIs stands in golden files, and no cut of a stream changes it."""

from __future__ import annotations

import pytest

from tests.golden.pairs import PAIRS, Pair

each_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.folder.name)


@each_pair
def test_a_request_becomes_what_stands_there(pair: Pair):
    assert pair.request() == (pair.folder / "request.json").read_text(encoding="utf-8")


@each_pair
def test_an_answer_becomes_what_stands_there(pair: Pair):
    assert pair.answer() == (pair.folder / "answer.json").read_text(encoding="utf-8")


@each_pair
def test_a_stream_becomes_what_stands_there(pair: Pair):
    assert pair.stream() == pair.stream_file.read_bytes()


@each_pair
def test_a_stream_fed_byte_by_byte_or_cut_anywhere_becomes_the_same(pair: Pair):
    told, stream = pair.stream(), pair.streamed()
    assert pair.stream(*(stream[at : at + 1] for at in range(len(stream)))) == told
    for place in range(1, len(stream)):
        assert pair.stream(stream[:place], stream[place:]) == told, f"cut at {place}"
