"""Trees of rules: as they are written, and as they are asked."""

from __future__ import annotations

import pytest

from gateway.privacy.text_leaf_rules import Node, Rule, below, joined, tree

RULES = joined(tree(structural="a.{b c} d", json="a.e"), f=tree(media="g"))


def at(node: Node, path: str) -> Node:
    for name in path.split("."):
        node = below(node, name)
    return node


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("a.b", Rule.STRUCTURAL),
        ("a.c", Rule.STRUCTURAL),
        ("d", Rule.STRUCTURAL),
        ("d.anything.below", Rule.SETTING),
        ("d.anything.type", Rule.STRUCTURAL),
        ("a.e", Rule.JSON),
        ("a.e.inside", None),
        ("a.x", None),
        ("unknown.a.b", None),
        ("f.g", Rule.MEDIA),
    ],
)
def test_a_rule_holds_at_its_path_and_below(path, rule):
    assert at(RULES, path) is rule


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("description", None),
        ("type", Rule.STRUCTURAL),
        ("properties.type.description", None),
        ("properties.x.enum", Rule.KEPT),
        ("items.anyOf.const", Rule.KEPT),
        ("$defs.description.type", Rule.STRUCTURAL),
        ("x-note", None),
    ],
)
def test_of_a_schema_what_is_told_in_words_is_read(path, rule):
    assert at(Rule.SCHEMA, path) is rule


def test_a_tree_knows_whether_its_members_depend_on_each_other():
    assert tree(media="g").judged and tree(signed="g").judged
    assert not tree(structural="g", media="h.g").judged


def test_a_path_has_one_rule():
    with pytest.raises(AssertionError):
        tree(structural="a", json="a")
