"""The record of processing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.processing import Recipient, days, processing_records, recipient
from gateway.policy.snapshot import Policy
from tests.policy.folder import loaded

POLICY = """\
teams: {support: {}, legal: {regions: [eu]}}
providers:
  openai:
    dialect: openai
    base_url: https://openai.test
    credentials: ["${K}"]
    region: us
    processor: {name: OpenAI, country: US, dpa: LEG-12, transfer: scc, retention: 30d, trains: false}
  vllm: {dialect: openai, base_url: "https://vllm.test", credentials: ["${K}"], region: eu, price: free}
  other: {dialect: openai, base_url: "https://other.test", credentials: ["${K}"]}
models:
  fast: {targets: [{to: openai/small}], fallbacks: [local]}
  local: {targets: [{to: vllm/llama}]}
  rest: {targets: [{to: other/x}]}
roles:
  analyst: {models: [fast], use_cases: [faq]}
  stranger: {models: [rest], use_cases: [other-case]}
use_cases:
  faq:
    owner: support
    objective: deflect tickets
    processing: {controller: Acme SA, lawful_basis: contract, data_subjects: [customers], data_categories: [contact],
      dpia: DPIA-31, ai_act: minimal}
  other-case: {}
audit: {content: sealed, retention: {entries: 400d, content: 30d}}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    return loaded(tmp_path, POLICY, K="k")


def test_a_use_case_is_told_as_the_law_asks(policy: Policy):
    [faq, _] = processing_records(policy, {})
    assert (faq.controller, faq.purpose, faq.lawful_basis) == ("Acme SA", "deflect tickets", "contract")
    assert (faq.data_subjects, faq.data_categories) == (("customers",), ("contact",))
    assert (faq.dpia, faq.ai_act, faq.owner) == ("DPIA-31", "minimal", "support")
    assert faq.retention == {"entries": "400 d", "content": "30 d", "feedback": "for ever"}


def test_recipients_are_those_that_its_roles_reach_fallbacks_included(policy: Policy):
    [faq, other] = processing_records(policy, {"faq": {"openai": 7}})
    openai = Recipient("openai", "OpenAI", "US", "us", "LEG-12", "scc", "30 d", trains=False, calls=7)
    assert faq.recipients == (openai, recipient(policy, "vllm"))
    assert [one.provider for one in other.recipients] == ["other"]


def test_a_recipient_that_calls_went_to_is_told_even_where_the_policy_has_it_no_more(policy: Policy):
    [faq, _] = processing_records(policy, {"faq": {"gone": 2}})
    assert faq.recipients[-1] == Recipient("gone", None, None, None, None, None, None, None, 2)


def test_transfers_are_the_recipients_in_third_countries(policy: Policy):
    [faq, _] = processing_records(policy, {})
    assert [one.provider for one in faq.transfers] == ["openai"]


def test_what_the_policy_does_not_say_is_a_gap(policy: Policy):
    [faq, other, unknown] = processing_records(policy, {"mystery": {}, None: {"openai": 1}})
    assert faq.gaps == ("nothing is said of the processor behind vllm (`processor`)",)
    assert "the policy does not say how it processes data (`processing`)" in other.gaps
    assert (unknown.use_case, unknown.gaps) == ("mystery", ("the use case is not declared in the policy",))


def test_safeguards_say_how_contents_are_kept_and_who_stays_where(policy: Policy):
    [faq, _] = processing_records(policy, {})
    assert any("AES-256-GCM" in one for one in faq.safeguards)
    assert "residency: what legal send stays in their regions" in faq.safeguards


def test_spans_are_told_in_days():
    assert (days(86_400 * 30), days(43_200)) == ("30 d", "0.5 d")
