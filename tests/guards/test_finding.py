from __future__ import annotations

from gateway.guards.finding import EVERY_SOURCE, Finding


def test_a_finding_is_sure_where_nobody_says_how_sure():
    assert Finding(1, 2, "REGEX").score == 1.0


def test_every_source_of_words_is_one_of_four():
    assert {"user", "system", "assistant", "tool"} == EVERY_SOURCE
