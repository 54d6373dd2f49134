"""What people are shown of an explanation."""

from __future__ import annotations

import pytest

from gateway.cli.explained import show
from gateway.rehearsal.explain import Explanation, RoleWord, TargetWord
from gateway.rehearsal.guardrails import GuardrailWord


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")

    def of(found: Explanation) -> str:
        show(found)
        return capsys.readouterr().out

    return of


def test_the_role_the_limit_and_each_target_in_its_place(shown):
    targets = (
        TargetWord("one/small", "fast", "eu", 1, "0.25", "2"),
        TargetWord("two/large", "fast", None, 2),
        TargetWord("far/large", "fast", "us", why="no region [of yours]"),
    )
    text = shown(
        Explanation(
            "rev-1",
            "allow",
            (RoleWord("writer", allows=True),),
            targets,
            role="writer",
            asked_model="fast",
            use_case="faq",
            max_output_tokens=100,
        )
    )
    assert "allowed by the role 'writer', policy rev-1" in text
    assert "output: at most 100 tokens" in text
    assert "use case: faq" in text
    rows = [line for line in text.splitlines() if "/" in line and "│" in line]
    assert ["1." in rows[0], "0.25 / 2" in rows[0], "eu" in rows[0]] == [True] * 3
    assert "2." in rows[1] and "unknown" in rows[1]
    assert "-" in rows[2] and "no region [of yours]" in rows[2] and "unknown" not in rows[2]


def test_a_refusal_with_its_rule_and_each_roles_word(shown):
    text = shown(
        Explanation(
            "rev-1",
            "refuse",
            (RoleWord("reader", allows=False, why="may not [x]"),),
            stage="authorize",
            rule="reader",
            code="model_forbidden",
            status=403,
            message="no [red]",
        )
    )
    assert "refused with 403 model_forbidden: no [red]" in text
    assert "by the rule 'reader' of the stage authorize" in text
    assert "role reader: may not [x]" in text


def test_each_guardrail_that_would_read_it(shown):
    words = (
        GuardrailWord("no-injection", "prompt_injection", "input", "block"),
        GuardrailWord("short", "size", "output", "flag", ("far/large",)),
    )
    text = shown(Explanation("rev-1", "allow", (), guardrails=words))
    assert "guardrail no-injection: reads the request (prompt_injection: block)" in text
    assert "guardrail short: reads the answer of far/large (size: flag)" in text
