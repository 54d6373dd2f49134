"""The load generator reads answers wherever the network cut them."""

from __future__ import annotations

import pytest

from benchmarks.answers import AnswerReader

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
STREAM = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    b"9\r\ndata: a\n\n\r\n9\r\ndata: b\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
)
SPLIT_EVENT = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    b"8\r\ndata: a\n\r\n1\r\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
)


def _read(*pieces: bytes) -> AnswerReader:
    reader = AnswerReader()
    for piece in pieces:
        reader.feed(piece)
    return reader


@pytest.mark.parametrize("cut", range(1, len(WHOLE)))
def test_a_whole_answer_is_read_however_it_is_cut(cut):
    reader = _read(WHOLE[:cut], WHOLE[cut:])
    assert reader.whole
    assert reader.complaint(None) == ""


@pytest.mark.parametrize("cut", range(1, len(STREAM)))
def test_the_events_of_a_stream_are_counted_however_it_is_cut(cut):
    reader = _read(STREAM[:cut], STREAM[cut:])
    assert reader.whole
    assert reader.complaint(3) == ""


def test_an_event_split_over_two_chunks_counts_once():
    assert _read(SPLIT_EVENT).complaint(2) == ""


def test_a_stream_that_lacks_an_event_is_an_error():
    assert "3 events instead of 4" in _read(STREAM).complaint(4)


def test_an_error_status_is_an_error():
    assert "answered 429" in _read(WHOLE.replace(b"200 OK", b"429 Too Many Requests")).complaint(None)


def test_an_unfinished_answer_is_not_whole():
    assert not _read(STREAM[:-1]).whole
