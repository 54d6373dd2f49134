"""Rule 1: files and functions stay small enough to be read whole."""

from __future__ import annotations

from tests.house.exceptions import LONG_FILES
from tests.house.tree import ROOT, functions, listing, modules

FILE_LINES = 250
FUNCTION_LINES = 50
PIPELINE_LINES = 150


def _lines(name: str) -> int:
    return len((ROOT / name).read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_250_lines_without_a_reason():
    found = [
        f"{module.name}: {_lines(module.name)} lines (at most {FILE_LINES}; split along its subjects)"
        for module in modules("gateway")
        if _lines(module.name) > FILE_LINES and module.name not in LONG_FILES
    ]
    assert not found, listing(found)


def test_every_file_that_may_be_long_is_long():
    found = [name for name in LONG_FILES if not (ROOT / name).exists() or _lines(name) <= FILE_LINES]
    assert not found, listing(found)


def test_no_function_is_longer_than_50_lines():
    found = [
        module.at(function, f"{function.name} has {length} lines (at most {FUNCTION_LINES})")
        for module in modules("gateway")
        for function in functions(module.tree)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    ]
    assert not found, listing(found)


def test_the_page_of_one_request_is_one_page():
    """pipeline.py is read by everyone who asks what happens to a request."""
    assert _lines("gateway/pipeline.py") <= PIPELINE_LINES
