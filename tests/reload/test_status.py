"""The one reference that a reload swaps."""

from __future__ import annotations

from gateway.policy.snapshot import Policy
from gateway.reload.status import InForce


def test_whoever_took_a_policy_keeps_it():
    in_force = InForce(Policy("one"))
    taken = in_force.current
    in_force.current = Policy("two")
    assert (taken.revision, in_force.current.revision) == ("one", "two")
