"""The options by which calls are asked for."""

from __future__ import annotations

import pytest

from gateway.cli.call_filters import calls_wanted, only_of
from gateway.cli.wrong_use import WrongUse


def test_times_are_told_as_the_log_has_them():
    assert calls_wanted(since="2027-01-15", user="anna") == {
        "since": "2027-01-15T00:00:00.000Z",
        "until": None,
        "user": "anna",
    }


@pytest.mark.parametrize("given", [{"ending": "bogus"}, {"decision": "bogus:x"}, {"order": "bogus"}])
def test_a_word_that_means_nothing_is_wrong_use(given: dict[str, str]):
    with pytest.raises(WrongUse, match="bogus"):
        calls_wanted(**given)


def test_a_filter_of_the_other_kind_is_wrong_use():
    only_of("calls", {"use_case": None})
    with pytest.raises(WrongUse, match="--use-case is a filter for calls"):
        only_of("calls", {"use_case": "faq"})
