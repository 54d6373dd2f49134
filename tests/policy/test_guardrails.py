from __future__ import annotations

from pathlib import Path

from tests.policy.folder import ECHO, loaded

TEXT = (
    ECHO + "guardrails:\n"
    "  - {name: a, apply_to: input, kind: secrets, action: redact, match: {team: t, not: {role: r}}}\n"
    "  - {name: b, apply_to: output, kind: http, action: block, url: '${HOOK}', timeout: 500ms, on_failure: allow}\n"
    "  - {name: c, apply_to: output, kind: judge, action: block, model: echo, question: is it so}\n"
    "teams: {t: {}}\nroles: {r: {}}\n"
)


def test_a_guardrail_in_force_knows_what_its_match_asks_for_and_what_its_kind_needs(tmp_path: Path):
    a, b, c = loaded(tmp_path, TEXT, HOOK="https://x.example").guardrails
    assert (a.asks, dict(a.settings), a.action) == (frozenset({"team", "role"}), {}, "redact")
    assert (b.timeout_s, b.on_failure) == (0.5, "allow")
    assert (c.timeout_s, dict(c.settings)) == (10.0, {"model": "echo", "question": "is it so"})


def test_where_its_texts_go_is_known_and_not_shown(tmp_path: Path):
    policy = loaded(tmp_path, TEXT, HOOK="https://x.example/hunter2")
    assert policy.guardrails[1].url is not None
    assert policy.guardrails[1].url.reveal() == "https://x.example/hunter2"
    assert "hunter2" not in repr(policy)


def test_a_policy_that_is_read_again_is_the_same(tmp_path: Path):
    assert loaded(tmp_path, TEXT, HOOK="https://x.example") == loaded(
        tmp_path, TEXT, HOOK="https://x.example"
    )
