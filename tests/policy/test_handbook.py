from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.handbook import Key, keys, keys_below, main, render

KEYS = list(keys())


def by(path: str) -> Key:
    return next(key for key in KEYS if ".".join(key.path) == path)


def test_a_key_says_its_type_its_default_and_an_example():
    key = by("budgets.[].amount")
    assert (key.kind, key.otherwise, key.example) == ("amount", "required", "500 USD")
    assert by("providers.*.timeouts.idle").otherwise == "`2m`"
    assert by("models.*.targets.[].weight").kind == "whole number"


@pytest.mark.parametrize("key", KEYS, ids=lambda key: ".".join(key.path))
def test_every_key_has_words_and_an_example_or_is_a_block(key: Key):
    assert key.description
    assert key.example is not None or "map" in key.kind


def test_blocks_that_stand_in_many_places_are_explained_once():
    assert by("limits.[].match").kind == "[match](#match)"
    assert next(key.path for key in keys_below("match")) == ("match", "team")
    assert not any(key.path[:3] == ("limits", "[]", "match") and len(key.path) > 3 for key in KEYS)


def test_a_table_stands_between_its_marks_and_the_rest_stays():
    page = "before\n<!-- keys: egress -->\nold\n<!-- end -->\nafter\n"
    lines = render(page).splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert lines[4].startswith("| `allow` | list of text | ")
    assert "old" not in lines


def test_the_generator_writes_the_page_it_is_told_to(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("<!-- not yet -->\n<!-- end -->\n")
    assert main([str(page)]) == 0
    assert "`monitors`" in page.read_text()
