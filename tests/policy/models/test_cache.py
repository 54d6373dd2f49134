from __future__ import annotations

from gateway.policy.models.cache import CacheEntry
from tests.policy.models.entry import read, refused


def test_an_answer_is_for_the_same_user_unless_it_is_said():
    assert read(CacheEntry, ttl="10m").scope == "user"


def test_it_is_shared_within_a_team_at_most():
    assert "Input should be" in refused(CacheEntry, ttl="10m", scope="everybody")
