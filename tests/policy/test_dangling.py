from __future__ import annotations

from gateway.policy.dangling import fault_at, names_under, shown_way, unknown, way_along
from gateway.policy.nodes import Mapping
from tests.policy.folder import tree

EDGES = {"a": [(0, "b"), (1, "c")], "b": [(0, "d")], "c": [(0, "d")], "d": [(0, "a")]}


def root(text: str) -> Mapping:
    found = tree(text)
    assert isinstance(found, Mapping)
    return found


def test_names_are_those_that_stand_under_a_key():
    found = root("roles: {a: {}, b: 1}\nteams: nonsense\n")
    assert list(names_under(found, "roles")) == ["a", "b"]
    assert names_under(found, "teams") == names_under(found, "models") == {}


def test_a_fault_stands_where_the_path_leads():
    found = fault_at(root("teams:\n  t: {roles: [x]}\n"), ("teams", "t", "roles", 0), "no")
    assert (found.line, found.column, found.message) == (2, 15, "no")


def test_what_is_not_there_is_told_with_what_is():
    known = names_under(root("roles: {analyst: {}, auditor: {}}\n"), "roles")
    said = unknown("analist", "role", known)
    assert said.startswith("there is no role `analist`: expected analyst or auditor")
    assert "did you mean `analyst`" in said
    assert unknown("x", "role", {}) == "there is no role `x`: no role is declared"


def test_the_shortest_way_is_found_with_both_its_ends():
    assert way_along("b", "a", EDGES) == ("b", "d", "a")
    assert way_along("a", "a", EDGES) == ("a",)
    assert way_along("a", "z", EDGES) is None


def test_a_long_circle_is_cut():
    assert shown_way("a → b") == "a → b"
    assert len(shown_way("x" * 1000)) == 400
