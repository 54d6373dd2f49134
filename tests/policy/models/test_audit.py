from __future__ import annotations

from gateway.policy.models.audit import AnchorEntry, AuditEntry, RetentionEntry
from tests.policy.models.entry import refused


def test_nothing_is_kept_of_a_call_unless_it_is_said():
    assert AuditEntry().content == "none"


def test_an_entry_is_durable_before_the_reply_unless_it_is_said():
    assert (AuditEntry().durability, AuditEntry().fsync) == ("before_reply", False)


def test_an_anchor_is_one_place():
    assert "one of the two" in refused(AnchorEntry, every="1m")
    assert "one of the two" in refused(AnchorEntry, every="1m", file="/a/b", url="https://x.example")


def test_content_is_kept_no_longer_than_its_entry():
    assert "kept longer than" in refused(RetentionEntry, entries="30d", content="31d")
