from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from gateway.guards.registry import KINDS, GuardBook
from gateway.policy.models.guardrails import Kind
from tests.guards.parts import NoDetector, guard
from tests.policy.folder import ECHO, loaded
from tests.policy.models.test_guardrails import FITS

TWO = ECHO + (
    "guardrails:\n"
    "  - {name: a, apply_to: input, kind: size, max_chars: 5, action: block}\n"
    "  - {name: b, apply_to: output, kind: keywords, words: [x], action: flag}\n"
)


def test_every_kind_of_the_language_is_there():
    assert KINDS.keys() == set(get_args(Kind))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "topics"])
def test_each_kind_is_made_ready_from_what_a_policy_says(kind: str):
    made = guard(kind, **FITS[kind])
    assert [made.finds, made.judges, made.asks].count(None) == 2


def test_guards_are_made_once_for_a_policy(tmp_path: Path):
    book, policy = GuardBook(NoDetector()), loaded(tmp_path, TWO)
    guards = book.of(policy)
    assert ([each.rule.name for each in guards.input], [each.rule.name for each in guards.output]) == (
        ["a"],
        ["b"],
    )
    assert book.of(policy) is guards


def test_policies_of_long_ago_are_forgotten(tmp_path: Path):
    book = GuardBook(NoDetector())
    policies = [loaded(tmp_path, TWO) for _ in range(5)]
    first, *_ = [book.of(policy) for policy in policies]
    assert book.of(policies[0]) is not first
    assert book.of(policies[4]) is book.of(policies[4])
