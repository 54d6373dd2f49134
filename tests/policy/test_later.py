from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.later import LATER, Later, NotYet, is_later_dialect, not_yet
from gateway.policy.nodes import Mapping
from gateway.policy.shape import keys_at, words_at
from tests.policy.folder import loaded, tree

WORDS = [later for later in LATER if later.words is not None]


def declared(text: str) -> list[str]:
    root = tree(text)
    assert isinstance(root, Mapping)
    return [part.section for part in not_yet(root)]


@pytest.mark.parametrize("later", LATER, ids=lambda later: ".".join(later.path))
def test_what_is_not_in_force_is_part_of_the_language(later: Later):
    assert later.path[-1] in keys_at(later.path[:-1])


@pytest.mark.parametrize("later", WORDS, ids=lambda later: ".".join(later.path))
def test_a_word_that_is_not_in_force_is_one_of_the_language(later: Later):
    assert set(later.words or ()) < {*words_at(later.path), *words_at((*later.path, 0))}


def test_a_part_is_named_once_however_many_there_are():
    text = "providers: {a: {dialect: bedrock}, b: {dialect: vertex}}\nmonitors: [{name: a}, {name: b}]\n"
    assert declared(text) == ["monitors", "providers.*.dialect"]


@pytest.mark.parametrize("text", ["limits: []", "privacy: {}", "audit: {content: none, retention: {}}"])
def test_what_is_empty_or_of_now_is_not_named(text: str):
    assert declared(text) == []


def test_a_part_says_what_it_means_that_nobody_keeps_it():
    assert str(NotYet("limits", "no call is counted")) == "not yet in force: limits: no call is counted"


def test_a_policy_says_what_of_it_is_not_in_force(tmp_path: Path):
    policy = loaded(
        tmp_path,
        "monitors: [{name: a, kind: groundedness, sample: 2%}]\nuse_cases: {faq: {objective: deflect tickets}}\n",
    )
    assert [part.section for part in policy.not_yet] == ["use_cases", "monitors"]


def test_what_is_kept_of_calls_is_what_is_in_force(tmp_path: Path):
    audit = loaded(tmp_path, "audit: {content: sealed, durability: database}\n").audit
    assert (audit.content, audit.durability) == ("sealed", "database")


def test_a_provider_of_a_later_dialect_is_off(tmp_path: Path):
    text = (
        "providers: {aws: {dialect: bedrock, base_url: 'https://x.example', credentials: ['${NOT_SET}']}}\n"
    )
    policy = loaded(tmp_path, text)
    assert is_later_dialect("bedrock")
    assert policy.off == {"aws": "this version can't call a provider of dialect bedrock yet"}


def test_kinds_of_events_of_which_nothing_is_noticed_are_named():
    text = (
        "alerts: {webhooks: [{url: 'https://a.test/', events: [budget, freeze]}, {url: 'https://b.test/'}]}"
    )
    assert declared(text) == []
    assert declared(text.replace("freeze", "monitor")) == ["alerts.webhooks.*.events"]
