"""What a check of the log says of itself."""

from __future__ import annotations

from gateway.audit.chain import Head
from gateway.audit.report import ChainReport, Known, Report


def test_what_is_unproven_begins_after_what_was_signed_or_anchored():
    chains = [ChainReport("w1", Head(9, "i", 1), proven=7), ChainReport("w2", Head(3, "c", 1))]
    assert Report(chains=chains).unproven == {"w1": 8, "w2": 1}


def test_nothing_is_known_where_nothing_was_given():
    assert Known().trusted.empty
    assert Known().anchors is None
