"""Every row of decisions.md: caller × model × API × tool × hour × network × team × claim, and what becomes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.policy.load import load_policy
from gateway.policy.snapshot import Policy
from gateway.stages import authorize
from tests.access.judging import Row, rows_of, verdict
from tests.policy.folder import written

HERE = Path(__file__).parent
ROWS = rows_of((HERE / "decisions.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    text = (HERE / "decisions.yaml").read_text(encoding="utf-8")
    return load_policy(written(tmp_path_factory.mktemp("policies"), {"a.yaml": text}), environment={})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(cell for cell in row[:7] if cell) or "nobody")
async def test_a_call_is_decided_as_it_is_written_down(row: Row, policy: Policy):
    assert await verdict(policy, row) == row.verdict


def test_the_table_is_long_and_no_row_stands_in_it_twice():
    assert len({row[:7] for row in ROWS}) == len(ROWS) >= 200


def test_every_role_team_api_and_refusal_stands_in_the_table(policy: Policy):
    """What nobody wrote down nobody has thought about."""
    said = " ".join(word for row in ROWS for word in (row.caller, row.verdict))
    assert [role for role in policy.roles if not re.search(rf"\b{role}\b", said)] == []
    assert [team for team in policy.teams if f"@{team}" not in said.split()] == []
    assert [code for code in authorize.OBJECTIONS if code not in said and code != "prompt_forbidden"] == []
