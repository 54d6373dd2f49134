from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.whole import one

HASH = "sha256:" + 64 * "0"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("owner: support", "owner: suport", "suport: there is no team `suport`"),
        ("success: resolved", "success: solved", "solved: there is no outcome `solved`: expected escalated or resolved; did you mean `resolved`?"),
        ("    success: resolved\n", "", "4 USD: nothing counts as a success here"),
        ("outcome.resolved.rate", "outcome.solved.rate", "there is no outcome `solved`"),
        ("cost_per_call", "cost_per_cal", "there is no metric `cost_per_cal`"),
        ("use_cases: [faq]", "use_cases: [fqa]", "fqa]: there is no use case `fqa`"),
        ("use_cases: [faq]", 'use_cases: ["hr-*"]', "there is no use case that matches `hr-*`"),
        ("egress:", f"keys: {{k: {{hash: '{HASH}', roles: [analyst], expires: never, use_case: hr}}}}\negress:", "hr}}: there is no use case `hr`"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_fault_where_it_is_named(old: str, new: str, message: str, tmp_path: Path):
    assert message in one(tmp_path, (old, new))
