"""Cells of a CSV file."""

from __future__ import annotations

import pytest

from gateway.cli.cells import inert


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (7, "7"),
        (["a", "b"], "a,b"),
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("+4711", "'+4711"),
        ("-1", "'-1"),
        ("@sum", "'@sum"),
        ("\tx", "'\\tx"),
        ("\r=1", "'\\r=1"),
        ("a\u202egpj", "a\\u202egpj"),
        ("a\x1b[31m", "a\\x1b[31m"),
        (["=1", "b"], "'=1,b"),
        ("\u00a0=1", "'\\xa0=1"),
        ("\u200b=1", "'\\u200b=1"),
        ("\uff1d1", "'\uff1d1"),
        (" " * 99 + "=1", "'" + " " * 99 + "=1"),
        ("\u00e9=1", "\u00e9=1"),
    ],
)
def test_no_text_of_others_is_a_formula_or_steers_a_terminal(value: object, cell: str):
    assert inert(value) == cell
