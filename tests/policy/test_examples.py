"""Every key has an example, and each is a policy in its place."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.handbook import Key, keys, keys_below
from gateway.policy.models.document import PolicyDocument
from gateway.policy.nodes import Path as Steps
from tests.policy.folder import tree
from tests.policy.test_schema import plain
from tests.policy.whole import TEXT, as_json, at, faults_of

WHOLE = tree(TEXT)
MORE: dict[str, Any] = {
    "keys": {"contract-review": {"hash": "sha256:" + 64 * "0", "roles": ["analyst"], "expires": "never"}},
    "audit": {"rules": [{"name": "r", "match": {"user": "a"}, "content": "none"}]},
}
BESIDE: dict[str, dict[str, Any]] = {
    "providers.*.api_version": {"dialect": "azure", "base_url": "https://n.openai.azure.com"},
    "providers.*.ca_file": {"optional": True},
    "audit.anchors.[].url": {"file": None},
    "budgets.[].fiscal_start": {"period": "quarter"},
    "guardrails.[].patterns": {"kind": "regex"},
    "guardrails.[].words": {"kind": "keywords"},
    "guardrails.[].topics": {"kind": "topics"},
    "guardrails.[].deny_topics": {"kind": "topics"},
    "guardrails.[].vocabulary": {"kind": "topics", "deny_topics": ["legal"]},
    "guardrails.[].schema": {"kind": "json_schema"},
    "guardrails.[].max_chars": {"kind": "size"},
    "guardrails.[].languages": {"kind": "language"},
    "guardrails.[].url": {"kind": "http"},
    "guardrails.[].timeout": {"kind": "http", "url": "https://guard.example.com"},
    "guardrails.[].model": {"kind": "judge", "question": "is it so"},
    "guardrails.[].question": {"kind": "judge", "model": "local"},
    "monitors.[].model": {"kind": "judge", "question": "is it so"},
    "monitors.[].question": {"kind": "judge", "model": "local"},
    "budgets.[].on_exceeded.downgrade": {},
    "roles.*.within": {"permissions": ["usage:read"]},
}
"""What a key needs beside it, and what (None) has to go."""


def in_place(whole: Any, path: tuple[str, ...]) -> Steps:
    """The first name or item of each that there is; of teams and roles the second, which may lean on the first."""
    steps: list[str | int] = []
    node = whole
    for step in path:
        chosen: str | int = step
        if step == "[]":
            chosen = 0
        elif step == "*":
            names = [*node] if isinstance(node, dict) else []
            chosen = (names[1:2] if steps in (["teams"], ["roles"]) else names[:1] or ["x"])[0]
        steps.append(chosen)
        if isinstance(node, list):
            node = node[0] if node else {}
        else:
            node = node.get(chosen, {}) if isinstance(node, dict) else {}
    return tuple(steps)


def with_examples(listed: list[Key]) -> str:
    whole: Any = plain(WHOLE)
    whole = {**whole, "keys": MORE["keys"], "audit": {**whole["audit"], **MORE["audit"]}}
    for key in listed:
        path = in_place(whole, key.path)
        if key.path[-1] == "downgrade":
            whole = at(whole, path[:-1], {})
        for name, value in BESIDE.get(".".join(key.path), {}).items():
            whole = at(whole, (*path[:-1], name), value)
        whole = at(whole, path, key.example)
    return as_json(without_none(whole))


def without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_none(each) for name, each in value.items() if each is not None}
    return [without_none(each) for each in value] if isinstance(value, list) else value


SHOWN = [key for key in keys() if key.example is not None]
TOGETHER = [key for key in SHOWN if ".".join(key.path) not in BESIDE]


@pytest.mark.parametrize("top", list(PolicyDocument.model_fields))
def test_the_examples_of_all_keys_of_a_part_are_a_policy_where_they_stand(top: str):
    assert faults_of(with_examples([key for key in TOGETHER if key.path[0] == top])) == []


@pytest.mark.parametrize("path", BESIDE)
def test_the_example_of_a_key_that_goes_with_others_is_a_policy_beside_them(path: str):
    (key,) = (key for key in SHOWN if ".".join(key.path) == path)
    assert faults_of(with_examples([key])) == []


@pytest.mark.parametrize("block", ["match", "hours"])
def test_the_examples_of_what_stands_in_many_places_are_one(block: str):
    listed = {key.path[-1]: key.example for key in keys_below(block)}
    match = listed if block == "match" else {"hours": listed}
    whole = at(at(plain(WHOLE), ("limits", 0, "match"), match), ("keys",), MORE["keys"])
    assert faults_of(as_json(whole)) == []
