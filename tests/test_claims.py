"""Claims: read from our headers, from those of other gateways, and from metadata; never believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.claims import Claims, accepted_use_case, as_tag, read_claims
from gateway.errors import Kind, Refused
from tests.parts.calls import make_call

USE_CASE = b"x-gateway-use-case"
TAGS = b"x-gateway-tags"


def claims(headers: dict[bytes, bytes], **metadata: str) -> Claims:
    found = read_claims(headers, metadata)
    assert found is not None
    return found


@pytest.mark.parametrize("headers", [{}, {b"accept": b"*/*", b"authorization": b"Bearer gw-x"}])
def test_a_request_that_says_nothing_of_itself_claims_nothing(headers: dict[bytes, bytes]):
    assert read_claims(headers, {}) is None


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        (b"channel=chat", {"channel": "chat"}),
        (b" a = 1 ,b=2, a=3", {"a": "3", "b": "2"}),
        (b"flag", {"flag": ""}),
        (b"=nameless,,", {}),
        (b"a=b=c", {"a": "b=c"}),
        (b"", {}),
    ],
)
def test_tags_are_pairs(header: bytes, tags: dict[str, str]):
    assert claims({TAGS: header}).tags == tags


@pytest.mark.parametrize(
    ("headers", "metadata", "tags"),
    [
        ({b"x-litellm-tags": b"a,b=1"}, {}, {"a": "", "b": "1"}),
        ({b"x-portkey-metadata": b'{"team": "x", "n": 1, "_user": "anna"}'}, {}, {"team": "x"}),
        ({b"helicone-property-session": b"7"}, {}, {"session": "7"}),
        ({}, {"project": "apollo"}, {"project": "apollo"}),
        ({TAGS: b"a=ours", b"x-litellm-tags": b"a=theirs"}, {"a": "bodys"}, {"a": "ours"}),
        ({b"helicone-property-a": b"header"}, {"a": "body"}, {"a": "header"}),
        ({b"x-portkey-metadata": b"{not json"}, {}, {}),
        ({b"x-portkey-metadata": b"[1]"}, {}, {}),
        ({b"x-portkey-metadata": b'{"a": {"b": "c"}}'}, {}, {}),
        ({b"x-portkey-metadata": b'{"a": "' + b"x" * 9000 + b'"}'}, {}, {}),
        ({b"x-portkey-metadata": b"\xff\xfe"}, {}, {}),
    ],
)
def test_tags_come_from_other_gateways_headers_and_from_metadata_too(
    headers: dict[bytes, bytes], metadata: dict[str, str], tags: dict[str, str]
):
    found = read_claims(headers, metadata)
    assert found is not None
    assert found.tags == tags


@pytest.mark.parametrize(
    "name",
    [
        "x-litellm-timeout",
        "x-litellm-num-retries",
        "x-litellm-enable-message-redaction",
        "x-litellm-api-key",
        "x-portkey-config",
        "x-portkey-provider",
        "x-portkey-virtual-key",
        "x-portkey-custom-host",
        "x-portkey-debug",
        "x-portkey-cache-force-refresh",
        "helicone-target-url",
        "helicone-omit-request",
        "helicone-omit-response",
        "helicone-cache-enabled",
        "helicone-fallbacks",
        "helicone-auth",
    ],
)
def test_what_else_those_headers_ask_for_is_no_claim(name: str):
    assert claims({name.encode(): b"true"}) == Claims(None, {}, None)


@pytest.mark.parametrize(
    ("headers", "end_user"),
    [
        ({b"x-gateway-end-user": b" anna "}, "anna"),
        ({b"helicone-user-id": b"anna"}, "anna"),
        ({b"x-litellm-end-user-id": b"anna"}, "anna"),
        ({b"x-litellm-customer-id": b"anna"}, "anna"),
        ({b"x-portkey-metadata": b'{"_user": "anna"}'}, "anna"),
        ({b"x-gateway-end-user": b"anna", b"helicone-user-id": b"bert"}, "anna"),
        ({b"x-gateway-end-user": b"  ", b"helicone-user-id": b"bert"}, "bert"),
        ({b"x-gateway-end-user": b"Ren\xc3\xa9e"}, "Ren\u00e9e"),
        ({b"x-gateway-end-user": b"Ren\xe9e"}, "Ren\u00e9e"),
        ({TAGS: b"user=anna"}, None),
    ],
)
def test_an_end_user_may_stand_in_a_header(headers: dict[bytes, bytes], end_user: str | None):
    assert claims(headers).end_user == end_user


def test_a_use_case_stands_in_a_header_or_in_metadata():
    assert claims({USE_CASE: b" faq "}).use_case == "faq"
    assert claims({}, use_case="faq").use_case == "faq"
    assert claims({USE_CASE: b"faq"}, use_case="faq").use_case == "faq"
    assert claims({}, project="x").use_case is None


def test_a_use_case_in_metadata_is_no_tag():
    assert claims({}, use_case="faq", project="x").tags == {"project": "x"}


@pytest.mark.parametrize("header", [b"faq", b""])
def test_two_use_cases_are_refused_rather_than_guessed_between(header: bytes):
    with pytest.raises(Refused) as caught:
        claims({USE_CASE: header}, use_case="other")
    problem = caught.value.problem
    assert (problem.kind, problem.code) == (Kind.INVALID_REQUEST, "ambiguous_use_case")


@pytest.mark.parametrize(
    ("claimed", "proven", "left"),
    [(None, None, None), (None, "faq", None), ("faq", "faq", None), ("faq", None, "faq")],
)
def test_what_the_key_does_not_prove_is_left_to_the_roles(
    claimed: str | None, proven: str | None, left: str | None
):
    assert accepted_use_case(claimed, proven=proven) == left


@pytest.mark.parametrize(
    ("claimed", "proven"),
    [("faq", "other"), ("", "faq"), ("", None), ("FAQ", "faq"), ("x" * 257, None), ("a\x1bb", None)],
)
def test_another_use_case_than_the_keys_is_refused(claimed: str, proven: str | None):
    with pytest.raises(Refused) as caught:
        accepted_use_case(claimed, proven=proven)
    assert (caught.value.problem.kind, caught.value.rule) == (Kind.FORBIDDEN, "use_case")


def test_of_a_header_that_comes_twice_the_last_counts():
    named = make_call(headers=((USE_CASE, b"faq"), (USE_CASE, b"other"))).named
    found = read_claims(named, {})
    assert found is not None
    assert found.use_case == "other"


def test_what_is_told_of_a_claim_is_short_and_printable():
    with pytest.raises(Refused) as caught:
        accepted_use_case("\x1b[31m" + "x" * 5000, proven=None)
    assert len(caught.value.problem.message) < 150
    assert caught.value.problem.message.isprintable()


def test_a_tag_without_a_value_is_its_name():
    assert [as_tag(("a", "1")), as_tag(("a", ""))] == ["a=1", "a"]


NAMES = st.sampled_from(
    [
        TAGS,
        USE_CASE,
        b"x-gateway-end-user",
        b"x-portkey-metadata",
        b"x-litellm-tags",
        b"helicone-property-\xff",
    ]
)


@given(st.dictionaries(NAMES, st.binary(max_size=600)), st.dictionaries(st.text(), st.text(), max_size=20))
def test_tags_are_few_short_and_printable_whatever_is_sent(
    headers: dict[bytes, bytes], metadata: dict[str, str]
):
    try:
        found = read_claims(headers, metadata)
    except Refused:
        return
    tags = {} if found is None else found.tags
    for name, value in tags.items():
        assert name.isprintable() and value.isprintable()
        assert 0 < len(name) <= 64 and len(value) <= 64
    assert len(tags) <= 16
