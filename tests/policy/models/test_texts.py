from __future__ import annotations

import pytest

from gateway.policy.models.texts import LINE_PATTERN, METRIC_PATTERN, shaped


def test_a_text_of_the_right_form_stays_as_it_is():
    assert shaped(LINE_PATTERN, "a line")("Acme SA") == "Acme SA"


@pytest.mark.parametrize("text", ["", " a", "a\n", "a  b"])
def test_any_other_is_told_what_was_expected(text: str):
    with pytest.raises(ValueError, match="expected a line"):
        shaped(LINE_PATTERN, "a line")(text)


@pytest.mark.parametrize("text", ["Error Rate", "outcome.", "é"])
def test_a_metric_is_words_with_points(text: str):
    with pytest.raises(ValueError, match="expected a metric"):
        shaped(METRIC_PATTERN, "a metric")(text)
