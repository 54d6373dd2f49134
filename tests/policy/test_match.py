from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.policy.match import EVERY_CALL, Facts, Match
from gateway.policy.models.match import MatchEntry

CALL = Facts(
    team="legal",
    user="anna",
    roles=("analyst", "reviewer"),
    key="k1",
    use_case="faq",
    model="fast",
    api="chat",
    tags=("project=apollo", "stage=test"),
    provider="vllm",
    target="vllm/llama",
    region="eu",
    address=ip_address("10.1.2.3"),
    at=datetime(2026, 11, 18, 10, 0, tzinfo=UTC),
    end_user="u-1",
)
IS_SO: dict[str, object] = {
    "team": "legal",
    "user": ("bob", "anna"),
    "role": "reviewer",
    "key": "k*",
    "use_case": "faq",
    "model": "f*t",
    "api": ("messages", "chat"),
    "tag": "project=*",
    "provider": "vllm",
    "target": "vllm/*",
    "region": "eu",
    "network": ("192.168.0.0/16", "10.0.0.0/8"),
    "hours": {"days": "mon-fri", "from": "10:30", "to": "11:30", "timezone": "Europe/Paris"},
    "end_user": "u-*",
}
IS_NOT: dict[str, object] = {
    **dict.fromkeys(IS_SO, "other"),
    "network": "2001:db8::/32",
    "hours": {"days": "sun"},
}
ABSENT = {"role": "roles", "tag": "tags", "network": "address", "hours": "at"}


def about(value: dict[str, object]) -> Match:
    return Match.of(MatchEntry.model_validate(value))


def without(fact: str) -> Facts:
    name = ABSENT.get(fact, fact)
    return replace(CALL, **{name: getattr(Facts(), name)})


@pytest.mark.parametrize("fact", IS_SO)
def test_a_rule_is_about_calls_of_which_its_key_is_so(fact: str):
    assert about({fact: IS_SO[fact]}).matches(CALL)
    assert not about({fact: IS_NOT[fact]}).matches(CALL)


@pytest.mark.parametrize("fact", IS_SO)
def test_a_fact_that_is_absent_matches_nothing(fact: str):
    everything: dict[str, object] = {"network": ("0.0.0.0/0", "::/0"), "hours": {}}
    assert not about({fact: everything.get(fact, "*")}).matches(without(fact))


@pytest.mark.parametrize("fact", IS_SO)
def test_not_is_about_calls_without_the_fact_too(fact: str):
    turned = about({"not": {fact: IS_SO[fact]}})
    assert not turned.matches(CALL)
    assert turned.matches(without(fact))


def test_a_rule_without_match_is_about_every_call():
    assert Match.of(None) is EVERY_CALL
    assert EVERY_CALL.every_call
    assert EVERY_CALL.matches(Facts())


def test_not_asks_for_all_of_its_keys():
    turned = about({"not": {"team": "legal", "model": "slow"}})
    assert turned.matches(CALL)
    assert not turned.matches(replace(CALL, model="slow"))


def test_an_ipv4_address_inside_ipv6_is_the_one_inside():
    inside = replace(CALL, address=ip_address("::ffff:10.1.2.3"))
    assert about({"network": "10.0.0.0/8"}).matches(inside)


def test_upper_and_lower_case_are_different():
    assert not about({"team": "Legal"}).matches(CALL)


keys = st.dictionaries(st.sampled_from(sorted(IS_SO)), st.booleans(), min_size=1)


@given(keys)
def test_several_keys_are_all(wanted: dict[str, bool]):
    asked = {fact: (IS_SO if so else IS_NOT)[fact] for fact, so in wanted.items()}
    assert about(asked).matches(CALL) == all(wanted.values())
    assert about({"not": asked}).matches(CALL) != all(wanted.values())


@given(keys, keys)
def test_one_more_key_never_matches_more(one: dict[str, bool], other: dict[str, bool]):
    fewer = {fact: (IS_SO if so else IS_NOT)[fact] for fact, so in one.items()}
    more = {fact: (IS_SO if so else IS_NOT)[fact] for fact, so in other.items()} | fewer
    assert about(fewer).matches(CALL) or not about(more).matches(CALL)
