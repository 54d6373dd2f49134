from __future__ import annotations

import pytest

from gateway.policy.models.recognizers import RecognizerEntry
from tests.policy.models.entry import read, refused


def test_a_list_alone_is_enough():
    assert read(RecognizerEntry, entity="EMAIL_ADDRESS", allow=("help@example.org",)).entity == "EMAIL"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"entity": "BADGE"}, "`patterns`, `deny` or `allow` is missing"),
        (
            {"entity": "default", "deny": ("7B",)},
            "expected a kind of data, or a name of your own such as BADGE",
        ),
        ({"entity": "BADGE", "patterns": (r"(?<!a)b",)}, "linear in the text"),
        ({"entity": "BADGE", "patterns": ("(",)}, "linear in the text"),
        ({"entity": "BADGE", "patterns": (".*",)}, "expected a pattern that says what it looks for"),
        ({"entity": "BADGE", "deny": ("x", "y")}, "at least 2 characters"),
        (
            {"entity": "BADGE", "deny": ("7B",), "context": ("badge",)},
            "`context` is about what `patterns` match",
        ),
        (
            {"entity": "BADGE", "deny": ("7B",), "checksum": "luhn"},
            "`checksum` is about what `patterns` match",
        ),
        ({"entity": "BADGE", "patterns": ("a",), "checksum": "crc"}, "Input should be"),
        ({"entity": "BADGE", "patterns": ("a",), "score": True}, "expected a number"),
        ({"entity": "BADGE", "patterns": ("a",), "languages": ("pl",)}, "Input should be"),
    ],
)
def test_what_could_find_nothing_or_everything_is_refused(value: dict[str, object], said: str):
    assert said in refused(RecognizerEntry, **value)
