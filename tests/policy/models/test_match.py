from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.policy.models.match import MatchEntry


def refused(value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        MatchEntry.model_validate(value)
    return str(caught.value.errors()[0]["msg"])


def test_one_value_is_a_list_of_one():
    assert MatchEntry.model_validate({"team": "legal"}).names("team") == ("legal",)


def test_a_list_stays_a_list():
    assert MatchEntry.model_validate({"team": ("a", "b")}).names("team") == ("a", "b")


def test_what_is_not_named_is_not_asked():
    assert MatchEntry.model_validate({"team": "legal"}).names("user") is None


def test_it_says_which_facts_it_uses():
    entry = MatchEntry.model_validate({"team": "a", "not": {"use_case": "faq"}})
    assert entry.used == {"team"}
    assert entry.used_at_all == {"team", "use_case"}


@pytest.mark.parametrize("value", [5, True, {"a": "b"}])
def test_anything_else_is_no_name(value: object):
    assert "expected a name, a glob" in refused({"team": value})


def test_an_empty_list_would_be_about_no_call():
    assert "expected at least one name" in refused({"team": ()})


@pytest.mark.parametrize("value", [{}, {"not": {}}])
def test_an_empty_match_is_refused_since_it_looks_like_none(value: object):
    assert "this asks for nothing" in refused(value)


def test_nothing_is_turned_round_twice():
    assert "Extra inputs" in refused({"not": {"not": {"team": "a"}}})


@pytest.mark.parametrize("text", ["10.0.0.1/8", "x", "::ffff:10.0.0.0/104"])
def test_a_network_is_in_cidr(text: str):
    assert "expected a" in refused({"network": text})


@pytest.mark.parametrize("text", ["", " a", "a\tb", "a" * 301])
def test_a_name_is_text_in_one_line(text: str):
    assert refused({"user": text}).startswith(("Value error, expected", "String should have at most"))
