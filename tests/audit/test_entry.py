"""How entries become bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.chain import ChainChecker, Fault, verify_lines
from gateway.audit.entry import (
    Act,
    Acted,
    Administrator,
    AskedFor,
    Entry,
    Fact,
    Intent,
    Purpose,
    Who,
    decode,
    encode,
    time_text,
)
from tests.audit.parts import act, acted, boot, intent, outcome, sealed_lines

BEFORE_ACTS = Path(__file__).parents[1] / "golden/audit/before_acts.log"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FACTS: st.SearchStrategy[dict[str, Fact]] = st.dictionaries(
    TEXT,
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | TEXT
    | st.lists(TEXT, max_size=3).map(tuple),
    max_size=5,
)
ACTS = st.builds(
    Act,
    id=TEXT,
    at=TEXT,
    who=st.builds(
        Administrator,
        auth=TEXT,
        key=st.none() | TEXT,
        user=st.none() | TEXT,
        sudo_user=st.none() | TEXT,
        team=st.none() | TEXT,
        roles=st.lists(TEXT, max_size=3).map(tuple),
        network=st.none() | TEXT,
    ),
    act=TEXT,
    about=FACTS,
    team=st.none() | TEXT,
    policy=TEXT,
)
ENDS = st.builds(Acted, id=TEXT, ended_at=TEXT, ending=TEXT, reason=st.none() | TEXT, about=FACTS)


@pytest.mark.parametrize(
    "entry",
    [intent("c1"), outcome("c1"), boot(), act("a1"), acted("a1")],
    ids=lambda entry: type(entry).__name__,
)
def test_an_entry_comes_back_from_its_bytes(entry: Entry):
    assert decode(encode(entry)) == entry


@given(ACTS | ENDS)
def test_an_act_has_one_spelling(entry: Act | Acted):
    written = encode(entry)
    assert decode(written) == entry
    assert encode(decode(written)) == written
    assert b"\n" not in written, "an entry is one line"
    assert json.loads(written)["kind"] in ("act", "acted")


def test_a_log_of_before_there_were_acts_verifies_unchanged():
    """To the byte what that version wrote: no default and no order of fields has moved."""
    lines = BEFORE_ACTS.read_bytes().splitlines(keepends=True)
    assert sealed_lines(1) == lines
    assert not [
        found for found in verify_lines(ChainChecker("inst", "w1"), lines) if isinstance(found, Fault)
    ]


def test_what_holds_its_default_is_left_out():
    least = Intent(id="c1", at="t", who=Who(), purpose=Purpose(), asked=AskedFor(api="chat"), policy="r")
    assert encode(least) == (
        b'{"kind":"intent","id":"c1","at":"t","who":{},"purpose":{},"asked":{"api":"chat"},"policy":"r"}'
    )


def test_an_act_is_told_in_few_words():
    who = Administrator(auth="os", user="o-1", sudo_user="o-2")
    assert encode(Act(id="a", at="t", who=who, act="users.disable", about={"user": "u-1"})) == (
        b'{"kind":"act","id":"a","at":"t","who":{"auth":"os","user":"o-1","sudo_user":"o-2"},'
        b'"act":"users.disable","about":{"user":"u-1"}}'
    )


@pytest.mark.parametrize(
    ("epoch_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_800_000_000_001, "2027-01-15T08:00:00.001Z"),
        (1_800_000_000_999, "2027-01-15T08:00:00.999Z"),
    ],
)
def test_times_are_utc_with_milliseconds(epoch_ms: int, text: str):
    assert time_text(epoch_ms) == text


def test_a_lone_surrogate_is_an_error_of_its_entry():
    with pytest.raises(UnicodeEncodeError):
        encode(intent("\ud800"))
