"""Trying all cases: how many, or all that came out otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.case_runs import try_cases
from gateway.policy.faults import PolicyInvalid

CASE = "- {{name: {name}, as: {{role: {role}}}, request: {{model: echo}}, expect: {expect}}}\n"


def write(folder: Path, *cases: tuple[str, str, str]) -> None:
    (folder / "policies" / "tests").mkdir()
    lines = "".join(CASE.format(name=name, role=role, expect=expect) for name, role, expect in cases)
    (folder / "policies" / "tests" / "cases.yaml").write_text(f"tests:\n{lines}")


def test_all_are_counted(folder: Path):
    write(folder, ("one", "caller", "allow"), ("two", "auditor", "refuse"))
    assert try_cases(folder / "policies") == 2


def test_each_that_came_out_otherwise_is_told(folder: Path):
    write(folder, ("one", "caller", "refuse"), ("two", "auditor", "refuse"), ("three", "auditor", "allow"))
    with pytest.raises(PolicyInvalid) as invalid:
        try_cases(folder / "policies")
    assert [fault.line for fault in invalid.value.faults] == [2, 4]
