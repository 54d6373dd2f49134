"""Gemini's verbs and queries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.gemini_paths import Query, dialect_of, read_query
from gateway.dialects.interface import BadBody

BODY = b'{"contents":[],"content":{},"requests":[]}'


@pytest.mark.parametrize(
    ("query", "read"),
    [
        (b"", Query()),
        (b"alt=sse", Query(alt="sse")),
        (b"%24alt=json", Query(alt="json")),
        (b"key=gw-1&alt=sse", Query(("gw-1",), "sse")),
        (b"key=a&key=a", Query(("a",))),
        (b"key=a&key=b", Query(("a", "b"))),
        (b"key=a%2Bb", Query(("a+b",))),
        (b"prettyPrint=false", Query()),
    ],
)
def test_a_query_holds_how_to_stream_and_keys(query, read):
    assert read_query(query) == read


@pytest.mark.parametrize(
    "query",
    [
        b"fields=candidates",
        b"alt=proto",
        b"alt=sse&alt=json",
        b"access_token=x",
        b"Alt=sse",
        b"\xff",
        b"a=" * 40,
        b"x=%FF",
    ],
)
def test_any_other_query_is_wrong(query):
    assert read_query(query).wrong is not None


def test_a_wrong_query_still_tells_its_keys_and_quotes_no_value():
    read = read_query(b"key=gw-1&access_token=secret")
    assert read.keys == ("gw-1",)
    assert read.wrong is not None and "secret" not in read.wrong


@given(st.binary(max_size=60))
def test_no_query_makes_reading_raise(query):
    assert read_query(query) is not None


@pytest.mark.parametrize(
    ("verb", "query", "path", "api", "stream"),
    [
        ("generateContent", Query(), ":generateContent", "gemini", False),
        ("generateContent", Query(alt="json"), ":generateContent", "gemini", False),
        ("streamGenerateContent", Query(alt="sse"), ":streamGenerateContent?alt=sse", "gemini", True),
        ("streamGenerateContent", Query(), ":streamGenerateContent", "gemini", True),
        ("countTokens", Query(), ":countTokens", "gemini", False),
        ("embedContent", Query(), ":embedContent", "embeddings", False),
        ("batchEmbedContents", Query(), ":batchEmbedContents", "embeddings", False),
    ],
)
def test_each_verb_has_its_dialect_and_asks_the_provider_the_same_way(verb, query, path, api, stream):
    dialect = dialect_of("v1beta", "m", verb, query)
    assert (dialect.provider_path, dialect.api) == ("/v1beta/models/{model}" + path, api)
    assert (
        dialect.parse(
            BODY.replace(b'"content":{},"requests":[]', b'"x":1') if api == "gemini" else BODY
        ).stream
        is stream
    )


@pytest.mark.parametrize(
    ("verb", "query"),
    [
        ("generateContent", Query(wrong="no")),
        ("generateContent", Query(alt="sse")),
        ("embedContent", Query(alt="sse")),
    ],
)
def test_a_wrong_query_is_told_when_the_body_is_parsed(verb, query):
    with pytest.raises(BadBody):
        dialect_of("v1", "m", verb, query).parse(BODY)
