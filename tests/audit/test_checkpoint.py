"""Signed statements: they hold as they were made, and as an anchor or an entry keeps them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.checkpoint import Statement, entry_of, holds, line_of, read_line, signed, stated_by
from gateway.audit.entry import decode, encode
from gateway.signing import LocalSigner, Trust

SIGNER = LocalSigner(b"s" * 32, b"salt")
TRUST = Trust([SIGNER.public])
STATED = signed(SIGNER, "inst", "w1", "2027-01-15T08:00:00.000Z", {"w2": (7, "bb"), "w1": (3, "aa")})


def test_a_statement_holds_as_it_was_signed():
    assert holds(TRUST, STATED)
    assert not holds(Trust([LocalSigner(b"t" * 32, b"salt").public]), STATED)


def test_heads_stand_in_the_order_of_their_writers():
    assert list(STATED.heads) == ["w1", "w2"]


@pytest.mark.parametrize(
    "change",
    [
        {"installation": "other"},
        {"writer": "w2"},
        {"at": "2027-01-15T08:00:01.000Z"},
        {"heads": {"w1": (3, "aa")}},
        {"heads": {"w1": (4, "aa"), "w2": (7, "bb")}},
        {"heads": {"w1": (3, "ab"), "w2": (7, "bb")}},
        {"signature": "00" * 64},
    ],
)
def test_a_statement_with_anything_changed_does_not_hold(change: dict[str, object]):
    assert not holds(TRUST, msgspec.structs.replace(STATED, **change))


def test_an_entry_and_a_line_keep_all_of_it():
    entry = decode(encode(entry_of(STATED, "cp-1")))
    assert stated_by("inst", "w1", entry) == STATED  # type: ignore[arg-type]
    assert read_line(line_of(STATED)) == STATED


@given(st.binary(max_size=60))
def test_a_line_that_is_no_statement_is_none(line: bytes):
    assert read_line(line) is None


def test_a_line_of_another_version_or_with_more_in_it_is_none():
    assert read_line(line_of(msgspec.structs.replace(STATED, v=2))) is None
    more = msgspec.json.decode(line_of(STATED)) | {"note": "x"}
    assert read_line(msgspec.json.encode(more)) is None
    assert isinstance(read_line(msgspec.json.encode(msgspec.json.decode(line_of(STATED)))), Statement)
