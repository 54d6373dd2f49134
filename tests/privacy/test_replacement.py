"""Texts and spans in, texts out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.protection import Action, Actions
from gateway.privacy.placeholders import Issued
from gateway.privacy.replacement import replace
from gateway.privacy.spans import Span

KEY = b"tenant"
PEOPLE = {"Zoë Ruiz": "PERSON", "Ann Lee": "PERSON", "z@ruiz.es": "EMAIL"}


def spans(text: str) -> list[Span]:
    pattern = "|".join(map(re.escape, PEOPLE))
    return [Span(one.start(), one.end(), PEOPLE[one[0]], 1.0) for one in re.finditer(pattern, text)]


def replaced(*texts: str, actions: Actions = Actions(), fixed: tuple[int, ...] = ()):
    return replace(texts, [spans(text) for text in texts], actions, key=KEY, fixed=fixed)


def test_a_value_has_one_number_in_all_texts():
    told = replaced("Ann Lee, Zoë Ruiz", "Zoë Ruiz <z@ruiz.es>")
    assert told.texts == ("<PERSON_1>, <PERSON_2>", "<PERSON_2> <<EMAIL_1>>")
    assert told.counts == {"PERSON": 3, "EMAIL": 1}


def test_what_was_found_once_is_replaced_where_it_was_not_found():
    told = replaced("ANN LEE said", "Ann Lee")
    assert told.texts == ("<PERSON_1> said", "<PERSON_2>")
    assert told.issued.values() == {"PERSON_1": "ANN LEE", "PERSON_2": "Ann Lee"}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("SECRET", "Hunter2kX9q", "hunter2kx9Q"),
        ("EMAIL", "Bob@x.org", "bob@x.org"),
        ("PERSON", "Megan Okafor", "MEGAN  OKAFOR"),
        ("CREDIT_CARD", "4111111111111111", "4111 1111 1111 1111"),
        ("IBAN", "GB82WEST1234", "gb82 west 1234"),
        ("PHONE", "555-123 4567", "5551234567"),
    ],
)
def test_a_value_written_in_two_ways_comes_back_in_both(kind, one, other):
    text = f"{one} then {other}; {one}"
    for spans in ([Span(0, len(one), kind, 1)], [Span(len(one) + 6, len(one) + 6 + len(other), kind, 1)]):
        told = replace((text,), (spans,), Actions(), key=KEY)
        assert told.texts == (f"<{kind}_1> then <{kind}_2>; <{kind}_1>",)
        assert told.issued.values() == {f"{kind}_1": one, f"{kind}_2": other}


def test_a_form_that_a_later_turn_makes_known_takes_no_number_of_another():
    before, after = replaced("ANN LEE", "Zoë Ruiz"), replaced("ANN LEE", "Zoë Ruiz", "Ann Lee")
    assert before.texts == ("ANN LEE", "<PERSON_1>")
    assert after.texts == ("<PERSON_2>", "<PERSON_1>", "<PERSON_3>")


def test_a_look_alike_keeps_its_name_to_itself():
    told = replaced("<PERSON_1> is Ann Lee")
    assert told.texts == ("<PERSON_1> is <PERSON_2>",)


def test_a_look_alike_that_a_value_would_complete_is_one():
    told = replace(("PERSON_12", ""), ([Span(8, 9, "PERSON", 1)], []), Actions(), key=KEY)
    assert told.issued.names() == ("PERSON_2",)


def test_a_fixed_text_is_counted_and_never_rewritten():
    told = replaced("Ann Lee", "sealed: Ann Lee <PERSON_1>", fixed=(1,))
    assert told.texts == ("<PERSON_1>", "sealed: Ann Lee <PERSON_1>")
    assert told.kept == {"PERSON": 1}


def test_one_type_that_blocks_bars_the_call():
    told = replaced("Ann Lee z@ruiz.es", actions=Actions({"EMAIL": Action.BLOCK}))
    assert told.blocked == ("EMAIL",) and told.texts == () and len(told.issued) == 0


def test_every_action_does_its_own():
    by_type = {"EMAIL": Action.MASK, "PERSON": Action.HASH}
    told = replaced("Ann Lee, z@ruiz.es", actions=Actions(by_type))
    assert re.fullmatch(r"<PERSON_[A-Z2-7]{10}>, \*@\*\*\*\*\.\*\*", told.texts[0])
    assert len(told.issued) == 0
    flagged = replaced("Ann Lee, z@ruiz.es", actions=Actions({"EMAIL": Action.FLAG}, Action.ALLOW))
    assert flagged.texts == ("Ann Lee, z@ruiz.es",) and flagged.flagged == {"EMAIL": 1}


def test_what_is_replaced_shows_no_value():
    assert "Ann" not in repr(replaced("Ann Lee"))


pieces = st.lists(
    st.sampled_from([*PEOPLE, "ANN LEE", " ", "hi", "<PERSON_1>", "EMAIL_", "1", "<"]), max_size=6
)


@given(st.lists(pieces.map("".join), max_size=4), st.sampled_from(["", "hi", "<", "z@ruiz.es"]))
def test_one_more_turn_changes_no_number_before_it(texts, more):
    before, after = replaced(*texts), replaced(*texts, more)
    assert before.texts == replaced(*texts).texts
    assert after.texts[: len(texts)] == before.texts


@given(st.lists(pieces.map("".join), max_size=4))
def test_no_value_that_was_found_is_left_in_any_text(texts):
    told = replaced(*texts)
    for value in PEOPLE:
        assert not any(value in text for text in told.texts)


def test_values_of_earlier_turns_are_replaced_wherever_they_stand_and_come_back():
    before = Issued({"PERSON_1": "Ann Lee", "EMAIL_1": "z@ruiz.es"})
    told = replace(["Ann Lee and Bob"], [[Span(12, 15, "PERSON", 1)]], Actions(), key=KEY, before=before)
    assert told.texts == ("<PERSON_1> and <PERSON_2>",)
    assert told.issued.names() == ("PERSON_1", "EMAIL_1", "PERSON_2")
    nothing = replace(["none"], [[]], Actions(), key=KEY, before=before)
    assert nothing.texts == ("none",) and len(nothing.issued) == 2
