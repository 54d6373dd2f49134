from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import load_policy
from tests.policy.whole import ENVIRONMENT, TEXT, load

AGAIN = {
    "privacy": "privacy: {rules: [{name: legal, profile: strict}]}",
    "guardrails": "guardrails: [{name: no-injection, apply_to: input, kind: secrets, action: block}]",
    "limits": "limits: [{name: per-user, concurrent: 1}]",
    "budgets": "budgets: [{name: support-month, amount: 1 USD, period: day}]",
    "shadows": "shadows: [{name: try-local, to: vllm/llama, sample: 1%}]",
    "monitors": "monitors: [{name: answers-grounded, kind: length, sample: 1%}]",
}


@pytest.mark.parametrize("section", AGAIN)
def test_a_name_twice_names_both_places(section: str, tmp_path: Path):
    load(tmp_path)
    (tmp_path / "x.yaml").write_text(AGAIN[section])
    with pytest.raises(PolicyInvalid) as caught:
        load_policy(tmp_path, environment=ENVIRONMENT)
    (fault,) = caught.value.faults
    assert fault.file.endswith("x.yaml")
    line = int(fault.message.split("whole.yaml:")[1].split(":")[0])
    assert f"name: {AGAIN[section].split('name: ')[1].split(',')[0]}" in TEXT.splitlines()[line - 1]
