"""Facts of calls as people give them."""

from __future__ import annotations

import pytest

from gateway.cli.facts import facts_of
from gateway.cli.wrong_use import WrongUse


def test_names_of_one_fact_stand_together():
    given = ["team=a", "model=x", "team=b=c"]
    assert facts_of(given, "--match", ("team", "model")) == {"team": ("a", "b=c"), "model": ("x",)}


@pytest.mark.parametrize("text", ["team", "team=", "=a", "Team=a", "user=a"])
def test_what_is_no_fact_is_wrong_use(text: str):
    with pytest.raises(WrongUse, match="--match"):
        facts_of([text], "--match", ("team", "model"))
