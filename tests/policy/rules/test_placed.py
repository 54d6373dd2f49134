from __future__ import annotations

from gateway.policy.nodes import Mapping, walk
from gateway.policy.rules.placed import placed
from gateway.policy.validate import validate
from tests.policy.folder import tree
from tests.policy.whole import changed


def test_no_match_of_a_policy_is_forgotten():
    root = tree(
        changed(
            (
                "durability: before_reply",
                "durability: before_reply\n  rules: [{name: r, content: none, match: {user: a}}]",
            ),
            ("per: [user]", "per: [user]\n    match: {user: a}"),
            ("kind: prompt_injection,", "kind: prompt_injection, match: {user: a},"),
        )
    )
    assert isinstance(root, Mapping)
    document, _ = validate(root)
    written = {path for path, node in walk(root) if path[-1:] == ("match",) and isinstance(node, Mapping)}
    assert {each.path for each in placed(document)} == written
    assert {path[0] for path in written} == {
        "models", "privacy", "guardrails", "limits", "budgets", "experiments", "shadows", "monitors", "audit",
    }  # fmt: skip
