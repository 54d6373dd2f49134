"""Operations on kept objects: found by their path, and made into the dialect of one request."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.dialects.interface import ANY, Asked, BadBody, Changes, Dialect
from gateway.dialects.kept import Held
from gateway.dialects.kept_answers import deleted
from gateway.dialects.kept_listing import Shape
from gateway.dialects.kept_operations import Operation, found, kept_dialect
from gateway.streams.passing import Passing
from gateway.usage import Usage

READ = Operation("things.read", "GET", "/things/{thing}", "files")
DELETE = Operation("things.delete", "DELETE", "/things/{thing}", "files", removed=deleted("file"))
LIST = Operation("things.list", "GET", "/things", "files", frozenset({"after", "limit"}), Shape("thing"))
PARTS = Operation("things.parts", "GET", "/things/{thing}/parts", "files", frozenset({"after"}), Shape(None))
CONTENT = Operation("things.download", "GET", "/things/{thing}/content", "files", passes=True)
ALL = (READ, DELETE, LIST, PARTS, CONTENT)


def made(operation: Operation, query: bytes = b"", **ids: str) -> Dialect:
    return kept_dialect(operation, "openai", "/v1", ids, query)


def asked(operation: Operation, query: bytes = b"", body: bytes = b"", **ids: str) -> Asked:
    return made(operation, query, **ids).parse(body)


def test_an_operation_is_found_with_the_ids_in_its_path():
    assert found(ALL, "GET", "/things/a/content") == (CONTENT, {"thing": "a"})
    assert found(ALL, "DELETE", "/things/a%2Db") == (DELETE, {"thing": "a-b"})
    assert found(ALL, "GET", "/things") == (LIST, {})


def test_another_method_is_told_which_there_are():
    assert found(ALL, "PATCH", "/things/a") == ["GET", "DELETE"]


@pytest.mark.parametrize(
    "path", ["/things/", "/thing", "/things/a/b", "/things/a/content/", "/things/compact"]
)
def test_another_path_has_none(path):
    assert found(ALL, "GET", path) == []


def test_an_id_that_is_none_is_found_as_nobodys():
    assert found(ALL, "GET", "/things/a%2Fb") == (READ, {"thing": ""})


def test_what_the_path_names_is_held_and_sent_encoded():
    dialect = made(READ, thing="a-b")
    assert (dialect.provider_path, dialect.method, dialect.api) == ("/v1/things/a-b", "GET", "files")
    assert dialect.parse(b"") == Asked(b"", {}, "", held=(Held("thing", "a-b", "thing_id"),))


def test_an_id_can_not_leave_its_segment_whoever_calls():
    assert made(READ, thing="../x?y").provider_path == "/v1/things/..%2Fx%3Fy"


@pytest.mark.parametrize("body", [b"", b"{}", b" {} \n"])
def test_an_empty_body_is_none(body):
    assert asked(READ, body=body, thing="a").raw == b""


@pytest.mark.parametrize("body", [b"x", b'{"x": 1}', b"[]", b"null"])
def test_a_body_that_nobody_reads_is_refused(body):
    with pytest.raises(BadBody):
        asked(READ, body=body, thing="a")


def test_a_list_is_asked_in_pages_from_ones_own_object():
    read = asked(LIST, b"limit=5&after=t-1")
    assert (read.query, read.held) == ("limit=100&after=t-1", (Held("thing", "t-1", "after"),))
    keeping = made(LIST).keeping
    assert keeping is not None
    assert keeping.listing is not None
    assert keeping.listing.kind == "thing"


def test_both_cursors_of_a_list_must_be_ones_own():
    ends = Shape("thing", after="after_id", before="before_id")
    both = Operation("things.list", "GET", "/things", "files", frozenset({"after_id", "before_id"}), ends)
    held = asked(both, b"before_id=t-2&after_id=t-1").held
    assert held == (Held("thing", "t-1", "after_id"), Held("thing", "t-2", "before_id"))


def test_items_of_ones_object_are_passed_on_until_a_cursor_must_be_looked_for():
    plain, from_cursor = made(PARTS, thing="a"), made(PARTS, b"after=x", thing="a")
    assert plain.keeping is not None and from_cursor.keeping is not None
    assert (plain.keeping.listing, from_cursor.keeping.listing is None) == (None, False)
    assert from_cursor.parse(b"").held == (Held("thing", "a", "thing_id"),)


@pytest.mark.parametrize("query", [b"x=1", b"limit=none", b"limit=1&limit=2", b"after=%FF"])
def test_a_query_that_can_not_be_is_refused_when_the_call_is_read(query):
    with pytest.raises(BadBody):
        asked(LIST, query)


def test_a_file_passes_as_it_comes():
    dialect = made(CONTENT, thing="a")
    assert dialect.passing is not None
    assert (dialect.accept, dialect.parse(b"").stream) == (ANY, True)
    assert isinstance(dialect.passing(dialect.parse(b"")), Passing)


@pytest.mark.parametrize(
    ("query", "stream"), [(b"", False), (b"stream=true", True), (b"stream=false", False)]
)
def test_an_answer_is_a_stream_if_the_query_says_so(query, stream):
    operation = Operation(
        "a",
        "GET",
        "/a",
        "responses",
        frozenset({"stream"}),
        events=lambda asked: Passing(),
        made=lambda a, b: (),
    )
    assert asked(operation, query).stream is stream
    with pytest.raises(BadBody, match="stream"):
        asked(operation, b"stream=perhaps")


def test_keeping_uses_nothing_and_bills_nobody_now():
    dialect = made(READ, thing="a")
    assert (dialect.read_answer(b"anything").usage, dialect.billed, dialect.operation) == (
        Usage(),
        False,
        "keep",
    )


def test_a_body_is_read_by_its_own_reader():
    def read(body: bytes) -> Asked:
        return Asked(body, {}, "", held=(Held("file", "f", "file"),))

    operation = Operation("a", "POST", "/a/{thing}", "files", read=read)
    got = asked(operation, body=b"xyz", thing="t")
    assert [one.id for one in got.held] == ["t", "f"]
    rendered: Any = made(operation, thing="t").render(got, Changes(""))
    assert rendered == b"xyz"
