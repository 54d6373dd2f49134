"""docs/guardrails.md: its examples are policies in force, and what it says of streams is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.policy.models.guardrails import TOPICS
from tests.guards.parts import guard
from tests.policy.folder import ECHO, loaded
from tests.policy.models.test_guardrails import FITS

TEXT = (Path(__file__).parents[2] / "docs/guardrails.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_its_examples_are_policies(tmp_path: Path, example: str):
    policy = loaded(tmp_path, {"a.yaml": ECHO, "b.yaml": example})
    assert policy.guardrails
    assert {part.section for part in policy.not_yet} <= {"use_cases"}


def test_built_in_topics_are_named():
    [line] = re.findall(r"Built in: (.*?), in the seven", TEXT)
    assert tuple(line.replace("`", "").split()) == TOPICS


@pytest.mark.parametrize(("kind", "held"), [("regex", 384), ("prompt_injection", 1200)])
def test_what_is_held_back_at_most_is_as_it_says(kind: str, held: int):
    finds = guard(kind, **FITS[kind]).finds
    assert finds is not None
    assert max(128, finds.reach // 2) + finds.reach == held
    assert f"{held:,} characters" in TEXT


@pytest.mark.parametrize("kind", ["size", "language", "topics"])
def test_pieces_that_are_judged_are_as_long_as_it_says(kind: str):
    settings = {**FITS[kind], **({"deny_topics": ("legal",)} if kind == "topics" else {})}
    judges = guard(kind, **settings).judges
    assert judges is not None
    steps = dict(zip(("size", "language", "topics"), ("64", "400", "800"), strict=True))
    assert str(judges.step) == steps[kind]
    assert "| `size`, `language`, `topics` | 64, 400, 800 characters |" in TEXT
