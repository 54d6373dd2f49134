"""Splitting: the same events however the bytes are cut, and nothing lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Broken
from gateway.streams.sse import Splitter, event_data, event_name, probable_json

PIECES = [
    b"\n",
    b"\r\n",
    b"\r",
    b"data: {}",
    b"event: x",
    b"data:x",
    b": note",
    b"\xef\xbb\xbf",
    b"a",
    b"\xff",
]
streams = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)


def split(pieces: list[bytes], **bounds: int) -> tuple[list[bytes], bytes]:
    splitter = Splitter(**bounds)
    events = [event for piece in pieces for event in splitter.feed(piece)]
    return events, splitter.finish()


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[a:b] for a, b in pairwise(edges)]


@given(streams, st.lists(st.integers(0, 10_000), max_size=12))
def test_events_do_not_depend_on_where_the_bytes_are_cut(stream, places):
    assert split(cut(stream, places)) == split([stream])


@given(streams)
def test_events_fed_byte_by_byte_are_the_same(stream):
    assert split([stream[i : i + 1] for i in range(len(stream))]) == split([stream])


@given(streams, st.lists(st.integers(0, 10_000), max_size=12))
def test_the_events_and_the_rest_joined_are_the_input(stream, places):
    events, rest = split(cut(stream, places))
    assert b"".join(events) + rest == stream


@given(streams)
def test_every_event_ends_with_a_blank_line_and_holds_no_other(stream):
    for event in split([stream])[0]:
        lines = event.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        assert lines.endswith(b"\n\n")
        assert b"\n\n" not in lines[:-1] or not lines.strip(b"\n")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_each_kind_of_line_end_makes_a_blank_line(end):
    stream = b"event: a" + end + b"data: 1" + end + end + b"data: 2" + end + end + b"x"
    assert split([stream]) == ([b"event: a" + end + b"data: 1" + end + end, b"data: 2" + end + end], b"x")


def test_line_ends_of_different_kinds_make_a_blank_line_together():
    assert split([b"data: 1\n\r\ndata: 2\r\ndata: 3\r\n\n."]) == (
        [b"data: 1\n\r\n", b"data: 2\r\ndata: 3\r\n\n"],
        b".",
    )


def test_a_carriage_return_at_the_end_waits_for_its_line_feed():
    splitter = Splitter()
    assert splitter.feed(b"data: 1\r\n\r") == []
    assert splitter.feed(b"\ndata: 2\r\n") == [b"data: 1\r\n\r\n"]


def test_an_event_comes_out_with_its_last_byte():
    splitter = Splitter()
    assert splitter.feed(b"data: 1\n") == []
    assert splitter.feed(b"\n") == [b"data: 1\n\n"]


def test_an_unfinished_event_larger_than_the_bound_is_an_error():
    splitter = Splitter(max_event_bytes=10)
    assert splitter.feed(b"data: 1234") == []
    with pytest.raises(Broken, match="larger than 10 bytes"):
        splitter.feed(b"5")


def test_a_finished_event_larger_than_the_bound_is_an_error():
    with pytest.raises(Broken):
        Splitter(max_event_bytes=10).feed(b"data: 123456\n\n")


def test_many_small_events_in_one_piece_may_exceed_the_bound_together():
    assert len(Splitter(max_event_bytes=10).feed(b"data: 1\n\n" * 50)) == 50


def test_nothing_is_left_after_the_end():
    splitter = Splitter()
    splitter.feed(b"data: 1")
    assert (splitter.finish(), splitter.finish()) == (b"data: 1", b"")


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (b"data: {}\n\n", b"{}"),
        (b"data:{}\n\n", b"{}"),
        (b"data:  x\r\n\r\n", b" x"),
        (b"\xef\xbb\xbfdata: x\n\n", b"x"),
        (b"event: e\nid: 1\ndata: x\r\r", b"x"),
        (b"data: a\ndata: b\n\n", b"a\nb"),
        (b"data\n\n", b""),
        (b": note\n\n", None),
        (b"event: e\n\n", None),
        (b"dataset: x\n\n", None),
        (b"\n\n", None),
    ],
)
def test_data_is_read_as_the_standard_says(event, data):
    assert event_data(event) == data


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (b"event: ping\ndata: x\n\n", b"ping"),
        (b"data: x\nevent:ping\r\n\r\n", b"ping"),
        (b"event: a\nevent: b\n\n", b"b"),
        (b"event:\ndata: x\n\n", None),
        (b"data: event: x\n\n", None),
    ],
)
def test_the_last_name_counts_and_an_empty_one_is_none(event, name):
    assert event_name(event) == name


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (b"data: {}\n\n", b"{}\n\n"),
        (b"event: a\ndata: {}\n\n", b"{}\n\n"),
        (b": note\ndata: {}\n\n", b"{}\n\n"),
        (b"event: a\nid: 1\ndata: {}\n\n", b""),
        (b"data:{}\ndata: {}\n\n", b""),
        (b"event: a\r\ndata: {}\r\n\r\n", b"{}\r\n\r\n"),
    ],
)
def test_only_the_usual_form_of_an_event_takes_the_short_way(event, found):
    assert probable_json(event) == found
