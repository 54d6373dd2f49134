from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.rules.declared import texts_at
from tests.policy.folder import tree
from tests.policy.whole import TEXT, one

ROOT = tree(TEXT)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("use_cases.*.outcomes.*", {"resolved", "escalated"}),
        ("use_cases.hr.outcomes.*", set()),
        ("monitors.*.name", {"answers-grounded"}),
        ("providers.*.region", {"us", "eu"}),
        ("providers.*.nothing", set()),
        ("shadows.*.to", {"vllm/llama"}),
    ],
)
def test_texts_are_found_by_their_path(path: str, found: set[str]):
    assert texts_at(ROOT, *path.split(".")) == found


@pytest.mark.parametrize(
    ("old", "new", "lean"),
    [
        (
            "sample: 2%, match",
            "sample: 2, match",
            ("primary: feedback.score", "primary: monitor.answers-grounded.score"),
        ),
        ("owner: support", "owner: 5", ("primary: feedback.score", "primary: outcome.resolved.rate")),
        ("price: free, optional: true", "price: fre", ("match: {team: legal}", "match: {region: eu}")),
        ("retries: 2", "retries: 9", ("match: {team: legal}", "match: {target: openai/gpt-5-mini}")),
    ],
)
def test_what_leans_on_an_entry_with_a_fault_has_none_of_its_own(
    old: str, new: str, lean: tuple[str, str], tmp_path: Path
):
    assert "expected" in one(tmp_path, (old, new), lean)
