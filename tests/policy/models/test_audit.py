from __future__ import annotations

from gateway.policy.models.audit import AuditEntry


def test_nothing_is_kept_of_a_call_unless_it_is_said():
    assert AuditEntry().content == "none"


def test_an_entry_is_durable_before_the_reply_unless_it_is_said():
    assert (AuditEntry().durability, AuditEntry().fsync) == ("before_reply", False)
