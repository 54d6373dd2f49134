"""Whether the signing of the log is well: no fault here, and none at a place outside."""

from __future__ import annotations

import pytest

from gateway.audit.standing import AnchorState, NotaryState


@pytest.mark.parametrize(
    ("state", "healthy"),
    [
        (NotaryState(), True),
        (NotaryState(1, None, (AnchorState("/a", "2027"),)), True),
        (NotaryState(1, "the database went back"), False),
        (NotaryState(1, None, (AnchorState("/a", "2027"), AnchorState("/b", None, "full"))), False),
    ],
)
def test_it_is_well_where_nothing_failed(state: NotaryState, healthy: bool):
    assert state.healthy is healthy
