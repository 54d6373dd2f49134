"""A value that was found once is found again."""

from __future__ import annotations

import sys

import pytest

from gateway.privacy.occurrences import Known
from gateway.privacy.placeholders import Mention


def found(text: str, *values: tuple[str, str]) -> list[str]:
    return [text[one.start : one.end] for one in Known(Mention(*value) for value in values).find(text)]


@pytest.mark.parametrize(
    ("value", "text", "hits"),
    [
        (("PERSON", "Zoë Ruiz"), "ZOË\n RUIZ, zoë ruiz; ZoëRuiz", ["ZOË\n RUIZ", "zoë ruiz"]),
        (("PERSON", "Will"), "Will will. Willy, (Will)", ["Will", "Will"]),
        (("EMAIL", "z.r@mail.es"), "az.r@mail.es Z.R@mail.es.", ["Z.R@mail.es"]),
        (("PHONE", "555-123 4567"), "5551234567, 555.123.4567, 55512345678", ["5551234567", "555.123.4567"]),
        (("IBAN", "GB82WEST1234"), "iban gb82 west 1234.", ["gb82 west 1234"]),
        (("SECRET", "sk-abcdef"), "xsk-abcdefz", ["sk-abcdef"]),
        (("PERSON", "..."), "...", []),
        (("CITY", "Nice"), "a nice day in Nice", ["Nice"]),
        (("PERSON", "Zo\u00eb Ru\u00edz"), "Zoe\u0308 Rui\u0301z", ["Zoe\u0308 Rui\u0301z"]),
        (("PERSON", "Zoe\u0308"), "Zo\u00eb, Zoe", ["Zo\u00eb"]),
    ],
)
def test_what_is_found_again_is_the_same_value(value, text, hits):
    assert found(text, value) == hits


def test_every_form_of_a_word_is_found():
    assert found("will Will WILL", ("PERSON", "Will"), ("PERSON", "WILL")) == ["Will", "WILL"]


def test_of_two_values_the_longer_is_found():
    assert found("Ann Lee Poe and Ann Lee", ("PERSON", "Ann Lee"), ("PERSON", "Ann Lee Poe")) == [
        "Ann Lee Poe",
        "Ann Lee",
    ]


def test_offsets_stay_where_lower_case_is_longer():
    assert found("İİİ Ann Lee", ("PERSON", "Ann Lee")) == ["Ann Lee"]


def test_many_values_are_found_in_one_walk():
    values = [("EMAIL", f"user{number}@mail.es") for number in range(2000)]
    assert found("to USER1999@mail.es and user7@mail.es", *values) == ["USER1999@mail.es", "user7@mail.es"]


def test_many_near_misses_of_many_values_are_no_finds():
    values = [("PHONE", f"1 1 1 1 1 1 2{number}") for number in range(1000)]
    assert found("1 " * 100_000, *values) == []


def lines_run(text: str, value: str) -> int:
    """How many lines of code it takes to look for an address in a text."""
    known, count = Known([Mention("EMAIL", value)]), 0

    def step(frame, event, _):
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        assert known.find(text) == []
    finally:
        sys.settrace(before)
    return count


def test_a_long_value_whose_beginning_stands_everywhere_costs_no_more_than_a_short_one():
    text = "a." * 2000 + " example"
    assert lines_run(text, "a." * 31 + "a@example.org") < 2 * lines_run(text, "a.a@example.org")


def test_a_long_value_whose_end_stands_everywhere_costs_no_more_than_a_short_one():
    text = "a." * 2000 + " example"
    assert lines_run(text, "x@" + "a." * 31 + "a") < 2 * lines_run(text, "x@a.a")


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("a.a.a.b", ["a.a.a.b"]),
        ("a.a.a.a.b", ["a.a", "a.a.b"]),
        ("c.a.a.b a.a", ["a.a.b", "a.a"]),
        ("a b.a.a", ["a.a"]),
    ],
)
def test_the_longest_value_that_begins_first_is_found_where_values_share_words(text, hits):
    values = [("EMAIL", value) for value in ("a.a.a.b", "a.a.b", "a.a", "a.a.a.c")]
    assert found(text, *values) == hits
