from __future__ import annotations

import pytest

from gateway.policy.suggest import MAX_SHOWN_CHARS, as_list, did_you_mean, one_of, quoted, shown


@pytest.mark.parametrize(
    ("word", "meant"),
    [("dialekt", "dialect"), ("Dialect", "dialect"), ("api_key", "credentials"), ("endpoint", "base_url")],
)
def test_a_near_or_a_peers_word_is_suggested(word: str, meant: str):
    assert did_you_mean(word, ["dialect", "base_url", "credentials"]) == f"; did you mean `{meant}`?"


def test_nothing_is_suggested_for_a_word_that_is_near_nothing():
    assert did_you_mean("xyz", ["dialect"]) == ""


def test_a_peers_word_is_not_suggested_where_it_is_no_key():
    assert did_you_mean("api_key", ["models"]) == ""


def test_words_are_listed_as_people_do():
    assert one_of(["a"]) == "a"
    assert one_of(["a", "b", "c"]) == "a, b or c"


def test_very_many_words_are_cut():
    assert one_of([str(number) for number in range(25)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 …"


def test_shown_text_is_short_and_on_one_line():
    assert shown("a\x1b\nb") == "a\\u001b\\u000ab"
    assert len(shown("x" * 1000)) == MAX_SHOWN_CHARS


def test_what_is_to_be_quoted_is_given_as_it_must_be_written():
    assert quoted('a"b\\') == 'quote this: "a\\"b\\\\"'


def test_a_line_end_in_what_is_to_be_quoted_is_an_escape_of_yaml():
    assert quoted("a\nb") == 'quote this: "a\\u000ab"'


def test_a_list_is_offered_with_quotes_only_where_yaml_needs_them():
    assert as_list(["openai/gpt-5-mini", "*", "true"]) == 'write [openai/gpt-5-mini, "*", "true"]'


def test_a_list_too_long_to_show_whole_is_described_and_not_cut():
    assert as_list(["x" * 61]) == "write a list: put each item in quotes, and [ ] around them"
