from __future__ import annotations

from pathlib import Path

from tests.policy.whole import changed, load, said


def test_all_faults_are_found_in_one_reading(tmp_path: Path):
    lines = said(
        tmp_path,
        ("owner: support", "owner: nobody"),
        ("profile: strict", "profile: nothing"),
        ("match: {team: support}", "match: {team: nobody}"),
        ("to: vllm/llama\n    sample", "to: nowhere/llama\n    sample"),
        ("primary: feedback.score", "primary: nothing"),
        ("{name: classify, prompt: classify}", "{name: classify, prompt: nothing}"),
    )
    assert len(lines) == 6


def test_the_example_has_none(tmp_path: Path):
    assert load(tmp_path, changed()).revision
