"""What is kept of a call."""

from __future__ import annotations

import pytest

from gateway.policy.auditing import Audit, Retention, audit_in_force
from gateway.policy.match import Facts
from gateway.policy.models.audit import AuditEntry


def in_force(**fields: object) -> Audit:
    return audit_in_force(AuditEntry.model_validate(fields))


RULES = (
    {"name": "legal", "match": {"team": "legal"}, "content": "none"},
    {"name": "claims", "match": {"team": ("legal", "claims")}, "content": "sealed"},
)


def test_nothing_is_kept_unless_the_policy_says_so():
    audit = in_force()
    assert (audit.keeps, audit.content_of(Facts(team="legal"))) == (False, "none")


@pytest.mark.parametrize(("team", "kept"), [("support", "redacted"), ("claims", "sealed"), ("legal", "none")])
def test_of_the_rules_about_a_call_the_one_that_keeps_least_counts(team: str, kept: str):
    assert in_force(content="redacted", rules=RULES).content_of(Facts(team=team)) == kept


def test_a_rule_alone_may_keep_and_says_what_it_must_know():
    audit = in_force(rules=RULES[1:])
    assert (audit.keeps, audit.asks) == (True, frozenset({"team"}))


def test_rules_that_keep_nothing_keep_nothing():
    assert not in_force(rules=RULES[:1]).keeps


def test_retention_is_in_seconds():
    audit = in_force(retention={"entries": "400d", "content": "30d"})
    assert audit.retention == Retention(400 * 86_400, 30 * 86_400)
