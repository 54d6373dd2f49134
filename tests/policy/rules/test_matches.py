from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.whole import one, said

LEGAL = "{name: legal, match: {team: legal}, profile: strict}"
GUARD = "kind: prompt_injection, action: block}"


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ("{team: leagl}", "there is no team `leagl`: expected legal or support; did you mean `legal`?"),
        ("{team: [legal, hr]}", "there is no team `hr`"),
        ("{team: hr-*}", "there is no team that matches `hr-*`"),
        ("{role: analist}", "did you mean `analyst`?"),
        ("{use_case: faqs}", "there is no use case `faqs`: expected faq"),
        ("{model: fastt}", "there is no model `fastt`"),
        ("{api: chatt}", "there is no operation `chatt`"),
        ("{provider: vlm}", "there is no provider `vlm`"),
        ("{target: vllm/mistral}", "there is no target `vllm/mistral`"),
        ("{region: asia}", "there is no region of a provider `asia`: expected eu or us"),
        ("{key: 'policy:ci'}", "there is no declared key `policy:ci`: no declared key is declared"),
        ("{not: {team: hr}}", "there is no team `hr`"),
    ],
)
def test_a_name_that_leads_nowhere_is_a_fault_at_the_name(match: str, message: str, tmp_path: Path):
    line = one(tmp_path, (LEGAL, f"{{name: legal, match: {match}, profile: strict}}"))
    assert message in line
    assert match.strip("{}").rpartition(": ")[2].strip("[]{}").rpartition(", ")[2][:3] in line[:12]


@pytest.mark.parametrize(
    "match",
    [
        "{team: l*}",
        "{role: trial}",
        "{model: claude-3}",
        "{target: openai/*}",
        "{user: anybody}",
        "{tag: a=b}",
    ],
)
def test_a_name_that_may_be_asked_for_is_fine(match: str, tmp_path: Path):
    assert said(tmp_path, (LEGAL, f"{{name: legal, match: {match}, profile: strict}}")) == []


@pytest.mark.parametrize("fact", ["provider: vllm", "target: vllm/llama", "region: eu"])
@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (GUARD, "kind: prompt_injection, action: block, match: {%s}}", "a check of input"),
        ("unit: user", "unit: user}", "an experiment"),
        ("cache: {ttl: 10m, match: {use_case: faq}}", "cache: {ttl: 10m, match: {%s}}", "a cache"),
        (
            "durability: before_reply",
            "durability: before_reply\n  rules: [{name: r, content: none, match: {not: {%s}}}]",
            "a rule of audit",
        ),
    ],
)
def test_a_fact_that_is_not_known_yet_is_a_fault(fact: str, old: str, new: str, what: str, tmp_path: Path):
    if what == "an experiment":
        old, new = "{model: fast, use_case: faq}\n    unit: user", "{%s}\n    unit: user"
    line = one(tmp_path, (old, new % fact))
    assert line.startswith(fact.partition(": ")[2])
    assert f"is not known yet where {what} is judged" in line


def test_what_comes_out_is_checked_when_its_provider_is_known(tmp_path: Path):
    assert (
        said(tmp_path, ("action: flag\n    match: {use_case: faq}", "action: flag\n    match: {region: us}"))
        == []
    )


@pytest.mark.parametrize("claim", ["use_case: faq", "tag: a=b", "end_user: u"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LEGAL, "{name: legal, match: {not: {%s}}, profile: strict}"),
        (GUARD, "kind: prompt_injection, action: block, match: {not: {%s}}}"),
        ("match: {team: support}", "match: {team: support, not: {%s}}"),
        ("per: [user]", "per: [user]\n    match: {not: {%s}}"),
    ],
    ids=["privacy", "guardrails", "budgets", "limits"],
)
def test_nobody_steps_out_of_a_rule_by_what_it_says_of_itself(claim: str, old: str, new: str, tmp_path: Path):
    line = one(tmp_path, (old, new % claim))
    assert "under `not`, a caller could say it and step out of this rule" in line


@pytest.mark.parametrize("claim", ["use_case: faq", "tag: a=b", "end_user: u"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LEGAL, "{name: legal, match: {%s}, profile: strict}"),
        (GUARD, "kind: prompt_injection, action: block, match: {%s}}"),
        ("match: {team: support}", "match: {%s}"),
    ],
)
def test_a_claim_may_make_a_rule_stricter(claim: str, old: str, new: str, tmp_path: Path):
    assert said(tmp_path, (old, new % claim)) == []


def test_what_protects_nobody_may_leave_out_what_is_claimed(tmp_path: Path):
    text = (
        "{name: answers-grounded, kind: groundedness, sample: 2%, match: {use_case: faq}, alert_below: 0.8}"
    )
    new = (
        "{name: answers-grounded, kind: groundedness, sample: 2%, match: {not: {tag: a=b}}, alert_below: 0.8}"
    )
    assert said(tmp_path, (text, new)) == []
