"""What both of echo's voices share: its tokens, its pieces, and how it reads a body."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstream.echo_reply import (
    Malformed,
    answer_pieces,
    in_chunks,
    last_user_text,
    pieces,
    read_messages,
    read_object,
    text_of,
    whole_number,
)


@given(st.text())
def test_the_pieces_of_a_text_are_the_text_and_short(text: str):
    assert "".join(pieces(text)) == text
    assert all(len(piece.lstrip()) <= 6 for piece in pieces(text))


@given(st.text(), st.integers(1, 50))
def test_an_answer_is_cut_after_so_many_tokens_and_says_so(text: str, most: int):
    said, whole = answer_pieces(text, most)
    full = f"echo: {text}"
    assert len(said) <= most
    assert full.startswith("".join(said))
    assert whole == ("".join(said) == full)


@given(st.lists(st.text(min_size=1), max_size=200))
def test_a_stream_has_at_most_32_chunks_that_join_to_the_answer(said: list[str]):
    assert "".join(in_chunks(said)) == "".join(said)
    assert len(in_chunks(said)) <= 32


@pytest.mark.parametrize(
    ("content", "text"),
    [("a", "a"), (None, ""), (7, ""), ([{"text": "a"}, {"image": 1}, "b", {"text": 2}, {"text": "c"}], "ac")],
)
def test_the_text_of_a_message_is_that_of_its_text_parts(content: object, text: str):
    assert text_of(content) == text


def test_the_last_user_is_the_one_who_is_answered():
    said = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}, {"role": "assistant"}]
    assert last_user_text(said) == "b"
    assert last_user_text([{"role": "system", "content": "a"}]) == ""


@pytest.mark.parametrize("value", [True, "3", 0, 11, 2.0])
def test_a_number_that_is_none_or_out_of_bounds_names_its_field(value: object):
    with pytest.raises(Malformed) as caught:
        whole_number({"n": value}, "n", 1, 10)
    assert caught.value.param == "n"


@pytest.mark.parametrize("fields", [{}, {"n": None}])
def test_a_number_may_be_absent_or_null(fields: dict[str, object]):
    assert whole_number(fields, "n", 1, 10) is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"model": ""}', b'{"model": 7}'])
def test_a_body_without_a_model_is_malformed(body: bytes):
    with pytest.raises(Malformed):
        read_object(body)


@pytest.mark.parametrize(
    "messages", [None, [], "x", ["x"], [{}], [{"role": 1}], [{"role": "user", "content": 7}]]
)
def test_messages_have_a_role_and_content(messages: object):
    with pytest.raises(Malformed) as caught:
        read_messages({"messages": messages})
    assert caught.value.param == "messages"
