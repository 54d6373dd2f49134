from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.policy.models.block import Block, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("500ms", 0.5), ("5s", 5), ("2m", 120), ("1.5h", 5400), ("1d", 86400), ("0.1s", 0.1), ("1ms", 0.001)],
)
def test_a_duration_is_seconds(text: str, expected: float):
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "5",
        "s",
        "5 s",
        "5S",
        "-5s",
        "1e3s",
        "5s\n",
        "٥s",
        "1h30m",
        ".5s",
        5,
        5.0,
        None,
        True,
        "9" * 30 + "s",
    ],
)
def test_anything_else_is_no_duration(value: object):
    with pytest.raises(ValueError, match="expected a duration such as"):
        seconds(value)


@pytest.mark.parametrize("text", ["0s", "0.0ms", "25h", "2d", "9999999999999d"])
def test_a_duration_is_above_zero_and_at_most_a_day(text: str):
    with pytest.raises(ValueError, match="above zero and of at most one day"):
        seconds(text)


@given(st.integers(1, 86_400_000))
def test_milliseconds_are_exact(milliseconds: int):
    assert seconds(f"{milliseconds}ms") == milliseconds / 1000


class Example(Block):
    number: int = 1


def test_a_block_is_frozen():
    with pytest.raises(ValidationError):
        Example().number = 2  # type: ignore[misc]


def test_a_block_takes_no_unknown_key():
    with pytest.raises(ValidationError):
        Example.model_validate({"numbr": 1})


def test_a_block_takes_no_value_of_another_kind():
    with pytest.raises(ValidationError):
        Example.model_validate({"number": "1"})
