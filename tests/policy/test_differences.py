"""What differs between two revisions, by meaning and as text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.policy.differences import Change, Nothing, as_text, by_meaning
from gateway.policy.withheld import KeptFile

TARGET = {"to": "p/x", "weight": 1}


def lines(old: Any, new: Any) -> list[str]:
    return [str(change).strip() for change in by_meaning(json.dumps(old), json.dumps(new))]


def test_what_is_the_same_has_no_changes():
    policy = {"models": {"a": {"targets": [TARGET]}}, "gateway": 1}
    assert lines(policy, dict(reversed(policy.items()))) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b: 1 → 2"),
        ({"a": {}}, {"a": {"b": "x"}}, '+ a.b: "x"'),
        ({"a": {"b": {"c": 1}}}, {"a": {}}, '- a.b: {"c": 1}'),
        ({"a": 1}, {"a": "1"}, 'a: 1 → "1"'),
        ({"a": 1}, {"a": True}, "a: 1 → true"),
        ({"a": ["x"]}, {"a": ["x", "y"]}, 'a: ["x"] → ["x", "y"]'),
        ({"m": {"claude-*": {"r": 1}}}, {"m": {"claude-*": {"r": 2}}}, 'm."claude-*".r: 1 → 2'),
        ({"m": {"a.b": 1}}, {"m": {"a.b": 2}}, 'm."a.b": 1 → 2'),
        ({"a": {}}, {"a": []}, "a: {} → []"),
    ],
)
def test_a_change_says_its_key_and_both_values(old: Any, new: Any, line: str):
    assert lines(old, new) == [line]


def test_entries_of_a_list_are_known_by_their_names_wherever_they_stand():
    old = {"t": [TARGET, {"to": "q/y"}]}
    new = {"t": [{"to": "q/y"}, {**TARGET, "weight": 3}, {"to": "r/z"}]}
    assert lines(old, new) == ["t[p/x].weight: 1 → 3", '+ t[r/z]: {"to": "r/z"}']


def test_entries_that_share_a_name_are_told_as_a_list():
    old, new = {"t": [TARGET, TARGET]}, {"t": [TARGET]}
    assert len(by_meaning(json.dumps(old), json.dumps(new))) == 1


def test_changes_come_in_the_order_of_their_paths():
    assert [change.path for change in by_meaning('{"b":1,"a":1,"c":1}', '{"c":2,"b":2,"a":2}')] == [
        "a",
        "b",
        "c",
    ]


def test_a_side_where_nothing_stands_is_no_value():
    assert by_meaning("{}", '{"a":null}') == (Change("a", Nothing.HERE, None),)


def test_text_is_a_patch_that_names_files_that_came_and_went():
    old = {"a.yaml": KeptFile("x: 1\ny: 1\n"), "gone.yaml": KeptFile("g: 1")}
    new = {"a.yaml": KeptFile("x: 1\ny: 2\n"), "new.yaml": KeptFile("n: 1\n")}
    assert as_text(old, new) == (
        "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,2 @@\n x: 1\n-y: 1\n+y: 2\n"
        "--- a/gone.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-g: 1\n\\ No newline at end of file\n"
        "--- /dev/null\n+++ b/new.yaml\n@@ -0,0 +1 @@\n+n: 1\n"
    )
    assert as_text(old, old) == ""
