"""The example of the whole language: it is a policy, however it is cut, and no change of it is a riddle."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy.faults import Mark
from gateway.policy.later import LATER
from gateway.policy.load import load_policy
from gateway.policy.models.document import PolicyDocument
from gateway.policy.nodes import Mapping, Node, Scalar, find, walk
from gateway.policy.nodes import Path as Steps
from gateway.policy.sources import Source
from gateway.policy.yaml_nodes import parse
from tests.policy.folder import tree
from tests.policy.test_schema import plain
from tests.policy.whole import ENVIRONMENT, TEXT, as_json, at, faults_of, load

WHOLE = tree(TEXT)
LEAVES = [(path, node) for path, node in walk(WHOLE) if isinstance(node, Scalar)]
JUNK = [
    5,
    -1,
    1.5,
    True,
    "",
    "x",
    "*",
    "a b",
    "a,b",
    "500",
    "${X}",
    "{{ x }}",
    "x" * 3000,
    [],
    {},
    ["x"],
    {"x": 1},
]


def test_every_top_level_key_is_in_the_example():
    assert isinstance(WHOLE, Mapping)
    assert set(PolicyDocument.model_fields) - set(WHOLE.entries) == {"keys"}


def test_it_is_a_policy_and_says_what_of_it_is_not_in_force(tmp_path: Path):
    policy = load(tmp_path)
    assert set(policy.roles) == {"analyst", "auditor", "admin"}
    assert set(policy.models) == {"fast", "local", "claude-*"}
    assert policy.warnings == ()
    declared = {part.section for part in policy.not_yet}
    assert declared <= {".".join(each.path) for each in LATER}
    assert "privacy" not in {".".join(each.path) for each in LATER} or "privacy" in declared


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_same_policy_in_any_number_of_files_and_in_any_order(seed: int, tmp_path: Path):
    chance = random.Random(seed)

    def shuffled(value: object) -> object:
        if isinstance(value, dict):
            return {name: shuffled(value[name]) for name in chance.sample(list(value), len(value))}
        return [shuffled(each) for each in value] if isinstance(value, list) else value

    whole = plain(WHOLE)
    assert isinstance(whole, dict)
    files: list[dict[str, Any]] = [{} for _ in range(4)]
    for name, value in whole.items():
        parts = value.items() if isinstance(value, dict) and name in SPLIT else [(None, value)]
        for inner, part in parts:
            into = chance.choice(files)
            into.update({name: part} if inner is None else {name: {**into.get(name, {}), inner: part}})
    for number, part in enumerate(files):
        (tmp_path / f"{number}.yaml").write_text(as_json(shuffled(part)) if part else "{}")
    (tmp_path / "prompts").mkdir()
    for number, part in enumerate(files):
        if chance.random() < 0.5 and "prompts" in part:
            for name, prompt in part.pop("prompts").items():
                (tmp_path / "prompts" / f"{name}.yaml").write_text(as_json(prompt))
            (tmp_path / f"{number}.yaml").write_text(as_json(shuffled(part)) if part else "{}")
    (tmp_path / "one").mkdir()
    split = load_policy(tmp_path, environment=ENVIRONMENT)
    assert split.revision == load(tmp_path / "one", as_json(whole)).revision
    assert split.not_yet == load(tmp_path / "one", as_json(whole)).not_yet


SPLIT = {"teams", "providers", "models", "roles", "use_cases", "prompts", "chains", "privacy"}


def misplaced(path: Steps, leaf: Scalar, junk: object) -> list[tuple[int, int, str]]:
    """Faults of the example with `junk` in place of a leaf; none, if one of them is at the junk or its key, or
    names what is gone, or stands at the block and names the key."""
    text = as_json(at(plain(WHOLE), path, junk))
    found = faults_of(text)
    node, key, _ = find(tree_of(text), path)
    here = {(mark.line, mark.column) for mark in (key, *marks(node))}
    named = [word for _, _, message in found for word in message.split("`")[1:2]]
    names = [each for each in path if isinstance(each, str)]
    if any((line, column) in here for line, column, _ in found) or any(word in leaf.text for word in named):
        return []
    return [fault for fault in found if not set(names[-1:]) & set(re.findall(r"\w+", fault[2]))]


def marks(node: Node) -> Iterator[Mark]:
    for _, each in walk(node):
        yield each.mark
        if isinstance(each, Mapping):
            yield from (entry.key for entry in each.entries.values())


@settings(max_examples=40)
@given(st.sampled_from(LEAVES), st.sampled_from(JUNK))
def test_what_is_put_in_place_of_a_value_is_a_policy_or_a_fault_there(
    leaf: tuple[Steps, Scalar], junk: object
):
    """Or a fault at what named the value that is gone."""
    assert misplaced(*leaf, junk) == []


@pytest.mark.long
@pytest.mark.parametrize("leaf", LEAVES, ids=[".".join(map(str, path)) for path, _ in LEAVES])
def test_of_every_value_anything_else_is_a_policy_or_a_fault_there(leaf: tuple[Steps, Scalar]):
    some = random.Random(str(leaf[0])).sample(JUNK, 6)
    assert [junk for junk in some if misplaced(*leaf, junk)] == []


def tree_of(text: str) -> Node:
    """Also of a text with faults."""
    node, _ = parse(Source("whole.yaml", text))
    assert node is not None
    return node


@settings(max_examples=40)
@given(st.data())
def test_whatever_is_put_anywhere_is_a_policy_or_plain_faults(data: st.DataObject):
    """Values of other places are the likeliest to be half right."""
    value = plain(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        path, _ = data.draw(st.sampled_from(LEAVES))
        _, other = data.draw(st.sampled_from(LEAVES))
        value = at(value, path, float(other.value) if isinstance(other.value, Decimal) else other.value)
    text = as_json(value)
    lines = text.splitlines()
    for line, column, message in faults_of(text):
        assert 1 <= column <= len(lines[line - 1]) + 1
        assert "Traceback" not in message
        assert "\n" not in message
